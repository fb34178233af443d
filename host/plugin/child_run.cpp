// SPDX-License-Identifier: Apache-2.0
#include "plugin/child_run.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace burrow {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Of stderr as much is kept as the last lines can need.
constexpr qsizetype error_bytes_max = 16LL << 10;

class Descriptor
{
public:
    explicit Descriptor(int number = -1)
        : m_number(number)
    {
    }
    ~Descriptor() { close(); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    int number() const { return m_number; }
    bool isOpen() const { return m_number >= 0; }
    void take(int number)
    {
        close();
        m_number = number;
    }
    void close()
    {
        if (m_number >= 0)
            ::close(std::exchange(m_number, -1));
    }

private:
    int m_number;
};

Error cannotStart(const QString &program, int code)
{
    return {ErrorKind::Io, QStringLiteral("cannot start %1: %2").arg(program, qt_error_string(code))};
}

struct Pipe
{
    Descriptor readEnd;
    Descriptor writeEnd;

    int open()
    {
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return errno;
        readEnd.take(ends[0]);
        writeEnd.take(ends[1]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        return 0;
    }
};

/// What posix_spawn is told; freed with the object.
class SpawnRecipe
{
public:
    SpawnRecipe(const Pipe &output, const Pipe &errors)
    {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&m_actions, output.writeEnd.number(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&m_actions, errors.writeEnd.number(), STDERR_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&m_actions, STDERR_FILENO + 1);
        ::posix_spawnattr_init(&m_attributes);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        sigset_t signalSet;
        sigemptyset(&signalSet);
        ::posix_spawnattr_setsigmask(&m_attributes, &signalSet);
        sigfillset(&signalSet);
        ::posix_spawnattr_setsigdefault(&m_attributes, &signalSet);
        ::posix_spawnattr_setflags(&m_attributes,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnRecipe()
    {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    SpawnRecipe(const SpawnRecipe &) = delete;
    SpawnRecipe &operator=(const SpawnRecipe &) = delete;

    int spawn(const ChildOrder &order, pid_t &child) const
    {
        QByteArrayList words{QFile::encodeName(order.program)};
        for (const QString &argument : order.arguments)
            words.append(QFile::encodeName(argument));
        std::vector<char *> pointers;
        for (QByteArray &word : words)
            pointers.push_back(word.data());
        pointers.push_back(nullptr);
        return ::posix_spawn(&child, words.constFirst().constData(), &m_actions, &m_attributes, pointers.data(),
                             environ);
    }

private:
    posix_spawn_file_actions_t m_actions = {};
    posix_spawnattr_t m_attributes = {};
};

/// Takes what is there. False at the end of the stream.
bool drain(int descriptor, QByteArray &bytes)
{
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got = ::read(descriptor, block.data(), block.size());
        if (got > 0)
            bytes.append(block.data(), got);
        else if (got == 0)
            return false;
        else if (errno != EINTR)
            return errno == EAGAIN;
        if (got > 0 && bytes.size() > 4 * error_bytes_max)
            return true; // Let the caller cut it before there is more.
    }
}

int millisecondsUntil(SteadyTime deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<qint64>(left.count(), 0, 60'000));
}

QStringList lastLines(const QByteArray &text, qsizetype linesMax)
{
    QByteArrayList lines = text.split('\n');
    lines.removeAll(QByteArray());
    QStringList last;
    for (qsizetype at = std::max<qsizetype>(0, lines.size() - linesMax); at < lines.size(); ++at)
        last.append(QString::fromUtf8(lines.at(at)));
    return last;
}

class RunningChild
{
public:
    RunningChild(pid_t child, const ChildOrder &order)
        : m_child(child)
        , m_order(order)
    {
    }

    ChildEnd wait(Pipe &output, Pipe &errors);

private:
    void read(Pipe &output, Pipe &errors);
    void reap();

    const pid_t m_child;
    const ChildOrder &m_order;
    QByteArray m_errors;
    ChildEnd m_end;
};

void RunningChild::read(Pipe &output, Pipe &errors)
{
    if (output.readEnd.isOpen() && !drain(output.readEnd.number(), m_end.output))
        output.readEnd.close();
    m_end.output.truncate(m_order.outputBytesMax);
    if (errors.readEnd.isOpen() && !drain(errors.readEnd.number(), m_errors))
        errors.readEnd.close();
    if (m_errors.size() > error_bytes_max)
        m_errors.remove(0, m_errors.size() - error_bytes_max);
}

/// Kills what is left of the group first: until its leader is reaped the group's number belongs to nobody else.
void RunningChild::reap()
{
    ::kill(-m_child, SIGKILL);
    int status = 0;
    pid_t reaped = -1;
    do {
        reaped = ::waitpid(m_child, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    if (m_end.how == ChildEnd::How::TimedOut)
        return;
    if (reaped == m_child && WIFSIGNALED(status)) {
        m_end.how = ChildEnd::How::Signalled;
        m_end.number = WTERMSIG(status);
    } else {
        m_end.number = reaped == m_child ? WEXITSTATUS(status) : -1;
    }
}

ChildEnd RunningChild::wait(Pipe &output, Pipe &errors)
{
    const SteadyTime begun = std::chrono::steady_clock::now();
    const SteadyTime deadline = begun + m_order.timeMax;
    // The header of the C library declares the function for C only.
    const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, m_child, 0)));
    for (;;) {
        std::array<pollfd, 3> watched{pollfd{process.number(), POLLIN, 0},
                                      pollfd{output.readEnd.number(), POLLIN, 0},
                                      pollfd{errors.readEnd.number(), POLLIN, 0}};
        ::poll(watched.data(), watched.size(), millisecondsUntil(deadline));
        read(output, errors);
        // Without a descriptor of the process, the end of its output is taken for its own.
        if (watched[0].revents != 0 || (!process.isOpen() && !output.readEnd.isOpen()))
            break;
        if (std::chrono::steady_clock::now() >= deadline) {
            m_end.how = ChildEnd::How::TimedOut;
            break;
        }
    }
    reap();
    read(output, errors);
    m_end.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
    m_end.lastErrors = lastLines(m_errors, m_order.errorLinesMax);
    return std::move(m_end);
}

} // namespace

Result<ChildEnd> runChild(const ChildOrder &order)
{
    Pipe output;
    Pipe errors;
    if (const int code = output.open())
        return cannotStart(order.program, code);
    if (const int code = errors.open())
        return cannotStart(order.program, code);
    pid_t child = -1;
    if (const int code = SpawnRecipe(output, errors).spawn(order, child))
        return cannotStart(order.program, code);
    output.writeEnd.close();
    errors.writeEnd.close();
    return RunningChild(child, order).wait(output, errors);
}

QString signalName(int number)
{
    const char *name = ::sigabbrev_np(number);
    return name ? QStringLiteral("SIG%1").arg(QLatin1String(name)) : QStringLiteral("signal %1").arg(number);
}

} // namespace burrow
