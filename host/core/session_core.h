// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clone_pointer.h"
#include "core/actions.h"
#include "core/current_run.h"
#include "core/executor_deaths.h"
#include "core/fifo.h"
#include "core/lane.h"
#include "core/session_operations.h"
#include "core/settings.h"
#include "core/teardown.h"
#include "core/ticket.h"
#include "machine/admission.h"
#include "machine/input_machine.h"
#include "machine/session_machine.h"
#include "model/admission_preview.h"
#include "model/stored_session.h"

#include <QHash>

#include <unordered_map>

namespace burrow {

/// One session: its registers, lanes, tickets and waiters. Event in, actions out; no clock, no I/O, no thread,
/// no QObject. The product, the explorer and the simulator run this very class.
///
/// Invariants:
///  - what others see (`m_registers`, queued records) changes only when the write that carries it is durable;
///  - tickets are answered in order; a lifecycle ticket is alone, accepts may be many;
///  - an accept never overtakes a lifecycle write;
///  - every waiter belongs to a record, a ticket or the current run, and is resolved exactly once;
///  - an executor is started only under a durable grant that covers its stored inputs, or for inputs that are
///  not
///    stored at all;
///  - the end of a run waits for a live injection into it, so that the input is neither lost nor run again;
///  - the core never rests with a selectable input unless a run, a write, a timer or a stated reason holds it;
///  - a session that is held writes nothing: its memory and the store differ. After a write that was refused,
///    or whose fate is unknown, it is read again once, by itself; not a second time before a write has worked;
///  - the end of an operation is told when it is durable, and the wake for it moves the feed's cursors in the
///    write that accepts its continuation;
///  - an accept whose key may be that of an input that ended in an earlier process waits until those keys are
///    here. Only such accepts wait, in their own order; accepts without a key, repeats of open inputs, commands
///    and runs pass them.
class SessionCore
{
public:
    /// `settings` must outlive the core.
    SessionCore(SessionId id, const CoreSettings &settings);
    SessionCore &operator=(const SessionCore &) = delete;

    /// Makes the session from its stored image: what is open is queued again, in its order and with its counts;
    /// every grant is void. An image that cannot be true holds the session. First call; it may ask for the keys
    /// of ended inputs, which are answered by KeysLoaded.
    void open(const StoredSession &stored, MonotonicTime now, CoreActions &actions);

    /// Decides one event and appends what is to be done. Never calls back.
    void handle(CoreEvent &&event, MonotonicTime now, CoreActions &actions);

    /// True when a Turn has something to look at.
    bool turnDue() const;
    /// When a Tick is due next.
    MonotonicTime deadline() const;
    /// Nothing here will move by itself: every input is terminal, or what is open waits for somebody outside.
    bool settled() const;
    /// Nothing open, in flight or due: the shell may forget everything but this object.
    bool parked() const;
    /// Gives back memory that only a busy session needs.
    void trim();
    /// A core that decides every event from here on as this one would. For who tries several ways on from one
    /// place.
    std::unique_ptr<SessionCore> clone() const;

    /// The executor said something while it worked on that run. Decides nothing and may be called often.
    void heard(RunId run, MonotonicTime now);
    /// What was due has been served: from here on the session waits for something, or for something else.
    void rest(MonotonicTime now);

    SessionView view() const;
    /// What the open run is for; null when that run is not the open one.
    std::shared_ptr<const RunSubject> subjectOf(RunId run) const;
    /// What that accept would come to now. Pure: nobody can tell afterwards that it was asked.
    AdmissionPreview preview(const AcceptCommand &command) const;
    /// The session's operations; null while there was none.
    const OperationRegistry *operations() const { return m_operations ? &m_operations->registry : nullptr; }
    SessionId id() const { return m_id; }
    /// The epoch that bindings were prepared in; null while nobody has.
    EpochId epoch() const { return m_epoch; }
    const SessionRegisters &registers() const { return m_registers; }
    /// The open input with that id, or with that key; null when there is none that was acknowledged.
    const InputRecord *openInput(InputId id) const;
    const InputRecord *openInput(const QByteArray &key) const;
    /// Why the stored image is not trusted; empty when it is.
    const QString &heldReason() const { return m_held; }
    /// The strongest signal since the last call.
    AdmissionSignal takeSignal();
    /// Visits every open input, acknowledged or on its way. For snapshots, the explorer and tests.
    template <typename Visit>
    void visitInputs(Visit visit) const
    {
        for (const auto &[sequence, record] : m_inputs)
            visit(record);
    }

private:
    /// Says what distinguishes two states; only the explorer defines it.
    friend class StateProbe;
    /// For clone() alone: records are linked by address, and a copy's links lead into the other core.
    SessionCore(const SessionCore &other) = default;
    void relink();

