// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "base/time.h"
#include "model/ids.h"

#include <QByteArray>
#include <QByteArrayList>

#include <memory>
#include <optional>
#include <variant>
#include <vector>

/// What a session is asked to work on. All text is UTF-8; all `json` members hold one JSON value as text or are
/// empty. Values, immutable once admitted: shared as std::shared_ptr<const Input>.
namespace burrow {

/// The policy key of an input.
enum class InputKind : quint8 {
    Prompt,
    PeerMessage,
    PeerRequest,
    PeerResponseProgress,
    PeerResponseTerminal,
    FlowStep,
    ExternalEvent,
    Continuation,
    Operation,
    SystemGenerated, ///< A keyed context append without a user turn.
    Projected,       ///< Recorded only.
};
inline constexpr EnumNames<InputKind, 11> inputKindName{
    {"prompt", "peer_message", "peer_request", "peer_response_progress", "peer_response_terminal", "flow_step",
     "external_event", "continuation", "operation", "system_generated", "projected"}};

/// The lane an input asks for.
enum class HandlingMode : quint8 { Absent, Queue, Steer };
inline constexpr EnumNames<HandlingMode, 3> handlingModeName{{"absent", "queue", "steer"}};

enum class Durability : quint8 { Absent, Durable, Ephemeral, Derived };
inline constexpr EnumNames<Durability, 4> durabilityName{{"absent", "durable", "ephemeral", "derived"}};

enum class SourceKind : quint8 { Operator, Peer, Flow, System, External };
inline constexpr EnumNames<SourceKind, 5> sourceKindName{{"operator", "peer", "flow", "system", "external"}};

/// Where an input comes from. `id` is the canonical peer id, flow id or source name; `display` is for people
/// and never identity.
struct Source
{
    SourceKind kind = SourceKind::Operator;
    QByteArray id;
    QByteArray display;
    quint32 flowStep = 0;
};

enum class AppendRole : quint8 { User, Assistant, SystemNotice, Tool };
inline constexpr EnumNames<AppendRole, 4> appendRoleName{{"user", "assistant", "system_notice", "tool"}};

/// One piece of conversation. `text` is always the readable rendering; `json` carries blocks or a typed notice.
/// A non-empty `key` makes it a context append that replaces an earlier one of the same key.
struct Append
{
    AppendRole role = AppendRole::User;
    QByteArray key;
    QByteArray text;
    QByteArray json;

    friend bool operator==(const Append &, const Append &) = default;
};

/// A value that may be given, explicitly cleared, or left alone.
struct SettableText
{
    enum class State : quint8 { Absent, Set, Clear };
    State state = State::Absent;
    QByteArray value;

    friend bool operator==(const SettableText &, const SettableText &) = default;
};

/// Wishes about the turn that an input will run in; every member is optional.
struct TurnMetadata
{
    QByteArrayList skillReferences;
    QByteArrayList additionalInstructions;
    QByteArray toolOverlayJson;
    QByteArray model;
    QByteArray provider;
    SettableText providerParametersJson;
    SettableText authBinding;
    SettableText keepAlive; ///< Set = enable with that policy, Clear = disable.
    QByteArray renderJson;

    friend bool operator==(const TurnMetadata &, const TurnMetadata &) = default;
    bool isEmpty() const { return *this == TurnMetadata{}; }
};

struct PromptBody
{
    QByteArray text;
    QByteArray blocksJson;
    std::vector<Append> appends; ///< Typed appends, after the main one.
};

/// All peer conventions; which fields matter is said by the input's kind.
struct PeerBody
{
    QByteArray text;
    QByteArray blocksJson;
    QByteArray payloadJson;
    QByteArray requestId;  ///< Request, progress, terminal.
    QByteArray intent;     ///< Request.
    QByteArray phase;      ///< Progress.
    QByteArray contextKey; ///< Non-empty: also a keyed context append.
    enum class Status : quint8 { None, Completed, Failed, Cancelled };
    Status status = Status::None; ///< Terminal.
};

struct FlowStepBody
{
    QByteArray stepId;
    QByteArray text;
};

struct ExternalEventBody
{
    QByteArray eventType;
    QByteArray text;
    QByteArray payloadJson;
    QByteArray blocksJson;
};

struct ContinuationBody
{
    enum class Kind : quint8 { Ordinary, Attention };
    Kind kind = Kind::Ordinary;
    QByteArray reason;
    QByteArray requestId;
    std::optional<Append> contextAppend;
    std::optional<Append> turnAppend;
};

struct OperationBody
{
    OperationId operation;
    QByteArray eventJson;
};

/// Also the body of a projected input, which is recorded and never appended.
struct SystemGeneratedBody
{
    QByteArray text;
    QByteArray json;
};

using InputBody = std::variant<PromptBody, PeerBody, FlowStepBody, ExternalEventBody, ContinuationBody,
                               OperationBody, SystemGeneratedBody>;

struct Visibility
{
    bool transcript = true;
    bool operatorView = true;
};

/// One input as it was submitted. The host mints `id` at accept; a submitter's own name for it is
/// `idempotencyKey`.
struct Input
{
    InputId id;
    InputKind kind = InputKind::Prompt;
    Durability durability = Durability::Durable;
    HandlingMode handling = HandlingMode::Absent;
    Visibility visibility;
    WallTime submittedAt;
    Source source;
    QByteArray idempotencyKey;
    QByteArray supersessionKey;
    QByteArray correlationId;
    std::shared_ptr<const TurnMetadata> metadata; ///< Null when no wish was given.
    InputBody body;
};

using InputPointer = std::shared_ptr<const Input>;

/// A hash over kind and payload: the same idempotency key with another hash is a conflict, not a repeat.
quint64 payloadHash(const Input &input);

/// Bytes that the input's content occupies, for bounds.
qint64 contentBytes(const Input &input);

/// The continuation that the host itself submits when detached work has ended.
Input detachedWorkContinuation(InputId id, WallTime now);

} // namespace burrow
