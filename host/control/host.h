// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/operations.h"
#include "control/session_bindings.h"
#include "core/settings.h"
#include "model/admission_preview.h"
#include "model/event.h"
#include "model/session_event.h"
#include "model/why.h"
#include "port/clock.h"
#include "port/executor.h"
#include "port/store.h"
#include "session/direct_run.h"

#include <QFuture>
#include <QObject>

namespace burrow {

/// What a session is, as configuration says it.
struct SessionSpec
{
    QByteArray name;
    std::shared_ptr<ExecutorFactory> executor; ///< Null: the session takes input but has nobody to run it.
    CoreSettings settings;
};

/// What there was of a session when it was opened.
struct OpenedSession
{
    SessionId id;
    bool existed = false;  ///< The store knew it before.
    quint32 recovered = 0; ///< Open inputs of earlier processes that it goes on with.
};

/// What became of an input.
struct InputFate
{
    enum class State : quint8 {
        NotFound, ///< Never accepted, or ended so long ago that the store has let go of it.
        Open,
        Ended,
    };
    State state = State::NotFound;
    InputId input;                            ///< Open, Ended.
    InputPhase phase = InputPhase::Untracked; ///< Open.
    quint32 attempt = 0;                      ///< Open: the last attempt that was granted; 0 = none yet.
    StoredOutcome ended;                      ///< Ended.
};

/// Whether the submitter wants to hear of the outcome, and when.
enum class WaitFor : quint8 { Nothing, Attempt, Terminal };

struct SubmitOptions
{
    WaitFor wait = WaitFor::Nothing;
    bool withoutWake = false;
    /// How long the submitter watches the accept. Then the receipt says "unknown", and the accept goes on: the
    /// outcome tells by id or by key. Unset: until it is answered.
    std::optional<Duration> bound = std::nullopt;
    /// What must have happened before anybody hears of the outcome, such as giving back what was held for the
    /// input. Called once, on a shard's thread, only with `wait`.
    std::function<void(const Outcome &)> beforeOutcome = {};
};

/// The two answers to a submit. `receipt` says what became of the accept. `outcome` finishes when the input
/// does, in the way that was asked for; where nothing will be told (a refusal, an input that had ended, nobody
/// waits) it finishes at once with a wait failure and its reason. Neither is ever cancelled.
struct Submission
{
    InputId input; ///< The id the input has if it is accepted.
    QFuture<AcceptReceipt> receipt;
    QFuture<Outcome> outcome;
};

/// The same two answers as callbacks, for programs that submit much: no future is made and no event posted.
/// Each is called at most once, on a shard's thread or inside the call, and must only enqueue: what it takes is
/// taken from all sessions of that shard. A host that goes away may drop them uncalled.
struct SubmissionAnswers
{
    std::function<void(AcceptReceipt)> receipt;
    std::function<void(Outcome)> outcome; ///< Not called with WaitFor::Nothing.
};

/// One of several inputs for Host::submitAll().
struct NewInput
{
    SessionId session;
    Input input;
    SubmitOptions options;
    SubmissionAnswers answers;
};

struct HostOptions
{
    QByteArray name = "burrow";
    quint32 shards = 0; ///< 0 = one per core.
    Duration shutdownTimeout = limits::shutdown_timeout_default;
};

/// The host: sessions by name, commands in, receipts out. It takes its store, clock and factories by
/// constructor and never sees what is behind them.
///
/// Threads: the object lives on the caller's Qt thread and emits its signals there; every function may be
/// called from any thread and returns at once. Futures finish on a shard's thread: continue with
/// whenFinished(), which comes back to the thread of its context object, and not with QFuture::then(), which in
/// the supported versions of Qt is not safe against that (control/when_finished.h). No future is ever
/// cancelled: what cannot be answered any more says so. Errors are answers (receipts), never exceptions.
class Host : public QObject
{
    Q_OBJECT

public:
    /// `store` and `clock` must outlive the host.
    Host(HostOptions options, Store &store, TimerClock &clock, QObject *parent = nullptr);
    /// Ends what still runs as shutdownNow() does, and waits for it. Not on a shard's thread, where
    /// continuations run.
    ~Host() override;

    /// Opens the session or creates it, and attaches its executor. Errors: Conflict (the name is open already),
    /// NotReady (the host is shutting down, or the session was destroyed and is kept as it is), and what the
    /// store says. A session whose stored image cannot be trusted opens, is held, and its view says why.
    QFuture<Result<OpenedSession>> openSession(SessionSpec spec);
    /// Opens them all; finishes when the last one is open, with one result each, in the order of `specs`.
    QFuture<std::vector<Result<OpenedSession>>> openSessions(std::vector<SessionSpec> specs);
    /// The open session with that name; null when there is none.
    SessionId sessionNamed(const QByteArray &name) const;
    QByteArrayList sessionNames() const;

    /// Submits an input; its id is minted here, whatever it carries. Refused as busy while the inputs that wait
    /// for their receipt take up limits::ticket_bytes_per_host_max.
    Submission submit(SessionId session, Input input, SubmitOptions options = {});
    InputId submit(SessionId session, Input input, SubmitOptions options, SubmissionAnswers answers);
    /// As submit() for each, in their order, for whoever has several inputs at once: each shard is woken once
    /// and sees all of its own together, so that they share a commit. Gives their ids in the same order.
    std::vector<InputId> submitAll(std::vector<NewInput> inputs);