    /// What is known of an idempotency key: the input behind it, and how it ended.
    struct KeyEntry
    {
        InputId input;
        quint64 payloadHash = 0;
        TicketNumber inFlight = 0; ///< The ticket that will make it known; 0 = known.
        bool ended = false;
        OutcomeClass endedAs = OutcomeClass::RuntimeTerminated;
        MonotonicTime expires = MonotonicTime::never(); ///< Once it has ended.
    };
    struct ExpiringKey
    {
        MonotonicTime at;
        QByteArray key;
    };
    /// Whether the keys of inputs that ended in earlier processes are here.
    enum class KeyState : quint8 { Known, Loading, Unread };

    enum class Instance : quint8 { None, Creating, Ready, Stopping };
    enum class EffectKind : quint8 { CancelAfterBoundary, Stop };
    struct PostedEffect
    {
        EffectKind kind = EffectKind::Stop;
        RunId run;
        QString reason;
    };
    /// What is shared with an executor that is attached.
    struct Attachment
    {
        Fifo<PostedEffect> effects; ///< At most limits::effects_per_session_max.
        bool open = false;
        bool wake = false;
        Instance instance = Instance::None;
    };

    // Dispatch (session_core.cpp).
    void on(AcceptCommand &event);
    void on(WaitCommand &event);
    void on(CancelCommand &event);
    void on(LifecycleCommand &event);
    void on(PublishCommand &event);
    void on(BindCommand &event);
    void on(InstallInterrupt &event);
    void on(InterruptAnswered &event);
    void on(ShutdownCommand &event);
    void on(StoreVerdict &event);
    void on(ExecutorCreated &event);
    void on(ApplyFinished &event);
    void on(BoundaryChanged &event);
    void on(BoundaryFailed &event);
    void on(ContextStaged &event);
    void on(CheckpointFinished &event);
    void on(StopFinished &event);
    void on(CleanupFinished &event);
    void on(ExecutorDied &event);
    void on(Wake &event);
    void on(Turn &event);
    void on(Tick &event);
    void on(KeysLoaded &event);
    void on(Reloaded &event);
    void on(OperationCommand &event);
    void on(ContinuationMinted &event);

    bool advance(const SessionInput &input);
    bool advance(SessionVerb verb);
    void advance(InputRecord &record, const InputEvent &event);
    void emitEvent(LifecycleEvent event);
    void emitInput(EventCode code, const InputRecord &record, RunId run = {}, const QString &detail = {});
    /// What is told live and what the log says of the same are equal, so both are made here.
    static LifecycleEvent inputEvent(EventCode code, const InputRecord &record, RunId run = {},
                                     const QString &detail = {});
    LifecycleEvent runEvent(EventCode code, const QString &detail = {}) const;
    /// Made where it stays: every step has several, and moving one goes through a table of its kinds.
    template <typename Action>
    void act(Action action)
    {
        m_actions->emplace_back(std::move(action));
    }
    void hold(const QString &reason);
    WaitReason waitReason() const;
    void describeRest(SessionView &view) const;
    quint32 headCrashes() const;

    // From a stored image (session_core_recovery.cpp).
    std::optional<QString> loadImage(const StoredSession &stored);
    bool loadRegisters(const StoredSession &stored);
    void loadInputs(const StoredSession &stored);
    void loadInput(const InputRow &row, const StartGrant &grant);
    void reloadStep();
    WorkCounts reload(const StoredSession &stored);
    WorkCounts resolveVanished(std::unordered_map<quint64, InputRecord> &before);
    bool reloadAhead() const;

