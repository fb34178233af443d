// SPDX-License-Identifier: Apache-2.0
#include "machine/input_table.h"

/// The life of one input, row by row. Only `resolve_staged_rollback` has two rows for one phase: what an
/// executor failed too often is not tried again.
namespace burrow {
namespace {

using enum InputPhase;
using enum InputVerb;
using enum InputGuard;
using enum InputUpdate;
using Why = InputRefusal;

constexpr EnumSet<InputPhase> Live = Accepted | Queued | Staged | Applied | AppliedPendingConsumption;
constexpr EnumSet<InputPhase> Ended = Consumed | Superseded | Coalesced | Abandoned;
constexpr EnumSet<InputPhase> Unplaced = Untracked | Accepted;
constexpr EnumSet<InputPhase> Inside = Staged | Applied | AppliedPendingConsumption;
constexpr EnumSet<InputGuard> Free;
constexpr EnumSet<InputUpdate> Nothing;

// clang-format off
constexpr InputTransition transitions[] = {
    {"I1",   Accept,                        Untracked,                 Free,                          Accepted,                  Nothing},
    {"I2",   QueueAccepted,                 Unplaced,                  Authorised | HasSequence,      Queued,                    EnterQueueLane | TakeSequence},
    {"I3",   SteerAccepted,                 Unplaced,                  Authorised | HasSequence,      Queued,                    EnterSteerLane | TakeSequence},
    {"I4",   ConsumeOnAccept,               Accepted,                  Authorised,                    Consumed,                  Nothing},
    {"I5",   ChangeLane,                    Queued,                    LaneNamed,                     Queued,                    EnterNamedLane},
    {"I6",   Prioritize,                    Queued,                    HasSequence,                   Queued,                    TakeSequence},
    {"I7",   DeferBehindBacklog,            Queued,                    HasSequence,                   Queued,                    TakeSequence},
    {"I8",   StageForRun,                   Queued,                    RunNamed,                      Staged,                    LeaveLane | TakeRun},
    {"I9",   RunFailed,                     Staged,                    Free,                          Staged,                    RaiseTries},
    {"I10a", ResolveStagedRollback,         Staged,                    RecoveryLane | TriesLeft,      Queued,                    RestoreLane | ClearRun},
    {"I10b", ResolveStagedRollback,         Staged,                    RecoveryLane | TriesSpent,     Abandoned,                 ReasonExhausted | ForgetLanes},
    {"I11",  MarkApplied,                   Staged,                    RunMatches,                    Applied,                   Nothing},
    {"I12",  MarkAppliedPendingConsumption, Applied,                   Free,                          AppliedPendingConsumption, Nothing},
    {"I13",  RecordBoundarySequence,        AppliedPendingConsumption, RunMatches,                    AppliedPendingConsumption, TakeBoundarySequence},
    {"I14",  Consume,                       AppliedPendingConsumption, Free,                          Consumed,                  ForgetLanes},
    {"I15",  Supersede,                     Queued,                    Authorised | ReplacementNamed, Superseded,                TakeReplacement | ForgetLanes},
    {"I16",  Coalesce,                      Queued,                    Authorised | ReplacementNamed, Coalesced,                 TakeReplacement | ForgetLanes},
    {"I17",  Abandon,                       Live,                      ReasonNamed,                   Abandoned,                 TakeReason | ForgetLanes},
};

constexpr InputRefusalRow refusals[] = {
    {"IX1",  any_input_verb,                Ended,                                                   Why::Terminal},
    {"IX2",  Accept,                        Live,                                                    Why::PhaseRefuses},
    {"IX3",  QueueAccepted,                 Queued | Inside,                                         Why::PhaseRefuses},
    {"IX4",  SteerAccepted,                 Queued | Inside,                                         Why::PhaseRefuses},
    {"IX5",  ConsumeOnAccept,               Untracked | Queued | Inside,                             Why::PhaseRefuses},
    {"IX6",  ChangeLane,                    Unplaced | Inside,                                       Why::PhaseRefuses},
    {"IX7",  Prioritize,                    Unplaced | Inside,                                       Why::PhaseRefuses},
    {"IX8",  DeferBehindBacklog,            Unplaced | Inside,                                       Why::PhaseRefuses},
    {"IX9",  StageForRun,                   Unplaced | Inside,                                       Why::PhaseRefuses},
    {"IX10", RunFailed,                     Unplaced | Queued | Applied | AppliedPendingConsumption, Why::PhaseRefuses},
    {"IX11", ResolveStagedRollback,         Unplaced | Queued | Applied | AppliedPendingConsumption, Why::PhaseRefuses},
    {"IX12", MarkApplied,                   Unplaced | Queued | Applied | AppliedPendingConsumption, Why::PhaseRefuses},
    {"IX13", MarkAppliedPendingConsumption, Unplaced | Queued | Staged | AppliedPendingConsumption,  Why::PhaseRefuses},
    {"IX14", RecordBoundarySequence,        Unplaced | Queued | Staged | Applied,                    Why::PhaseRefuses},
    {"IX15", Consume,                       Unplaced | Queued | Staged | Applied,                    Why::PhaseRefuses},
    {"IX16", Supersede,                     Unplaced | Inside,                                       Why::PhaseRefuses},
    {"IX17", Coalesce,                      Unplaced | Inside,                                       Why::PhaseRefuses},
    {"IX18", Abandon,                       Untracked,                                               Why::PhaseRefuses},
};
// clang-format on

} // namespace

constinit const InputTable input_table = makeTable<InputTable, InputVerb, InputPhase>(transitions, refusals);

// clang-format off
constinit const std::array<InputGuardFact, input_guard_count> input_guard_facts{{
    {"authorised",          Why::NotAuthorised},
    {"has sequence",        Why::NoSequence},
    {"names a lane",        Why::LaneMismatch},
    {"names recovery lane", Why::LaneMismatch},
    {"tries left",          Why::PhaseRefuses},
    {"tries spent",         Why::PhaseRefuses},
    {"names a run",         Why::RunMismatch},
    {"run matches",         Why::RunMismatch},
    {"names replacement",   Why::NotAuthorised},
    {"names reason",        Why::NoReason},
}};
// clang-format on

} // namespace burrow