    /// Accepts the input and has its submitter carry the run out himself, as one step: `operation` is called
    /// with the run once the input is durable and staged. The session must be idle or attached and have no open
    /// input; a key that is known is refused, because the input behind it owns the execution. The outcome is
    /// that of this attempt and comes when its one write is durable; an input whose run failed is queued again
    /// as any other, and then the session's executor runs it. When nothing comes of it, `operation` is dropped
    /// uncalled.
    Submission acceptAndRun(SessionId session, Input input, DirectOperation operation,
                            SubmitOptions options = {});
    /// What a submit would come to now. Changes nothing.
    QFuture<AdmissionPreview> preview(SessionId session, Input input, const SubmitOptions &options = {});

    /// By runtime id: the facts must be those of the current binding, each of them. Refused as NotFound (no
    /// such runtime), BindingMismatch (an earlier binding of it) or InvalidState (with the phase that refuses).
    Submission ingest(const RuntimeBinding &address, Input input, SubmitOptions options = {});

    /// Binds the open session to the runtime `rt:session:<session id>` under fence 0 and hands out its
    /// bindings. Repeating it gives the same. The binding is durable, and announced by an event, before the
    /// answer. Error: NotFound (there is no such session, or it cannot be bound; the sentence says which).
    QFuture<Result<SessionBindings>> prepareBindings(SessionId session);
    /// The same without a runtime: nothing is written or announced, and whoever binds the session later does so
    /// in this epoch.
    QFuture<Result<SessionBindings>> prepareLocalSessionBindings(SessionId session);
    /// Until an executor is attached, a hard cancel calls `interrupt`, on a shard's thread, where it must only
    /// take note: for sessions whose turns somebody runs who is no executor yet. Refused once one is attached.
    QFuture<CommandReceipt> installInterrupt(SessionId session,
                                             std::function<Result<void>(const QString &reason)> interrupt);

    /// Cancels the current run at its boundary or now; a named run must be the current one.
    QFuture<CommandReceipt> cancel(SessionId session, CancelMode mode, RunId run = {},
                                   const QString &reason = {});
    QFuture<CommandReceipt> stop(SessionId session, const QString &reason = {});
    QFuture<CommandReceipt> start(SessionId session);
    /// Takes no new input from now on; what is open drains, if an executor is attached, and otherwise ends.
    QFuture<CommandReceipt> retire(SessionId session, const QString &reason = {});
    /// Ends what a retired session has not begun.
    QFuture<CommandReceipt> abandonPending(SessionId session, const QString &reason = {});
    /// Ends everything that is open; not while a run is.
    QFuture<CommandReceipt> reset(SessionId session, const QString &reason = {});
    /// Lets go of the runtime binding and keeps the work; not while a run is open.
    QFuture<CommandReceipt> recycle(SessionId session, const QString &reason = {});
    /// Takes the session from the store again: the remedy for one that is held.
    QFuture<CommandReceipt> recover(SessionId session, const QString &reason = {});
    /// Ends the session for good: its image is kept and never opened again.
    QFuture<CommandReceipt> destroy(SessionId session, const QString &reason = {});
    /// This host lets go of the session; the store keeps it with its open inputs. Its name can be opened again
    /// when the receipt is there.
    QFuture<CommandReceipt> unregister(SessionId session, const QString &reason = {});

    /// The session's asynchronous operations; of one that is not open every call is refused.
    Operations operations(SessionId session) const;

    /// What became of an input, by its id or by the idempotency key it was submitted under; of several inputs
    /// with one key the newest. Also for sessions that are not open, and for inputs that ended in earlier
    /// processes. Errors: NotReady (the session is held and the store does not say, or the host is gone), and
    /// what the store says.
    QFuture<Result<InputFate>> outcome(SessionId session, InputId input);
    QFuture<Result<InputFate>> outcomeByKey(SessionId session, const QByteArray &key);

    /// Puts an event into the session's log, durably: runtime.notice or runtime.projection_emitted, with a
    /// detail. Refused as Invalid for every other, which the host itself tells.
    QFuture<CommandReceipt> publishEvent(SessionId session, LifecycleEvent event);
    /// A page of the event log. What happens from now on: EventFollower. Errors: what the store says.
    QFuture<Result<EventPage>> events(EventQuery query);
    /// What executors have said so far in the runs that are under way, of all sessions or of one. One answer
    /// for each thread of the host: one that hangs keeps no other's back.
    std::vector<QFuture<std::vector<RecentProgress>>> recentProgress(SessionId session = {});
    /// Why the session does not move, in the words that every surface shows.
    static Why explain(const SessionSight &sight, WallTime now);

    /// What the sessions are doing. Unknown sessions are left out.
    QFuture<std::vector<SessionView>> views();
    QFuture<std::vector<SessionView>> view(SessionId session);

    /// Finishes when no session has anything left that will move by itself: every input is terminal, or what is
    /// left waits for somebody (an executor that was given up, a stopped or held session). Counts what was
    /// submitted before the call.
    QFuture<void> whenSettled();

    /// Goes down in order: admission closes, runs are cancelled at their boundary and after the shutdown
    /// timeout hard, what finishes is committed, the rest is rolled back, executors are released. Finishes when
    /// that is done.
    QFuture<void> shutdown();
    /// Does not wait for boundaries; also while a shutdown is under way.
    void shutdownNow();

Q_SIGNALS:
    /// Everything sessions said since the last signal, in order per session. Collected only while connected.
    void eventsArrived(const std::vector<burrow::SessionEvent> &events);
    /// So many events were dropped because nobody took them in time (see limits::pending_events_max).
    void eventsLost(quint64 count);
    /// Another host owns the store; this one has stopped serving.
    void fenced(const QString &owner);

protected:
    void connectNotify(const QMetaMethod &signal) override;

private:
    void stopCollectingForNobody();

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace burrow