    // Recover (session_core_recover.cpp).
    void recover(const LifecycleCommand &command);
    void readAgain(CommandId command);
    void recovered(const Result<WorkCounts> &result);
    void refuseRecoveries(const CommandReceipt &receipt);

    // Admission (session_core_admission.cpp).
    enum class Admitted : quint8 { Done, Wait };
    Admitted admit(AcceptCommand &command);
    void keepWaiting(AcceptCommand &command);
    bool keepWaiting(CommandId command, CoreEvent &&event);
    void reject(const AcceptCommand &command, AcceptReceipt receipt);
    void replyAccept(CommandId command, AcceptReceipt receipt);
    void rejectAsBusy(const AcceptCommand &command);
    std::optional<AcceptReceipt> refusalFor(const AcceptCommand &command) const;
    std::optional<AcceptReceipt> addressRefusal(const AcceptCommand &command) const;
    std::optional<AcceptReceipt> boundsRefusal(const AdmissionPlan &plan, bool replaces) const;
    AdmissionPlan planFor(const AcceptCommand &command) const;
    AdmissionQuery queryFor(const AcceptCommand &command) const;
    InputRecord *replacementTarget(const Input &input) const;
    bool replacementInFlight(const Input &input) const;
    Ticket ticketFor(AcceptCommand &command, InputRecord &record, InputRecord *target);
    AcceptOperation operationFor(const Ticket &ticket, const InputRecord &record) const;
    void publishAccept(Ticket &ticket);
    static LifecycleEvent replacementEvent(const Ticket &ticket, const InputRecord &target);
    void publishReplacement(const Ticket &ticket);
    void undoAccept(Ticket &ticket, const StoreVerdict &verdict);
    bool isSilent(const Input &input) const;

    // Keys (session_core_keys.cpp).
    std::optional<Admitted> resolveKey(AcceptCommand &command, quint64 hash);
    AcceptReceipt repeatReceipt(const AcceptCommand &command, const KeyEntry &entry, quint64 hash) const;
    const KeyEntry *knownKey(const QByteArray &key) const;
    void deduplicate(const AcceptCommand &command, const KeyEntry &entry, AcceptReceipt receipt);
    void askForKeys();
    void rememberKeys(const std::vector<RetainedKey> &keys, WallTime wallNow);
    void waitForKeys(AcceptCommand &command);
    void admitKeyWaiting();
    void endKey(const QByteArray &key, OutcomeClass endedAs);
    void forgetExpiredKeys();

    // Tickets (session_core_tickets.cpp).
    void submit(Ticket &&ticket, StoreOperation &&operation, std::vector<LifecycleEvent> events,
                std::shared_ptr<const StoredOperations> operations = {});
    void enqueueUnwritten(Ticket ticket);
    void publishReady();
    void publish(Ticket &ticket);
    void fail(Ticket &ticket, const StoreVerdict &verdict);
    void failAll(const StoreVerdict &verdict);
    void runWaiting();
    bool lifecycleInFlight() const;
    bool writeInFlightBesidesAccepts() const;
    SessionRow rowAfter(const SessionRegisters &registers, RunId lastRun, StartGrant grant);
    FinishedInput finished(const InputRecord &record, TerminalKind kind, AbandonReason reason,
                           Outcome outcome) const;
    void endRecord(InputRecord &record, const Outcome &outcome);
    void resolveWaiters(Waiters &waiters, InputId input, const Outcome &outcome);
    void resolveAttemptWaiters(InputRecord &record, const Outcome &outcome);
    void resolveAll(const Outcome &outcome);

