// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/input_registers.h"

/// The life of one input. Pure values and functions; `input_table.cpp` holds the rows.
///
/// Invariants, asserted after every accepted step:
///  - a lane is set exactly while the phase is Queued, and the recovery lane from queueing until the end;
///  - a run is associated from Staged until the end or until the roll-back;
///  - a terminal phase refuses everything, and carries exactly its own payload;
///  - AppliedPendingConsumption never goes back to Queued.
namespace burrow {

enum class InputVerb : quint8 {
    Accept, ///< Untracked to Accepted.
    QueueAccepted,
    SteerAccepted,
    ConsumeOnAccept,
    ChangeLane,
    Prioritize,
    DeferBehindBacklog,
    StageForRun,
    RunFailed,
    ResolveStagedRollback,
    MarkApplied,
    MarkAppliedPendingConsumption,
    RecordBoundarySequence,
    Consume,
    Supersede,
    Coalesce,
    Abandon,
};
inline constexpr EnumNames<InputVerb, 17> inputVerbName{
    {"accept", "queue_accepted", "steer_accepted", "consume_on_accept", "change_lane", "prioritize",
     "defer_behind_backlog", "stage_for_run", "run_failed", "resolve_staged_rollback", "mark_applied",
     "mark_applied_pending_consumption", "record_boundary_sequence", "consume", "supersede", "coalesce",
     "abandon"}};

/// One input of the input machine. `authorised` says that admission decided exactly this for exactly this
/// input; an authorisation is used once.
struct InputEvent
{
    InputVerb verb = InputVerb::Accept;
    bool authorised = false;      ///< QueueAccepted, SteerAccepted, ConsumeOnAccept, Supersede, Coalesce.
    Lane lane = Lane::None;       ///< ChangeLane, ResolveStagedRollback.
    quint64 admission = 0;        ///< The sequence to take: queueing, prioritising, deferring. Never 0 there.
    RunId run;                    ///< StageForRun, MarkApplied, RecordBoundarySequence.
    quint64 boundarySequence = 0; ///< RecordBoundarySequence.
    InputId by;                   ///< Supersede, Coalesce.
    AbandonReason reason = AbandonReason::None; ///< Abandon.
};

enum class InputRefusal : quint8 {
    None,
    PhaseRefuses,
    Terminal,
    NotAuthorised,
    LaneMismatch,
    RunMismatch,
    NoSequence, ///< The admission sequence is missing or the priority counter is used up.
    NoReason,
};
inline constexpr EnumNames<InputRefusal, 8> inputRefusalName{{"none", "phase_refuses", "terminal",
                                                              "not_authorised", "lane_mismatch", "run_mismatch",
                                                              "no_sequence", "no_reason"}};

struct InputStep
{
    bool accepted = false;
    InputRefusal refusal = InputRefusal::None;
    const char *row = nullptr; ///< Id of the row or refusal, e.g. "I7". Static.
    InputRegisters next;       ///< Equal to the input registers when refused.
};

InputStep step(const InputRegisters &registers, const InputEvent &event);

/// The invariant at the head of this file that these registers break, or null.
const char *brokenInvariant(const InputRegisters &registers);

/// What the public sees of an ended input: abandoned by a cancel is "cancelled".
const char *publicPhaseName(const InputRegisters &registers);

} // namespace burrow
