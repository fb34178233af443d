// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/run_result.h"

namespace burrow {

/// What became of an input for somebody who waits.
enum class OutcomeClass : quint8 {
    Completed,
    CompletedWithoutResult,
    CallbackPending,
    Cancelled,
    Abandoned,
    AbandonedWithError,
    CompletedWithFinalizationFailure, ///< There was output, but it could not be made durable: it must not be
                                      ///< shown.
    RuntimeTerminated,
};
inline constexpr EnumNames<OutcomeClass, 8> outcomeClassName{
    {"completed", "completed_without_result", "callback_pending", "cancelled", "abandoned",
     "abandoned_with_error", "completed_with_finalization_failure", "runtime_terminated"}};

/// Why a waiter got no outcome at all; apart from the outcomes on purpose, and never shown as "cancelled".
enum class WaitFailure : quint8 { None, ChannelClosed, AuthorityUnavailable };
inline constexpr EnumNames<WaitFailure, 3> waitFailureName{{"none", "channel_closed", "authority_unavailable"}};

struct Outcome
{
    OutcomeClass outcome = OutcomeClass::RuntimeTerminated;
    WaitFailure waitFailure = WaitFailure::None; ///< Not None: `outcome` says nothing.
    QByteArray text;
    QByteArray json;
    QString reason; ///< One sentence, empty for success.
    FailureCause cause = FailureCause::Unknown;
    RunId run;

    /// True when the work itself succeeded and its result may be used.
    bool succeeded() const
    {
        return waitFailure == WaitFailure::None
               && (outcome == OutcomeClass::Completed || outcome == OutcomeClass::CompletedWithoutResult
                   || outcome == OutcomeClass::CallbackPending);
    }
};

/// When a waiter is answered: at the end of the next attempt, or only when the input will never run again.
enum class WaitMode : quint8 { Attempt, Terminal };

/// How an input ended, as it is stored.
enum class TerminalKind : quint8 { Consumed, Superseded, Coalesced, Abandoned };
inline constexpr EnumNames<TerminalKind, 4> terminalKindName{
    {"consumed", "superseded", "coalesced", "abandoned"}};

enum class AbandonReason : quint8 {
    None,
    Retired,
    Reset,
    Stopped,
    Destroyed,
    Cancelled,
    MaxAttemptsExhausted,
    NeverExecuted, ///< Staging refused it three times.
};
inline constexpr EnumNames<AbandonReason, 8> abandonReasonName{{"none", "retired", "reset", "stopped",
                                                                "destroyed", "cancelled",
                                                                "max_attempts_exhausted", "never_executed"}};

} // namespace burrow
