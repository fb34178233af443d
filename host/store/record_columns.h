// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/uuid.h"

#include <QByteArray>

#include <array>
#include <optional>

/// The rows of a store file as plain values: one member per column, blobs already encoded. FORMAT.md says what
/// each means. `crc` is the checksum as the row holds it; checksum() in record_crc.h says what it has to be.
/// The rows that recovery reads by the hundred thousand exist twice: Columns own their bytes, a View looks at
/// those of somebody else.
namespace burrow {

/// The 16 bytes of an id as its column holds them, big-endian: bound without a copy. All zero is NULL.
struct IdBytes
{
    std::array<char, 16> bytes{};

    IdBytes() = default;
    IdBytes(const Uuid &uuid); // NOLINT(google-explicit-constructor): the same id in another form.
    Uuid uuid() const;
    bool isNull() const { return *this == IdBytes{}; }
    QByteArrayView view() const { return {bytes.data(), static_cast<qsizetype>(bytes.size())}; }

    friend bool operator==(const IdBytes &, const IdBytes &) = default;
};

/// The 8 bytes of a payload hash as its column holds them, little-endian.
struct HashBytes
{
    std::array<char, 8> bytes{};

    HashBytes() = default;
    HashBytes(quint64 value); // NOLINT(google-explicit-constructor): the same hash in another form.
    quint64 value() const;
    QByteArrayView view() const { return {bytes.data(), static_cast<qsizetype>(bytes.size())}; }
};

struct HostColumns
{
    quint64 epoch = 0;       ///< Raised by every opening; a write under another one is fenced.
    quint64 incarnation = 0; ///< Raised by the marker commit after a failed sync.
    QByteArray owner;        ///< UTF-8, for people: who opened it last.
    std::optional<qint64> device;
    std::optional<qint64> inode; ///< Of this file; another one means that the file was copied.
    quint64 keysFloor = 0;       ///< Ledger rows with a lower sequence may have been pruned.
    bool orderly = true;         ///< The last host closed the file in order.
    quint32 crc = 0;
};

template <typename Bytes>
struct BasicSessionColumns
{
    qint64 sid = 0;
    IdBytes uuid;
    Bytes name;
    quint8 phase = 0;
    quint64 revision = 0;
    quint64 nextAdmission = 0;
    quint64 nextPriority = 0;
    IdBytes lastRun; ///< NULL when none.
    Bytes grant;     ///< NULL when empty.
    quint32 crc = 0;
};
using SessionColumns = BasicSessionColumns<QByteArray>;
using SessionColumnsView = BasicSessionColumns<QByteArrayView>;

struct ColdColumns
{
    qint64 sid = 0;
    QByteArray binding;    ///< NULL when empty.
    QByteArray executor;   ///< NULL when empty.
    QByteArray owed;       ///< NULL when empty.
    QByteArray operations; ///< NULL when empty.
    quint32 crc = 0;
};

struct SnapshotColumns
{
    qint64 sid = 0;
    IdBytes run;
    QByteArray bytes;
    QByteArray plugin; ///< NULL when empty.
    quint32 crc = 0;
};

template <typename Bytes>
struct BasicInputColumns
{
    quint64 sequence = 0;
    qint64 sid = 0;
    quint64 admission = 0;
    quint8 phase = 0;
    quint32 tries = 0;
    quint32 starts = 0;
    quint32 crashes = 0;
    quint8 kind = 0;
    qint64 submittedAt = 0; ///< Milliseconds since 1970.
    IdBytes id;
    Bytes key; ///< NULL when empty.
    HashBytes payloadHash;
    Bytes semantics;
    Bytes payload;
    quint32 crc = 0;
};
using InputColumns = BasicInputColumns<QByteArray>;
using InputColumnsView = BasicInputColumns<QByteArrayView>;

/// What they look at is the row's.
inline SessionColumnsView viewOf(const SessionColumns &row)
{
    return {.sid = row.sid,
            .uuid = row.uuid,
            .name = row.name,
            .phase = row.phase,
            .revision = row.revision,
            .nextAdmission = row.nextAdmission,
            .nextPriority = row.nextPriority,
            .lastRun = row.lastRun,
            .grant = row.grant,
            .crc = row.crc};
}
inline InputColumnsView viewOf(const InputColumns &row)
{
    return {.sequence = row.sequence,
            .sid = row.sid,
            .admission = row.admission,
            .phase = row.phase,
            .tries = row.tries,
            .starts = row.starts,
            .crashes = row.crashes,
            .kind = row.kind,
            .submittedAt = row.submittedAt,
            .id = row.id,
            .key = row.key,
            .payloadHash = row.payloadHash,
            .semantics = row.semantics,
            .payload = row.payload,
            .crc = row.crc};
}
/// A copy that keeps what it says.
InputColumns ownedCopy(const InputColumnsView &row);

struct LedgerColumns
{
    quint64 sequence = 0;
    qint64 sid = 0;
    quint8 kind = 0;
    quint32 attempt = 0;
    quint64 boundarySequence = 0;
    IdBytes run; ///< NULL when none.
    IdBytes id;
    QByteArray key; ///< NULL when empty.
    HashBytes payloadHash;
    qint64 endedAt = 0; ///< Milliseconds since 1970.
    QByteArray detail;
    quint32 crc = 0;
};

struct ReceiptColumns
{
    quint64 number = 0;
    qint64 sid = 0;
    IdBytes run;
    quint64 boundarySequence = 0;
    qint64 at = 0;
    QByteArray draft;
    quint32 crc = 0;
};

struct EventColumns
{
    quint64 number = 0;
    qint64 sid = 0;
    quint8 code = 0;
    qint64 at = 0;
    QByteArray body;
    quint32 crc = 0;
};

} // namespace burrow
