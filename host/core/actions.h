// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/events.h"
#include "model/session_view.h"

/// What the shell must carry out, in order.
namespace burrow {

struct SubmitWrite
{
    WriteSet set;
};

/// Make an executor instance; answered by ExecutorCreated.
struct CreateExecutor
{
};

/// Answered by ApplyFinished, exactly once.
struct StartApply
{
    RunId run;
    PrimitivePointer primitive;
    quint32 attempt = 1;
    MonotonicTime deadline;
};

/// Hand the run to the submitter of its input; answered by ApplyFinished, exactly once.
struct StartDirectRun
{
    RunId run;
    PrimitivePointer primitive;
    quint32 attempt = 1;
};

/// A direct run that was asked for does not take place; nothing answers.
struct ForgetDirectRun
{
    RunId run;
};

struct CancelRun
{
    RunId run;
    CancelMode mode = CancelMode::Boundary;
    QString reason;
};

/// Interrupt whoever runs the session's turns before an executor is attached; answered by InterruptAnswered.
struct InterruptPrepared
{
    CommandId command = 0;
    QString reason;
};

/// Give the run and its instance up; answered by ApplyFinished with RunAbandoned.
struct AbandonRun
{
    RunId run;
    QString reason;
};

/// Stage an input's context into the run that is open; answered by ContextStaged.
struct StageContext
{
    RunId run;
    InputId input;
    std::vector<Append> context;
};

/// Take staged context back, because it could not be made durable; nothing answers.
struct DiscardContext
{
    RunId run;
    std::vector<QByteArray> keys;
};

/// Answered by CheckpointFinished.
struct CommitCheckpoint
{
    RunId run;
    quint64 sequence = 0;
    QByteArray snapshot;
};

/// Answered by StopFinished.
struct StopExecutor
{
    StopKind kind = StopKind::SessionStop;
    QString reason;
};

/// Drop the instance; nothing answers.
struct DestroyExecutor
{
};

/// Clean up after the instance, once it is destroyed; answered by CleanupFinished.
struct CleanupExecutor
{
    CleanupCause cause = CleanupCause::Stopped;
    quint32 round = 0;
    quint32 attempt = 1;
};

struct ReplyAccept
{
    CommandId command = 0;
    AcceptReceipt receipt;
};

struct ReplyCommand
{
    CommandId command = 0;
    CommandReceipt receipt;
};

struct ResolveWaiter
{
    WaiterId waiter = 0;
    InputId input;
    Outcome outcome;
};

struct Emit
{
    LifecycleEvent event;
};

/// Another host owns the store: this one must stop serving.
struct ReportFenced
{
    QString owner;
};

/// Fetch the keys of the session's ended inputs; answered by KeysLoaded.
struct LoadKeys
{
    quint32 round = 0;
};

/// Read the session again from the store, because what is here and what is there differ. Asked for when every
/// write has its verdict; answered by Reloaded.
struct ReloadSession
{
};

struct ReplyOperation
{
    CommandId command = 0;
    OperationReceipt receipt;
};

/// Those who waited for operations hear how they ended, or why they will not.
struct ResolveOperations
{
    WaiterId waiter = 0;
    OperationsAnswer answer;
};

/// Make an id for an input of the core's own; answered by ContinuationMinted.
struct MintContinuation
{
};

/// After a shutdown: nothing runs, nothing is in flight, the executor is gone.
struct ShutdownFinished
{
};

/// The session was unregistered: nothing of it is on its way, and the shell lets go of it.
struct SessionReleased
{
};

using CoreAction =
    std::variant<SubmitWrite, CreateExecutor, StartApply, StartDirectRun, ForgetDirectRun, CancelRun,
                 InterruptPrepared, AbandonRun, StageContext, DiscardContext, CommitCheckpoint, StopExecutor,
                 DestroyExecutor, CleanupExecutor, ReplyAccept, ReplyCommand, ResolveWaiter, Emit, ReportFenced,
                 ShutdownFinished, SessionReleased, LoadKeys, ReloadSession, ReplyOperation, ResolveOperations,
                 MintContinuation>;
using CoreActions = std::vector<CoreAction>;

} // namespace burrow
