// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/executor_identity.h"
#include "model/receipt.h"

#include <memory>

namespace burrow {

/// What happened, with a stable dotted code. Order per input: accepted, queued, staged, applied, consumed.
enum class EventCode : quint8 {
    InputAccepted,
    InputDeduplicated,
    InputSuperseded,
    InputCoalesced,
    InputQueued,
    InputStaged,
    InputApplied,
    InputConsumed,
    InputAbandoned,
    InputDeferred,
    RunStarted,
    RunCompleted,
    RunFailed,
    RunCancelled,
    RuntimeStateChanged,
    RuntimeHeld,
    RuntimeMisbehaviour,
    ExecutorFailed,
    BoundaryError,
    RuntimeRecovered,   ///< Open inputs were found in the store, or a held session was read again.
    ExecutorRestarting, ///< It died and will be made again; the detail says why and when.
    ExecutorRestarted,  ///< The instance that takes the place of one that died is ready.
    ExecutorChanged,    ///< The session was opened with another executor than before.
    RuntimeNotice,      ///< Published by somebody outside; the detail is what it has to say.
    ProjectionEmitted,  ///< Published by whoever keeps a projection of the session.
    RuntimeBound,       ///< The session was bound to a runtime; the detail names it.
};
inline constexpr EnumNames<EventCode, 26> eventCodeName{{"input.accepted",
                                                         "input.deduplicated",
                                                         "input.superseded",
                                                         "input.coalesced",
                                                         "input.queued",
                                                         "input.staged",
                                                         "input.applied",
                                                         "input.consumed",
                                                         "input.abandoned",
                                                         "input.deferred",
                                                         "run.started",
                                                         "run.completed",
                                                         "run.failed",
                                                         "run.cancelled",
                                                         "runtime.state_changed",
                                                         "runtime.held",
                                                         "runtime.misbehaviour",
                                                         "executor.failed",
                                                         "boundary.error",
                                                         "runtime.recovered",
                                                         "executor.restarting",
                                                         "executor.restarted",
                                                         "executor.changed",
                                                         "runtime.notice",
                                                         "runtime.projection_emitted",
                                                         "runtime.bound"}};

constexpr bool endsRun(EventCode code)
{
    return code == EventCode::RunCompleted || code == EventCode::RunFailed || code == EventCode::RunCancelled;
}

/// One entry of a session's lifecycle log. Plain data; members that the code does not need stay empty.
struct LifecycleEvent
{
    EventCode code = EventCode::InputAccepted;
    Phase from = Phase::Idle; ///< RuntimeStateChanged.
    Phase to = Phase::Idle;
    InputId input;
    InputId other; ///< Deduplicated: existing; superseded: by; coalesced: aggregate.
    RunId run;
    QString detail; ///< One sentence or empty.
    /// What the submitter of the input gave to tell what belongs together; of a run, if all its inputs have the
    /// same.
    QByteArray correlation;
    std::shared_ptr<const ExecutorChange> executors; ///< ExecutorChanged.

    friend bool operator==(const LifecycleEvent &a, const LifecycleEvent &b)
    {
        const bool sameExecutors =
            a.executors && b.executors ? *a.executors == *b.executors : a.executors == b.executors;
        return sameExecutors && a.code == b.code && a.from == b.from && a.to == b.to && a.input == b.input
               && a.other == b.other && a.run == b.run && a.detail == b.detail
               && a.correlation == b.correlation;
    }
};

/// What a run is for: told with everything that its executor says, so all of that shares one.
struct RunSubject
{
    std::vector<InputId> inputs; ///< In the order in which the executor has them.
    QByteArray correlation;      ///< See LifecycleEvent.
};

/// What an executor said while it worked; the host stamps run and inputs.
enum class ProgressType : quint8 { Begun, TextDelta, ToolStarted, ToolEnded, Usage, Notice, Status, Vendor };
inline constexpr EnumNames<ProgressType, 8> progressTypeName{
    {"begun", "text_delta", "tool_started", "tool_ended", "usage", "notice", "status", "vendor"}};

struct ProgressEvent
{
    ProgressType type = ProgressType::Notice;
    qint32 rawType = 0; ///< As the plugin gave it; kept for unknown types.
    RunId run;
    std::shared_ptr<const RunSubject> subject; ///< Null: the run is over, or the host was never told of it.
    QByteArray name;
    QByteArray text;
    QByteArray json;
};

} // namespace burrow
