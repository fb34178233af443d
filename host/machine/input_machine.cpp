// SPDX-License-Identifier: Apache-2.0
#include "machine/input_machine.h"

#include "base/limits.h"
#include "machine/input_table.h"

namespace burrow {
namespace {

// clang-format off
bool holds(InputGuard guard, const InputRegisters &registers, const InputEvent &event)
{
    switch (guard) {
    case InputGuard::Authorised: return event.authorised;
    case InputGuard::HasSequence: return event.admission != 0;
    case InputGuard::LaneNamed: return event.lane != Lane::None;
    case InputGuard::RecoveryLane: return event.lane == registers.recoveryLane;
    case InputGuard::TriesLeft: return registers.tries < limits::tries_max;
    case InputGuard::TriesSpent: return registers.tries >= limits::tries_max;
    case InputGuard::RunNamed: return !event.run.isNull();
    case InputGuard::RunMatches: return event.run == registers.run;
    case InputGuard::ReplacementNamed: return !event.by.isNull();
    case InputGuard::ReasonNamed: return event.reason != AbandonReason::None;
    }
    return false;
}
// clang-format on

void enterLane(InputRegisters &next, Lane lane)
{
    next.lane = lane;
    next.recoveryLane = lane;
}

// clang-format off
void apply(InputUpdate update, InputRegisters &next, const InputEvent &event)
{
    switch (update) {
    case InputUpdate::EnterQueueLane: enterLane(next, Lane::Queue); return;
    case InputUpdate::EnterSteerLane: enterLane(next, Lane::Steer); return;
    case InputUpdate::EnterNamedLane: enterLane(next, event.lane); return;
    case InputUpdate::LeaveLane: next.lane = Lane::None; return;
    case InputUpdate::RestoreLane: next.lane = next.recoveryLane; return;
    case InputUpdate::TakeSequence: next.admission = event.admission; return;
    case InputUpdate::TakeRun: next.run = event.run; return;
    case InputUpdate::ClearRun: next.run = {}; return;
    case InputUpdate::RaiseTries: ++next.tries; return;
    case InputUpdate::TakeBoundarySequence: next.boundarySequence = event.boundarySequence; return;
    case InputUpdate::TakeReplacement: next.replacedBy = event.by; return;
    case InputUpdate::TakeReason: next.abandonReason = event.reason; return;
    case InputUpdate::ReasonExhausted: next.abandonReason = AbandonReason::MaxAttemptsExhausted; return;
    case InputUpdate::ForgetLanes: enterLane(next, Lane::None); return;
    }
}
// clang-format on

bool isInsideRun(InputPhase phase)
{
    return phase == InputPhase::Staged || phase == InputPhase::Applied
           || phase == InputPhase::AppliedPendingConsumption;
}

} // namespace

InputStep step(const InputRegisters &registers, const InputEvent &event)
{
    const auto decision = decide<InputGuard>(input_table, event.verb, registers.phase,
                                             [&](InputGuard guard) { return holds(guard, registers, event); });
    if (!decision.transition) {
        const InputRefusal refusal = decision.refusal
                                         ? decision.refusal->refusal
                                         : input_guard_facts[static_cast<std::size_t>(decision.guard)].refusal;
        return {false, refusal, decision.row, registers};
    }

    const InputTransition &row = *decision.transition;
    InputStep result{true, InputRefusal::None, row.id, registers};
    result.next.phase = row.target;
    for (quint32 left = row.updates.bits; left != 0; left &= left - 1)
        apply(static_cast<InputUpdate>(std::countr_zero(left)), result.next, event);
    BURROW_ASSERT(brokenInvariant(result.next) == nullptr);
    BURROW_ASSERT(registers.phase != InputPhase::AppliedPendingConsumption
                  || result.next.phase != InputPhase::Queued);
    return result;
}

const char *brokenInvariant(const InputRegisters &registers)
{
    const InputPhase phase = registers.phase;
    const bool queued = phase == InputPhase::Queued;
    const bool inside = isInsideRun(phase);
    if (queued != (registers.lane != Lane::None))
        return "a lane is set exactly while the input is queued";
    if ((queued || inside) != (registers.recoveryLane != Lane::None))
        return "the recovery lane is set from queueing until the end";
    if (queued && registers.lane != registers.recoveryLane)
        return "a queued input waits in its recovery lane";
    if (queued && registers.admission == 0)
        return "a queued input has an admission sequence";
    if (inside && registers.run.isNull())
        return "a run is associated from staging on";
    if (!inside && !isTerminal(phase) && !registers.run.isNull())
        return "no run is associated before staging or after a roll-back";
    if ((phase == InputPhase::Abandoned) != (registers.abandonReason != AbandonReason::None))
        return "a reason is given exactly for an abandoned input";
    const bool replaced = phase == InputPhase::Superseded || phase == InputPhase::Coalesced;
    if (replaced == registers.replacedBy.isNull())
        return "a replacement is named exactly for a replaced input";
    return nullptr;
}

const char *publicPhaseName(const InputRegisters &registers)
{
    if (registers.phase == InputPhase::Abandoned && registers.abandonReason == AbandonReason::Cancelled)
        return "cancelled";
    return inputPhaseName(registers.phase);
}

} // namespace burrow
