// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/run_result.h"

/// The turn inside a run. An executor is opaque to the host, so a turn is ready, running, being cancelled, or
/// over.
namespace burrow {

enum class TurnPhase : quint8 { Ready, Running, Cancelling, Completed, Failed, Cancelled };
inline constexpr EnumNames<TurnPhase, 6> turnPhaseName{
    {"ready", "running", "cancelling", "completed", "failed", "cancelled"}};

struct TurnRegisters
{
    TurnPhase phase = TurnPhase::Ready;
    FailureCause cause = FailureCause::Unknown; ///< Known exactly when phase is Failed.
    bool cancelAtBoundary = false;              ///< Asked while running; at most one outstanding per run.

    friend bool operator==(const TurnRegisters &, const TurnRegisters &) = default;
};

enum class TurnVerb : quint8 {
    Start,
    RequestCancelAfterBoundary,
    CancelNow,
    Complete,
    FailWith,
    CancellationObserved,
};
inline constexpr EnumNames<TurnVerb, 6> turnVerbName{
    {"start", "request_cancel_after_boundary", "cancel_now", "complete", "fail_with", "cancellation_observed"}};

struct TurnInput
{
    TurnVerb verb = TurnVerb::Start;
    FailureCause cause = FailureCause::Unknown; ///< FailWith: must be known.
};

struct TurnStep
{
    bool accepted = false;
    const char *row = nullptr; ///< Id of the row or refusal, e.g. "T4". Static.
    TurnRegisters next;
};

TurnStep step(const TurnRegisters &registers, const TurnInput &input);

} // namespace burrow
