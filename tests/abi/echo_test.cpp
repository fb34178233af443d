// SPDX-License-Identifier: Apache-2.0

#include "check.h"
#include "host_stub.h"

namespace {

using test::Completed;
using test::Executor;

test::Library *library = nullptr;

void answersItsInput()
{
    Executor echo(*library, "{}");
    const Completed completed = echo.run("hello");
    CHECK_EQUAL(completed.status, BURROW_OK);
    CHECK_EQUAL(completed.terminal, BURROW_TERMINAL_RESULT);
    CHECK_EQUAL(completed.text, "hello");
}

void answersEveryAppendOnALine()
{
    Executor echo(*library, R"({"prefix": "> "})");
    const burrow_token token = echo.apply({{"one", "input-1"}, {"", "input-2"}, {"three", "input-3"}});
    CHECK_EQUAL(library->host().waitForCompletion(token).text, "> one\n> \n> three");
}

void readsEveryEscapeOfJson()
{
    Executor echo(*library, " { \"uppercase\" : false ,\n\t\"prefix\" : "
                            "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00é\" } ");
    CHECK_EQUAL(echo.run("").text, "\"\\/\b\f\n\r\té€😀é");
}

void answersInCapitals()
{
    Executor echo(*library, R"({"uppercase": true, "prefix": "é: "})");
    CHECK_EQUAL(echo.run("straße, az").text, "é: STRAßE, AZ");
}

void completesAsCancelledWhenTheLevelIsRaised()
{
    Executor echo(*library, "{}");
    const burrow_token token = echo.apply({{"hello"}}, BURROW_CANCEL_BOUNDARY);
    const Completed completed = library->host().waitForCompletion(token);
    CHECK_EQUAL(completed.status, BURROW_CANCELLED);
    CHECK(!completed.hasResult);
    CHECK_EQUAL(completed.times, 1);
}

void ignoresACancelOfAnUnknownRun()
{
    Executor echo(*library, "{}");
    CHECK_EQUAL(echo.cancel(library->host().mintToken(), BURROW_CANCEL_MODE_HARD), BURROW_OK);
    CHECK_EQUAL(echo.run("hello").text, "hello");
}

void hasNothingPending()
{
    Executor echo(*library, "{}");
    const burrow_token resumed = echo.applyNothing(BURROW_EXECUTION_RESUME_PENDING);
    CHECK_EQUAL(library->host().waitForCompletion(resumed).terminal, BURROW_TERMINAL_NO_PENDING_BOUNDARY);
    const burrow_token context = echo.applyNothing(BURROW_EXECUTION_CONTENT_TURN);
    CHECK_EQUAL(library->host().waitForCompletion(context).terminal, BURROW_TERMINAL_NONE);
}

void refusesAWrongConfiguration()
{
    const char *wrong[] = {
        "[]",
        "{",
        "{}x",
        R"({"prefix": 1})",
        R"({"prefix": "a)",
        R"({"prefix": "\x"})",
        R"({"prefix": "\ud83d"})",
        R"({"prefix": "\ude00"})",
        R"({"prefix": "\u00g0"})",
        R"({"prefix": "a",})",
        R"({"prefix": "a" "uppercase": true})",
        R"({"uppercase": "yes"})",
        R"({"uppercase": truely})",
        R"({"suffix": "a"})",
        "{\"prefix\": \"a\nb\"}",
    };
    for (const char *config : wrong) {
        const test::Refusal refusal = test::refusalOf(*library, config);
        if (refusal.status != BURROW_CONFIG || refusal.message.empty())
            test::fail(__FILE__, __LINE__, std::string("not refused with a sentence: ") + config);
    }
}

void refusesAnOlderHost()
{
    CHECK(library->plugin().descriptor->abi_min >= 1);
    CHECK_EQUAL(library->plugin().descriptor->abi_built, BURROW_ABI_VERSION);
}

} // namespace

int main(int, char **argv)
{
    static test::StubHost host;
    static test::Library echo(argv[1], host);
    library = &echo;
    return test::runCases({
        {"answers its input", answersItsInput},
        {"answers every append on a line of its own", answersEveryAppendOnALine},
        {"reads every escape of JSON", readsEveryEscapeOfJson},
        {"answers in capitals", answersInCapitals},
        {"completes as cancelled when the level is raised", completesAsCancelledWhenTheLevelIsRaised},
        {"ignores a cancel of an unknown run", ignoresACancelOfAnUnknownRun},
        {"has nothing pending", hasNothingPending},
        {"refuses a wrong configuration with a sentence", refusesAWrongConfiguration},
        {"states the revisions it was built for", refusesAnOlderHost},
    });
}
