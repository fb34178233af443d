// SPDX-License-Identifier: Apache-2.0

#include "check.h"
#include "host_stub.h"

#include <unistd.h>

#include <fstream>

namespace {

using test::Completed;
using test::Executor;

test::Library *library = nullptr;

constexpr const char *directives = R"({"directives": true})";

test::StubHost &host()
{
    return library->host();
}

void answersTheInputWithoutAScript()
{
    Executor scripted(*library, "{}");
    CHECK_EQUAL(scripted.run("hello").text, "hello");
    CHECK_EQUAL(scripted.run("!hang").text, "!hang"); // directives are off
}

void takesOneStepAfterTheOther()
{
    Executor scripted(*library, R"({"script": [{"answer": "one"}, {"answer": "two"}]})");
    CHECK_EQUAL(scripted.run("x").text, "one");
    CHECK_EQUAL(scripted.run("x").text, "two");
    CHECK_EQUAL(scripted.tryApply("x"), BURROW_EXHAUSTED);
}

void repeatsTheLastStepOrLoops()
{
    Executor last(*library, R"({"script": [{"answer": "one"}, {"answer": "two"}], "repeat": "last"})");
    Executor loop(*library, R"({"script": [{"answer": "one"}, {"answer": "two"}], "repeat": "loop"})");
    for (const char *expected : {"one", "two", "two"})
        CHECK_EQUAL(last.run("x").text, expected);
    for (const char *expected : {"one", "two", "one"})
        CHECK_EQUAL(loop.run("x").text, expected);
}

void readsItsScriptFromAFile()
{
    const std::string path = "/tmp/burrow-scripted-" + std::to_string(::getpid()) + ".json";
    std::ofstream(path) << R"({"script": [{"answer": "from the file"}], "repeat": "last"})";
    Executor scripted(*library, R"({"file": ")" + path + R"("})");
    ::unlink(path.c_str());
    CHECK_EQUAL(scripted.run("x").text, "from the file");
}

void failsAsToldWithCauseAndOutcome()
{
    Executor scripted(*library, R"({"script": [{"error": {"status": "TIMEOUT", "cause": "hook_denied",
        "message": "no", "retryable": true, "outcome": "time_budget"}}]})");
    const Completed completed = scripted.run("x");
    CHECK_EQUAL(completed.status, BURROW_TIMEOUT);
    CHECK_EQUAL(completed.cause, BURROW_CAUSE_HOOK_DENIED);
    CHECK_EQUAL(completed.errorFlags, BURROW_ERROR_RETRYABLE | BURROW_ERROR_FINAL);
    CHECK_EQUAL(completed.outcome, BURROW_OUTCOME_TIME_BUDGET);
    CHECK_EQUAL(completed.message, "no");
    CHECK(!completed.hasResult);
}

void streamsInChunks()
{
    Executor scripted(*library, R"({"script": [{"answer": "äöüß€", "chunks": 3}]})");
    const burrow_token token = scripted.apply("x");
    CHECK_EQUAL(host().waitForCompletion(token).text, "äöüß€");
    CHECK_EQUAL(host().streamed(token), "äöüß€");
    CHECK_EQUAL(host().eventCount(token, BURROW_EVENT_TEXT_DELTA), 3);
}

void waitsForRoomAndLosesNothing()
{
    Executor scripted(*library, directives);
    host().setRoom(2);
    const burrow_token token = scripted.apply("!chunks 5");
    host().waitForBlockedEvent(token);
    CHECK(!host().isCompleted(token));
    host().setRoom(-1);
    scripted.resume(token);
    const Completed completed = host().waitForCompletion(token);
    CHECK_EQUAL(host().streamed(token), completed.text);
    CHECK_EQUAL(host().eventCount(token, BURROW_EVENT_TEXT_DELTA), 5);
}

