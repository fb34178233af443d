// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/events.h"
#include "core/settings.h"
#include "model/admission_preview.h"
#include "model/session_event.h"
#include "model/session_view.h"
#include "model/stored_session.h"
#include "port/executor.h"
#include "port/store.h"
#include "session/direct_run.h"

#include <functional>

/// What other threads say to a shard. Every message only enqueues; callbacks run on the shard's thread, after
/// the turns that caused them. A shard that ends drops the messages it has not heard: whoever must be answered
/// even then lets the callback's own end tell.
namespace burrow {

using ReceiptCallback = std::function<void(AcceptReceipt)>;
using OutcomeCallback = std::function<void(Outcome)>;
using CommandCallback = std::function<void(CommandReceipt)>;
using OperationCallback = std::function<void(OperationReceipt)>;
using OperationsCallback = std::function<void(OperationsAnswer)>;
using LiveOperationsCallback = std::function<void(LiveOperations)>;
using OperationsViewCallback = std::function<void(Result<OperationsView>)>;
using RecentCallback = std::function<void(std::vector<RecentProgress>)>;
using ViewsCallback = std::function<void(std::vector<SessionView>)>;

/// Interrupts whoever runs a session's turns, with the reason; called on the shard's thread, between turns.
using InterruptCallback = std::function<Result<void>(const QString &reason)>;

/// Places an opened session on the shard and attaches its executor.
struct AdoptMessage
{
    StoredSession stored;
    std::shared_ptr<ExecutorFactory> factory; ///< Null: nobody runs its inputs.
    std::shared_ptr<const CoreSettings> settings;
    std::function<void(quint32 recovered)> adopted; ///< With the number of open inputs that were recovered.
};

struct SubmitMessage
{
    SessionId session;
    InputPointer input;
    bool withoutWake = false;
    WaitMode mode = WaitMode::Attempt;
    ReceiptCallback receipt;
    OutcomeCallback outcome; ///< Empty: nobody waits.
    /// When the receipt says "unknown" if there is none by then; the callback is called again with the real
    /// one.
    MonotonicTime answerBy = MonotonicTime::never();
    std::shared_ptr<const RuntimeBinding> address; ///< By runtime id; null: by session.
    DirectOperation operation;                     ///< Accept and run; empty: the executor runs it.
};

/// How a run ended that its submitter carried out.
struct DirectRunMessage
{
    SessionId session;
    RunId run;
    RunEnd end;
};

/// Asks what a submit would come to.
struct PreviewMessage
{
    SessionId session;
    InputPointer input;
    bool withoutWake = false;
    bool waits = false;
    std::shared_ptr<const RuntimeBinding> address;
    std::function<void(AdmissionPreview)> reply;
};

using SessionCommand =
    std::variant<CancelCommand, LifecycleCommand, BindCommand, InstallInterrupt, PublishCommand>;

struct CommandMessage
{
    SessionId session;
    SessionCommand command;
    CommandCallback reply;
    InterruptCallback interrupt = {}; ///< InstallInterrupt.
};

/// A call into the executor that does not come back, as a sentence; empty: it has come back.
struct BlockedCall
{
    QString sentence;
};

/// What an executor can say; a text by itself is a misbehaviour.
using ExecutorWords = std::variant<CoreEvent, ProgressEvent, BlockedCall, QString>;

/// A step or a question of a session's operations. A waiter in the request is named by who asks, unique in the
/// host: so it can be taken back.
struct OperationMessage
{
    SessionId session;
    quint32 generation = 0; ///< Of the executor that asks; 0: somebody else does.
    OperationRequest request;
    OperationCallback reply;   ///< Of a step; may be empty.
    OperationsCallback answer; ///< Of a question or a wait.
    EpochId epoch;             ///< See OperationCommand.
};

/// What came of a step that somebody else than the session had to answer.
struct OperationAnswered
{
    CommandId command = 0;
    OperationReceipt receipt;
};

/// Asks for the operations that have not ended.
struct LiveOperationsMessage
{
    SessionId session;
    EpochId epoch; ///< See OperationCommand.
    LiveOperationsCallback reply;
};

/// Asks how it stands with a session's operations.
struct OperationsViewMessage
{
    SessionId session;
    EpochId epoch; ///< See OperationCommand.
    OperationsViewCallback reply;
};

/// Something an executor said. Instances that were replaced are recognised by their generation.
struct ExecutorMessage
{
    SessionId session;
    quint32 generation = 0;
    ExecutorWords event;
};

/// How an interrupt went that a session had asked for.
struct InterruptMessage
{
    SessionId session;
    InterruptAnswered answer;
};

struct StoreMessage
{
    std::vector<StoreAnswer> answers;
};

/// The answer of the store to one question for keys.
struct KeysMessage
{
    SessionId session;
    quint32 round = 0;
    Result<std::vector<RetainedKey>> keys;
};

/// The session as the store knows it now.
struct ReloadedMessage
{
    SessionId session;
    Result<StoredSession> stored;
};

/// What a shard knows of an input: whether it is open, and whether the shard can tell.
struct OpenInput
{
    bool open = false;
    InputId input;
    InputPhase phase = InputPhase::Untracked;
    quint32 attempt = 0; ///< The last one that was granted.
    QString held;        ///< Non-empty: the session is held, and the store has the word.
};
using InquiryCallback = std::function<void(OpenInput)>;

/// Asks for an input by its id, or by its key when the id is null. A session that is not here has no open
/// input.
struct InquiryMessage
{
    SessionId session;
    InputId input;
    QByteArray key;
    InquiryCallback reply;
};

struct ViewMessage
{
    SessionId session; ///< Null: all of the shard.
    ViewsCallback reply;
};

/// Asks what executors have said so far in the runs that are under way. Events that were said before it are
/// handed over before the answer.
struct RecentMessage
{
    SessionId session; ///< Null: all of the shard.
    RecentCallback reply;
};

struct SettledMessage
{
    std::function<void()> settled;
};

struct ShutdownMessage
{
    CancelMode mode = CancelMode::Boundary;
    MonotonicTime hardAt = MonotonicTime::never(); ///< Boundary: when what still runs is cancelled hard.
    std::function<void()> finished;                ///< May be empty for a repeat.
};

using ShardMessage =
    std::variant<AdoptMessage, SubmitMessage, DirectRunMessage, PreviewMessage, CommandMessage, ExecutorMessage,
                 InterruptMessage, StoreMessage, KeysMessage, ReloadedMessage, OperationMessage,
                 OperationAnswered, LiveOperationsMessage, OperationsViewMessage, InquiryMessage, ViewMessage,
                 RecentMessage, SettledMessage, ShutdownMessage>;

} // namespace burrow
