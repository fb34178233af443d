// SPDX-License-Identifier: Apache-2.0
#include "session_reference.h"

#include <algorithm>

namespace burrow {
namespace {

using Next = std::optional<SessionRegisters>;
constexpr std::nullopt_t refused = std::nullopt;

bool sameFacts(const SessionRegisters &now, const SessionInput &input)
{
    if (!now.binding || !input.binding)
        return !now.binding && !input.binding;
    return *now.binding == *input.binding;
}

bool isOneOf(Phase phase, std::initializer_list<Phase> phases)
{
    return std::find(phases.begin(), phases.end(), phase) != phases.end();
}

bool isDraining(const SessionRegisters &now)
{
    return now.registration == Registration::Draining;
}

bool isForThis(const SessionRegisters &now, const SessionInput &input)
{
    return now.session && now.session == input.session;
}

Next registerSession(SessionRegisters next, const SessionInput &input)
{
    if (!input.session || next.phase == Phase::Initializing)
        return refused;
    if (next.session == input.session)
        return next;
    if (next.session) {
        if (isDraining(next))
            return refused;
        next.binding.reset();
    }
    next.session = input.session;
    next.silentIntents.reset();
    next.lastCompletionRun = {};
    return next;
}

Next prepareBindings(SessionRegisters next, const SessionInput &input)
{
    const bool registered = isForThis(next, input) || (next.phase == Phase::Initializing && !next.session);
    const RuntimeBinding given = input.binding ? *input.binding : RuntimeBinding{};
    if (!registered || given.runtimeId.isEmpty() || !given.fence || (!given.generation && !given.epoch))
        return refused;
    if (next.binding && *next.binding == given)
        return next;
    if (next.binding) {
        const RuntimeBinding &bound = *next.binding;
        if (bound.runtimeId != given.runtimeId || bound.epoch != given.epoch)
            return refused;
        if ((bound.fence && bound.fence != given.fence)
            || (bound.generation && bound.generation != given.generation))
            return refused;
    }
    if (isDraining(next))
        return refused;
    next.binding = input.binding;
    if (next.phase == Phase::Idle)
        next.phase = Phase::Attached;
    return next;
}

Next executor(SessionRegisters next, SessionVerb verb)
{
    if (verb == SessionVerb::DetachExecutor) {
        if (next.phase == Phase::Attached) {
            next.phase = Phase::Idle;
            next.stopDeferred = false;
            if (!isDraining(next))
                next.registration = Registration::Queuing;
            return next;
        }
        return next.phase == Phase::Idle ? Next(next) : refused;
    }
    if (isOneOf(next.phase, {Phase::Retired, Phase::Stopped}))
        return next;
    if (next.phase == Phase::Initializing || !next.session || isDraining(next))
        return refused;
    next.registration = Registration::Active;
    if (next.phase == Phase::Attached)
        next.stopDeferred = false;
    if (next.phase == Phase::Idle)
        next.phase = Phase::Attached;
    return next;
}

Next beginRun(SessionRegisters next, const SessionInput &input)
{
    const bool drains = input.verb == SessionVerb::DrainQueuedRun;
    const bool rightPhase =
        drains ? next.phase == Phase::Retired : isOneOf(next.phase, {Phase::Idle, Phase::Attached});
    if (!rightPhase || isDraining(next) || !input.run || (!drains && !next.session))
        return refused;
    next.preRun = next.phase;
    next.phase = Phase::Running;
    next.run = input.run;
    next.lastCompletionRun = {};
    return next;
}

Next endRun(SessionRegisters next, const SessionInput &input)
{
    if (next.phase != Phase::Running || next.run != input.run)
        return refused;
    const TurnRegisters &turn = input.turn;
    const bool completed = input.verb == SessionVerb::Commit || input.verb == SessionVerb::ServiceTurnCommitted;
    if (input.verb == SessionVerb::Fail
        && (turn.phase != TurnPhase::Failed || turn.cause == FailureCause::Unknown))
        return refused;
    if (input.verb == SessionVerb::CancelRun && turn.phase != TurnPhase::Cancelled)
        return refused;
    if (input.verb == SessionVerb::ServiceTurnCommitted && turn.phase != TurnPhase::Completed)
        return refused;
    if (completed)
        next.lastCompletionRun = next.run;
    next.phase = next.preRun;
    next.preRun = Phase::Idle;
    next.run = {};
    if (next.phase != Phase::Attached)
        next.stopDeferred = false;
    return next;
}

void quiesce(SessionRegisters &next)
{
    next.run = {};
    next.preRun = Phase::Idle;
    next.stopDeferred = false;
    next.silentIntents.reset();
}

Next retireOrReset(SessionRegisters next, SessionVerb verb)
{
    if (verb == SessionVerb::Retire) {
        if (next.phase == Phase::Initializing)
            return refused;
        next.stopDeferred = false;
        (next.phase == Phase::Running ? next.preRun : next.phase) = Phase::Retired;
        return next;
    }
    if (isOneOf(next.phase, {Phase::Running, Phase::Stopped}))
        return refused;
    quiesce(next);
    next.phase = Phase::Idle;
    if (next.binding) {
        RuntimeBinding facts = *next.binding;
        facts.fence.reset();
        next.binding = std::make_shared<const RuntimeBinding>(facts);
    }
    return next;
}

Next stopOrExit(SessionRegisters next, SessionVerb verb)
{
    if (verb == SessionVerb::StopRuntimeExecutor) {
        if (next.phase == Phase::Stopped)
            return refused;
        if (isOneOf(next.phase, {Phase::Attached, Phase::Running})) {
            next.stopDeferred = true;
            next.silentIntents.reset();
        } else {
            quiesce(next);
        }
        return next;
    }
    if (next.phase == Phase::Initializing)
        return refused;
    if (!isDraining(next))
        next.registration = Registration::Queuing;
    if (next.phase == Phase::Stopped)
        return next;
    next.phase = visiblePhase(next) == Phase::Retired ? Phase::Retired : Phase::Stopped;
    quiesce(next);
    return next;
}

Next recycleOrRecover(SessionRegisters next, const SessionInput &input)
{
    if (input.verb == SessionVerb::Recover)
        return next.phase == Phase::Running ? refused : Next(next);
    if (input.verb == SessionVerb::Recycle) {
        if (!next.session || !isOneOf(next.phase, {Phase::Idle, Phase::Attached, Phase::Retired}))
            return refused;
        if (next.phase == Phase::Retired)
            next.phase = Phase::Idle;
        next.binding.reset();
        return next;
    }
    const SessionRegisters *stored = input.observed.get();
    if (next.phase != Phase::Initializing || !stored || brokenInvariant(*stored)
        || isOneOf(stored->phase, {Phase::Running, Phase::Attached}) || isDraining(*stored)
        || (input.session && input.session != stored->session))
        return refused;
    next.phase = stored->phase;
    next.session = stored->session;
    next.silentIntents = stored->silentIntents;
    next.lastCompletionRun = stored->lastCompletionRun;
    next.binding = stored->binding;
    if (input.binding && next.binding && next.binding->epoch != input.binding->epoch)
        next.binding.reset();
    return next;
}

Next destroyOrStart(SessionRegisters next, SessionVerb verb)
{
    if (verb == SessionVerb::Start) {
        if (!isOneOf(next.phase, {Phase::Idle, Phase::Stopped}) || !next.session || isDraining(next))
            return refused;
        if (next.phase == Phase::Stopped) {
            next.phase = Phase::Idle;
            next.registration = Registration::Queuing;
            next.binding.reset();
        }
        return next;
    }
    if (next.phase == Phase::Initializing && !next.binding)
        return refused;
    quiesce(next);
    next.phase = Phase::Destroyed;
    next.registration = Registration::Queuing;
    next.loopStopOwed = next.drainExitOwed = next.waitersOwed = false;
    return next;
}

Next unregister(SessionRegisters next, const SessionInput &input)
{
    if (next.phase == Phase::Initializing || !isForThis(next, input))
        return refused;
    if (input.verb == SessionVerb::BeginUnregisterSession) {
        if (isDraining(next) || !sameFacts(next, input))
            return refused;
        next.registration = Registration::Draining;
        next.loopStopOwed = next.drainExitOwed = next.waitersOwed = true;
        return next;
    }
    if (!isDraining(next))
        return refused;
    if (input.verb == SessionVerb::UnregisterSession) {
        if (next.loopStopOwed || next.drainExitOwed || next.waitersOwed || !sameFacts(next, input))
            return refused;
        SessionRegisters bare;
        bare.phase = Phase::Idle;
        return bare;
    }
    bool &owed = input.verb == SessionVerb::RuntimeLoopStoppedForUnregister ? next.loopStopOwed
                 : input.verb == SessionVerb::CommsDrainExitedForUnregister ? next.drainExitOwed
                                                                            : next.waitersOwed;
    if (!owed)
        return refused;
    owed = false;
    return next;
}

/// Inputs that never change the phase.
Next question(SessionRegisters next, const SessionInput &input)
{
    switch (input.verb) {
    case SessionVerb::InterruptCurrentRun:
    case SessionVerb::CancelAfterBoundary:
        return isOneOf(next.phase, {Phase::Attached, Phase::Running}) ? Next(next) : refused;
    case SessionVerb::Observe:
    case SessionVerb::AbortAll:
        return next.phase == Phase::Initializing ? refused : Next(next);
    case SessionVerb::Ingest:
        if (!acceptsInput(visiblePhase(next)) || !isForThis(next, input) || !sameFacts(next, input))
            return refused;
        return next;
    case SessionVerb::ResolveRuntimeOpsLifecycleDurability:
        if (next.phase == Phase::Initializing || !isForThis(next, input) || !sameFacts(next, input))
            return refused;
        return next;
    default:
        if (next.phase == Phase::Initializing || !next.session)
            return refused;
        if (input.verb == SessionVerb::SetSilentIntents)
            next.silentIntents = input.silentIntents;
        return next;
    }
}

template <typename Value>
bool samePointee(const std::shared_ptr<const Value> &a, const std::shared_ptr<const Value> &b)
{
    return a == b || (a && b && *a == *b);
}

} // namespace

std::optional<SessionRegisters> referenceStep(const SessionRegisters &registers, const SessionInput &input)
{
    if (registers.phase == Phase::Destroyed)
        return refused;
    switch (input.verb) {
    case SessionVerb::Initialize: {
        SessionRegisters next = registers;
        next.phase = Phase::Idle;
        return registers.phase == Phase::Initializing ? Next(next) : refused;
    }
    case SessionVerb::RegisterSession:
        return registerSession(registers, input);
    case SessionVerb::PrepareBindings:
        return prepareBindings(registers, input);
    case SessionVerb::EnsureSessionWithExecutor:
    case SessionVerb::DetachExecutor:
        return executor(registers, input.verb);
    case SessionVerb::Prepare:
    case SessionVerb::DrainQueuedRun:
        return beginRun(registers, input);
    case SessionVerb::Commit:
    case SessionVerb::Fail:
    case SessionVerb::CancelRun:
    case SessionVerb::RollbackRun:
    case SessionVerb::ServiceTurnCommitted:
        return endRun(registers, input);
    case SessionVerb::Retire:
    case SessionVerb::Reset:
        return retireOrReset(registers, input.verb);
    case SessionVerb::StopRuntimeExecutor:
    case SessionVerb::RuntimeExecutorExited:
        return stopOrExit(registers, input.verb);
    case SessionVerb::Recycle:
    case SessionVerb::Recover:
    case SessionVerb::RecoverRuntimeAuthority:
        return recycleOrRecover(registers, input);
    case SessionVerb::Destroy:
    case SessionVerb::Start:
        return destroyOrStart(registers, input.verb);
    case SessionVerb::BeginUnregisterSession:
    case SessionVerb::RuntimeLoopStoppedForUnregister:
    case SessionVerb::CommsDrainExitedForUnregister:
    case SessionVerb::CompletionWaitersResolvedForUnregister:
    case SessionVerb::UnregisterSession:
        return unregister(registers, input);
    default:
        return question(registers, input);
    }
}

bool sameValues(const SessionRegisters &a, const SessionRegisters &b)
{
    return a.phase == b.phase && a.preRun == b.preRun && a.registration == b.registration
           && a.stopDeferred == b.stopDeferred && a.loopStopOwed == b.loopStopOwed
           && a.drainExitOwed == b.drainExitOwed && a.waitersOwed == b.waitersOwed && a.session == b.session
           && a.run == b.run && a.lastCompletionRun == b.lastCompletionRun && samePointee(a.binding, b.binding)
           && samePointee(a.silentIntents, b.silentIntents);
}

} // namespace burrow
