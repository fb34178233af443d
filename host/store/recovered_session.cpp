// SPDX-License-Identifier: Apache-2.0
#include "store/recovered_session.h"

#include <algorithm>
#include <new>

namespace burrow {

namespace {

/// The bytes behind something that stands in a block.
template <typename Kept>
char *behind(const Kept *kept)
{
    return reinterpret_cast<char *>(const_cast<Kept *>(kept)) + sizeof(Kept);
}

char *append(char *place, QByteArrayView bytes)
{
    return std::copy(bytes.begin(), bytes.end(), place);
}

quint32 sizeOf(QByteArrayView bytes)
{
    return static_cast<quint32>(bytes.size()); // SQLite keeps no row that is longer than a billion bytes.
}

static_assert(alignof(RecoveredInput) <= 8 && alignof(RecoveredSession) <= 8);

} // namespace

InputColumnsView RecoveredInput::row(qint64 sid) const
{
    const char *key = behind(this);
    const char *semantics = key + keySize;
    return {.sequence = sequence,
            .sid = sid,
            .admission = admission,
            .phase = phase,
            .tries = tries,
            .starts = starts,
            .crashes = crashes,
            .kind = kind,
            .submittedAt = submittedAt,
            .id = id,
            .key = {key, static_cast<qsizetype>(keySize)},
            .payloadHash = payloadHash,
            .semantics = {semantics, static_cast<qsizetype>(semanticsSize)},
            .payload = {semantics + semanticsSize, static_cast<qsizetype>(payloadSize)}};
}

QByteArrayView RecoveredSession::grant() const
{
    return {behind(this), static_cast<qsizetype>(grantSize)};
}

RecoveredInputPtr keep(RecoveryBlocks &blocks, const InputColumnsView &row)
{
    const quint32 bytes = sizeOf(row.key) + sizeOf(row.semantics) + sizeOf(row.payload);
    RecoveredInputPtr input(new (blocks.take(sizeof(RecoveredInput) + bytes))
                                RecoveredInput{.sequence = row.sequence,
                                               .admission = row.admission,
                                               .submittedAt = row.submittedAt,
                                               .id = row.id,
                                               .payloadHash = row.payloadHash,
                                               .tries = row.tries,
                                               .starts = row.starts,
                                               .crashes = row.crashes,
                                               .keySize = sizeOf(row.key),
                                               .semanticsSize = sizeOf(row.semantics),
                                               .payloadSize = sizeOf(row.payload),
                                               .phase = row.phase,
                                               .kind = row.kind});
    append(append(append(behind(input.get()), row.key), row.semantics), row.payload);
    return input;
}

RecoveredSessionPtr keep(RecoveryBlocks &blocks, const SessionColumnsView &row)
{
    RecoveredSessionPtr session(new (blocks.take(sizeof(RecoveredSession) + sizeOf(row.grant)))
                                    RecoveredSession{.revision = row.revision,
                                                     .nextAdmission = row.nextAdmission,
                                                     .nextPriority = row.nextPriority,
                                                     .lastRun = row.lastRun,
                                                     .cold = {},
                                                     .inputs = {},
                                                     .problem = {},
                                                     .grantSize = sizeOf(row.grant),
                                                     .phase = row.phase});
    append(behind(session.get()), row.grant);
    return session;
}

} // namespace burrow
