// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "model/control.h"
#include "model/event.h"
#include "model/operation_request.h"

#include <functional>
#include <memory>

/// What runs one unit of an agent's work, as the session loop sees it. Implementations adapt plugins.
namespace burrow {

struct ApplyCall
{
    RunId run;
    PrimitivePointer primitive;
    quint32 attempt = 1;
    MonotonicTime deadline = MonotonicTime::never(); ///< For the executor's information; the core enforces it.
};

/// Context of one input for the run that is open.
struct StageCall
{
    RunId run;
    InputId input;
    std::vector<Append> context; ///< Each with a key.
};

struct CleanupCall
{
    CleanupCause cause = CleanupCause::Stopped;
    SessionId session;
    QByteArray sessionName; ///< For people; may be empty.
    QByteArray instanceId;
    std::optional<QByteArray> snapshot;
    std::vector<RunId> openRuns;
    quint32 attempt = 1;
};

/// Hears one executor instance. Every function may be called from any thread and only enqueues. Each
/// asynchronous call of Executor is answered exactly once, whatever the plugin does.
class ExecutorListener
{
public:
    virtual ~ExecutorListener() = default;
    /// With Configuration, InvalidArgument or NotFound a person must change something first, and nobody tries
    /// again by himself; every other error may pass.
    virtual void created(Result<void> result) = 0;
    virtual void applyFinished(RunId run, RunEnd end) = 0;
    virtual void progress(ProgressEvent event) = 0;
    virtual void boundaryChanged(RunId run, bool open, quint64 revision) = 0;
    virtual void boundaryFailed(QString message) = 0;
    virtual void contextStaged(RunId run, InputId input, Result<StagedContext> result) = 0;
    virtual void stopFinished(Result<void> result) = 0;
    virtual void checkpointFinished(RunId run, Result<void> result) = 0;
    /// A step of an asynchronous operation that this instance begins, or has begun: RegisterOperation,
    /// AdvanceOperation or EndOperation. `reply` may be empty; it is called at most once, on any thread, and
    /// must only enqueue.
    virtual void operationAsked(OperationRequest request, std::function<void(OperationReceipt)> reply) = 0;
    /// A contract violation that was contained; the sentence names the plugin.
    virtual void misbehaved(QString sentence) = 0;
    /// A call into the plugin does not come back; the sentence says which. Empty: it has come back after all.
    virtual void blocked(QString sentence) = 0;
    /// The instance is gone without having been asked to go (its process ended). Open calls have been answered
    /// before.
    virtual void died(QString reason, ExecutorEnding ending) = 0;
};

/// One instance, for one session. Every call returns at once; work happens on the implementation's threads.
/// Called from the session's shard only. Dropping the object destroys the instance when it is quiescent; an
/// instance that never becomes quiescent is leaked on purpose and reported.
class Executor
{
public:
    virtual ~Executor() = default;

    /// Legal after created(ok) and while no run is open. Answered by applyFinished.
    virtual void apply(ApplyCall call) = 0;
    /// For exactly that run; nothing when it is over.
    virtual void cancel(RunId run, CancelMode mode, const QString &reason) = 0;
    /// Gives the run up: answered at once by applyFinished(RunAbandoned), later completions are stale, and this
    /// object takes no further apply.
    virtual void abandon(RunId run, const QString &reason) = 0;
    /// Legal while no run is open. Answered by stopFinished.
    virtual void stop(StopKind kind, const QString &reason) = 0;
    /// Stages context into the run that is open, at its live boundary. One at a time; answered by
    /// contextStaged, also when the executor cannot do this. The run may end before that answer.
    virtual void stageContext(StageCall call) = 0;
    /// Takes staged context back, because it could not be made durable. Nothing when the run is over; a failure
    /// is told as boundaryFailed.
    virtual void discardContext(RunId run, std::vector<QByteArray> keys) = 0;
    /// A snapshot was committed with that run. Answered by checkpointFinished.
    virtual void checkpointCommitted(RunId run, quint64 sequence, const QByteArray &snapshot) = 0;
    /// Asks for the end of an operation that this instance has begun. `heard` is called exactly once, on any
    /// thread, and must only enqueue: the executor has heard it and will end the operation as it sees fit, or
    /// an error says why it will not hear of it. The instance may be gone before that answer.
    virtual void cancelOperation(OperationId operation, CancelMode mode,
                                 std::function<void(Result<void>)> heard) = 0;
};

struct CreateCall
{
    SessionId session;
    QByteArray sessionName;
    QByteArray instanceId;
    quint32 generation = 1;             ///< 1 for the first instance of the session in this process.
    std::optional<QByteArray> snapshot; ///< Last committed.
};

/// Makes executors of one configured kind (an entry of `executors:`). Thread-safe.
class ExecutorFactory
{
public:
    virtual ~ExecutorFactory() = default;

    /// The name in the configuration, for messages.
    virtual QByteArray name() const = 0;
    /// The id of the plugin behind it.
    virtual QByteArray plugin() const = 0;
    ExecutorIdentity identity() const { return {name(), plugin()}; }
    /// Starts making an instance; `listener` hears created() exactly once and must live until the returned
    /// object is destroyed.
    virtual std::unique_ptr<Executor> create(const CreateCall &call, ExecutorListener &listener) = 0;
    /// Cleans up after a session whose instance is gone. `done` is called once, from any thread.
    virtual void cleanup(const CleanupCall &call, std::function<void(Result<void>)> done) = 0;
};

} // namespace burrow
