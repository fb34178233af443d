// SPDX-License-Identifier: Apache-2.0
#include "machine/session_machine.h"

#include "machine/session_table.h"

namespace burrow {
namespace {

using SessionDecision = Decision<SessionTransition, SessionRefusalRow, SessionGuard>;

/// Shared pointers to equal facts usually are the same pointer, so that is asked first.
bool sameFacts(const std::shared_ptr<const RuntimeBinding> &a, const std::shared_ptr<const RuntimeBinding> &b)
{
    return a == b || (a && b && *a == *b);
}

bool completeFacts(const std::shared_ptr<const RuntimeBinding> &binding)
{
    return binding && !binding->runtimeId.isEmpty() && binding->fence
           && (binding->generation || binding->epoch);
}

/// A fact that is bound must be given equal; one that is not bound may be added. The epoch is fixed with the
/// first binding, so there a missing value is a difference.
bool compatibleFacts(const std::shared_ptr<const RuntimeBinding> &bound,
                     const std::shared_ptr<const RuntimeBinding> &given)
{
    if (!bound)
        return true;
    return given && bound->runtimeId == given->runtimeId && bound->epoch == given->epoch
           && (!bound->fence || bound->fence == given->fence)
           && (!bound->generation || bound->generation == given->generation);
}

/// Running, Attached and Draining are facts of one process: finding one of them stored means that the image is
/// not to be trusted.
bool validObservation(const std::shared_ptr<const SessionRegisters> &observed)
{
    return observed && observed->phase != Phase::Running && observed->phase != Phase::Attached
           && observed->registration != Registration::Draining && brokenInvariant(*observed) == nullptr;
}

bool isRetiring(const SessionRegisters &registers)
{
    return registers.phase == Phase::Running && registers.preRun == Phase::Retired;
}

bool obligationsClosed(const SessionRegisters &registers)
{
    return !registers.loopStopOwed && !registers.drainExitOwed && !registers.waitersOwed;
}

// clang-format off
bool holds(SessionGuard guard, const SessionRegisters &registers, const SessionInput &input)
{
    switch (guard) {
    case SessionGuard::SessionNamed: return !input.session.isNull();
    case SessionGuard::Registered: return !registers.session.isNull();
    case SessionGuard::Unregistered: return registers.session.isNull();
    case SessionGuard::SessionAbsentOrSame: return registers.session.isNull() || registers.session == input.session;
    case SessionGuard::SameSession: return registers.session == input.session;
    case SessionGuard::AnotherSession: return !registers.session.isNull() && registers.session != input.session;
    case SessionGuard::NotDraining: return registers.registration != Registration::Draining;
    case SessionGuard::Draining: return registers.registration == Registration::Draining;
    case SessionGuard::RunNamed: return !input.run.isNull();
    case SessionGuard::RunMatches: return registers.run == input.run;
    case SessionGuard::NoRun: return registers.run.isNull();
    case SessionGuard::TurnFailed:
        return input.turn.phase == TurnPhase::Failed && input.turn.cause != FailureCause::Unknown;
    case SessionGuard::TurnCancelled: return input.turn.phase == TurnPhase::Cancelled;
    case SessionGuard::TurnCompleted: return input.turn.phase == TurnPhase::Completed;
    case SessionGuard::BindingComplete: return completeFacts(input.binding);
    case SessionGuard::BindingMatches: return sameFacts(registers.binding, input.binding);
    case SessionGuard::BindingCompatible: return compatibleFacts(registers.binding, input.binding);
    case SessionGuard::Bound: return registers.binding != nullptr;
    case SessionGuard::Retiring: return isRetiring(registers);
    case SessionGuard::NotRetiring: return !isRetiring(registers);
    case SessionGuard::LoopStopOwed: return registers.loopStopOwed;
    case SessionGuard::DrainExitOwed: return registers.drainExitOwed;
    case SessionGuard::WaitersOwed: return registers.waitersOwed;
    case SessionGuard::ObligationsClosed: return obligationsClosed(registers);
    case SessionGuard::ObservationValid: return validObservation(input.observed);
    case SessionGuard::ObservedSameSession:
        return input.session.isNull() || input.session == input.observed->session;
    }
    return false;
}
// clang-format on

void clearFence(SessionRegisters &next)
{
    if (!next.binding || !next.binding->fence)
        return;
    RuntimeBinding unfenced = *next.binding;
    unfenced.fence.reset();
    next.binding = std::make_shared<const RuntimeBinding>(std::move(unfenced));
}

void setWindow(SessionRegisters &next, Registration registration, bool owed)
{
    next.registration = registration;
    next.loopStopOwed = owed;
    next.drainExitOwed = owed;
    next.waitersOwed = owed;
}

/// The facts of a dead epoch would refuse every later binding, so they are not loaded into another one.
void loadObservation(SessionRegisters &next, const SessionInput &input)
{
    const SessionRegisters &observed = *input.observed;
    const bool otherEpoch =
        observed.binding && input.binding && observed.binding->epoch != input.binding->epoch;
    next.session = observed.session;
    next.lastCompletionRun = observed.lastCompletionRun;
    next.silentIntents = observed.silentIntents;
    next.binding = otherEpoch ? nullptr : observed.binding;
}

// clang-format off
void apply(SessionUpdate update, SessionRegisters &next, const SessionRegisters &before, const SessionInput &input)
{
    switch (update) {
    case SessionUpdate::BindSession: next.session = input.session; return;
    case SessionUpdate::ForgetSessionConfig: next.silentIntents.reset(); next.lastCompletionRun = {}; return;
    case SessionUpdate::SetBinding: next.binding = input.binding; return;
    case SessionUpdate::ClearBinding: next.binding.reset(); return;
    case SessionUpdate::ClearFence: clearFence(next); return;
    case SessionUpdate::RegistrationActive: next.registration = Registration::Active; return;
    case SessionUpdate::RegistrationQueuing:
        if (before.registration != Registration::Draining)
            next.registration = Registration::Queuing;
        return;
    case SessionUpdate::BindRun: next.run = input.run; next.preRun = before.phase; next.lastCompletionRun = {}; return;
    case SessionUpdate::RecordCompletion: next.lastCompletionRun = before.run; return;
    case SessionUpdate::ClearRun: next.run = {}; next.preRun = Phase::Idle; return;
    case SessionUpdate::RetireAfterRun: next.preRun = Phase::Retired; return;
    case SessionUpdate::DeferStop: next.stopDeferred = true; return;
    case SessionUpdate::ForgetDeferredStop: next.stopDeferred = false; return;
    case SessionUpdate::DropStopUnlessAttached: next.stopDeferred = before.stopDeferred && next.phase == Phase::Attached; return;
    case SessionUpdate::ReplaceSilentIntents: next.silentIntents = input.silentIntents; return;
    case SessionUpdate::ClearSilentIntents: next.silentIntents.reset(); return;
    case SessionUpdate::OpenWindow: setWindow(next, Registration::Draining, true); return;
    case SessionUpdate::CloseLoopStop: next.loopStopOwed = false; return;
    case SessionUpdate::CloseDrainExit: next.drainExitOwed = false; return;
    case SessionUpdate::CloseWaiters: next.waitersOwed = false; return;
    case SessionUpdate::CloseWindow: setWindow(next, Registration::Queuing, false); return;
    case SessionUpdate::LoadObservation: loadObservation(next, input); return;
    case SessionUpdate::ClearEverything: next = SessionRegisters{}; next.phase = Phase::Idle; return;
    }
}
// clang-format on

Phase resolveTarget(SessionTarget target, const SessionRegisters &registers, const SessionInput &input)
{
    switch (target) {
    case SessionTarget::Self:
        return registers.phase;
    case SessionTarget::PreRun:
        return registers.preRun;
    case SessionTarget::Observed:
        return input.observed->phase;
    default:
        return static_cast<Phase>(target);
    }
}

SessionDecision decideSession(const SessionRegisters &registers, const SessionInput &input)
{
    return decide<SessionGuard>(session_table, input.verb, registers.phase,
                                [&](SessionGuard guard) { return holds(guard, registers, input); });
}

} // namespace

SessionStep step(const SessionRegisters &registers, const SessionInput &input)
{
    const SessionDecision decision = decideSession(registers, input);
    if (!decision.transition) {
        const SessionRefusal refusal =
            decision.refusal ? decision.refusal->refusal
                             : session_guard_facts[static_cast<std::size_t>(decision.guard)].refusal;
        return {false, refusal, NoSessionEffect, decision.row, registers};
    }

    const SessionTransition &row = *decision.transition;
    SessionStep result{true, SessionRefusal::None, row.effects, row.id, registers};
    result.next.phase = resolveTarget(row.target, registers, input);
    for (quint32 left = row.updates.bits; left != 0; left &= left - 1)
        apply(static_cast<SessionUpdate>(std::countr_zero(left)), result.next, registers, input);
    if ((row.effects & runtime_retired_if_bound) != 0) {
        result.effects &= ~runtime_retired_if_bound;
        result.effects |= result.next.binding ? RuntimeRetired : NoSessionEffect;
    }
    BURROW_ASSERT(brokenInvariant(result.next) == nullptr);
    return result;
}

bool accepts(const SessionRegisters &registers, const SessionInput &input)
{
    return decideSession(registers, input).transition != nullptr;
}

const char *brokenInvariant(const SessionRegisters &registers)
{
    const bool running = registers.phase == Phase::Running;
    if (running == registers.run.isNull())
        return "a run is bound exactly while the phase is running";
    if (running && registers.preRun != Phase::Idle && registers.preRun != Phase::Attached
        && registers.preRun != Phase::Retired)
        return "a run goes back to idle, attached or retired";
    if (registers.binding && registers.binding->runtimeId.isEmpty())
        return "fence, generation and epoch are bound only with a runtime";
    if (registers.binding && !registers.binding->generation && !registers.binding->epoch)
        return "a bound runtime has a generation or an epoch";
    if (registers.stopDeferred && !running && registers.phase != Phase::Attached)
        return "a stop is deferred only while attached or running";
    if (registers.registration != Registration::Draining && !obligationsClosed(registers))
        return "obligations are open only while registration is draining";
    return nullptr;
}

Phase visiblePhase(const SessionRegisters &registers)
{
    return isRetiring(registers) ? Phase::Retired : registers.phase;
}

Phase durablePhase(const SessionRegisters &registers)
{
    const Phase settled = registers.phase == Phase::Running ? registers.preRun : registers.phase;
    return settled == Phase::Attached ? Phase::Idle : settled;
}

bool isTerminal(Phase phase)
{
    return phase == Phase::Destroyed;
}

bool acceptsInput(Phase visible)
{
    return visible == Phase::Idle || visible == Phase::Attached || visible == Phase::Running;
}

QueueAdmission queueAdmission(const SessionRegisters &registers)
{
    switch (registers.phase) {
    case Phase::Idle:
    case Phase::Attached:
    case Phase::Retired:
        if (!registers.run.isNull() || registers.registration == Registration::Draining)
            return QueueAdmission::Blocked;
        return QueueAdmission::NewRun;
    case Phase::Running:
        return registers.run.isNull() ? QueueAdmission::Blocked : QueueAdmission::PreboundRun;
    default:
        return QueueAdmission::Blocked;
    }
}

const char *sessionVerbName(SessionVerb verb)
{
    static constexpr EnumNames<SessionVerb, session_verb_count> names{
        {"initialize",
         "register_session",
         "prepare_bindings",
         "ensure_session_with_executor",
         "detach_executor",
         "prepare",
         "drain_queued_run",
         "commit",
         "fail",
         "cancel_run",
         "rollback_run",
         "service_turn_committed",
         "retire",
         "reset",
         "stop_runtime_executor",
         "runtime_executor_exited",
         "interrupt_current_run",
         "cancel_after_boundary",
         "recycle",
         "recover",
         "recover_runtime_authority",
         "destroy",
         "begin_unregister_session",
         "runtime_loop_stopped_for_unregister",
         "comms_drain_exited_for_unregister",
         "completion_waiters_resolved_for_unregister",
         "unregister_session",
         "observe",
         "abort",
         "wait",
         "abort_all",
         "publish_event",
         "set_peer_ingress_context",
         "ingest",
         "set_silent_intents",
         "start",
         "resolve_runtime_ops_lifecycle_durability"}};
    return names(verb);
}

} // namespace burrow
