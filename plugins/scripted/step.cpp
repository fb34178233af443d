// SPDX-License-Identifier: Apache-2.0

#include "step.h"

#include "names.h"

#include <map>

namespace scripted {

using plugin_support::Json;
using plugin_support::JsonFields;

namespace {

// The value that `key` names in `values`, or `absent`.
template <typename Value>
Value oneOf(JsonFields &fields, const char *key, const std::map<std::string, Value> &values, Value absent)
{
    const auto name = fields.text(key);
    if (!name)
        return absent;
    const auto found = values.find(*name);
    if (found != values.end())
        return found->second;
    std::string names;
    for (const auto &[known, value] : values)
        names += (names.empty() ? "" : ", ") + known;
    fields.refuse(key, "must be one of " + names);
}

template <typename Lookup>
std::optional<int32_t> numberNamed(JsonFields &fields, const char *key, Lookup &&lookup)
{
    const auto name = fields.text(key);
    if (!name)
        return std::nullopt;
    const std::optional<int32_t> number = lookup(*name);
    if (!number)
        fields.refuse(key, "has the unknown name \"" + *name + "\"");
    return number;
}

StepError parseError(const Json &json, const std::string &where)
{
    JsonFields fields(json, "error of " + where);
    StepError error;
    error.status = numberNamed(fields, "status", statusNamed).value_or(error.status);
    if (error.status == BURROW_OK)
        fields.refuse("status", "must not be OK");
    error.cause = numberNamed(fields, "cause", causeNamed).value_or(error.cause);
    error.message = fields.text("message").value_or(error.message);
    if (fields.flag("retryable").value_or(false))
        error.flags |= BURROW_ERROR_RETRYABLE;
    const std::optional<int32_t> outcome = numberNamed(fields, "outcome", outcomeNamed);
    if (fields.flag("final").value_or(outcome.has_value())) {
        error.flags |= BURROW_ERROR_FINAL;
        error.outcome = outcome.value_or(BURROW_OUTCOME_FAILED);
    }
    fields.refuseOthers();
    return error;
}

void readAnswer(JsonFields &fields, Step &step, const std::string &where)
{
    step.answer = fields.text("answer");
    step.answersState = fields.flag("state").value_or(false);
    step.snapshot = fields.text("snapshot");
    step.chunks = fields.integer("chunks", 0).value_or(0);
    step.log = fields.text("log").value_or(std::string());
    if (const Json *json = fields.value("callback")) {
        JsonFields callback(*json, "callback of " + where);
        const Json *args = callback.value("args");
        step.resultJson =
            callbackJson(callback.text("tool").value_or(std::string()), args ? *args : Json::object());
        callback.refuseOthers();
    }
    step.terminal = oneOf<int32_t>(fields, "terminal",
                                   {{"result", BURROW_TERMINAL_RESULT},
                                    {"callback", BURROW_TERMINAL_CALLBACK},
                                    {"none", BURROW_TERMINAL_NONE},
                                    {"no_pending_boundary", BURROW_TERMINAL_NO_PENDING_BOUNDARY}},
                                   step.resultJson.empty() ? BURROW_TERMINAL_RESULT : BURROW_TERMINAL_CALLBACK);
    if (step.terminal == BURROW_TERMINAL_CALLBACK && step.resultJson.empty())
        step.resultJson = callbackJson("tool", Json::object());
}

void readEnd(JsonFields &fields, Step &step, const std::string &where)
{
    step.delay = std::chrono::milliseconds(fields.integer("delay_ms", 0).value_or(0));
    step.hangs = fields.flag("hang").value_or(false);
    step.isCancelled = fields.flag("cancelled").value_or(false);
    step.refuse = numberNamed(fields, "refuse", statusNamed);
    if (step.refuse == BURROW_OK)
        fields.refuse("refuse", "must not be OK");
    if (const Json *error = fields.value("error"))
        step.error = parseError(*error, where);
    step.ignoredCancel = oneOf<int32_t>(fields, "ignore_cancel",
                                        {{"boundary", BURROW_CANCEL_BOUNDARY}, {"hard", BURROW_CANCEL_HARD}},
                                        BURROW_CANCEL_NONE);
    step.completeOn = oneOf<Step::CompleteOn>(
        fields, "complete",
        {{"before_return", Step::CompleteOn::BeforeReturn}, {"thread", Step::CompleteOn::Thread}},
        Step::CompleteOn::Default);
    step.fault = oneOf<Step::Fault>(fields, "fault",
                                    {{"wrong_run", Step::Fault::WrongRun},
                                     {"reorder", Step::Fault::Reorder},
                                     {"twice", Step::Fault::Twice},
                                     {"throw", Step::Fault::Throw}},
                                    Step::Fault::None);
}

} // namespace

Step parseStep(const Json &json, const std::string &where)
{
    JsonFields fields(json, where);
    Step step;
    readAnswer(fields, step, where);
    readEnd(fields, step, where);
    fields.refuseOthers();
    return step;
}

std::string callbackJson(const std::string &tool, const Json &args)
{
    return Json{{"tool", tool}, {"args", args}}.dump();
}

} // namespace scripted
