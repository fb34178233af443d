// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "burrow/abi.h"
#include "support/json_fields.h"

#include <chrono>
#include <optional>
#include <string>

namespace scripted {

// How a run is to fail.
struct StepError
{
    int32_t status = BURROW_INTERNAL;
    int32_t cause = BURROW_CAUSE_RUNTIME_TURN;
    int32_t outcome = 0;
    uint32_t flags = 0;
    std::string message = "The script says so.";
};

// What one run does. First come log and chunks, then the delay, then the hang, then the end.
struct Step
{
    enum class CompleteOn { Default, BeforeReturn, Thread };
    enum class Fault { None, WrongRun, Reorder, Twice, Throw };

    std::optional<std::string> answer; // the input's text by default
    bool answersState = false;         // answer with the last snapshot
    std::chrono::milliseconds delay{0};
    int64_t chunks = 0;
    std::optional<StepError> error;
    std::optional<int32_t> refuse;
    bool isCancelled = false;
    bool hangs = false;
    int32_t ignoredCancel = BURROW_CANCEL_NONE; // this level and those below
    int64_t steers = 0;                         // contexts to wait for with an open live boundary
    std::optional<int32_t> stageRefusal;        // refuse each with this status
    std::optional<std::string> operation;       // begin one of that name
    std::optional<int32_t> operationRefusal;    // refuse its cancels with this status
    std::optional<std::string> snapshot;
    int32_t terminal = BURROW_TERMINAL_RESULT;
    std::string resultJson; // of a callback
    CompleteOn completeOn = CompleteOn::Default;
    std::string log;
    Fault fault = Fault::None;
};

// Throws plugin_support::ConfigError. `where` names the step in messages.
Step parseStep(const plugin_support::Json &json, const std::string &where);

// {"tool": …, "args": …} as text.
std::string callbackJson(const std::string &tool, const plugin_support::Json &args);

} // namespace scripted
