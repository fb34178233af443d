// SPDX-License-Identifier: Apache-2.0
#include "store/record_columns.h"

#include <QtEndian>

namespace burrow {

IdBytes::IdBytes(const Uuid &uuid)
{
    qToBigEndian(uuid.high, bytes.data());
    qToBigEndian(uuid.low, bytes.data() + sizeof uuid.high);
}

Uuid IdBytes::uuid() const
{
    return {qFromBigEndian<quint64>(bytes.data()), qFromBigEndian<quint64>(bytes.data() + sizeof(quint64))};
}

HashBytes::HashBytes(quint64 value)
{
    qToLittleEndian(value, bytes.data());
}

quint64 HashBytes::value() const
{
    return qFromLittleEndian<quint64>(bytes.data());
}

InputColumns ownedCopy(const InputColumnsView &row)
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
            .key = row.key.toByteArray(),
            .payloadHash = row.payloadHash,
            .semantics = row.semantics.toByteArray(),
            .payload = row.payload.toByteArray(),
            .crc = row.crc};
}

} // namespace burrow