    // The loop (session_core_loop.cpp).
    bool effectReady() const;
    void drainEffects();
    void processQueue(RunId nextRun);
    /// The executor has a run and has not ended it.
    bool runOpen() const { return m_run && m_run->stage == CurrentRun::Stage::Open; }
    bool mayStartRun() const;
    bool ensureInstance();
    bool stagingAdmits(const Batch &batch);
    void refuseStaging(InputRecord &record, const QString &reason);
    void publishStagingAbandon(const Ticket &ticket);
    bool grantCovers(const Batch &batch) const;
    StartGrant grantFor(const Batch &batch) const;
    StartGrant grantForNext() const;
    void takeGrant(StartGrant grant);
    enum class RunBy : quint8 { Executor, Submitter };
    void beginRun(RunId run, Batch batch, RunBy by = RunBy::Executor);
    InputLane &laneOf(Lane lane) { return lane == Lane::Steer ? m_steer : m_queue; }
    void place(InputRecord &record);

    // Runs that end (session_core_runs.cpp).
    void concludeRun(RunEnd &&end);
    std::optional<QString> receiptMismatch(const RunOutput &output) const;
    void finishRun(RunOutput &&ended);
    void failRun(FailureCause cause, const QString &reason, bool machineTerminal);
    void cancelRunEnded(const QString &reason);
    void rollBackRun();
    void submitConclusion(TicketKind kind, StartGrant grant, std::optional<StoreOperation> &&operation);
    void submitFailure();
    FailRunOperation failOperation(StartGrant grant);
    std::vector<LifecycleEvent> runEvents() const;
    bool anyStored() const;
    AbandonReason endingOf(const InputRecord &record) const;
    void requeue(InputRecord &record, quint64 deferredTo);
    void publishFinished();
    Outcome attemptOutcome() const;
    void publishFailed();
    void completeWaiters(Finalization finalization, const QString &failure);
    void afterRun(bool progressed);
    void conclusionNotDurable(const StoreVerdict &verdict);

    // Events that are published from outside (session_core_publish.cpp).
    void publishNote(Ticket &ticket);
    void noteNotDurable(const Ticket &ticket, const StoreVerdict &verdict);

    // Bindings (session_core_bindings.cpp).
    void bind(const BindCommand &command);
    bool bindMustWait() const;
    void fixEpoch(EpochId fresh);
    SessionInput bindingInput(std::shared_ptr<const RuntimeBinding> binding) const;
    void publishBound(const Ticket &ticket);
    bool interruptPrepared(const CancelCommand &command);

    // Runs that submitters carry out themselves (session_core_direct_run.cpp).
    std::optional<AcceptReceipt> directRefusal(const AcceptCommand &command) const;
    static AcceptReceipt ownedByAnother(InputId owner);
    void beginDirectRun(InputRecord &record, RunId run);

    // Context for the run under way (session_core_injection.cpp).
    LiveEntry liveEntryOf(const InputRecord &record, AdmissionSignal signal) const;
    bool mayInject() const;
    void injectNext();
    bool holdEnd(ApplyFinished &event);
    InputRecord *recordToInject();
    bool runTakesContext() const;
    void refuseInjection(const QString &reason);
    void submitInjection(InputRecord &record);
    void publishInjection(const Ticket &ticket);
    void injectionNotDurable(const Ticket &ticket, const StoreVerdict &verdict);
    void injectionFinalized(const Result<void> &result);
    void loseInjection();
    void endInjection();

    // Operations (session_core_operations.cpp).
    SessionOperations &operations(EpochId epochIfFirst);
    OperationLimits operationLimits() const;
    QString operationsClosed() const;
    void serve(CommandId command, const RegisterOperation &request);
    void serve(CommandId command, const AdvanceOperation &request);
    void serve(CommandId command, const EndOperation &request);
    void serve(CommandId command, const CancelOperation &request);
    void serve(CommandId command, const WatchOperation &request);
    void serve(CommandId command, const WaitForOperations &request);
    void serve(CommandId command, const EndOperationWait &request);
    void serve(CommandId command, const ReadCompletions &request);
    void serve(CommandId command, const AcknowledgeCompletions &request);
    void replyOperation(CommandId command, OperationReceipt receipt);
    void refuseOperation(const OperationCommand &event, const QString &why);
    void tell(OperationNews news);
    void tell(OperationNotices notices);
    void writeOperations();
    std::shared_ptr<const StoredOperations> stagedOperations();
    std::shared_ptr<const StoredOperations> operationsAtTeardown();
    std::shared_ptr<const StoredOperations> operationsImage();
    void publishOperations();
    void operationsNotDurable(const StoreVerdict &verdict);
    void poisonOperations(const QString &reason);
    void endOperationsOfExecutor();
    QByteArray executorSource() const;
    std::optional<QString> loadOperations(const StoredSession &stored);

