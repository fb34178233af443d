// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scenario.h"

namespace burrow::test {

/// One thing that happens, in one byte: a path through a world is a row of these. What it happens to is found
/// in the world: verdicts are those of the oldest write, the executor answers what it was asked.
enum class Step : quint8 {
    Submit = 0,       ///< And the next five: the script of that number.
    Crash = 8,        ///< And the next seven: so many of the writes in flight are durable.
    Control = 16,     ///< And those after it: the command of that number.
    Commit = 32,      ///< The oldest write is durable.
    NotWritten,       ///< It is not, for a reason outside.
    Refuse,           ///< The store and the core differ; later writes fall with it.
    Fence,            ///< Another host owns the store; likewise.
    LoseTrack,        ///< Nobody knows whether it is durable; it is not. Likewise.
    LoseTrackDurable, ///< Nobody knows whether it is durable; it is. Likewise.
    Fall,             ///< A later write hears what became of the one that it fell with.
    GiveKeys,         ///< The keys of ended inputs are read.
    GiveNoKeys,
    GiveImage, ///< The session is read again.
    GiveNoImage,
    Turn,
    Tick, ///< Time passes until the next deadline.
    Create,
    CreateNot,   ///< The executor's instance cannot be made this time.
    CreateNever, ///< Nor any other time: its configuration is wrong.
    Succeed,
    SucceedWithSnapshot,
    Fail,
    EndCancelled,
    Lie,             ///< The receipt names another input than the run has.
    ClaimTerminal,   ///< The executor claims a terminal that nobody observed.
    LeaveUnanswered, ///< The run that was given up is answered by whoever gave it up.
    Die,
    Checkpoint,
    CheckpointNot,
    Rest,    ///< The executor stops.
    RestNot, ///< It refuses to.
    OpenBoundary,
    Stage, ///< Context is staged into the run under way.
    StageWithSnapshot,
    StageNot,
    Mint,     ///< The core's continuation gets its id.
    Ask = 80, ///< And those after it: what is asked of operations.
};

/// A step in words, as a line of a path.
QString stepText(Step step, const Scenario &scenario);

inline Step operator+(Step first, std::size_t offset)
{
    return static_cast<Step>(static_cast<quint8>(first) + offset);
}
/// Which of the row that begins with `first` it is; `count` when it is none.
inline std::size_t indexIn(Step step, Step first, std::size_t count)
{
    const auto at = static_cast<std::size_t>(static_cast<quint8>(step)) - static_cast<std::size_t>(first);
    return at < count ? at : count;
}

} // namespace burrow::test
