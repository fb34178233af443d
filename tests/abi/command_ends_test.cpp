// SPDX-License-Identifier: Apache-2.0
//
// However a run of the command plugin ends, nothing that its program started is left.

#include "check.h"
#include "command_config.h"
#include "host_stub.h"
#include "life_line.h"

#include <fcntl.h>
#include <unistd.h>

namespace {

using test::Completed;
using test::config;
using test::contains;
using test::Executor;
using test::shell;

test::Library *library = nullptr;

test::StubHost &host()
{
    return library->host();
}

// A script whose whole family holds the life line: the shell, a child in its group, and a grandchild that has
// left for a session of its own. It says "ready" and then never ends; TERM does not move it.
std::string familyOn(const test::LifeLine &line)
{
    return "trap '' TERM; exec 9>" + line.path()
           + "; sleep 1000 & setsid sh -c 'sleep 1000 & sleep 1000' & echo ready; while :; do wait; sleep "
             "1000; done";
}

void endsAProgramThatTakesTooLong()
{
    test::LifeLine line;
    Executor command(*library, shell(familyOn(line), {{"timeout_ms", 300}, {"grace_ms", 10}}));
    const Completed completed = command.run("x");
    CHECK_EQUAL(completed.status, BURROW_TIMEOUT);
    CHECK_EQUAL(completed.cause, BURROW_CAUSE_RUNTIME_TURN);
    CHECK(contains(completed.message, "300 ms"));
    line.waitForEnd();
}

void survivesTheDeathOfItsSupervisor()
{
    test::LifeLine line;
    Executor command(*library, shell("exec 9>" + line.path() + "; sleep 1000 & kill -KILL $PPID; sleep 1000"));
    const Completed completed = command.run("x");
    CHECK_EQUAL(completed.status, BURROW_UNAVAILABLE);
    CHECK_EQUAL(completed.cause, BURROW_CAUSE_EXECUTOR_CONTROL_FAILED);
    line.waitForEnd();
}

void killsTheWholeFamilyWhenCancelledHard()
{
    test::LifeLine line;
    Executor command(*library, shell(familyOn(line), {{"grace_ms", 10}}));
    const burrow_token token = command.apply("x");
    host().waitForText(token, "ready");
    CHECK_EQUAL(command.cancel(token, BURROW_CANCEL_MODE_HARD), BURROW_OK);
    command.cancel(token, BURROW_CANCEL_MODE_HARD);
    const Completed completed = host().waitForCompletion(token);
    CHECK_EQUAL(completed.status, BURROW_CANCELLED);
    CHECK_EQUAL(completed.times, 1);
    line.waitForEnd();
}

void givesAProgramTimeToTidyUp()
{
    test::LifeLine line;
    Executor command(*library, shell("trap 'echo tidied >&9; exit 0' TERM; exec 9>" + line.path()
                                         + "; echo ready; while :; do sleep 1000 & wait; done",
                                     {{"grace_ms", 600000}}));
    const burrow_token token = command.apply("x");
    host().waitForText(token, "ready");
    command.cancel(token, BURROW_CANCEL_MODE_HARD);
    CHECK_EQUAL(host().waitForCompletion(token).status, BURROW_CANCELLED);
    line.waitForEnd();
}

void letsTheProgramFinishAtABoundary()
{
    test::LifeLine gate; // here the other way round: the program reads, and goes on when the test writes
    Executor command(*library, shell("echo ready; read line < " + gate.path() + "; echo $line"));
    const burrow_token token = command.apply("x");
    host().waitForText(token, "ready");
    command.cancel(token, BURROW_CANCEL_MODE_BOUNDARY);
    CHECK(!host().isCompleted(token));
    const int writer = ::open(gate.path().c_str(), O_WRONLY);
    CHECK_EQUAL(::write(writer, "finished\n", 9), 9);
    const Completed completed = host().waitForCompletion(token);
    ::close(writer);
    CHECK_EQUAL(completed.status, BURROW_OK);
    CHECK_EQUAL(completed.text, "ready\nfinished\n");
}

void sendsTheConfiguredSignalAtABoundary()
{
    Executor command(*library, shell("trap 'exit 9' USR1; echo ready; while :; do sleep 1000 & wait; done",
                                     {{"cancel_signal", "USR1"}}));
    const burrow_token token = command.apply("x");
    host().waitForText(token, "ready");
    command.cancel(token, BURROW_CANCEL_MODE_BOUNDARY);
    CHECK_EQUAL(host().waitForCompletion(token).status, BURROW_CANCELLED);
}

void missesNoCancelThatCameFirst()
{
    Executor command(*library, config({"sleep", "1000"}));
    const burrow_token token = command.apply({{"x"}}, BURROW_CANCEL_BOUNDARY);
    CHECK_EQUAL(host().waitForCompletion(token).status, BURROW_CANCELLED);
}

void doesNotCancelTheNextRun()
{
    Executor command(*library, config({"cat"}));
    const burrow_token first = command.apply("one");
    host().waitForCompletion(first);
    const burrow_token second = command.apply("two");
    CHECK_EQUAL(command.cancel(first, BURROW_CANCEL_MODE_HARD), BURROW_OK);
    CHECK_EQUAL(host().waitForCompletion(second).text, "two");
}

void leavesNothingBehindAfterAnAnswer()
{
    test::LifeLine line;
    Executor command(*library, shell("exec 9>" + line.path() + "; sleep 1000 & setsid sleep 1000 & echo done"));
    CHECK_EQUAL(command.run("x").text, "done\n");
    line.waitForEnd();
}

} // namespace

int main(int, char **argv)
{
    static test::StubHost stub;
    static test::Library command(argv[1], stub);
    library = &command;
    return test::runCases({
        {"ends a program that takes too long, with its family", endsAProgramThatTakesTooLong},
        {"survives the death of its supervisor", survivesTheDeathOfItsSupervisor},
        {"kills the whole family when cancelled hard", killsTheWholeFamilyWhenCancelledHard},
        {"gives a program time to tidy up", givesAProgramTimeToTidyUp},
        {"lets the program finish at a boundary", letsTheProgramFinishAtABoundary},
        {"sends the configured signal at a boundary", sendsTheConfiguredSignalAtABoundary},
        {"misses no cancel that came first", missesNoCancelThatCameFirst},
        {"does not cancel the next run", doesNotCancelTheNextRun},
        {"leaves nothing behind after an answer", leavesNothingBehindAfterAnAnswer},
    });
}
