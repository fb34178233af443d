// SPDX-License-Identifier: Apache-2.0

#include "child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

namespace command {

namespace {

struct Pipe
{
    UniqueFd readEnd;
    UniqueFd writeEnd;
};

void check(int error, const char *what)
{
    if (error != 0)
        throw std::system_error(error, std::generic_category(), what);
}

// Moves a descriptor above those that the supervisor is given, or handing over one could overwrite another.
UniqueFd raised(int fd)
{
    const UniqueFd low(fd);
    const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, SUPERVISOR_REPORT_FD + 1);
    check(high < 0 ? errno : 0, "fcntl");
    return UniqueFd(high);
}

Pipe makePipe()
{
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
    UniqueFd writeEnd(ends[1]);
    Pipe pipe;
    pipe.readEnd = raised(ends[0]);
    pipe.writeEnd = raised(writeEnd.release());
    return pipe;
}

void makeNonBlocking(const UniqueFd &fd)
{
    check(::fcntl(fd.get(), F_SETFL, O_NONBLOCK) == 0 ? 0 : errno, "fcntl");
}

// How the supervisor starts: with the given descriptors as 0, 1, 2, …, in a session of its own, so that a
// terminal's signals reach only the host, and with every signal as a fresh process has it.
class SpawnPlan
{
public:
    SpawnPlan(std::initializer_list<int> descriptors)
    {
        check(::posix_spawn_file_actions_init(&m_actions), "posix_spawn_file_actions_init");
        check(::posix_spawnattr_init(&m_attributes), "posix_spawnattr_init");
        int target = 0;
        for (const int fd : descriptors)
            check(::posix_spawn_file_actions_adddup2(&m_actions, fd, target++),
                  "posix_spawn_file_actions_adddup2");
        sigset_t signals;
        sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&m_attributes, &signals);
        sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&m_attributes, &signals);
        ::posix_spawnattr_setflags(&m_attributes,
                                   POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnPlan()
    {
        ::posix_spawnattr_destroy(&m_attributes);
        ::posix_spawn_file_actions_destroy(&m_actions);
    }
    SpawnPlan(const SpawnPlan &) = delete;
    SpawnPlan &operator=(const SpawnPlan &) = delete;

    pid_t start(const std::string &program, const std::vector<char *> &argv,
                const std::vector<char *> &environment)
    {
        pid_t pid = -1;
        check(::posix_spawn(&pid, program.c_str(), &m_actions, &m_attributes, argv.data(), environment.data()),
              program.c_str());
        return pid;
    }

private:
    posix_spawn_file_actions_t m_actions;
    posix_spawnattr_t m_attributes;
};

// The form that the system takes; it does not write to the strings.
std::vector<char *> pointers(const std::vector<std::string> &texts)
{
    std::vector<char *> result;
    for (const std::string &text : texts)
        result.push_back(const_cast<char *>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

} // namespace

Child::Child(const std::string &supervisor, const std::string &cwd, const std::vector<std::string> &argv,
             const std::vector<std::string> &environment)
{
    Pipe in = makePipe();
    Pipe out = makePipe();
    Pipe err = makePipe();
    Pipe control = makePipe();
    Pipe report = makePipe();
    for (const UniqueFd *fd : {&in.writeEnd, &out.readEnd, &err.readEnd, &report.readEnd})
        makeNonBlocking(*fd);

    std::vector<std::string> arguments = {supervisor, cwd};
    arguments.insert(arguments.end(), argv.begin(), argv.end());
    SpawnPlan plan({in.readEnd.get(), out.writeEnd.get(), err.writeEnd.get(), control.readEnd.get(),
                    report.writeEnd.get()});
    m_supervisor = plan.start(supervisor, pointers(arguments), pointers(environment));

    input = std::move(in.writeEnd);
    output = std::move(out.readEnd);
    errors = std::move(err.readEnd);
    reports = std::move(report.readEnd);
    m_control = std::move(control.writeEnd);
}

Child::~Child()
{
    kill();
    while (::waitpid(m_supervisor, nullptr, 0) < 0 && errno == EINTR) {
    }
    while (reports.isOpen() && readReport()) {
    }
    // Without a report of the end, the supervisor was itself killed and could not sweep. The kernel kills the
    // program then, and here goes the rest of its group.
    if (m_program > 0)
        ::kill(-m_program, SIGKILL);
}

void Child::signal(int number)
{
    const auto byte = static_cast<unsigned char>(number);
    while (m_control.isOpen() && ::write(m_control.get(), &byte, 1) < 0 && errno == EINTR) {
    }
}

void Child::kill()
{
    m_control.reset();
}

std::optional<supervisor_report> Child::readReport()
{
    supervisor_report report = {};
    const ssize_t size = ::read(reports.get(), &report, sizeof report);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return std::nullopt;
    if (size != static_cast<ssize_t>(sizeof report)) {
        reports.reset();
        return std::nullopt;
    }
    if (report.kind == SUPERVISOR_FORKED)
        m_program = report.value;
    else if (report.kind != SUPERVISOR_STARTED)
        m_program = -1;
    return report;
}

} // namespace command
