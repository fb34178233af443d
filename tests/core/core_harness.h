// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session_core.h"
#include "inputs.h"
#include "store_mirror.h"
#include "store_model.h"

#include <QtTest>

#include <deque>
#include <map>
#include <set>

namespace burrow::test {

/// Who answers what the core asks the outside for: the harness at once, or the test when it wants.
enum class Answers : quint8 { AtOnce, Held };

struct HarnessOptions
{
    Answers store = Answers::AtOnce;
    Answers creation = Answers::AtOnce;
    Answers apply = Answers::Held;
    Answers stopping = Answers::AtOnce;
    Answers checkpoint = Answers::AtOnce;
    Answers staging = Answers::Held;
    Answers cleanup = Answers::AtOnce;
    Answers turns = Answers::AtOnce; ///< Held: only turn() gives the core a turn.
    Answers keys = Answers::AtOnce;
    Answers reload = Answers::AtOnce;
    Answers minting = Answers::AtOnce;
    bool unknownIsDurable = false; ///< A write whose fate nobody knows has reached the disk.
    bool endCrosses = false;       ///< A run that is given up has just ended by itself: that is its answer.
    CoreSettings settings;
    SessionRow row; ///< What the store knows of the session.
    QString corruption;
    /// Open inputs as an earlier host left them; any makes the session one that existed. A row that is
    /// ephemeral, or that cannot be true, is given to the core as it is.
    std::vector<InputRow> openInputs;
    std::vector<RetainedKey> retainedKeys; ///< Of inputs that ended in earlier processes.
    std::shared_ptr<const RuntimeBinding> binding;
    /// A store that ships, to be compared with the model; null: none. Not together with what the store knows
    /// beforehand (row, openInputs, retainedKeys, binding).
    std::shared_ptr<StoreMirror> mirror;
};

/// One submission and the names under which its answers come.
struct Submitted
{
    CommandId command = 0;
    InputId input;
    WaiterId waiter = 0;

    quint64 sequence() const { return sequenceOf(input); }
};

/// The session of every harness.
inline constexpr SessionId session_id{{0x51, 0x51}};

/// A shell around the shipping SessionCore: a clock that the test turns, a store that answers when the test
/// says so, and one executor. It carries every action out, keeps what came of it, and checks after every event
/// what must hold whatever the test is about; a broken rule fails the test when the harness goes out of scope,
/// or at once when the test asks for violations().
class CoreHarness
{
public:
    explicit CoreHarness(HarnessOptions options = {});
    ~CoreHarness();
    CoreHarness(const CoreHarness &) = delete;
    CoreHarness &operator=(const CoreHarness &) = delete;

    // What callers do.
    Submitted submit(Input input, std::optional<WaitMode> wait = std::nullopt);
    Submitted submitWithoutWake(Input input, std::optional<WaitMode> wait = std::nullopt);
    Submitted submitAs(InputId id, Input input, std::optional<WaitMode> wait = std::nullopt);
    /// By runtime id.
    Submitted submitTo(std::shared_ptr<const RuntimeBinding> address, Input input);
    /// Accept and run: this caller carries the run out himself, as the run that is open.
    Submitted submitAndRun(Input input, std::optional<WaitMode> wait = WaitMode::Attempt);
    /// Waits for an input that was submitted before; the waiter counts once the command is answered.
    Submitted waitFor(InputId input, WaitMode mode);
    CommandId attach() { return lifecycle(LifecycleVerb::Attach); }
    CommandId stop(const QString &reason = QStringLiteral("asked"))
    {
        return lifecycle(LifecycleVerb::Stop, reason);
    }
    CommandId start() { return lifecycle(LifecycleVerb::Start); }
    CommandId command(LifecycleVerb verb) { return lifecycle(verb, QStringLiteral("asked")); }
    CommandId bind(const QByteArray &runtimeId, std::optional<EpochId> epoch = std::nullopt);
    CommandId installInterrupt();
    CommandId cancel(CancelMode mode = CancelMode::Boundary, RunId run = {});
    CommandId publish(LifecycleEvent event);
    void shutDown(CancelMode mode = CancelMode::Boundary);
    void wake() { feed(Wake{}); }
    void turn();

