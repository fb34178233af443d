// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/session_event.h"
#include "port/clock.h"
#include "session/id_mint.h"
#include "session/session_loop.h"
#include "session/shard_inbox.h"
#include "session/slot_map.h"

#include <QObject>

#include <atomic>
#include <set>
#include <unordered_map>

namespace burrow {

/// Where a shard sends what concerns the whole host. Called on the shard's thread; must only enqueue.
class ShardObserver
{
public:
    virtual ~ShardObserver() = default;
    virtual bool wantsEvents() const = 0;
    virtual void sessionsSaid(std::vector<SessionEvent> events) = 0;
    virtual void storeFenced(const QString &owner) = 0;
    /// The session was unregistered; before anybody hears of it. Its name is free.
    virtual void sessionLeft(SessionId session, const QByteArray &name) = 0;
};

/// Carries the sessions of one thread: their records, the list of those that are ready, one timer for all
/// deadlines, and the calls that wait for an answer.
///
/// The object lives on the thread whose event loop serves it. post() is for any thread; everything else happens
/// on the shard's own. One queued event drains the whole ready list, a bounded share for each session, so that
/// a session that is flooded keeps nobody else waiting. Answers leave through an outbox after the ready list: a
/// continuation that runs inside an answer never meets a session in the middle of its turn.
class Shard : public QObject, public StoreClient, private LoopOutlet
{
    Q_OBJECT

public:
    /// `store`, `clock` and `observer` must outlive the shard. Construct it on the thread it is to live on.
    Shard(Store &store, TimerClock &clock, ShardObserver &observer);
    ~Shard() override;

    void post(ShardMessage message) { m_inbox->post(std::move(message)); }
    /// For those who may speak later than the shard lives.
    const std::shared_ptr<ShardInbox> &inbox() override { return m_inbox; }
    void storeAnswered(std::vector<StoreAnswer> answers) override;

    /// Serves everything that is due now, on the shard's thread, without waiting for its event loop.
    void drain();

    /// For diagnostics, on the shard's thread.
    std::size_t sessionCount() const { return m_sessions.size(); }
    std::size_t loopCount() const { return m_boundLoops; }
    std::size_t spareLoopCount() const { return m_spareLoops.size(); }

private:
    bool event(QEvent *event) override;

    void on(AdoptMessage &message);
    void on(SubmitMessage &message);
    void on(DirectRunMessage &message);
    void on(PreviewMessage &message);
    void on(CommandMessage &message);
    void on(ExecutorMessage &message);
    void on(InterruptMessage &message);
    void on(StoreMessage &message);
    void on(KeysMessage &message);
    void on(ReloadedMessage &message);
    void on(OperationMessage &message);
    void on(OperationAnswered &message);
    void on(LiveOperationsMessage &message);
    void on(OperationsViewMessage &message);
    void on(InquiryMessage &message);
    void on(ViewMessage &message);
    void on(RecentMessage &message);
    void on(SettledMessage &message);
    void on(ShutdownMessage &message);

    SessionRecord *find(SessionId session);
    void deliver(SessionRecord &record, CoreEvent &&event);
    void deliverToMany(SessionRecord &record, CoreEvent &&event);
    void markReady(SessionRecord *record);
    void bindLoop(SessionRecord &record);
    void park(SessionRecord &record);
    bool drainRound();
    void serveReady();
    void serveOne(SessionRecord &record, MonotonicTime now);
    void afterServing(SessionRecord &record);
    void armTimer(SessionRecord &record);
    void armForNext();
    void timerFired();
    void boundsPassed(MonotonicTime now);
    void shutDownSessions(CancelMode mode);
    void noteSettled(SessionRecord &record);
    void flushOutbox();
    void flushEvents();
    void executorSaid(SessionRecord &record, ProgressEvent &&event);
    static ProgressRing *ringOf(SessionRecord &record, RunId run);
    void logUnheard(const ExecutorMessage &message);
    void writeAndAnswer();
    void letGo();
    void letGo(SessionRecord &record);
    void askForCancel(SessionId session, CancelMode mode, OperationReceipt allowed, OperationCallback reply);
    void failOperations(const QString &reason);
    SessionView viewOf(const SessionRecord &record) const;

