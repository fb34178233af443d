// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/events.h"
#include "core/settings.h"
#include "model/session_view.h"
#include "model/stored_session.h"
#include "port/executor.h"
#include "port/store.h"

#include <functional>

/// What other threads say to a shard. Every message only enqueues; callbacks run on the shard's thread, after
/// the turns that caused them. A shard that ends drops the messages it has not heard: whoever must be answered
/// even then lets the callback's own end tell.
namespace burrow {

using ReceiptCallback = std::function<void(AcceptReceipt)>;
using OutcomeCallback = std::function<void(Outcome)>;
using CommandCallback = std::function<void(CommandReceipt)>;
using ViewsCallback = std::function<void(std::vector<SessionView>)>;

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
};

struct CommandMessage
{
    SessionId session;
    std::variant<CancelCommand, LifecycleCommand, PublishCommand> command;
    CommandCallback reply;
};

/// A call into the executor that does not come back, as a sentence; empty: it has come back.
struct BlockedCall
{
    QString sentence;
};

/// What an executor can say; a text by itself is a misbehaviour.
using ExecutorWords = std::variant<CoreEvent, ProgressEvent, BlockedCall, QString>;

/// Something an executor said. Instances that were replaced are recognised by their generation.
struct ExecutorMessage
{
    SessionId session;
    quint32 generation = 0;
    ExecutorWords event;
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
    std::variant<AdoptMessage, SubmitMessage, CommandMessage, ExecutorMessage, StoreMessage, KeysMessage,
                 ReloadedMessage, InquiryMessage, ViewMessage, SettledMessage, ShutdownMessage>;

} // namespace burrow