    // Operations. Each step gives a command, each wait a waiter.
    CommandId addOperation(quint64 number, OperationKind kind = OperationKind::BackgroundTool,
                           const QByteArray &source = "host");
    CommandId startOperation(quint64 number);
    CommandId endOperation(quint64 number, OperationVerb verb = OperationVerb::Complete,
                           OperationOutcome outcome = OperationCompleted{"done", {}});
    /// Registers it, starts it and lets it complete.
    CommandId runOperation(quint64 number, OperationKind kind = OperationKind::BackgroundTool);
    WaiterId watchOperation(quint64 number);
    WaiterId waitForOperations(const std::vector<quint64> &numbers);
    const OperationReceipt *operationReceipt(CommandId command) const;
    const OperationsAnswer *operationsAnswer(WaiterId waiter) const;
    /// Asks on behalf of whoever; the command is 0 for a wait.
    CommandId ask(OperationRequest request, bool isStep = true);
    /// Gives the id that the core has asked for.
    void minted();
    bool askedToMint() const { return m_mintOpen; }

    // What the store does.
    /// Answers the oldest write. What is refused, fenced or unknown takes all later writes along.
    void answer(Verdict verdict);
    void commit() { answer(Verdict::Committed); }
    void commitAll();
    /// Answers the question for keys.
    void keysLoaded(bool works = true);
    /// Answers the question for the image.
    void reloaded(bool works = true);
    bool askedToReload() const { return m_reloadOpen; }
    bool askedForKeys() const { return m_keysOpen; }
    std::size_t writesInFlight() const { return m_pendingWrites.size(); }

    // What the executor does.
    void created(bool works = true);
    /// No instance could be made, for a reason of that kind.
    void notCreated(ErrorKind kind, const QString &message = QStringLiteral("it does not start"));
    void end(RunEnd end);
    void endRun(RunId run, RunEnd end);
    void succeed(RunTerminal terminal = RunTerminal::Result, std::optional<QByteArray> snapshot = std::nullopt);
    void failRun(FailureCause cause = FailureCause::RuntimeTurn,
                 const QString &message = QStringLiteral("it broke"));
    void endCancelled() { end(RunCancelled{QStringLiteral("as asked")}); }
    void checkpointed(bool works = true);
    /// Opens or closes the live boundary of the run that is open.
    void boundary(bool open) { feed(BoundaryChanged{openRun(), open, ++m_boundaryRevision}); }
    /// Answers what was staged.
    void staged(std::optional<QByteArray> snapshot = std::nullopt);
    void notStaged(const QString &message = QStringLiteral("it takes no context"));
    void stopped(bool works = true);
    void cleanedUp(bool works = true);
    bool cleaningUp() const { return m_cleanupOpen != 0; }
    /// The instance is lost: what is open is answered first, as the port promises.
    void die(const QString &reason = QStringLiteral("its process ended"));
    /// The same, told before what was open has been answered.
    void dieWithoutAnswers(ExecutorEnding ending = ExecutorEnding::Failed);
    /// A receipt as an honest executor writes it, for the run that is open.
    RunOutput output(RunTerminal terminal = RunTerminal::Result) const;

    /// The host dies and another one opens the session: of the writes in flight the first so many are durable,
    /// and nobody has heard of any. With a mirror its disk says how many of the others are.
    void crash(std::size_t durable = 0);
    /// Of the writes that were under way on the mirror's disk at the last crash, those that are durable.
    std::size_t cameThrough() const { return m_cameThrough; }

    /// True from the moment the session was unregistered until it is opened again.
    bool released() const { return m_released; }
    /// The same host opens the session again that it has let go of.
    void reopen();

    // Time.
    MonotonicTime now() const { return m_now; }
    WallTime wallNow() const
    {
        return {std::chrono::duration_cast<std::chrono::milliseconds>(m_now - MonotonicTime{})};
    }
    /// Lets time pass and ticks at every deadline on the way.
    void advance(Duration duration);
    void tick() { feed(Tick{}); }

    /// Feeds one event and carries out what comes of it, with all that is answered at once.
    void feed(CoreEvent event);

