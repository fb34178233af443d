// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/stored_session.h"
#include "store/record_columns.h"
#include "store/spare_blobs.h"

/// What the port speaks of, into rows and back. Encoding always succeeds and leaves `crc` to the caller, who
/// may still change a column; blobs take spare memory where there is some. Decoding gives nothing for bytes
/// that no host of this version wrote.
namespace burrow {

InputColumns encodeInput(const InputRow &row, qint64 sid, SpareBlobs *spare = nullptr);
std::optional<InputRow> decodeInput(const InputColumnsView &columns);

LedgerColumns encodeFinished(const FinishedInput &finished, qint64 sid, WallTime endedAt,
                             SpareBlobs *spare = nullptr);
std::optional<FinishedInput> decodeFinished(const LedgerColumns &columns);

/// A grant with the epoch of the host that gave it: only one of the epoch that broke off counts as a crash.
struct StoredGrant
{
    quint64 epoch = 0;
    StartGrant grant;
};
QByteArray encodeGrant(const StoredGrant &grant, SpareBlobs *spare = nullptr);
std::optional<StoredGrant> decodeGrant(QByteArrayView bytes); ///< Empty bytes are an empty grant.

SessionColumns encodeSession(const SessionRow &row, qint64 sid, SessionId id, const QByteArray &name,
                             quint64 epoch, SpareBlobs *spare = nullptr);
std::optional<SessionRow> decodeSession(const SessionColumnsView &columns);

/// What is rarely written of a session.
struct StoredCold
{
    std::shared_ptr<const RuntimeBinding> binding; ///< Null: it is bound to nothing.
    ExecutorIdentity executor;
    std::shared_ptr<const OwedCleanup> owed;            ///< Null: nothing is owed.
    std::shared_ptr<const StoredOperations> operations; ///< Null: none has ever ended.
};
ColdColumns encodeCold(const StoredCold &cold, qint64 sid);
std::optional<StoredCold> decodeCold(const ColdColumns &columns);

QByteArray encodeOperations(const StoredOperations &operations);
std::optional<StoredOperations> decodeOperations(QByteArrayView bytes);

ReceiptColumns encodeReceipt(const FinishRunOperation &operation, qint64 sid, WallTime at,
                             SpareBlobs *spare = nullptr);
std::optional<ReceiptDraft> decodeReceipt(const ReceiptColumns &columns);

/// `code` is that of the first event, or that of a change of state for a set that tells none.
EventColumns encodeEvents(const std::vector<LifecycleEvent> &events, const QByteArray &verb, qint64 sid,
                          WallTime at, SpareBlobs *spare = nullptr);
struct StoredEvents
{
    QByteArray verb; ///< Of a lifecycle operation, or empty.
    std::vector<LifecycleEvent> events;
};
std::optional<StoredEvents> decodeEvents(const EventColumns &columns);

} // namespace burrow