    // The detached wake (session_core_feed.cpp).
    bool quiescent() const;
    bool wakeAhead() const;
    void feedStep();

    // Executors that die (session_core_restart.cpp).
    void loseExecutor(const QString &said, ExecutorEnding ending);
    void detach(const QString &reason);
    bool restartAhead() const;
    void makingInstance();
    void instanceMade();
    void instanceNotMade(const Error &error);
    void forgetRestart();

    // Cancel, attach, shutdown (session_core_control.cpp).
    void cancelCurrentRun(CancelFor why, CancelMode mode, const QString &reason);
    void postEffect(PostedEffect effect);
    void escalate();
    void attach(const LifecycleCommand &command);
    void refuseWaiting();
    void shutdownStep();
    void reply(CommandId command, CommandReceipt receipt);
    CommandReceipt refused(Refusal refusal, const QString &message) const;
    CommandReceipt closed() const;
    QString phaseSentence(const char *what) const;

    // Stop, destroy, unregister (session_core_teardown.cpp).
    static bool isTeardown(LifecycleVerb verb);
    bool joinsTeardown(LifecycleVerb verb) const;
    Duration restBound() const;
    const char *teardownWord() const;
    void joinTeardown(const LifecycleCommand &command);
    void requestTeardown(const LifecycleCommand &command);
    bool stageTeardown(Teardown::Kind kind);
    void reopenWindow();
    SessionInput aboutThisSession(SessionVerb verb) const;
    void hurryTeardown();
    void hurryCheckpoint();
    void applyStop();
    void stopInstance();
    void canonicalStop(const QString &reason, bool durable);
    void giveUpStopping();
    void executorStopped(const Result<void> &result);
    bool readyToTerminalize() const;
    SessionRegisters leftBehind() const;
    void terminalize();
    void publishTeardown();
    void publishUnregistered();
    void teardownNotDurable(const CommandReceipt &receipt);
    void finishTeardown();
    void leave();
    void refuseReleased(CoreEvent &event);
    CommandReceipt noSuchSession() const;
    void dropInstance();
    void answerTeardown(const CommandReceipt &receipt);

    // What is owed after a teardown (session_core_cleanup.cpp).
    void beginCleanup();
    void retryCleanup();
    void cleanupAnswered(const Result<void> &result);
    void recordCleanup();

    // Lifecycle commands (session_core_lifecycle.cpp).
    bool mustWait(LifecycleVerb verb) const;
    void obey(const LifecycleCommand &command);
    void perform(const LifecycleCommand &command);
    void start(const LifecycleCommand &command);
    void retire(const LifecycleCommand &command);
    void submitVerb(const LifecycleCommand &command, AbandonReason ending);
    void submitLifecycle(Ticket ticket, const SessionRegisters &after,
                         std::shared_ptr<const StoredOperations> operations = {});
    void publishLifecycle(const Ticket &ticket);
    void publishRetired(const Ticket &ticket, CommandReceipt receipt);
    void lifecycleNotDurable(Ticket &ticket, const StoreVerdict &verdict);
    static const char *endingWords(AbandonReason reason);
    StartGrant grantOfRun() const;
    std::vector<quint64> queuedSequences() const;
    std::vector<FinishedInput> finishedQueued(AbandonReason reason) const;
    quint32 abandonQueued(AbandonReason reason);

    // Constant after construction.
    const SessionId m_id;
    const CoreSettings *const m_settings;

