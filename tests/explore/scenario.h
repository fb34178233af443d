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
    quint8 asks = 0;     ///< Steps of operations, and waits for them.
};

/// One input that somebody may submit, once.
struct Script
{
    const char *name = "";
    Input input;
    std::optional<WaitMode> wait = WaitMode::Attempt;
    bool withoutWake = false;
    bool twin = false; ///< Differs from the one before in nothing: it is submitted only after that one.
    bool own = false;  ///< A continuation of the core's own: nobody submits it.
};

/// One asynchronous operation that somebody may begin, once, and end.
struct OperationScript
{
    const char *name = "";
    OperationKind kind = OperationKind::BackgroundTool;
    bool ofExecutor = false; ///< Begun by the executor, and gone with its instance.
    OperationVerb end = OperationVerb::Complete;

    OperationId id(std::size_t at) const { return {{7, at + 1}}; }
};

/// What is asked of operations, each at most once on a path. The first six are about one operation, and there
/// are three times six of them.
enum class OperationAsk : quint8 {
    Begin,
    Start,
    Retire,
    End,
    EndOtherwise, ///< By somebody else, who wants it cancelled.
    Watch,
    WaitForAll = 18,
    StopWaiting, ///< For all; who watches one goes on.
    Acknowledge,
    AcknowledgeAgain,
};
inline constexpr std::size_t asks_per_operation = 6;
inline constexpr std::size_t operations_max = 3;
inline constexpr std::size_t operation_asks_max = 22;

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
    std::vector<OperationScript> operations;
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
