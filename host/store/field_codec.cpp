// SPDX-License-Identifier: Apache-2.0
#include "store/field_codec.h"

#include "store/record_columns.h"

#include <QtEndian>

#include <bit>
#include <cstring>

namespace burrow {

namespace {

/// A length takes so many bytes at most.
constexpr qsizetype length_bytes_max = 10;

/// Seven bits a byte, lowest first; the high bit says that more follow. Gives how many bytes that took.
qsizetype putLength(char *to, quint64 length)
{
    char *at = to;
    for (; length >= 0x80; length >>= 7)
        *at++ = static_cast<char>(length | 0x80);
    *at++ = static_cast<char>(length);
    return at - to;
}

} // namespace

void FieldWriter::appendNumber(char tag, quint64 value)
{
    const auto size = static_cast<char>((std::bit_width(value) + 7) / 8);
    // All eight bytes are put there, and those that say nothing are written over by what follows.
    char *at = room(2 + qsizetype(sizeof value));
    *at++ = tag;
    *at++ = size;
    qToLittleEndian(value, at);
    m_size += 2 + size;
}

void FieldWriter::appendId(char tag, const Uuid &uuid)
{
    constexpr qsizetype size = 2 * sizeof(quint64);
    char *at = room(2 + size);
    *at++ = tag;
    *at++ = char(size);
    qToBigEndian(uuid.high, at);
    qToBigEndian(uuid.low, at + sizeof uuid.high);
    m_size += 2 + size;
}

void FieldWriter::appendBytes(char tag, QByteArrayView value)
{
    char *begin = room(1 + length_bytes_max + value.size());
    char *at = begin;
    *at++ = tag;
    at += putLength(at, static_cast<quint64>(value.size()));
    at = std::copy(value.begin(), value.end(), at);
    m_size += at - begin;
}

qsizetype FieldWriter::beginRecord(char tag)
{
    putByte(tag);
    putByte(0);
    const qsizetype begin = m_size;
    putByte(field_codec_version);
    return begin;
}

void FieldWriter::endRecord(qsizetype begin)
{
    putByte('\0');
    const qsizetype size = m_size - begin;
    std::array<char, length_bytes_max> length;
    const qsizetype taken = putLength(length.data(), static_cast<quint64>(size));
    room(taken - 1);
    char *const record = m_begin + begin;
    std::memmove(record + taken - 1, record, static_cast<std::size_t>(size));
    std::copy_n(length.data(), taken, record - 1);
    m_size += taken - 1;
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