    // The published state.
    SessionRegisters m_registers;
    std::unordered_map<quint64, InputRecord> m_inputs; ///< By sequence; Accepted = in flight.
    InputLane m_queue;
    InputLane m_steer;
    QHash<QByteArray, KeyEntry> m_keys;
    Fifo<ExpiringKey> m_expiring; ///< Keys of ended inputs, those first whose time is over first.
    StartGrant m_grant;           ///< Durable and not used yet.
    ClonePointer<CurrentRun> m_run;
    Attachment m_attachment;
    ClonePointer<ExecutorDeaths> m_deaths;        ///< Null while no executor has died.
    ClonePointer<SessionOperations> m_operations; ///< Null while there was no operation.

    // On their way.
    Fifo<Ticket> m_tickets;
    Fifo<CoreEvent> m_waiting;        ///< Events that must not overtake a write in flight.
    Fifo<AcceptCommand> m_keyWaiting; ///< Accepts that wait for the keys of ended inputs.
    // Of the run, behind a lifecycle write. Apart, for a teardown waits for the run and is waited for itself.
    ClonePointer<ContextStaged> m_stagedWaiting; ///< The answer to what was staged into it.
    ClonePointer<ApplyFinished> m_endWaiting;    ///< Its end.
    ClonePointer<Teardown> m_stop;
    std::vector<CommandId> m_recoverers; ///< Who asked for the image to be read again.

    // Counters and marks.
    TicketNumber m_lastTicket = 0;
    quint32 m_accepting = 0;   ///< Records whose accept is in flight.
    quint32 m_waiterCount = 0; ///< Waiters that are registered and not resolved.
    quint64 m_nextAdmission = 0;
    quint64 m_nextPriority = 0;
    quint64 m_revision = 0;   ///< The last one given to a session row; one that is not written leaves a gap.
    qint64 m_ticketBytes = 0; ///< Of all accepts without an answer: in tickets, joined or waiting.
    MonotonicTime m_retryAt = MonotonicTime::never();
    MonotonicTime m_restBy = MonotonicTime::never(); ///< When a stopping executor is given up.
    quint32 m_retryStep = 0;
    quint32 m_keyRound = 0; ///< The last question for keys.
    KeyState m_keyState = KeyState::Known;
    quint32 m_recovered = 0;   ///< Open inputs of the image that the session was opened from.
    quint32 m_interrupted = 0; ///< Of them, those with crashes.
    EpochId m_epoch;           ///< Of the bindings; fixed by the first who prepares them.
    RunId m_boundaryRun;       ///< The run whose live boundary is open.
    QString m_failed;          ///< Why the executor was given up.
    QString m_held;            ///< Why the stored image is not trusted.
    QString m_unwritten;       ///< Why the start of a run is not written; until a write works again.
    MonotonicTime m_reloadAt = MonotonicTime::never(); ///< When a held session is to be read again.
    TicketNumber m_givenUp = 0; ///< The last write that was given up and has no verdict yet; 0 = none.
    /// Spent: not a second time by itself. Never: another host owns the store.
    enum class Reload : quint8 { Allowed, Due, Asked, Spent, Never };
    Reload m_reload = Reload::Allowed;
    SessionTally m_tally;
    AdmissionSignal m_signal = AdmissionSignal::None;
    WaitReason m_restReason = WaitReason::Nothing; ///< When the shell last looked, and since when.
    MonotonicTime m_restSince = MonotonicTime::never();
    quint32 m_interruptsOpen = 0;              ///< Provisional interrupts that have not answered.
    bool m_interruptInstalled = false;         ///< Until an executor is attached.
    std::shared_ptr<const OwedCleanup> m_owed; ///< Durably; null: nothing is.
    quint32 m_cleanupRound = 0;
    bool m_cleaning = false;    ///< A clean-up has no answer yet.
    bool m_cleanupDone = false; ///< What is owed in the store was done.
    bool m_stoppedHere = false; ///< Stopped holds for this process only.
    bool m_released = false;    ///< Unregistered.
    bool m_shutdown = false;
    bool m_shutdownHard = false; ///< Nobody waits for boundaries any more.
    bool m_shutdownReported = false;

    // Valid inside handle() only.
    bool m_servingWaiting = false;
    MonotonicTime m_now;
    CoreActions *m_actions = nullptr;
};

} // namespace burrow
