// SPDX-License-Identifier: Apache-2.0
#include "core/outcome_rules.h"

namespace burrow {

OutcomeClass outcomeClassFor(RunTerminal terminal, Finalization finalization)
{
    const bool succeeded = finalization == Finalization::Succeeded;
    switch (terminal) {
    case RunTerminal::Result:
        return succeeded ? OutcomeClass::Completed : OutcomeClass::CompletedWithFinalizationFailure;
    case RunTerminal::CallbackPending:
        return succeeded ? OutcomeClass::CallbackPending : OutcomeClass::AbandonedWithError;
    case RunTerminal::None:
    case RunTerminal::NoPendingBoundary:
        break;
    }
    return succeeded ? OutcomeClass::CompletedWithoutResult : OutcomeClass::AbandonedWithError;
}

Outcome outcomeFor(const RunOutput &output, Finalization finalization, const QString &failure)
{
    Outcome outcome;
    outcome.outcome = outcomeClassFor(output.terminal, finalization);
    outcome.run = output.receipt.run;
    if (finalization == Finalization::Succeeded) {
        outcome.text = output.text;
        outcome.json = output.json;
    } else {
        outcome.reason = failure;
    }
    return outcome;
}

Outcome outcomeFor(AbandonReason reason, const QString &detail)
{
    Outcome outcome;
    outcome.reason = detail;
    switch (reason) {
    case AbandonReason::Cancelled:
        outcome.outcome = OutcomeClass::Cancelled;
        break;
    case AbandonReason::MaxAttemptsExhausted:
    case AbandonReason::NeverExecuted:
        outcome.outcome = OutcomeClass::AbandonedWithError;
        break;
    case AbandonReason::None:
        outcome.outcome = OutcomeClass::Abandoned;
        break;
    case AbandonReason::Retired:
    case AbandonReason::Reset:
    case AbandonReason::Stopped:
    case AbandonReason::Destroyed:
        outcome.outcome = OutcomeClass::RuntimeTerminated;
        break;
    }
    return outcome;
}

Refusal refusalOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Committed:
        return Refusal::None;
    case Verdict::Refused:
        return Refusal::Held;
    case Verdict::NotWritten:
        break;
    case Verdict::Fenced:
        return Refusal::Fenced;
    case Verdict::Unknown:
        return Refusal::OutcomeUnknown;
    }
    return Refusal::NotWritten;
}

Outcome waitFailed(WaitFailure failure, const QString &reason)
{
    Outcome outcome;
    outcome.waitFailure = failure;
    outcome.reason = reason;
    return outcome;
}

} // namespace burrow
