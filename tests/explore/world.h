// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session_core.h"
#include "state_probe.h"
#include "step.h"

namespace burrow::test {

/// A session and everything around it at one moment: the shipping core, a store that holds what was committed,
/// the writes on their way there, one executor and the callers. It can be copied, and every step that is
/// possible can be taken; the rules are asked after each.
class World
{
public:
    /// The scenario must outlive the world.
    explicit World(const Scenario &scenario);
    World(const World &other);
    World &operator=(const World &other);
    World(World &&other) noexcept = default;
    World &operator=(World &&other) noexcept = default;
    ~World() = default;

    /// Every step that can be taken now.
    void steps(std::vector<Step> &out) const;
    /// Takes one of them.
    void take(Step step);
    /// The rule that is broken, or null.
    const char *broken() const { return m_broken; }
    /// How many rules were asked in the last step.
    quint32 rulesAsked() const { return m_rulesAsked; }
    /// What the last step did was to refuse a command, and nothing else.
    bool onlyRefused() const;
    /// Adds that a refusal changed something.
    void refuseBroken() { require(false, "a command that is refused changes nothing"); }

    /// What tells this state from others; see StateProbe.
    quint64 fingerprint(Encoding &scratch) const;
    /// The same of the core alone.
    quint64 coreFingerprint(Encoding &scratch) const;
    /// What the last step made the core do, a line each.
    std::vector<QString> story() const;

private:
    enum class Life : quint8 {
        Unsent,
        Asked, ///< Submitted and not answered.
        Open,  ///< Accepted, and not ended.
        Ended,
        Gone, ///< Refused, a repeat, or lost with its process.
    };
    /// What is known of one script's input.
    struct Known
    {
        Life life = Life::Unsent;
        bool asked = false; ///< Its accept has no answer yet.
        bool owed = false;  ///< Its waiter was promised an outcome.
        quint8 tries = 0;   ///< Runs of its own that the executor failed.
        quint8 attempt = 0; ///< The last one that the executor was given.
        quint64 sequence = 0;
    };
    enum class Instance : quint8 { None, Creating, Ready, Stopped, Lost };
    struct PendingWrite
    {
        std::shared_ptr<const WriteSet> set;
        bool fallen = false;
        Verdict verdict = Verdict::Committed; ///< Of one that has fallen.
    };
    struct OpenApply
    {
        std::shared_ptr<const RunPrimitive> primitive;
        bool givenUp = false;
        bool aimedAt = false; ///< Somebody has reason to cancel it.
    };

    // What can happen (world_steps.cpp).
    void stepsOfStore(std::vector<Step> &out) const;
    void stepsOfExecutor(std::vector<Step> &out) const;
    void stepsOfPeople(std::vector<Step> &out) const;
    bool controlPossible(Control control) const;
    std::size_t durableAtMost() const;

    // How it happens (world_take.cpp).
    void feed(CoreEvent event);
    void submit(std::size_t at);
    void control(Control control);
    void lifecycle(LifecycleVerb verb);
    void cancel(CancelMode mode, RunId run);
    void shutDown(CancelMode mode);
    void answer(Step step);
    void fallBehind(Verdict verdict);
    void commit(const WriteSet &set);
    void tick();
    void endRun(Step step);
    void stage(Step step);
    RunEnd endFor(Step step) const;
    void die();
    void crash(std::size_t durable);
    void open();
    void recount(bool keepEphemeral);
    void giveImage(bool works);
    bool takeExecutorStep(Step step);
    bool takeStoreStep(Step step);

    // Operations (world_operations.cpp).
    void stepsOfOperations(std::vector<Step> &out) const;
    void ask(std::size_t ask);
    void mint();
    std::size_t nextContinuation() const;
    void checkContinuation(const WriteSet &set);
    bool isDurablyOver(OperationId operation) const;
    void noteOperations();
    void checkOperations();
    void checkEndedOperations(const OperationRegistry &registry);
    void checkOperationsAtRest();
    void dropUnwritten(const WriteSet &set);
    void encodeOperations(Encoding &scratch) const;

