// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/outcome.h"
#include "model/policy.h"

namespace burrow {

enum class InputPhase : quint8 {
    Untracked,
    Accepted, ///< Transient: validated, not yet placed.
    Queued,
    Staged,
    Applied,
    AppliedPendingConsumption,
    Consumed,
    Superseded,
    Coalesced,
    Abandoned,
};
inline constexpr EnumNames<InputPhase, 10> inputPhaseName{{"untracked", "accepted", "queued", "staged",
                                                           "applied", "applied_pending_consumption", "consumed",
                                                           "superseded", "coalesced", "abandoned"}};

inline bool isTerminal(InputPhase phase)
{
    return phase >= InputPhase::Consumed;
}

struct InputRegisters
{
    InputPhase phase = InputPhase::Untracked;
    Lane lane = Lane::None;
    Lane recoveryLane = Lane::None;
    AbandonReason abandonReason = AbandonReason::None;
    quint32 tries = 0;     ///< Failed runs; see limits::tries_max.
    quint64 admission = 0; ///< Position among the queued inputs of the session.
    RunId run;
    quint64 boundarySequence = 0; ///< Meaningful from RecordBoundarySeq on.
    InputId replacedBy;           ///< Superseded: by; coalesced: the aggregate.

    friend bool operator==(const InputRegisters &, const InputRegisters &) = default;
};

} // namespace burrow
