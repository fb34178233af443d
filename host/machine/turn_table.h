// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/transition_table.h"
#include "machine/turn_machine.h"

/// The rows of the turn machine as data.
namespace burrow {

enum class TurnGuard : quint8 { CauseKnown };
inline constexpr EnumNames<TurnGuard, 1> turnGuardName{{"cause known"}};

/// Changes of the registers, applied in this order after the phase has changed.
enum class TurnUpdate : quint8 { Forget, AskBoundaryCancel, TakeCause };
inline constexpr EnumNames<TurnUpdate, 3> turnUpdateName{
    {"forget last turn", "ask boundary cancel", "take cause"}};

enum class TurnTarget : quint8 { Ready, Running, Cancelling, Completed, Failed, Cancelled, Self };
inline constexpr EnumNames<TurnTarget, 7> turnTargetName{
    {"ready", "running", "cancelling", "completed", "failed", "cancelled", "self"}};

template <>
inline constexpr bool is_row_flag<TurnPhase> = true;
template <>
inline constexpr bool is_row_flag<TurnGuard> = true;
template <>
inline constexpr bool is_row_flag<TurnUpdate> = true;

struct TurnTransition
{
    const char *id;
    TurnVerb verb;
    EnumSet<TurnPhase> from;
    EnumSet<TurnGuard> guards;
    TurnTarget target;
    EnumSet<TurnUpdate> updates;
};

struct TurnRefusalRow
{
    const char *id;
    TurnVerb verb;
    EnumSet<TurnPhase> from;

    constexpr bool covers(TurnVerb asked) const { return verb == asked; }
};

using TurnTable =
    TransitionTable<TurnTransition, TurnRefusalRow, turnVerbName.names.size(), turnPhaseName.names.size()>;

extern const TurnTable turn_table;

} // namespace burrow
