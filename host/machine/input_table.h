// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/input_machine.h"
#include "machine/transition_table.h"

/// The rows of the input machine as data.
namespace burrow {

/// Conditions of a row, in the order in which they are asked.
enum class InputGuard : quint8 {
    Authorised,
    HasSequence,
    LaneNamed,
    RecoveryLane, ///< The lane named is the recovery lane.
    TriesLeft,
    TriesSpent,
    RunNamed,
    RunMatches,
    ReplacementNamed,
    ReasonNamed,
};
inline constexpr std::size_t input_guard_count = 10;

/// Changes of the registers, applied in this order after the phase has changed.
enum class InputUpdate : quint8 {
    EnterQueueLane,
    EnterSteerLane,
    EnterNamedLane,
    LeaveLane,
    RestoreLane, ///< From the recovery lane.
    TakeSequence,
    TakeRun,
    ClearRun,
    RaiseTries,
    TakeBoundarySequence,
    TakeReplacement,
    TakeReason,
    ReasonExhausted,
    ForgetLanes,
};
inline constexpr EnumNames<InputUpdate, 14> inputUpdateName{
    {"enter queue lane", "enter steer lane", "enter named lane", "leave lane", "restore lane", "take sequence",
     "take run", "clear run", "raise tries", "take boundary sequence", "take replacement", "take reason",
     "reason max_attempts_exhausted", "forget lanes"}};

template <>
inline constexpr bool is_row_flag<InputPhase> = true;
template <>
inline constexpr bool is_row_flag<InputGuard> = true;
template <>
inline constexpr bool is_row_flag<InputUpdate> = true;

struct InputTransition
{
    const char *id;
    InputVerb verb;
    EnumSet<InputPhase> from;
    EnumSet<InputGuard> guards;
    InputPhase target;
    EnumSet<InputUpdate> updates;
};

/// Stands for every verb in a refusal.
inline constexpr InputVerb any_input_verb = static_cast<InputVerb>(0xff);

struct InputRefusalRow
{
    const char *id;
    InputVerb verb;
    EnumSet<InputPhase> from;
    InputRefusal refusal;

    constexpr bool covers(InputVerb asked) const { return verb == any_input_verb || verb == asked; }
};

struct InputGuardFact
{
    const char *name;
    InputRefusal refusal;
};

using InputTable =
    TransitionTable<InputTransition, InputRefusalRow, inputVerbName.names.size(), inputPhaseName.names.size()>;

extern const InputTable input_table;
extern const std::array<InputGuardFact, input_guard_count> input_guard_facts;

} // namespace burrow
