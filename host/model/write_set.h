// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/limits.h"
#include "model/event.h"
#include "model/input_registers.h"
#include "model/operation.h"
#include "model/owed_cleanup.h"
#include "model/runtime_binding.h"

#include <QVarLengthArray>

/// What a session asks the store to make durable, and what the store answers. Operations, not rows: each store
/// lays them out in its own way.
namespace burrow {

/// What became of one write set.
enum class Verdict : quint8 {
    Committed, ///< Durable, whole.
    Refused, ///< Memory and store disagree; nothing of this set was written. The session is no longer trusted.
    NotWritten, ///< Nothing was written; the cause is outside (no space, a busy database).
    Fenced,     ///< Another host owns the store now; this host must stop serving.
    Unknown,    ///< The store cannot tell. The caller asks again by key.
};
inline constexpr EnumNames<Verdict, 5> verdictName{
    {"committed", "refused", "not_written", "fenced", "unknown"}};

struct StoreAnswer
{
    SessionId session;
    TicketNumber ticket = 0;
    Verdict verdict = Verdict::Committed;
    QString reason;          ///< One sentence unless Committed. Fenced: names the owner.
    quint64 eventNumber = 0; ///< Committed: of the row of the event log that the set wrote; 0 = none.
};

/// Most runs have one input, which then costs no memory of its own.
using GrantedInputs = QVarLengthArray<quint64, 1>;

/// A permission, not a transition: these inputs may be started once under this attempt number.
struct StartGrant
{
    quint32 attempt = 0;
    GrantedInputs inputs; ///< Sequences, in batch order.

    friend bool operator==(const StartGrant &, const StartGrant &) = default;
};

/// The hot row of a session: small, rewritten by every operation but accept.
struct SessionRow
{
    Phase phase = Phase::Idle; ///< Durable form: never Attached, Running.
    quint64 revision = 0;
    quint64 nextAdmission = limits::admission_sequence_first;
    quint64 nextPriority = limits::priority_sequence_first;
    RunId lastRun;
    StartGrant grant;
};

/// An open input as it is stored.
struct InputRow
{
    InputPointer input;
    AdmissionPlan plan;
    InputRegisters registers;
    quint64 sequence = 0;
    quint32 starts = 0;  ///< Last attempt number handed out; never repeats.
    quint32 crashes = 0; ///< Grants found open at recovery.
    quint64 payloadHash = 0;
};

/// An input on its way from the open inputs to the ledger.
struct FinishedInput
{
    quint64 sequence = 0;
    InputId id;
    TerminalKind kind = TerminalKind::Consumed;
    AbandonReason reason = AbandonReason::None;
    quint32 attempt = 0;
    RunId run;
    quint64 boundarySequence = 0;
    InputId replacedBy;
    QByteArray idempotencyKey; ///< As it was accepted, with the hash: they stay known after its end.
    quint64 payloadHash = 0;
    Outcome outcome; ///< What outcome(id) answers from now on.
};

/// One admission: the input, and what it replaces.
struct AcceptOperation
{
    InputRow row;
    std::vector<FinishedInput> replaced;
};

/// A run that succeeded, or one live injection into a run that goes on: all of it or nothing.
struct FinishRunOperation
{
    bool endsRun = true; ///< False: a live injection.
    RunId run;
    ReceiptDraft receipt;
    quint64 receiptSequence = 0;
    std::optional<QByteArray> snapshot;
    std::vector<FinishedInput> inputs;
    SessionRow session;
};

struct RequeuedInput
{
    quint64 sequence = 0;
    quint32 tries = 0;
    quint64 admission = 0;
};

/// A run that failed or was cancelled, or a staging refusal.
struct FailRunOperation
{
    RunId run;
    std::vector<RequeuedInput> requeued;
    std::vector<FinishedInput> finished;
    SessionRow session;
};

/// Registration, stop, start, retire, reset, recycle, recover, destroy, unregister, the abandoning of one
/// input.
struct LifecycleOperation
{
    QByteArray verb;
    std::vector<FinishedInput> finished;
    SessionRow session;
    std::shared_ptr<const RuntimeBinding> binding;
    std::shared_ptr<const OwedCleanup> owed; ///< Null: nothing is owed any more.
};

/// Only the grant changes.
struct GrantOperation
{
    SessionRow session;
};

/// Nothing but the set's events: something is put into the log.
struct NoteOperation
{
};

/// Nothing but WriteSet::operations.
struct OperationsOperation
{
};

using StoreOperation = std::variant<AcceptOperation, FinishRunOperation, FailRunOperation, LifecycleOperation,
                                    GrantOperation, NoteOperation, OperationsOperation>;

/// Everything that one ticket makes durable, atomically. Sets of one session are applied in ticket order.
struct WriteSet
{
    SessionId session;
    TicketNumber ticket = 0;
    StoreOperation operation;
    std::vector<LifecycleEvent> events; ///< One event row, these in order.
    /// The session's asynchronous operations from now on; null leaves them as they are, and without an epoch
    /// there are none any more.
    std::shared_ptr<const StoredOperations> operations;
};

} // namespace burrow