    // What came of it.
    const AcceptReceipt *receipt(const Submitted &submitted) const;
    const CommandReceipt *reply(CommandId command) const;
    const Outcome *outcome(const Submitted &submitted) const;
    bool answered(CommandId command) const { return m_replied.contains(command); }
    SessionView view() const { return core.view(); }
    Phase phase() const { return core.view().phase; }
    /// The open input, or null.
    const InputRecord *record(const Submitted &submitted) const;
    bool isOpen(const Submitted &submitted) const { return record(submitted) != nullptr; }
    InputPhase phaseOf(const Submitted &submitted) const;
    std::vector<LifecycleEvent> eventsOf(EventCode code) const;
    std::vector<EventCode> codesFor(const Submitted &submitted) const;
    bool directOpen() const { return m_openApply && m_openDirect; }
    bool applyOpen() const { return m_openApply.has_value(); }
    RunId openRun() const { return m_openApply ? m_openApply->run : RunId{}; }
    bool creating() const { return m_instance == Instance::Creating; }
    bool hasInstance() const { return m_instance != Instance::None; }
    bool stopping() const { return m_stopOpen; }
    bool staging() const { return m_stageOpen.has_value(); }
    bool checkpointing() const { return m_checkpointOpen.has_value(); }
    /// Nothing that the core asked for is still unanswered.
    bool outsideIsQuiet() const;
    const std::vector<QString> &violations() const { return m_violations; }
    /// For a test that breaks the world on purpose and has seen that it is found.
    void forgiveViolations() { m_violations.clear(); }
    /// Of everybody who was promised an answer: who has none?
    std::size_t unansweredCommands() const { return m_asked.size(); }
    std::size_t unansweredSteps() const { return m_operationsAsked.size(); }
    std::size_t unresolvedWaiters() const { return m_waiting.size(); }

    /// Adds a rule of the test's own to those of the harness.
    void require(bool holds, const char *sentence);

    // Scripts, to be changed at any time.
    HarnessOptions script;

    SessionCore core;

    // Records, oldest first.
    std::vector<LifecycleEvent> events;
    std::vector<WriteSet> writes;
    std::vector<StartApply> applies;
    std::vector<RunId> forgotten; ///< Direct runs that did not take place.
    std::vector<CancelRun> cancels;
    std::vector<InterruptPrepared> interrupts;
    std::vector<AbandonRun> abandons;
    std::vector<StopExecutor> stops;
    std::vector<CommitCheckpoint> checkpoints;
    std::vector<StageContext> stagings;
    std::vector<DiscardContext> discards;
    std::vector<CleanupCause> cleanups;
    std::vector<QString> fences;
    std::vector<CommandId> replies; ///< In the order in which they were given.
    int creations = 0;
    int creationsFailed = 0;
    int destructions = 0;
    int shutdownsFinished = 0;
    StoreModel store;

private:
    /// Where the executor instance is, as the shell knows it.
    enum class Instance : quint8 { None, Creating, Ready, Stopped, Lost };
    enum class Life : quint8 { Acknowledged, Ended };

    CommandId lifecycle(LifecycleVerb verb, const QString &reason = {});
    Submitted submitCommand(InputId id, Input input, std::optional<WaitMode> wait, AcceptCommand command = {});
    InputId mintInput();
    RunId mintRun();
    void dispatch(CoreEvent event);
    void openCore();
    void answerKeys(bool works);
    void answerReload(bool works);
    void makeCoreAnew();
    enum class Ephemerals : quint8 { Lost, Kept };
    void forgetLives();
    void recountLives(Ephemerals ephemerals);
    void deliver(Verdict verdict);
    void commitToStore(const WriteSet &set);
    void settle();

    // Beside the model, a store that ships (core_harness_mirror.cpp).
    void openMirror();
    void crashMirror();
    void reloadMirror();
    QString mirrorDifference(const StoreModel &model, const StoredSession &found,
                             const std::vector<WriteSet> &inFlight);
    QString outcomesDifference(const StoreModel &model, const std::vector<WriteSet> &inFlight);
    Result<std::vector<RetainedKey>> mirrorKeys();
    bool answerForExecutor();
    void carryOut(CoreActions actions);

