// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/settings.h"
#include "inputs.h"
#include "model/input_registers.h"
#include "store_model.h"

#include <optional>

namespace burrow::test {

/// How often on one path; what is spent is part of the state.
struct Budget
{
    quint8 controls = 0; ///< Commands of people besides submitting.
    quint8 failures = 0; ///< Runs that the executor fails.
    quint8 faults = 0;   ///< Verdicts other than committed, and executors that lie, die or refuse.
    quint8 crashes = 0;  ///< The host dies, and the next one opens what the store holds.
};

/// One input that somebody may submit, once.
struct Script
{
    const char *name = "";
    Input input;
    std::optional<WaitMode> wait = WaitMode::Attempt;
    bool withoutWake = false;
    bool twin = false; ///< Differs from the one before in nothing: it is submitted only after that one.
};

/// Which commands people give; submitting and crashing are always possible.
enum class Control : quint8 {
    Wake,
    Attach,
    Start,
    Stop,
    CancelAtBoundary,
    Interrupt,
    CancelAnother, ///< Names a run that is over.
    ShutDown,
    ShutDownHard,
    Retire,
    AbandonPending,
    Reset,
    Recycle,
    Recover,
    Destroy,
    Unregister,
};

/// A world to explore: what may be submitted, what people may do, and how much of it.
struct Scenario
{
    const char *name = "";
    std::vector<Script> scripts;
    std::vector<Control> controls;
    Budget budget;
    CoreSettings settings;
    bool snapshots = false;  ///< A run may give a snapshot, so that there is a checkpoint to take.
    bool boundaries = false; ///< A run may open its live boundary.
    Phase opensAs = Phase::Idle;
    std::size_t storedBefore = 0; ///< So many scripts, from the first, are open in the store at the beginning.
    bool attached = true;         ///< The first command, given before anything else, attaches an executor.
    int share = 1;                ///< Its part of all states that are to be looked at.

    /// The script's input under an id with that sequence.
    InputPointer input(std::size_t script, quint64 sequence) const;
};

inline constexpr std::size_t scripts_max = 6;

/// All worlds that are explored, in their order.
const std::vector<Scenario> &scenarios();

} // namespace burrow::test
