// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "base/result.h"
#include "model/ids.h"

#include <array>
#include <optional>
#include <variant>
#include <vector>

/// Asynchronous operations of a session: work that an executor, or somebody for it, has begun and that ends on
/// its own time, apart from any run.
namespace burrow {

enum class OperationKind : quint8 {
    MobMemberChild, ///< A member of a group: a peer is expected to answer.
    BackgroundTool, ///< Its end wakes an idle session.
    CapacitySlot,   ///< Only holds a place: nobody is told of it, and nothing of it is stored.
};
inline constexpr EnumNames<OperationKind, 3> operationKindName{
    {"mob_member_child", "background_tool", "capacity_slot"}};

enum class OperationStatus : quint8 {
    Absent,
    Provisioning,
    Running,
    Retiring,
    Completed,
    Failed,
    Aborted,
    Cancelled,
    Retired,
    Terminated,
};
inline constexpr EnumNames<OperationStatus, 10> operationStatusName{
    {"absent", "provisioning", "running", "retiring", "completed", "failed", "aborted", "cancelled", "retired",
     "terminated"}};

constexpr bool isTerminal(OperationStatus status)
{
    return status >= OperationStatus::Completed;
}

/// The steps of an operation's life.
enum class OperationVerb : quint8 {
    Register,
    ProvisioningSucceeded, ///< Start.
    ProvisioningFailed,
    Fail,
    AbortProvisioning,
    PeerReady,
    ReportProgress,
    Complete,
    Cancel,
    RequestRetire,
    MarkRetired,
    TerminateOwner,
    Evict, ///< Collected, or too old to be kept.
};
inline constexpr EnumNames<OperationVerb, 13> operationVerbName{
    {"register", "provisioning_succeeded", "provisioning_failed", "fail", "abort_provisioning", "peer_ready",
     "report_progress", "complete", "cancel", "request_retire", "mark_retired", "terminate_owner", "evict"}};

/// What the public is told of a status.
enum class OperationClass : quint8 { Running, Completed, Failed, Cancelled, MissingAuthority };
inline constexpr EnumNames<OperationClass, 5> operationClassName{
    {"running", "completed", "failed", "cancelled", "missing_authority"}};

struct OperationCompleted
{
    QByteArray text;
    QByteArray json; ///< Not read by the host.

    friend bool operator==(const OperationCompleted &, const OperationCompleted &) = default;
};
struct OperationFailed
{
    QString message;

    friend bool operator==(const OperationFailed &, const OperationFailed &) = default;
};
struct OperationAborted
{
    QString reason;

    friend bool operator==(const OperationAborted &, const OperationAborted &) = default;
};
struct OperationCancelled
{
    QString reason;

    friend bool operator==(const OperationCancelled &, const OperationCancelled &) = default;
};
struct OperationRetired
{
    friend bool operator==(const OperationRetired &, const OperationRetired &) = default;
};
struct OperationTerminated
{
    QString reason;

