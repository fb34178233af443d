// SPDX-License-Identifier: Apache-2.0
#include "store/field_codec.h"

#include "store/record_columns.h"

#include <QtEndian>

namespace burrow {

void FieldWriter::appendNumber(char tag, quint64 value)
{
    std::array<char, sizeof value> little{};
    qToLittleEndian(value, little.data());
    qsizetype size = sizeof value;
    while (size > 0 && little[static_cast<std::size_t>(size) - 1] == 0)
        --size;
    appendBytes(tag, {little.data(), size});
}

void FieldWriter::appendId(char tag, const Uuid &uuid)
{
    appendBytes(tag, IdBytes(uuid).view());
}

void FieldWriter::appendBytes(char tag, QByteArrayView value)
{
    m_bytes.append(tag);
    // Seven bits a byte, lowest first; the high bit says that more follow.
    quint64 size = static_cast<quint64>(value.size());
    for (; size >= 0x80; size >>= 7)
        m_bytes.append(static_cast<char>(size | 0x80));
    m_bytes.append(static_cast<char>(size));
    m_bytes.append(value);
}

FieldReader::FieldReader(QByteArrayView bytes)
    : m_rest(bytes)
{
    if (bytes.isEmpty() || bytes.front() != field_codec_version)
        m_failed = true;
    else
        m_rest = bytes.sliced(1);
}

QByteArrayView FieldReader::takeBytes()
{
    if (m_failed || m_rest.isEmpty()) {
        m_failed = true;
        return {};
    }
    quint64 size = 0;
    qsizetype at = 1;
    for (int shift = 0;; shift += 7, ++at) {
        if (at >= m_rest.size() || shift > 28) {
            m_failed = true;
            return {};
        }
        const quint8 byte = static_cast<quint8>(m_rest.at(at));
        size |= static_cast<quint64>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    const QByteArrayView behind = m_rest.sliced(at + 1);
    if (static_cast<quint64>(behind.size()) < size) {
        m_failed = true;
        return {};
    }
    m_rest = behind.sliced(static_cast<qsizetype>(size));
    return behind.first(static_cast<qsizetype>(size));
}

quint64 FieldReader::takeNumber(qsizetype bytesMax, Zero zero)
{
    const QByteArrayView bytes = takeBytes();
    if (m_failed || bytes.size() > bytesMax || (bytes.isEmpty() && zero == Zero::Refused)
        || (!bytes.isEmpty() && bytes.back() == 0)) {
        m_failed = true;
        return 0;
    }
    quint64 value = 0;
    for (qsizetype at = bytes.size(); at > 0; --at)
        value = (value << 8) | static_cast<quint8>(bytes.at(at - 1));
    return value;
}

Uuid FieldReader::takeUuid()
{
    IdBytes id;
    const QByteArrayView bytes = takeBytes();
    if (m_failed || bytes.size() != id.view().size()) {
        m_failed = true;
        return {};
    }
    std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
    return id.uuid();
}

} // namespace burrow
