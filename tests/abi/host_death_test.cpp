// SPDX-License-Identifier: Apache-2.0
//
// A host that is killed outright takes along everything that its command plugin has started.

#include "check.h"
#include "host_stub.h"
#include "life_line.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace {

const char *libraryPath = nullptr;

// In a process of its own: a host with one program under way. Says so on `readyFd`, and waits to be killed.
[[noreturn]] void beHost(const std::string &script, int readyFd)
{
    static test::StubHost host;
    static const test::Library library(libraryPath, host);
    static test::Executor command(library,
                                  R"({"argv": ["sh", "-c", ")" + script + R"("], "grace_ms": 600000})");
    const burrow_token token = command.apply("x");
    host.waitForText(token, "ready");
    if (::write(readyFd, "r", 1) != 1)
        ::_exit(1);
    for (;;)
        ::pause();
}

void killHostOf(const std::string &script, test::LifeLine &line)
{
    int ready[2];
    CHECK(::pipe(ready) == 0);
    const pid_t host = ::fork();
    CHECK(host >= 0);
    if (host == 0) {
        ::close(ready[0]);
        beHost(script, ready[1]);
    }
    ::close(ready[1]);
    char byte = 0;
    const bool started = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
    ::kill(host, SIGKILL);
    ::waitpid(host, nullptr, 0);
    CHECK(started);
    line.waitForEnd();
}

void takesTheWholeGroupAlong()
{
    test::LifeLine line;
    killHostOf("trap '' TERM HUP; exec 9>" + line.path() + "; sleep 1000 & echo ready; sleep 1000", line);
}

void takesAlongWhoeverHasLeftTheGroup()
{
    test::LifeLine line;
    killHostOf("exec 9>" + line.path() + "; setsid sh -c 'sleep 1000 & sleep 1000' & echo ready; sleep 1000",
               line);
}

} // namespace

int main(int, char **argv)
{
    libraryPath = argv[1];
    return test::runCases({
        {"a host that is killed takes the whole group along", takesTheWholeGroupAlong},
        {"a host that is killed takes along whoever has left the group", takesAlongWhoeverHasLeftTheGroup},
    });
}