    friend bool operator==(const OperationTerminated &, const OperationTerminated &) = default;
};

/// How an operation ended, with the payload of exactly that end.
using OperationOutcome = std::variant<OperationCompleted, OperationFailed, OperationAborted, OperationCancelled,
                                      OperationRetired, OperationTerminated>;

/// The terminal status that a payload belongs to: both lists have one order.
constexpr OperationStatus statusOf(const OperationOutcome &outcome)
{
    return static_cast<OperationStatus>(static_cast<std::size_t>(OperationStatus::Completed) + outcome.index());
}

/// The bytes that an outcome makes others keep.
qint64 outcomeBytes(const OperationOutcome &outcome);

/// What is said of an operation when it is registered.
struct OperationSpec
{
    OperationId id;
    OperationKind kind = OperationKind::BackgroundTool;
    QByteArray name;   ///< For people; may be empty.
    QByteArray source; ///< Who began it, and takes it along when it goes: an instance, or a part of the host.
};

/// What a step of an operation is refused for.
enum class OperationRefusal : quint8 {
    None,
    NotFound, ///< No such operation, or it was evicted.
    AlreadyRegistered,
    MaxConcurrentExceeded,
    SourceInvalid,
    InvalidTransition,
    PeerNotExpected,
    AlreadyPeerReady,
    OutcomeMismatch, ///< The payload belongs to another end.
    EndInFlight,     ///< Its end is being written; ask again when that has its verdict.
    TooLarge,        ///< The payload of the end.
    NotWritten,      ///< The end could not be made durable, so it has not happened.
    Unavailable,     ///< The session is held, going down, or unknown.
};
inline constexpr EnumNames<OperationRefusal, 13> operationRefusalName{
    {"none", "not_found", "already_registered", "max_concurrent_exceeded", "source_invalid",
     "invalid_transition", "peer_not_expected", "already_peer_ready", "outcome_mismatch", "end_in_flight",
     "too_large", "not_written", "unavailable"}};

/// The answer to one step of one operation.
struct OperationReceipt
{
    OperationRefusal refusal = OperationRefusal::None;
    OperationId operation;
    OperationStatus status = OperationStatus::Absent; ///< After the step; refused: as it is.
    quint32 limit = 0;                                ///< MaxConcurrentExceeded.
    quint32 active = 0;                               ///< MaxConcurrentExceeded.
    QString message;                                  ///< Refused: what is wrong and what to do.

    bool ok() const { return refusal == OperationRefusal::None; }
};

/// An operation that has not ended.
struct LiveOperation
{
    OperationSpec spec;
    OperationStatus status = OperationStatus::Provisioning;
    quint32 progress = 0; ///< Reports so far.
};

using LiveOperations = Result<std::vector<LiveOperation>>;

/// An operation that has ended.
struct EndedOperation
{
    OperationSpec spec;
    OperationOutcome outcome;
    quint64 sequence = 0; ///< Place among the ends of its session, from 1.
    quint32 progress = 0; ///< Reports before the end.
};

/// What those who wait for operations hear: how they ended, or why they will not hear it.
using OperationsAnswer = Result<std::vector<EndedOperation>>;

/// One end that the session is told of. The list of them is the completion feed.
struct FeedEntry
{
    quint64 sequence = 0;
    OperationId operation;
    OperationKind kind = OperationKind::BackgroundTool;
    OperationStatus status = OperationStatus::Completed;

    friend bool operator==(const FeedEntry &, const FeedEntry &) = default;
};

/// Who reads the feed how far. Cursors only rise.
enum class FeedCursor : quint8 {
    AgentApplied,    ///< What the agent was told of.
    RuntimeObserved, ///< What the session has looked at.
    RuntimeInjected, ///< What a continuation was submitted for.
};
inline constexpr EnumNames<FeedCursor, 3> feedCursorName{
    {"agent_applied", "runtime_observed", "runtime_injected"}};
using FeedCursors = std::array<quint64, 3>;

/// How it stands with the operations of a session.
struct OperationsView
{
    quint32 active = 0;                 ///< Those that have not ended.
    quint32 ended = 0;                  ///< Those that have, and are remembered.
    quint64 watermark = 0;              ///< The last end that the session is told of; 0 while there was none.
    std::optional<FeedCursors> cursors; ///< Nothing: the session is held, and nobody knows how far they are.

    friend bool operator==(const OperationsView &, const OperationsView &) = default;
};

/// The part of a registry that outlives its process: what has ended. Operations that have not are gone with it,
/// and capacity slots were never there.
struct StoredOperations
{
    EpochId epoch;
    std::vector<EndedOperation> ended; ///< By rising sequence.
    std::vector<FeedEntry> feed;       ///< By rising sequence.
    quint64 sequence = 0;              ///< The last one given.
    FeedCursors cursors{};
    quint64 newestWake = 0; ///< The last end that wakes a session; the feed may not reach back to it.
};

/// What the public sees of an operation; Absent is MissingAuthority.
OperationClass publicClass(OperationStatus status);

} // namespace burrow