    // What the core wants (world_actions.cpp).
    void carry(const SubmitWrite &action);
    void carry(const CreateExecutor &action);
    void carry(const StartApply &action);
    void carry(const StartDirectRun &) { require(false, "nobody asked for a run of his own"); }
    void carry(const ForgetDirectRun &) { require(false, "nobody asked for a run of his own"); }
    void carry(const InterruptPrepared &) { require(false, "nobody installed an interrupt"); }
    void carry(const StageContext &action);
    void carry(const DiscardContext &action);
    void carry(const CancelRun &action);
    void carry(const AbandonRun &action);
    void carry(const CommitCheckpoint &action);
    void carry(const StopExecutor &action);
    void carry(const DestroyExecutor &action);
    void carry(const CleanupExecutor &action);
    void carry(const ReplyAccept &action);
    void carry(const ReplyCommand &action);
    void carry(const ResolveWaiter &action);
    void carry(const Emit &action);
    void carry(const ReportFenced &action);
    void carry(const ShutdownFinished &action);
    void carry(const SessionReleased &action);
    void carry(const LoadKeys &action);
    void carry(const ReloadSession &action);
    void carry(const ReplyOperation &action);
    void carry(const ResolveOperations &action);
    void carry(const MintContinuation &action);
    void accepted(std::size_t at);
    void ended(InputId id);
    void checkOrder(const RunPrimitive &primitive);

    // What must hold (world_rules.cpp).
    void require(bool holds, const char *rule)
    {
        ++m_rulesAsked;
        if (!holds && m_broken == nullptr)
            m_broken = rule;
    }
    void check();
    void checkReleased();
    void checkRecords();
    void checkRecord(const InputRecord &record);
    void checkRest();
    bool outsideIsQuiet() const;

    const Script &script(std::size_t at) const { return m_scenario->scripts[at]; }
    Known *known(InputId input);
    const Known *known(quint64 sequence) const;
    bool isStored(std::size_t script) const
    {
        return m_scenario->scripts[script].input.durability != Durability::Ephemeral;
    }
    bool takesInput() const;

    const Scenario *m_scenario;
    std::unique_ptr<SessionCore> m_core;
    std::shared_ptr<const StoreModel> m_store; ///< Replaced, never changed: copies of a world share it.
    std::vector<PendingWrite> m_writes;
    MonotonicTime m_now{std::chrono::seconds(1000)};

    std::array<Known, scripts_max> m_known{};
    StateProbe::ScriptOf m_scriptOf{};
    Budget m_left;
    quint32 m_commandsOpen = 0; ///< By number of the command: those that have no answer.

    Instance m_instance = Instance::None;
    std::optional<OpenApply> m_apply;
    RunId m_runId;     ///< The last that was started.
    InputId m_staging; ///< Whose context the executor has been handed; null: nobody's.
    bool m_checkpointOpen = false;
    bool m_stopOpen = false;
    bool m_boundaryOpen = false;
    bool m_keysOpen = false;
    bool m_imageOpen = false;
    bool m_storeFailed = false; ///< A write of a run or a stop was not durable: Stopped may be local.
    bool m_untrusted = false;   ///< The store refused or lost track: no further write is allowed.
    bool m_shutdown = false;
    bool m_shutdownFinished = false;
    bool m_released = false;   ///< Unregistered.
    quint32 m_asked = 0;       ///< By number of the ask: those that were made.
    quint32 m_asksOpen = 0;    ///< Of them, those without an answer, and waits that go on.
    bool m_minting = false;    ///< The core waits for the id of a continuation.
    quint8 m_contributors = 0; ///< Of the last run, and the last of them.
    InputId m_lastContributor;

    // Of the last step, or only for names.
    quint8 m_lastSequence = 0;
    quint8 m_lastCommand = 0;
    quint64 m_lastRun = 0;
    quint32 m_keyRound = 0;
    quint32 m_cleanup = 0; ///< The round of a clean-up that is about to be answered; 0 between steps.
    TicketNumber m_lastTicket = 0;
    const char *m_broken = nullptr;
    quint32 m_rulesAsked = 0;
    CoreActions m_actions;
    bool m_wasCommand = false;
    bool m_wasWait = false; ///< It was to begin to wait for operations.
    std::array<OperationStatus, operations_max> m_statusBefore{};
    FeedCursors m_cursorsBefore{};
    bool m_isReload = false;  ///< It was to read the session again, or to open it: what lived may be gone.
    bool m_recovery = false;  ///< It was to make the write of a recovery durable.
    bool m_takesNone = false; ///< It was to submit to a session that takes no input.
};

} // namespace burrow::test
