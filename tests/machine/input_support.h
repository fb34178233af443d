// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/input_machine.h"
#include "support.h"

namespace burrow {

inline const InputId newer_input = idOf<InputId>(40);

/// An event of which every guard can hold for registersIn().
inline InputEvent favourable(InputVerb verb)
{
    InputEvent event;
    event.verb = verb;
    event.authorised = true;
    event.lane = Lane::Steer;
    event.admission = 7;
    event.run = run_a;
    event.boundarySequence = 3;
    event.by = newer_input;
    event.reason = AbandonReason::Reset;
    return event;
}

/// An input in the steer lane, as it is in the given phase.
inline InputRegisters registersIn(InputPhase phase)
{
    InputRegisters registers;
    registers.phase = phase;
    if (phase == InputPhase::Untracked || phase == InputPhase::Accepted)
        return registers;
    registers.admission = 5;
    const bool inside = phase == InputPhase::Staged || phase == InputPhase::Applied
                        || phase == InputPhase::AppliedPendingConsumption;
    if (phase == InputPhase::Queued)
        registers.lane = Lane::Steer;
    if (phase == InputPhase::Queued || inside)
        registers.recoveryLane = Lane::Steer;
    if (inside || phase == InputPhase::Consumed)
        registers.run = run_a;
    if (phase == InputPhase::Superseded || phase == InputPhase::Coalesced)
        registers.replacedBy = newer_input;
    if (phase == InputPhase::Abandoned)
        registers.abandonReason = AbandonReason::Cancelled;
    return registers;
}

} // namespace burrow
