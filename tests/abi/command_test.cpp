// SPDX-License-Identifier: Apache-2.0

#include "check.h"
#include "command_config.h"
#include "host_stub.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace {

using test::Completed;
using test::config;
using test::contains;
using test::Executor;
using test::Json;
using test::shell;

test::Library *library = nullptr;

test::StubHost &host()
{
    return library->host();
}

// ---- Answers ----

void answersWithStdout()
{
    Executor command(*library, config({"cat"}));
    const burrow_token token = command.apply({{"one", "input-1"}, {"two", "input-2"}});
    const Completed completed = host().waitForCompletion(token);
    CHECK_EQUAL(completed.status, BURROW_OK);
    CHECK_EQUAL(completed.terminal, BURROW_TERMINAL_RESULT);
    CHECK_EQUAL(completed.text, "one\ntwo");
    CHECK_EQUAL(host().streamed(token), "one\ntwo");
    CHECK_EQUAL(host().eventCount(token, BURROW_EVENT_BEGUN), 1);
}

void involvesNoShell()
{
    Executor command(*library, config({"printf", "%s", "$HOME; *"}));
    CHECK_EQUAL(command.run("x").text, "$HOME; *");
}

void movesMegabytesBothWays()
{
    const std::string big(6 * 1024 * 1024, 'b');
    Executor command(*library, config({"cat"}));
    const burrow_token token = command.apply(big);
    CHECK(host().waitForCompletion(token).text == big);
    CHECK(host().streamed(token) == big);
}

void isNotBlockedByANoisyStderr()
{
    Executor command(*library, shell("head -c 2000000 /dev/zero | tr '\\0' e >&2; cat"));
    CHECK_EQUAL(command.run("done").text, "done");
}

void doesNotMindAProgramThatIgnoresItsInput()
{
    Executor command(*library, config({"true"}));
    const Completed completed = command.run(std::string(1024 * 1024, 'x'));
    CHECK_EQUAL(completed.status, BURROW_OK);
    CHECK_EQUAL(completed.text, "");
}

void makesTextOfAnyBytes()
{
    Executor command(*library, config({"printf", "a\\377b\\303\\251\\342\\202"}));
    CHECK_EQUAL(command.run("x").text, "a\xef\xbf\xbd"
                                       "bé\xef\xbf\xbd");
}

void givesOneAllowedEnvironment()
{
    ::setenv("BURROW_TEST_SECRET", "s", 1);
    ::setenv("BURROW_TEST_ALLOWED", "a", 1);
    Executor command(*library,
                     config({"env"}, {{"env_allow", {"PATH", "BURROW_TEST_ALLOWED", "BURROW_TEST_UNSET"}},
                                      {"env", {{"EXTRA", "x=y"}}}}));
    const burrow_token token = command.apply({{"", "input-1", "key,1%"}, {"", "input-2", ""}});
    std::istringstream lines(host().waitForCompletion(token).text);
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);)
        names.push_back(line.starts_with("PATH=") ? "PATH" : line);
    std::sort(names.begin(), names.end());
    const std::vector<std::string> expected = {
        "BURROW_ATTEMPT=1",
        "BURROW_IDEMPOTENCY_KEYS=key%2C1%25,",
        "BURROW_INPUT_IDS=input-1,input-2",
        std::string("BURROW_RUN_ID=") + test::runId,
        "BURROW_SESSION=session-1",
        "BURROW_TEST_ALLOWED=a",
        "EXTRA=x=y",
        "PATH",
    };
    CHECK(names == expected);
}

void handsDownOnlyThreeDescriptors()
{
    const int leaked = ::open("/dev/null", O_RDONLY); // as a careless host would
    Executor command(*library, shell("ls /proc/$$/fd; true"));
    const std::string text = command.run("x").text;
    ::close(leaked);
    CHECK_EQUAL(text, "0\n1\n2\n");
}

void startsInItsDirectoryWithPlainSignals()
{
    ::signal(SIGPIPE, SIG_IGN); // as a host does; it must not be inherited
    Executor command(*library, shell("pwd; grep SigIgn /proc/$$/status", {{"cwd", "/"}}));
    const std::string text = command.run("x").text;
    ::signal(SIGPIPE, SIG_DFL);
    CHECK(text.starts_with("/\n"));
    const uint64_t ignored = std::stoull(text.substr(text.find('\t')), nullptr, 16);
    CHECK_EQUAL(ignored & 0x7fffffff, 0U); // the two above are the C library's own
}

void runsAgainAndAgain()
{
    Executor command(*library, config({"cat"}));
    for (int i = 0; i < 20; ++i)
        CHECK_EQUAL(command.run(std::to_string(i)).text, std::to_string(i));
}

void waitsForRoomAndLosesNothing()
{
    Executor command(*library, shell("head -c 500000 /dev/zero | tr '\\0' x"));
    host().setRoom(1);
    const burrow_token token = command.apply("x");
    host().waitForBlockedEvent(token);
    host().setRoom(-1);
    command.resume(token);
    const Completed completed = host().waitForCompletion(token);
    CHECK_EQUAL(completed.text.size(), 500000U);
    CHECK(host().streamed(token) == completed.text);
}

void hasNothingPending()
{
    Executor command(*library, config({"false"}));
    const burrow_token token = command.applyNothing(BURROW_EXECUTION_RESUME_PENDING);
    CHECK_EQUAL(host().waitForCompletion(token).terminal, BURROW_TERMINAL_NO_PENDING_BOUNDARY);
}

// ---- Failures ----