void hangsUntilCancelled()
{
    Executor scripted(*library, directives);
    for (const int32_t mode : {BURROW_CANCEL_MODE_BOUNDARY, BURROW_CANCEL_MODE_HARD}) {
        const burrow_token token = scripted.apply("!hang");
        CHECK(!host().isCompleted(token));
        CHECK_EQUAL(scripted.cancel(token, mode), BURROW_OK);
        CHECK_EQUAL(host().waitForCompletion(token).status, BURROW_CANCELLED);
    }
}

void ignoresABoundaryCancelWhenTold()
{
    Executor scripted(*library, directives);
    for (const char *input : {"!hang boundary", "!thread then !hang boundary"}) {
        const burrow_token token = scripted.apply(input);
        scripted.cancel(token, BURROW_CANCEL_MODE_BOUNDARY);
        CHECK(!host().isCompleted(token));
        scripted.cancel(token, BURROW_CANCEL_MODE_HARD);
        CHECK_EQUAL(host().waitForCompletion(token).status, BURROW_CANCELLED);
    }
}

void endsADelayWhenCancelled()
{
    Executor scripted(*library, directives);
    const burrow_token token = scripted.apply("!delay 3600000ms then too late");
    scripted.cancel(token, BURROW_CANCEL_MODE_BOUNDARY);
    CHECK_EQUAL(host().waitForCompletion(token).status, BURROW_CANCELLED);
    CHECK_EQUAL(scripted.run("!delay 1ms then in time").text, "in time");
}

void missesNoCancelThatCameFirst()
{
    Executor scripted(*library, directives);
    for (const char *input : {"!hang", "!thread then !hang", "!delay 3600000ms then x"}) {
        const burrow_token token = scripted.apply({{input}}, BURROW_CANCEL_BOUNDARY);
        CHECK_EQUAL(host().waitForCompletion(token).status, BURROW_CANCELLED);
    }
}

void doesNotCancelTheNextRun()
{
    Executor scripted(*library, directives);
    const burrow_token first = scripted.apply("done");
    const burrow_token second = scripted.apply("!hang");
    CHECK_EQUAL(scripted.cancel(first, BURROW_CANCEL_MODE_HARD), BURROW_OK);
    CHECK(!host().isCompleted(second));
    scripted.cancel(second, BURROW_CANCEL_MODE_HARD);
    host().waitForCompletion(second);
}

void refusesAndThrowsAsStatus()
{
    Executor scripted(*library, directives);
    CHECK_EQUAL(scripted.tryApply("!refuse BUSY"), BURROW_BUSY);
    CHECK_EQUAL(scripted.tryApply("!throw"), BURROW_INTERNAL);
    CHECK_EQUAL(scripted.run("still here").text, "still here");
}

void endsInEveryTerminal()
{
    Executor scripted(*library, directives);
    const Completed callback = scripted.run(R"(!callback search {"q": 1})");
    CHECK_EQUAL(callback.terminal, BURROW_TERMINAL_CALLBACK);
    CHECK_EQUAL(callback.resultJson, R"({"args":{"q":1},"tool":"search"})");
    CHECK_EQUAL(scripted.run("!none").terminal, BURROW_TERMINAL_NONE);
    CHECK_EQUAL(scripted.run("!no_pending_boundary").terminal, BURROW_TERMINAL_NO_PENDING_BOUNDARY);
    CHECK_EQUAL(scripted.run("!cancelled").status, BURROW_CANCELLED);
    CHECK_EQUAL(scripted.run("!fail runtime_turn oh no").message, "oh no");
    CHECK_EQUAL(scripted.run("!final hook_denied").errorFlags, BURROW_ERROR_FINAL);
}

void keepsASnapshot()
{
    std::optional<std::string> kept;
    {
        Executor scripted(*library, directives);
        kept = scripted.run("!snapshot state one").snapshot;
        CHECK(kept == "state one");
        CHECK(!scripted.run("!state").snapshot);
    }
    Executor restored(*library, directives, kept);
    CHECK_EQUAL(restored.run("!state").text, "state one");
}

