// SPDX-License-Identifier: Apache-2.0
#include "store/record_crc.h"

#include "store/crc32c.h"

#include <QtEndian>

#include <algorithm>
#include <array>

namespace burrow {

namespace {

/// Integers count as 8 bytes, little-endian; bytes as their length and themselves; NULL as a length that no
/// bytes have. Integers are gathered, for one call over many bytes is cheaper than many over few.
class RowChecksum
{
public:
    explicit RowChecksum(char table) { m_gathered[m_size++] = table; }

    RowChecksum &integer(quint64 value)
    {
        if (m_size + sizeof value > m_gathered.size())
            flush();
        qToLittleEndian(value, m_gathered.data() + m_size);
        m_size += sizeof value;
        return *this;
    }
    RowChecksum &integer(qint64 value) { return integer(static_cast<quint64>(value)); }
    RowChecksum &integer(quint32 value) { return integer(static_cast<quint64>(value)); }
    RowChecksum &integer(quint8 value) { return integer(static_cast<quint64>(value)); }
    RowChecksum &bytes(QByteArrayView value)
    {
        integer(static_cast<quint64>(value.size()));
        const std::size_t size = static_cast<std::size_t>(value.size());
        if (size > m_gathered.size() / 2) { // Summed where they are.
            flush();
            m_crc = crc32c(m_crc, value);
        } else {
            if (m_size + size > m_gathered.size())
                flush();
            std::copy(value.begin(), value.end(), m_gathered.begin() + static_cast<std::ptrdiff_t>(m_size));
            m_size += size;
        }
        return *this;
    }
    RowChecksum &bytesOrNull(QByteArrayView value) { return value.isEmpty() ? null() : bytes(value); }
    /// A column that came with a later version. Where it is NULL it counts as nothing, so that the rows of an
    /// earlier version stay sound as they are.
    RowChecksum &addedBytes(quint8 number, QByteArrayView value)
    {
        return value.isEmpty() ? *this : integer(number).bytes(value);
    }
    RowChecksum &null() { return integer(~0ULL); }
    RowChecksum &idOrNull(const IdBytes &value) { return value.isNull() ? null() : bytes(value.view()); }
    RowChecksum &integerOrNull(const std::optional<qint64> &value) { return value ? integer(*value) : null(); }
    quint32 value()
    {
        flush();
        return m_crc;
    }

private:
    void flush()
    {
        m_crc = crc32c(m_crc, {m_gathered.data(), static_cast<qsizetype>(m_size)});
        m_size = 0;
    }

    std::array<char, 128> m_gathered{};
    std::size_t m_size = 0;
    quint32 m_crc = 0;
};

} // namespace

quint32 checksum(const HostColumns &row)
{
    return RowChecksum('h')
        .integer(row.epoch)
        .integer(row.incarnation)
        .bytes(row.owner)
        .integerOrNull(row.device)
        .integerOrNull(row.inode)
        .integer(row.keysFloor)
        .integer(static_cast<quint8>(row.orderly))
        .value();
}

quint32 checksum(const SessionColumnsView &row)
{
    return RowChecksum('s')
        .integer(row.sid)
        .bytes(row.uuid.view())
        .bytes(row.name)
        .integer(row.phase)
        .integer(row.revision)
        .integer(row.nextAdmission)
        .integer(row.nextPriority)
        .idOrNull(row.lastRun)
        .bytesOrNull(row.grant)
        .value();
}

quint32 checksum(const ColdColumns &row)
{
    return RowChecksum('c')
        .integer(row.sid)
        .bytesOrNull(row.binding)
        .null()
        .bytesOrNull(row.operations)
        .addedBytes(1, row.executor)
        .addedBytes(2, row.owed)
        .value();
}

quint32 checksum(const SnapshotColumns &row)
{
    return RowChecksum('n')
        .integer(row.sid)
        .bytes(row.run.view())
        .bytes(row.bytes)
        .addedBytes(1, row.plugin)
        .value();
}

quint32 checksum(const InputColumnsView &row)
{
    return RowChecksum('i')
        .integer(row.sequence)
        .integer(row.sid)
        .integer(row.admission)
        .integer(row.phase)
        .integer(row.tries)
        .integer(row.starts)
        .integer(row.crashes)
        .integer(row.kind)
        .integer(row.submittedAt)
        .bytes(row.id.view())
        .bytesOrNull(row.key)
        .bytes(row.payloadHash.view())
        .bytes(row.semantics)
        .bytes(row.payload)
        .value();
}

quint32 checksum(const LedgerColumns &row)
{
    return RowChecksum('l')
        .integer(row.sequence)
        .integer(row.sid)
        .integer(row.kind)
        .integer(row.attempt)
        .integer(row.boundarySequence)
        .idOrNull(row.run)
        .bytes(row.id.view())
        .bytesOrNull(row.key)
        .bytes(row.payloadHash.view())
        .integer(row.endedAt)
        .bytes(row.detail)
        .null()
        .value();
}

quint32 checksum(const ReceiptColumns &row)
{
    return RowChecksum('r')
        .integer(row.number)
        .integer(row.sid)
        .bytes(row.run.view())
        .integer(row.boundarySequence)
        .integer(row.at)
        .bytes(row.draft)
        .value();
}

quint32 checksum(const EventColumns &row)
{
    return RowChecksum('e')
        .integer(row.number)
        .integer(row.sid)
        .integer(row.code)
        .integer(row.at)
        .bytes(row.body)
        .value();
}

} // namespace burrow