void reportsTheExitStatusAndTheEndOfStderr()
{
    Executor command(*library, shell("for i in $(seq 1 30); do echo line $i >&2; done; exit 3"));
    const Completed completed = command.run("x");
    CHECK_EQUAL(completed.status, BURROW_INTERNAL);
    CHECK_EQUAL(completed.cause, BURROW_CAUSE_RUNTIME_TURN);
    CHECK(contains(completed.message, "\"sh\" exited with status 3."));
    CHECK(contains(completed.message, "line 30"));
    CHECK(contains(completed.message, "line 11\n"));
    CHECK(!contains(completed.message, "line 10\n"));
    CHECK_EQUAL(Json::parse(completed.details)["exit_status"].get<int>(), 3);
    CHECK(!completed.hasResult);
}

void reportsTheSignal()
{
    Executor command(*library, shell("kill -SEGV $$"));
    const Completed completed = command.run("x");
    CHECK_EQUAL(completed.cause, BURROW_CAUSE_RUNTIME_TURN);
    CHECK(contains(completed.message, "SIGSEGV"));
}

void reportsWhatCannotBeStarted()
{
    Executor missing(*library, config({"/nonexistent/program"}));
    Completed completed = missing.run("x");
    CHECK_EQUAL(completed.status, BURROW_NOT_FOUND);
    CHECK_EQUAL(completed.cause, BURROW_CAUSE_EXECUTOR_CONTROL_FAILED);
    CHECK(contains(completed.message, "/nonexistent/program"));

    Executor forbidden(*library, config({"/etc/passwd"}));
    completed = forbidden.run("x");
    CHECK_EQUAL(completed.status, BURROW_DENIED);

    Executor nowhere(*library, config({"true"}, {{"cwd", "/nonexistent"}}));
    completed = nowhere.run("x");
    CHECK_EQUAL(completed.cause, BURROW_CAUSE_EXECUTOR_CONTROL_FAILED);
    CHECK(contains(completed.message, "/nonexistent"));
}

void killsAProgramThatWritesTooMuch()
{
    Executor command(*library, config({"yes"}, {{"max_output_bytes", 100000}}));
    const Completed completed = command.run("x");
    CHECK_EQUAL(completed.status, BURROW_TOO_LARGE);
    CHECK(contains(completed.message, "100000 bytes"));

    Executor exact(*library, config({"printf", "12345"}, {{"max_output_bytes", 5}}));
    CHECK_EQUAL(exact.run("x").text, "12345");
    Executor over(*library, config({"printf", "123456"}, {{"max_output_bytes", 5}}));
    CHECK_EQUAL(over.run("x").status, BURROW_TOO_LARGE);
}

// ---- The rest ----

int openDescriptors()
{
    int count = 0;
    for (int fd = 0; fd < 256; ++fd)
        count += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
    return count;
}

void leaksNoDescriptors()
{
    const int before = openDescriptors();
    {
        Executor command(*library, config({"cat"}));
        command.run("x");
        Executor missing(*library, config({"/nonexistent/program"}));
        missing.run("x");
    }
    CHECK_EQUAL(openDescriptors(), before);
}

void refusesAWrongConfiguration()
{
    const char *wrong[] = {
        "{}",
        "[]",
        R"({"argv": []})",
        R"({"argv": "cat"})",
        R"({"argv": [1]})",
        R"({"argv": ["a\u0000b"]})",
        R"({"argv": ["cat"], "timeout_ms": 0})",
        R"({"argv": ["cat"], "timeout_ms": "5s"})",
        R"({"argv": ["cat"], "cancel_signal": "KILL"})",
        R"({"argv": ["cat"], "env": {"A=B": "c"}})",
        R"({"argv": ["cat"], "env": {"A": 1}})",
        R"({"argv": ["cat"], "comand": true})",
    };
    for (const char *text : wrong) {
        const test::Refusal refusal = test::refusalOf(*library, text);
        if (refusal.status != BURROW_CONFIG || refusal.message.empty())
            test::fail(__FILE__, __LINE__, std::string("not refused with a sentence: ") + text);
    }
}

} // namespace

int main(int, char **argv)
{
    static test::StubHost stub;
    static test::Library command(argv[1], stub);
    library = &command;
    return test::runCases({
        {"answers with stdout, and streams it", answersWithStdout},
        {"involves no shell", involvesNoShell},
        {"moves megabytes both ways", movesMegabytesBothWays},
        {"is not blocked by a noisy stderr", isNotBlockedByANoisyStderr},
        {"does not mind a program that ignores its input", doesNotMindAProgramThatIgnoresItsInput},
        {"makes text of any bytes", makesTextOfAnyBytes},
        {"gives one allowed environment", givesOneAllowedEnvironment},
        {"hands down only three descriptors", handsDownOnlyThreeDescriptors},
        {"starts in its directory with plain signals", startsInItsDirectoryWithPlainSignals},
        {"runs again and again", runsAgainAndAgain},
        {"waits for room and loses nothing", waitsForRoomAndLosesNothing},
        {"has nothing pending", hasNothingPending},
        {"reports the exit status and the end of stderr", reportsTheExitStatusAndTheEndOfStderr},
        {"reports the signal", reportsTheSignal},
        {"reports what cannot be started", reportsWhatCannotBeStarted},
        {"kills a program that writes too much", killsAProgramThatWritesTooMuch},
        {"leaks no descriptors", leaksNoDescriptors},
        {"refuses a wrong configuration with a sentence", refusesAWrongConfiguration},
    });
}
