// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/call_watch.h"
#include "plugin/completion_decode.h"
#include "plugin/instance_operations.h"
#include "plugin/listener_gate.h"
#include "plugin/loaded_plugin.h"
#include "plugin/operation_cancel.h"
#include "plugin/primitive_encode.h"

#include <burrow/ext/boundary.h>
#include <burrow/ext/checkpoint.h>
#include <burrow/ext/operations.h>

namespace burrow {

/// What configuration decides about the executors of one kind. Shared by its instances, constant.
struct InstanceSettings
{
    QByteArray name;
    QByteArray configJson;
    bool inlineCalls = false;
    qint64 outputBytesMax = limits::output_per_turn_bytes_default;
    Duration createMax = limits::plugin_answer_default;
    Duration stopMax = limits::plugin_stop_default;
    Duration answerMax = limits::plugin_answer_default; ///< Checkpoint, cleanup.
};

/// One instance of a plugin's executor, from the decision to make it until the plugin has freed it.
///
/// Invariants:
///   1. Every call of the session is answered exactly once. For a run the one who closes its token answers;
///   create,
///      stop, checkpoint and staging have a time limit.
///   2. [instance] calls are made one at a time: by the strand on a worker, or inline by the session's thread.
///   What an
///      instance does after it was dropped is always done by the strand.
///   3. `destroy` is called once, after `stop` has completed (if there is one), with no token open or owed, and
///   after
///      every [any] call has returned. If that never comes true the instance is leaked, counted and named.
///   4. No lock is held while the plugin is called.
///
/// Kept alive by the executor's handle, by queued work and by its leases in the token table, hence also as long
/// as the plugin may use a token of it.
class Instance final : public TokenHolder,
                       public WorkItem,
                       public Watched,
                       public std::enable_shared_from_this<Instance>
{
public:
    Instance(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings, const CreateCall &call,
             ExecutorListener &listener);
    ~Instance() override;

    // The session's thread; as Executor's functions of the same names.
    void create();
    void apply(ApplyCall call);
    void cancel(RunId run, CancelMode mode, const QString &reason);
    void abandon(RunId run, const QString &reason);
    void stop(StopKind kind, const QString &reason);
    void stageContext(StageCall call);
    void discardContext(RunId run, std::vector<QByteArray> keys);
    void checkpointCommitted(RunId run, quint64 sequence, const QByteArray &snapshot);
    void cancelOperation(OperationId operation, CancelMode mode, std::function<void(Result<void>)> heard);
    /// Nobody listens any more: bring it to rest and free it.
    void drop();

    // TokenHolder, any thread.
    qint32 completed(quint64 token, TokenKind kind, const burrow_completion *completion) override;
    void completedAgain(quint64 token, TokenKind kind) override;
    qint32 emitted(quint64 token, const burrow_event &event) override;
    qint32 boundaryChanged(quint64 token, qint32 open, quint64 revision) override;
    qint32 operationBegun(quint64 token, const burrow_operation_begin &request, quint64 &operation) override;
    qint32 operationUpdated(quint64 operation, const burrow_operation_update &update) override;
    qint32 operationState(quint64 operation) const override;
    LogSubject logSubject(quint64 token) const override;

    // WorkItem, a worker.
    bool runStep() override;

    // Watched, the watchdog's thread.
    void overdue(quint32 call) override;

private:
    enum class Phase : quint8 { New, Creating, Ready, Stopping, Stopped, StopFailed, Destroying, Gone };
    enum class Call : quint8 { Create, Apply, Committed, Stop, Destroy };
    /// [instance] calls and [any] calls: one of each may be under way.
    enum class CallStrand : quint8 { Instance, Any };
    /// What the watchdog watches.
    enum class Deadline : quint8 { Create, Checkpoint, Stop, Rest, Stage };

    struct ControlRequest
    {
        enum class Kind : quint8 { Cancel, Resume, Stage, Discard, CancelOperation };
        Kind kind = Kind::Cancel;
        quint64 token = 0;
        RunId run;
        CancelMode mode = CancelMode::Boundary;
        QByteArray reason;
        quint64 runToken = 0;         ///< Stage, Discard; `token` is that of the call.
        std::vector<Append> context;  ///< Stage.
        std::vector<QByteArray> keys; ///< Discard.
        /// CancelOperation.
        std::shared_ptr<OperationCancel> operation;
    };
    /// The strand of [any] calls, on the library's control worker.
    class Control final : public WorkItem
    {
    public:
        explicit Control(Instance &instance)
            : m_instance(instance)
        {
        }
        bool runStep() override { return m_instance.runControlStep(); }

    private:
        Instance &m_instance;
    };
    struct StopCall
    {
        quint64 token = 0;
        StopKind kind = StopKind::SessionStop;
        QByteArray reason;
    };
    struct CheckpointCall
    {
        quint64 token = 0;
        RunId run;
        quint64 sequence = 0;
        QByteArray snapshot;
    };
    struct StagingCall
    {
        quint64 token = 0;
        quint64 runToken = 0; ///< Of the run that it was staged into, which may be over since.
        RunId run;
        InputId input;
        std::vector<QByteArray> keys;
    };
    /// What became of the last token of a kind, for those who complete it again.
    struct LastToken
    {
        quint64 owed = 0;    ///< Given up by the host; the plugin still owes its completion.
        quint64 refused = 0; ///< The plugin refused the call.
    };

    // instance.cpp, the session's thread
    void dispatch(Call call);
    void failApply(RunId run, FailureCause cause, const QString &why);
    // instance.cpp, any thread
    void enqueue(Call call);
    void advance();
    quint64 endRun();
    std::optional<Call> nextTeardownCall(std::vector<ControlRequest> &dropped);
    void leak();
    void finish();
    Error fault(const QString &what) const;
    QString sentence(const QString &what) const;
    void misbehaved(const QString &what);
    LastToken &last(TokenKind kind) { return m_last[static_cast<std::size_t>(kind)]; }
    bool anythingOwed() const;
    void arm(Deadline deadline, Duration delay);
    void disarm(Deadline deadline);

    // instance_calls.cpp, the strand or the session's thread
    void perform(Call call);
    void callCreate();
    void callApply();
    void callCommitted();
    void callStop();
    void callDestroy();
    qint32 callPluginCreate(QString &why);
    const void *extension(const char *id);
    void findCheckpoint();
    bool callWithdrawn(TokenKind kind, quint64 token, const TokenLease &lease);
    bool refuse(TokenKind kind, quint64 token, TokenLease &lease);
    void threw(const char *function, const std::string &what);
    CallWatch::Self watchOf(CallWatch &watch);
    void tellBlocked(CallStrand strand, const char *function);

    // instance_calls.cpp, the control worker
    void postControl(ControlRequest request);
    bool runControlStep();
    void callControl(const ControlRequest &request);

    // instance_boundary.cpp, as the two above
    void findBoundary();
    void callStage(const ControlRequest &call);
    void callDiscard(const ControlRequest &call);
    void stageEnded(quint64 token, Result<StagedContext> result);
    void overdueStage();

    // instance_operation_cancel.cpp, likewise
    void findOperationsClient();
    void callCancelOperation(const ControlRequest &call);

    // instance_answers.cpp, any thread
    void runEnded(RunEnd &&end);
    void createEnded(qint32 status, const QString &why);
    void stopEnded(quint64 token, Result<void> result);
    void checkpointEnded(quint64 token, Result<void> result);
    void overdueCheckpoint();
    void overdueStop();
    void overdueRest();

    // Constant after construction.
    LoadedPlugin &m_plugin;
    const std::shared_ptr<const InstanceSettings> m_settings;
    const SessionId m_session;
    const QByteArray m_sessionText;
    const QByteArray m_sessionName; ///< For people; the id where it has none.
    const CompletionRules m_rules;
    Control m_control;
    CallWatch m_callWatch;    // of [instance] calls
    CallWatch m_controlWatch; // of [any] calls

    // Any thread.
    ListenerGate m_gate;
    InstanceOperations m_operations{m_gate};
    std::atomic<Phase> m_phase{Phase::New}; // written under m_mutex
    std::atomic<bool> m_dropped{false};     // written under m_mutex
    std::atomic<bool> m_givenUp{false};     // takes no more calls; written under m_mutex
    std::atomic<bool> m_applyBegun{false};  // the plugin may know the current token
    std::atomic<quint64> m_applyToken{0};

    // The session's thread only.
    RunId m_applyRun;

    // Handed over with the run's token: written by the session's thread before the token is opened, then its
    // closer's.
    RunContext m_run;

    // Handed over with the queued call.
    CreateCall m_create;
    ApplyCall m_apply;

    // Of whoever makes [instance] calls; m_self is constant while the phase is Ready to Destroying.
    PrimitiveEncoder m_encoder;
    void *m_self = nullptr;
    std::optional<burrow_checkpoint_executor> m_checkpointTable;
    std::optional<burrow_boundary_executor> m_boundaryTable;
    std::optional<burrow_operations_client> m_operationsClient;

    // Leased in create(), given back in finish(), when nobody else is left; each is thread-safe in itself.
    TokenLease m_instanceLease;
    TokenLease m_runLease;
    TokenLease m_stopLease;
    TokenLease m_checkpointLease;
    TokenLease m_stageLease;
    quint64 m_instanceToken = 0;

    std::mutex m_blockedMutex; ///< Held while the gate is told, so that its last word is the latest.
    // guarded by m_blockedMutex
    std::array<QString, 2> m_blocked; // by CallStrand: the sentence about the call that does not come back
    QString m_blockedTold;            // the one that the gate knows

    mutable std::mutex m_mutex;
    // guarded by m_mutex
    std::pair<quint64, RunId> m_loggedRun; // the last token of a run, and which run it was
    std::deque<Call> m_calls;
    bool m_scheduled = false; // the strand is queued or at work
    bool m_inCall = false;
    std::vector<ControlRequest> m_requests;
    bool m_controlScheduled = false;
    bool m_inControl = false;
    StopCall m_stop;
    CheckpointCall m_checkpoint; // token 0: none is open
    StagingCall m_staging;       // likewise
    std::array<LastToken, 7> m_last{};
    std::array<std::optional<Watchdog::Id>, 5> m_deadlines;
    bool m_createAnswered = false;
    bool m_leaked = false;
    bool m_ended = false; // the session's gate has been told
};

} // namespace burrow
