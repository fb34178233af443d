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

InputColumns ownedCopy(const InputView &row)
{
    return {row.sequence,
            row.sid,
            row.admission,
            row.phase,
            row.tries,
            row.starts,
            row.crashes,
            row.kind,
            row.submittedAt,
            row.id,
            row.key.toByteArray(),
            row.payloadHash,
            row.semantics.toByteArray(),
            row.payload.toByteArray(),
            row.crc};
}

} // namespace burrow