void misbehavesWhenTold()
{
    Executor scripted(*library, directives);
    const Completed good = scripted.run("x");
    CHECK_EQUAL(good.receiptRun, test::runId);
    CHECK(scripted.run("!wrong_run").receiptRun != test::runId);
    const burrow_token reordered = scripted.apply({{"!reorder", "input-1"}, {"x", "input-2"}});
    const auto contributors = host().waitForCompletion(reordered).receiptContributors;
    CHECK_EQUAL(contributors.at(0), "input-2");
    CHECK_EQUAL(contributors.at(1), "input-1");
    CHECK_EQUAL(scripted.run("!twice").times, 2);
}

void completesInsideOrOutsideOfApply()
{
    Executor scripted(*library, directives);
    CHECK(host().isCompleted(scripted.apply("!before_return then x")));
    CHECK_EQUAL(host().waitForCompletion(scripted.apply("!thread then x")).text, "x");
}

void explainsADirectiveItCannotRead()
{
    Executor scripted(*library, directives);
    for (const char *input :
         {"!dance", "!delay soon then x", "!refuse NICELY", "!callback t {", "!hang forever"}) {
        const Completed completed = scripted.run(input);
        CHECK_EQUAL(completed.cause, BURROW_CAUSE_PRIMITIVE_REJECTED);
        CHECK(!completed.message.empty());
    }
}

void logsWhenTold()
{
    Executor scripted(*library, directives);
    scripted.run("!log a line");
    const std::vector<std::string> logs = host().logs();
    CHECK_EQUAL(logs.back(), "a line");
}

void refusesAWrongConfiguration()
{
    const char *wrong[] = {
        "[]",
        R"({"script": {}})",
        R"({"script": [{"anwser": "x"}]})",
        R"({"script": [{"refuse": "NICELY"}]})",
        R"({"script": [{"error": {"cause": "mood"}}]})",
        R"({"script": [{"delay_ms": -1}]})",
        R"({"script": [{"terminal": "maybe"}]})",
        R"({"repeat": "often"})",
        R"({"file": "/nonexistent/script.json"})",
        R"({"scripts": []})",
    };
    for (const char *config : wrong) {
        const test::Refusal refusal = test::refusalOf(*library, config);
        if (refusal.status != BURROW_CONFIG || refusal.message.empty())
            test::fail(__FILE__, __LINE__, std::string("not refused with a sentence: ") + config);
    }
}

} // namespace

int main(int, char **argv)
{
    static test::StubHost stub;
    static test::Library scripted(argv[1], stub);
    library = &scripted;
    return test::runCases({
        {"answers the input without a script", answersTheInputWithoutAScript},
        {"takes one step after the other", takesOneStepAfterTheOther},
        {"repeats the last step or loops", repeatsTheLastStepOrLoops},
        {"reads its script from a file", readsItsScriptFromAFile},
        {"fails as told, with cause and outcome", failsAsToldWithCauseAndOutcome},
        {"streams in chunks of whole characters", streamsInChunks},
        {"waits for room and loses nothing", waitsForRoomAndLosesNothing},
        {"hangs until it is cancelled", hangsUntilCancelled},
        {"ignores a boundary cancel when told", ignoresABoundaryCancelWhenTold},
        {"ends a delay when cancelled", endsADelayWhenCancelled},
        {"misses no cancel that came first", missesNoCancelThatCameFirst},
        {"does not cancel the next run", doesNotCancelTheNextRun},
        {"refuses, and turns an exception into a status", refusesAndThrowsAsStatus},
        {"ends in every terminal", endsInEveryTerminal},
        {"keeps a snapshot", keepsASnapshot},
        {"misbehaves when told", misbehavesWhenTold},
        {"completes inside or outside of apply", completesInsideOrOutsideOfApply},
        {"explains a directive it cannot read", explainsADirectiveItCannotRead},
        {"logs when told", logsWhenTold},
        {"refuses a wrong configuration with a sentence", refusesAWrongConfiguration},
    });
}
