// SPDX-License-Identifier: Apache-2.0
#include "plugin/probe_child.h"

#include <QFile>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

constexpr int exitUsage = 2;

constexpr std::string_view usage =
    "burrow-plugin-host --probe LIBRARY [--manifest FILE] [--host-version VERSION] [--parent PID]\n"
    "\n"
    "Opens one plugin library, asks it what it is and prints the verdict as JSON. Hosts run it so that a "
    "library\n"
    "that crashes or hangs does so here; \"burrow plugin why ID\" shows what came out.\n";

struct Arguments
{
    burrow::ProbeTask task;
    pid_t parent = 0; ///< 0: whoever it is.
};

void say(int descriptor, std::string_view text)
{
    // Nobody can be told when it cannot be written.
    [[maybe_unused]] const ssize_t written = ::write(descriptor, text.data(), text.size());
}

/// Every option takes one value. Nothing when they cannot be understood.
std::optional<Arguments> parse(int argc, char **argv)
{
    Arguments arguments;
    arguments.task.hostVersion = BURROW_VERSION;
    for (int at = 1; at + 1 < argc; at += 2) {
        const std::string_view option = argv[at];
        const char *value = argv[at + 1];
        if (option == "--probe")
            arguments.task.library = QFile::decodeName(value);
        else if (option == "--manifest")
            arguments.task.manifest = QFile::decodeName(value);
        else if (option == "--host-version")
            arguments.task.hostVersion = value;
        else if (option == "--parent")
            arguments.parent = static_cast<pid_t>(std::strtol(value, nullptr, 10));
        else
            return std::nullopt;
    }
    if (argc % 2 == 0 || arguments.task.library.isEmpty())
        return std::nullopt;
    return arguments;
}

/// Ends with the host that started it, and leaves no dump of a crash that is expected.
void becomeThrowAway(pid_t parent)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (parent != 0 && ::getppid() != parent)
        ::_exit(EXIT_FAILURE); // The host has died before it could be said so.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

/// What the library prints goes to stderr; the answer keeps a descriptor of its own.
int takeStdout()
{
    constexpr int outOfTheWay = 64;
    const int answer = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, outOfTheWay);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return answer;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
        say(STDOUT_FILENO, usage);
        return EXIT_SUCCESS;
    }
    const std::optional<Arguments> arguments = parse(argc, argv);
    if (!arguments) {
        say(STDERR_FILENO, usage);
        return exitUsage;
    }
    becomeThrowAway(arguments->parent);
    burrow::probe(arguments->task, takeStdout());
    // No destructor of the library runs, as in a host, which never unloads it.
    ::_exit(EXIT_SUCCESS);
}