    // LoopOutlet.
    void submitWrite(WriteSet &&set) override { m_writes->add(std::move(set)); }
    void replyAccept(CommandId command, AcceptReceipt &&receipt) override;
    void replyCommand(CommandId command, CommandReceipt receipt) override;
    void resolveWaiter(WaiterId waiter, Outcome &&outcome) override;
    void sessionSaid(SessionRecord &record, LifecycleEvent &&event, quint64 row) override;
    void storeFenced(const QString &owner) override;
    void loadKeys(SessionRecord &record, const LoadKeys &question) override;
    void reloadSession(SessionRecord &record) override;
    void startDirectRun(SessionRecord &record, StartDirectRun &start) override;
    void interruptPrepared(SessionRecord &record, const InterruptPrepared &question) override;
    void forgetDirectRun(RunId run) override { m_directs.erase(run); }
    void replyOperation(CommandId command, OperationReceipt receipt) override;
    void resolveOperations(WaiterId waiter, OperationsAnswer answer) override;
    void mintContinuation(SessionRecord &record) override;
    void sessionShutDown(SessionRecord &record) override;
    void sessionReleased(SessionRecord &record) override { m_leaving.push_back(&record); }
    RunId freshRunId() override { return m_mint.next<RunId>(m_clock.wallNow()); }
    CoreActions &actions() override { return m_actions; }
    LoopSignals &loopSignals() override { return m_loopSignals; }

    struct PendingAccept
    {
        ReceiptCallback receipt;
        WaiterId waiter = 0;
        InputId input;
        MonotonicTime answerBy = MonotonicTime::never();
    };
    /// An accept whose submitter watches it for so long.
    struct Bound
    {
        MonotonicTime at;
        CommandId command = 0;
        auto operator<=>(const Bound &) const = default;
    };
    // What leaves through the outbox. The two that every input has are kept whole: a closure would be one more
    // allocation for each.
    struct AcceptReply
    {
        ReceiptCallback callback;
        AcceptReceipt receipt;
        void operator()() { callback(std::move(receipt)); }
    };
    struct OutcomeReply
    {
        OutcomeCallback callback;
        Outcome outcome;
        void operator()() { callback(std::move(outcome)); }
    };
    using Reply = std::variant<AcceptReply, OutcomeReply, std::function<void()>>;
    struct TimerEntry
    {
        MonotonicTime at;
        SessionId session;
        auto operator<=>(const TimerEntry &) const = default;
    };

    // Constant after construction.
    Store &m_store;
    TimerClock &m_clock;
    ShardObserver &m_observer;
    const std::shared_ptr<ShardInbox> m_inbox;

    // Shard thread only.
    std::unordered_map<SessionId, std::unique_ptr<SessionRecord>> m_sessions;
    std::vector<SessionRecord *> m_ready;
    std::set<TimerEntry> m_deadlines;
    std::unique_ptr<Timer> m_timer;
    SlotMap<PendingAccept> m_accepts;
    std::set<Bound> m_bounds;                             ///< Of accepts without an answer.
    std::unordered_map<RunId, DirectOperation> m_directs; ///< Asked for and not begun.
    SlotMap<CommandCallback> m_commands;
    SlotMap<OutcomeCallback> m_waiters;
    SlotMap<OperationCallback> m_operationSteps;
    std::unordered_map<WaiterId, OperationsCallback> m_operationWaits;
    std::vector<Reply> m_outbox;
    std::vector<SessionEvent> m_events;
    const std::unique_ptr<WriteBatch> m_writes;             ///< Of this round; they go to the store together.
    std::vector<std::unique_ptr<SessionLoop>> m_spareLoops; ///< Bound to no session.
    Fifo<SessionRecord *> m_trimDue;                        ///< Those that parked last.
    std::vector<SessionRecord *> m_leaving;                 ///< Unregistered; dropped at the end of the round.
    std::vector<SessionRecord *> m_serving;                 ///< Kept for its memory.
    std::vector<ShardMessage> m_taken;                      ///< Kept for its memory.
    CoreActions m_actions;                                  ///< Of the step under way.
    LoopSignals m_loopSignals;
    std::vector<std::function<void()>> m_settledCallbacks;
    std::vector<std::function<void()>> m_shutdownCallbacks;
    IdMint m_mint;
    quint32 m_generationsGone = 0; ///< Of instances of sessions that have left: no later one has such a number.
    std::size_t m_unsettled = 0;
    std::size_t m_boundLoops = 0;
    std::size_t m_stillUp = 0;
    MonotonicTime m_hardAt = MonotonicTime::never(); ///< When a shutdown stops waiting for boundaries.
    bool m_promisedMore = false;                     ///< The store was given a part of this round's writes.
    bool m_shuttingDown = false;
    bool m_draining = false;
    bool m_drainAgain = false; ///< Somebody asked for a drain from inside one.
};

} // namespace burrow
