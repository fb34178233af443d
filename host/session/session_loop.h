// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/loop_signals.h"
#include "session/session_record.h"

namespace burrow {

/// Where the actions of a core go that do not concern its executor. The shard implements it.
class LoopOutlet
{
public:
    virtual ~LoopOutlet() = default;
    virtual void submitWrite(WriteSet &&set) = 0;
    virtual void replyAccept(CommandId command, AcceptReceipt &&receipt) = 0;
    virtual void replyCommand(CommandId command, CommandReceipt receipt) = 0;
    virtual void resolveWaiter(WaiterId waiter, Outcome &&outcome) = 0;
    /// `row`: of the event log, when a verdict had it said; see SessionEvent.
    virtual void sessionSaid(SessionRecord &record, LifecycleEvent &&event, quint64 row) = 0;
    virtual void storeFenced(const QString &owner) = 0;
    virtual void loadKeys(SessionRecord &record, const LoadKeys &question) = 0;
    virtual void reloadSession(SessionRecord &record) = 0;
    virtual void startDirectRun(SessionRecord &record, StartDirectRun &start) = 0;
    virtual void forgetDirectRun(RunId run) = 0;
    virtual void interruptPrepared(SessionRecord &record, const InterruptPrepared &question) = 0;
    virtual void replyOperation(CommandId command, OperationReceipt receipt) = 0;
    virtual void resolveOperations(WaiterId waiter, OperationsAnswer answer) = 0;
    virtual void mintContinuation(SessionRecord &record) = 0;
    virtual void sessionShutDown(SessionRecord &record) = 0;
    virtual void sessionReleased(SessionRecord &record) = 0;
    virtual const std::shared_ptr<ShardInbox> &inbox() = 0;
    virtual RunId freshRunId() = 0;
    /// Empty, for the actions of one step. All loops of a shard take turns with one, which so stays in the
    /// cache; as many of their own would not.
    virtual CoreActions &actions() = 0;
    virtual LoopSignals &loopSignals() = 0;
};

/// The loop of one session that has work. It feeds what happened to the session's core and carries out the
/// actions that come back. A plain object on its shard's thread, which binds one to a session when work arrives
/// and takes it back when the session parks.
///
/// A turn is never nested: whatever happens while one is carried out comes back through the shard's inbox.
class SessionLoop
{
public:
    explicit SessionLoop(LoopOutlet &outlet);
    Q_DISABLE_COPY_MOVE(SessionLoop)

    /// Serves that session from now on; null takes it away. No event may be pending.
    void bind(SessionRecord *record);
    SessionRecord *record() const { return m_record; }

    /// Takes an event to be served at the next turn, and says so by the signal of its kind.
    void deliver(CoreEvent &&event);

    bool hasEvents() const { return !m_events.isEmpty(); }
    /// Serves what is due, at most `share` steps. True when something is left.
    bool serve(MonotonicTime now, quint32 share);

private:
    void step(CoreEvent &&event, MonotonicTime now);
    void keepSnapshot(const StoreVerdict &verdict);

    // One overload per action of the core.
    void carryOut(SubmitWrite &action);
    void carryOut(CreateExecutor &action);
    void carryOut(StartApply &action);
    void carryOut(StartDirectRun &action);
    void carryOut(ForgetDirectRun &action);
    void carryOut(CancelRun &action);
    void carryOut(InterruptPrepared &action);
    void carryOut(AbandonRun &action);
    void carryOut(StageContext &action);
    void carryOut(DiscardContext &action);
    void carryOut(CommitCheckpoint &action);
    void carryOut(StopExecutor &action);
    void carryOut(DestroyExecutor &action);
    void carryOut(CleanupExecutor &action);
    void carryOut(ReplyAccept &action);
    void carryOut(ReplyCommand &action);
    void carryOut(ResolveWaiter &action);
    void carryOut(Emit &action);
    void carryOut(ReportFenced &action);
    void carryOut(ShutdownFinished &action);
    void carryOut(SessionReleased &action);
    void carryOut(LoadKeys &action);
    void carryOut(ReloadSession &action);
    void carryOut(ReplyOperation &action);
    void carryOut(ResolveOperations &action);
    void carryOut(MintContinuation &action);

    SessionRecord *m_record = nullptr;
    LoopOutlet &m_outlet;
    Fifo<CoreEvent> m_events;
    quint64 m_row = 0; ///< Of the verdict that is being served.
};

} // namespace burrow
