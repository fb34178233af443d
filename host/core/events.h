// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "core/input_record.h"
#include "model/control.h"
#include "model/event.h"
#include "model/operation_request.h"
#include "model/stored_session.h"

/// Everything that can happen to a session. Identifiers that must be fresh are minted outside and carried in,
/// so that the core stays a pure function of its events.
namespace burrow {

/// Submit an input. The input's id is set.
struct AcceptCommand
{
    CommandId command = 0;
    InputPointer input;
    bool withoutWake = false;
    Waiter waiter; ///< id 0: nobody waits.
    /// The binding that its submitter knows the runtime by; it must be the current one. Null: by session.
    std::shared_ptr<const RuntimeBinding> address;
    /// Fresh: its submitter carries the run out himself, at once or not at all. Null: the executor does.
    RunId directRun;
    bool fromFeed = false; ///< The core's own continuation: the cursors of the feed move with it.
};

/// Wait for an input that was submitted before.
struct WaitCommand
{
    CommandId command = 0;
    InputId input;
    Waiter waiter;
};

/// Cancel the current run, at its next boundary or now. A named run must be the current one.
struct CancelCommand
{
    CommandId command = 0;
    CancelMode mode = CancelMode::Boundary;
    RunId run; ///< Null: whatever runs.
    QString reason;
    /// Of the bindings through which it comes: those of another epoch have no say. Null: any.
    EpochId epoch = {};
};

/// The session lifecycle verbs.
enum class LifecycleVerb : quint8 {
    Attach,
    Stop,
    Start,
    Retire,         ///< Takes no new input; what is open drains.
    AbandonPending, ///< Ends what a retired session has not begun.
    Reset,          ///< Ends everything that is open; the session goes on empty.
    Recycle,        ///< Lets go of the binding and keeps the work.
    Recover,        ///< Takes the session from the store again.
    Destroy,        ///< For good: its image is kept and never opened again.
    Unregister,     ///< This host lets go of the session; the store keeps it.
    RecordCleanup,  ///< Tells the store that a clean-up is not owed any more. The core's own.
};
inline constexpr EnumNames<LifecycleVerb, 11> lifecycleVerbName{
    {"attach", "stop", "start", "retire", "abandon_pending", "reset", "recycle", "recover", "destroy",
     "unregister", "record_cleanup"}};

struct LifecycleCommand
{
    CommandId command = 0;
    LifecycleVerb verb = LifecycleVerb::Attach;
    QString reason;
};

/// Put an event into the session's log for somebody outside. It changes nothing of the session.
struct PublishCommand
{
    CommandId command = 0;
    LifecycleEvent event;
};

/// Prepare the session's bindings. With a runtime id the binding is written and announced; without one a group
/// binds later by its own way, and only the epoch is fixed.
struct BindCommand
{
    CommandId command = 0;
    QByteArray runtimeId; ///< Empty: local.
    quint64 fence = 0;
    std::optional<quint64> generation;
    std::optional<EpochId> epoch; ///< Known from before; must be the session's.
    EpochId freshEpoch;           ///< Taken if the session has none yet.
};

/// Somebody who runs the session's turns before an executor is attached can be interrupted.
struct InstallInterrupt
{
    CommandId command = 0;
};

/// The answer to InterruptPrepared.
struct InterruptAnswered
{
    CommandId command = 0;
    Result<void> result;
};

/// The host is going down: commit what finishes, roll the rest back, write no Stopped.
struct ShutdownCommand
{
    CancelMode mode = CancelMode::Boundary; ///< Hard is sent when the time for the boundary is over.
};

struct StoreVerdict
{
    TicketNumber ticket = 0;
    Verdict verdict = Verdict::Committed;
    QString reason;
    quint64 eventNumber = 0; ///< Committed: of the row of the event log. The core does not look at it.
};

struct ExecutorCreated
{
    Result<void> result;
};

struct ApplyFinished
{
    RunId run;
    RunEnd end;
};

struct BoundaryChanged
{
    RunId run;
    bool open = false;
    quint64 revision = 0;
};

struct BoundaryFailed
{
    QString message;
};

/// The answer to StageContext.
struct ContextStaged
{
    RunId run;
    InputId input;
    Result<StagedContext> result;
};

struct CheckpointFinished
{
    RunId run;
    Result<void> result;
};

struct StopFinished
{
    Result<void> result;
};

/// The answer to CleanupExecutor.
struct CleanupFinished
{
    quint32 round = 0; ///< Of the question.
    Result<void> result;
};

struct ExecutorDied
{
    QString reason;
    ExecutorEnding ending = ExecutorEnding::Failed;
};

/// Work is to be looked at again, whatever the cause.
struct Wake
{
};

/// One turn of the loop: effects, then at most one unit of work.
struct Turn
{
    RunId nextRun; ///< Fresh; used when this turn begins a run.
};

/// A deadline has passed.
struct Tick
{
};

/// The answer to LoadKeys.
struct KeysLoaded
{
    quint32 round = 0; ///< Of the question.
    Result<std::vector<RetainedKey>> keys;
    WallTime now; ///< When the answer came: keys have an age, and the core has no calendar.
};

/// The answer to ReloadSession: the image as it is now.
struct Reloaded
{
    Result<std::shared_ptr<const StoredSession>> stored;
};

/// A step or a question of asynchronous operations.
struct OperationCommand
{
    CommandId command = 0; ///< 0: nobody is to be answered.
    std::shared_ptr<const OperationRequest> request;
    /// Of the bindings through which it comes: those of another epoch have no say. Null: any.
    EpochId epoch = {};
};

/// The answer to MintContinuation.
struct ContinuationMinted
{
    InputId input;
    WallTime now;
};

using CoreEvent = std::variant<AcceptCommand, WaitCommand, CancelCommand, LifecycleCommand, BindCommand,
                               InstallInterrupt, InterruptAnswered, PublishCommand, ShutdownCommand,
                               StoreVerdict, ExecutorCreated, ApplyFinished, BoundaryChanged, BoundaryFailed,
                               ContextStaged, CheckpointFinished, StopFinished, CleanupFinished, ExecutorDied,
                               Wake, Turn, Tick, KeysLoaded, Reloaded, OperationCommand, ContinuationMinted>;

} // namespace burrow