    // One per action (core_harness_actions.cpp).
    void carry(SubmitWrite &action);
    void carry(CreateExecutor &action);
    void carry(StartApply &action);
    void carry(StartDirectRun &action);
    void carry(ForgetDirectRun &action);
    void checkStart(const StartApply &action);
    void carry(CancelRun &action);
    void carry(InterruptPrepared &action);
    void carry(AbandonRun &action);
    void carry(StageContext &action);
    void carry(DiscardContext &action);
    void carry(CommitCheckpoint &action);
    void carry(StopExecutor &action);
    void carry(DestroyExecutor &action);
    void carry(CleanupExecutor &action);
    void carry(ReplyAccept &action);
    void carry(ReplyCommand &action);
    void carry(ResolveWaiter &action);
    void carry(Emit &action);
    void carry(ReportFenced &action);
    void carry(ShutdownFinished &action);
    void carry(SessionReleased &action);
    void carry(LoadKeys &action);
    void carry(ReloadSession &action);
    void carry(ReplyOperation &action);
    void carry(ResolveOperations &action);
    void carry(MintContinuation &action);

    // What must hold (core_harness_checks.cpp).
    void violated(const QString &sentence);
    void checkAll();
    void checkRecords();
    void checkRest();
    void inputEnded(InputId input);

    MonotonicTime m_now{std::chrono::seconds(1000)};
    std::deque<CoreEvent> m_answers; ///< Answers that were given at once and are not fed yet.
    std::vector<CoreEvent>
        m_lateAnswers;   ///< Of an instance that is dead: they come after the word of its death.
    bool m_dead = false; ///< The instance is dead and the core may not know it yet.
    std::deque<WriteSet> m_pendingWrites;
    std::deque<WriteSet> m_fallenWrites; ///< Behind one that failed: their verdicts are on the way.
    StoredSession m_mirrored;            ///< As the mirror gave it last.
    std::size_t m_cameThrough = 0;
    std::optional<StartApply> m_openApply;
    bool m_openDirect = false; ///< Its submitter carries it out, not the executor.
    std::set<RunId> m_directs; ///< Asked for, and neither begun nor forgotten.
    std::optional<CommitCheckpoint> m_checkpointOpen;
    std::optional<StageContext> m_stageOpen;
    quint64 m_boundaryRevision = 0;
    bool m_stopOpen = false;
    quint32 m_cleanupOpen = 0; ///< The round of the clean-up that has no answer; 0 = none.
    bool m_released = false;
    bool m_keysOpen = false;
    bool m_reloadOpen = false;
    bool m_mintOpen = false;
    quint32 m_keyRound = 0;
    Instance m_instance = Instance::None;
    bool m_storeFailed = false; ///< A write of a run or a stop was not durable: Stopped may be local.
    bool m_untrusted = false;   ///< The store refused, fenced or lost track: no further write is allowed.
    bool m_shutdown = false;

    quint64 m_lastSequence = 0;
    quint64 m_lastRun = 0;
    quint64 m_lastEpoch = 0;
    CommandId m_lastCommand = 0;
    WaiterId m_lastWaiter = 0;
    TicketNumber m_lastTicket = 0;

    struct AskedWaiter
    {
        WaiterId waiter = 0;
        InputId input;
    };
    std::map<CommandId, AskedWaiter> m_asked; ///< Commands without an answer.
    std::set<CommandId> m_replied;
    std::map<CommandId, AcceptReceipt> m_receipts;
    std::map<CommandId, CommandReceipt> m_replies;
    std::set<WaiterId> m_waiting; ///< Waiters that were promised an answer.
    std::map<WaiterId, Outcome> m_outcomes;
    std::set<CommandId> m_operationsAsked; ///< Steps without an answer.
    std::map<CommandId, OperationReceipt> m_operationReceipts;
    std::map<WaiterId, OperationsAnswer> m_operationsAnswers;
    std::map<OperationId, OperationOutcome> m_operationsTold; ///< How each was said to have ended.
    std::map<InputId, Life> m_lives;
    std::size_t m_acknowledged = 0;        ///< Of them, those that have not ended.
    std::set<InputId> m_storedInputs;      ///< All that were not submitted as ephemeral.
    std::map<InputId, quint32> m_attempts; ///< The last attempt number that an executor got.
    std::set<RunId> m_runs;
    std::set<InputId> m_everStaged; ///< Since the host was started.
    std::vector<QString> m_violations;
};

} // namespace burrow::test

/// Ends a check with everything the harness has found wrong so far.
#define VERIFY_CLEAN(harness)                                                                                  \
    QVERIFY2((harness).violations().empty(),                                                                   \
             (harness).violations().empty() ? "" : qPrintable((harness).violations().front()))
