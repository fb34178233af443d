// SPDX-License-Identifier: Apache-2.0

#include "directive.h"

#include "names.h"

#include <charconv>
#include <functional>
#include <map>

namespace scripted {

using plugin_support::ConfigError;

namespace {

// Takes the next word off the front of `rest`.
std::string_view takeWord(std::string_view &rest)
{
    const size_t begin = std::min(rest.find_first_not_of(" \n"), rest.size());
    rest.remove_prefix(begin);
    const size_t end = std::min(rest.find_first_of(" \n"), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

int64_t takeNumber(std::string_view &rest, std::string_view unit)
{
    const std::string_view word = takeWord(rest);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const std::string_view suffix(end, static_cast<size_t>(word.data() + word.size() - end));
    if (error != std::errc() || number < 0 || suffix != unit)
        throw ConfigError("\"" + std::string(word) + "\" is not a number such as 50" + std::string(unit) + ".");
    return number;
}

template <typename Lookup>
int32_t takeNamed(std::string_view &rest, Lookup &&lookup)
{
    const std::string_view word = takeWord(rest);
    if (const std::optional<int32_t> value = lookup(word))
        return *value;
    throw ConfigError("\"" + std::string(word) + "\" is not a name that a script knows.");
}

// What follows `then`: a directive, or the text to answer.
Step parseRest(std::string_view rest)
{
    std::string_view afterThen = rest;
    if (takeWord(afterThen) == "then")
        rest = afterThen;
    if (rest.starts_with('!'))
        return parseDirective(rest);
    Step step;
    if (!rest.empty())
        step.answer = std::string(rest);
    return step;
}

Step failure(std::string_view rest, uint32_t flags)
{
    Step step;
    step.error.emplace();
    step.error->cause = takeNamed(rest, causeNamed);
    step.error->flags = flags;
    step.error->outcome = flags & BURROW_ERROR_FINAL ? BURROW_OUTCOME_FAILED : 0;
    if (!rest.empty())
        step.error->message = std::string(rest);
    return step;
}

Step hang(std::string_view rest)
{
    Step step;
    step.hangs = true;
    const std::string_view ignored = takeWord(rest);
    if (ignored == "boundary")
        step.ignoredCancel = BURROW_CANCEL_BOUNDARY;
    else if (ignored == "hard")
        step.ignoredCancel = BURROW_CANCEL_HARD;
    else if (!ignored.empty())
        throw ConfigError("!hang can ignore boundary or hard, not \"" + std::string(ignored) + "\".");
    return step;
}

Step callback(std::string_view rest)
{
    Step step;
    const std::string tool(takeWord(rest));
    step.terminal = BURROW_TERMINAL_CALLBACK;
    step.resultJson = callbackJson(tool, plugin_support::parseJson(rest, "the argument of !callback"));
    return step;
}

Step snapshot(std::string_view rest)
{
    Step step;
    step.snapshot = std::string(rest);
    step.answer = step.snapshot;
    return step;
}

Step chunks(std::string_view rest)
{
    const int64_t count = takeNumber(rest, "");
    Step step = parseRest(rest);
    step.chunks = count;
    if (!step.answer) {
        step.answer.emplace();
        for (int64_t i = 1; i <= count; ++i)
            *step.answer += "chunk " + std::to_string(i) + (i < count ? "\n" : "");
    }
    return step;
}

Step delay(std::string_view rest)
{
    const int64_t milliseconds = takeNumber(rest, "ms");
    Step step = parseRest(rest);
    step.delay = std::chrono::milliseconds(milliseconds);
    return step;
}

Step completingOn(std::string_view rest, Step::CompleteOn completeOn)
{
    Step step = parseRest(rest);
    step.completeOn = completeOn;
    return step;
}

Step steer(std::string_view rest)
{
    const int64_t count = takeNumber(rest, "");
    Step step;
    step.steers = count;
    if (!rest.empty())
        step.stageRefusal = takeNamed(rest, statusNamed);
    return step;
}

Step operation(std::string_view rest)
{
    Step step;
    step.operation = std::string(takeWord(rest));
    if (step.operation->empty())
        throw ConfigError("!operation needs a name.");
    if (!rest.empty())
        step.operationRefusal = takeNamed(rest, statusNamed);
    return step;
}

Step with(std::string_view rest, void (*change)(Step &))
{
    Step step = parseRest(rest);
    change(step);
    return step;
}

using Parser = std::function<Step(std::string_view)>;

// clang-format off
const std::map<std::string_view, Parser> &parsers()
{
    using Text = std::string_view;
    static const std::map<std::string_view, Parser> table = {
        {"fail",                [](Text rest) { return failure(rest, 0); }},
        {"final",               [](Text rest) { return failure(rest, BURROW_ERROR_FINAL); }},
        {"refuse",              [](Text rest) { Step step; step.refuse = takeNamed(rest, statusNamed); return step; }},
        {"cancelled",           [](Text rest) { return with(rest, [](Step &step) { step.isCancelled = true; }); }},
        {"hang",                hang},
        {"delay",               delay},
        {"chunks",              chunks},
        {"thread",              [](Text rest) { return completingOn(rest, Step::CompleteOn::Thread); }},
        {"before_return",       [](Text rest) { return completingOn(rest, Step::CompleteOn::BeforeReturn); }},
        {"snapshot",            snapshot},
        {"steer",               steer},
        {"operation",           operation},
        {"state",               [](Text rest) { return with(rest, [](Step &step) { step.answersState = true; }); }},
        {"callback",            callback},
        {"none",                [](Text rest) { return with(rest, [](Step &step) { step.terminal = BURROW_TERMINAL_NONE; }); }},
        {"no_pending_boundary", [](Text rest) { return with(rest, [](Step &step) { step.terminal = BURROW_TERMINAL_NO_PENDING_BOUNDARY; }); }},
        {"log",                 [](Text rest) { Step step; step.log = std::string(rest); return step; }},
        {"wrong_run",           [](Text rest) { return with(rest, [](Step &step) { step.fault = Step::Fault::WrongRun; }); }},
        {"reorder",             [](Text rest) { return with(rest, [](Step &step) { step.fault = Step::Fault::Reorder; }); }},
        {"twice",               [](Text rest) { return with(rest, [](Step &step) { step.fault = Step::Fault::Twice; }); }},
        {"throw",               [](Text rest) { return with(rest, [](Step &step) { step.fault = Step::Fault::Throw; }); }},
    };
    return table;
}
// clang-format on

} // namespace

Step parseDirective(std::string_view text)
{
    std::string_view rest = text.substr(1);
    const std::string_view name = takeWord(rest);
    const auto found = parsers().find(name);
    if (found == parsers().end())
        throw ConfigError("There is no directive !" + std::string(name) + ".");
    return found->second(rest);
}

} // namespace scripted
