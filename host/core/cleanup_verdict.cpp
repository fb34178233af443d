// SPDX-License-Identifier: Apache-2.0
#include "core/cleanup_verdict.h"

namespace burrow {

namespace {

bool sameBinding(const std::shared_ptr<const RuntimeBinding> &a, const std::shared_ptr<const RuntimeBinding> &b)
{
    return a && b ? *a == *b : a == b;
}

PublicClass classOf(OutcomeClass outcome)
{
    switch (outcome) {
    case OutcomeClass::Completed:
    case OutcomeClass::CompletedWithoutResult:
    case OutcomeClass::CallbackPending:
        return PublicClass::Completed;
    case OutcomeClass::Cancelled:
        return PublicClass::Cancelled;
    case OutcomeClass::Abandoned:
    case OutcomeClass::AbandonedWithError:
    case OutcomeClass::CompletedWithFinalizationFailure:
        return PublicClass::Failed;
    case OutcomeClass::RuntimeTerminated:
        break;
    }
    return PublicClass::Terminated;
}

/// A runtime that has ended, or could not bring its work to an end, is of no further use to who waited.
bool endsTheRuntime(const CleanupObservation &observation)
{
    switch (observation.outcome.outcome) {
    case OutcomeClass::RuntimeTerminated:
    case OutcomeClass::CompletedWithFinalizationFailure:
    case OutcomeClass::AbandonedWithError:
        return true;
    case OutcomeClass::Abandoned:
    case OutcomeClass::Cancelled:
        return !observation.liveSession;
    case OutcomeClass::Completed:
    case OutcomeClass::CompletedWithoutResult:
    case OutcomeClass::CallbackPending:
        break;
    }
    return false;
}

} // namespace

CleanupDecision decideCleanup(const SessionRegisters &now, const CleanupObservation &observation)
{
    CleanupDecision decision;
    if (observation.session != now.session || !sameBinding(observation.binding, now.binding)) {
        decision.reason = QStringLiteral("what was seen is of another session, or of an earlier binding of it");
        return decision;
    }
    decision.releasesAdmission = true;
    decision.reason = observation.outcome.reason;
    if (observation.outcome.waitFailure != WaitFailure::None) {
        // Nobody knows how it ended: the runtime is left alone, and nothing is held for it any longer.
        decision.verdict = observation.archived ? CleanupVerdict::CleanUp : CleanupVerdict::Retain;
        return decision;
    }
    decision.publicClass = classOf(observation.outcome.outcome);
    const bool over = observation.archived || endsTheRuntime(observation);
    decision.verdict = over ? CleanupVerdict::CleanUp : CleanupVerdict::Retain;
    return decision;
}

} // namespace burrow
