// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "base/uuid.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <algorithm>
#include <array>
#include <concepts>
#include <memory>
#include <optional>
#include <vector>

/// The blobs inside rows: a version byte, then fields of {tag byte, length, value}. Tags rise; a field that is
/// zero or empty is left out, so that one record has one form. One function describe(coder, record) per record,
/// over the same calls of FieldWriter and FieldReader, serves both directions, so that they cannot differ.
namespace burrow {

inline constexpr char field_codec_version = 1;

/// True when Record is T, const or not: describe() is written once for both.
template <typename Record, typename T>
concept Describes = std::same_as<std::remove_const_t<Record>, T>;

/// Appends fields to a blob. Every write of the host goes through here many times over, so the bytes are put
/// straight into one block, those of records within records too.
class FieldWriter
{
public:
    explicit FieldWriter(qsizetype expectedBytes = 64)
        : FieldWriter(expectedBytes, {})
    {
    }
    /// Writes into that block if it is large enough.
    FieldWriter(qsizetype expectedBytes, QByteArray block)
        : m_bytes(block.capacity() < expectedBytes ? QByteArray(expectedBytes, Qt::Uninitialized)
                                                   : std::move(block))
    {
        m_bytes.resize(m_bytes.capacity());
        m_begin = m_bytes.data();
        putByte(field_codec_version);
    }
    /// The blob, with the zero byte behind the last field that tells it from one that was cut off there.
    QByteArray take() &&
    {
        putByte('\0');
        m_bytes.truncate(m_size);
        return std::move(m_bytes);
    }

    void number(char tag, quint64 value)
    {
        if (value != 0)
            appendNumber(tag, value);
    }
    void flag(char tag, bool value) { number(tag, value ? 1 : 0); }
    void moment(char tag, WallTime value) { number(tag, static_cast<quint64>(value.sinceEpoch.count())); }
    template <typename Enum>
    void choice(char tag, Enum value, Enum /*last*/)
    {
        number(tag, static_cast<quint64>(value));
    }
    void bytes(char tag, const QByteArray &value)
    {
        if (!value.isEmpty())
            appendBytes(tag, value);
    }
    void text(char tag, const QString &value)
    {
        if (!value.isEmpty())
            appendBytes(tag, value.toUtf8());
    }
    template <typename Tag>
    void id(char tag, const Id<Tag> &value)
    {
        if (value)
            appendId(tag, value.uuid);
    }
    void optionalNumber(char tag, const std::optional<quint64> &value)
    {
        if (value)
            appendNumber(tag, *value);
    }
    template <typename Tag>
    void optionalId(char tag, const std::optional<Id<Tag>> &value)
    {
        if (value)
            appendId(tag, value->uuid);
    }
    template <typename Numbers>
    void numbers(char tag, const Numbers &values)
    {
        for (const quint64 value : values)
            appendNumber(tag, value);
    }
    template <typename Tag>
    void ids(char tag, const std::vector<Id<Tag>> &values)
    {
        for (const Id<Tag> &value : values)
            appendId(tag, value.uuid);
    }
    void byteList(char tag, const QList<QByteArray> &values)
    {
        for (const QByteArray &value : values)
            appendBytes(tag, value);
    }
    template <typename Record>
    void record(char tag, const Record &value)
    {
        const qsizetype begin = beginRecord(tag);
        describe(*this, value);
        endRecord(begin);
    }
    template <typename Record>
    void records(char tag, const std::vector<Record> &values)
    {
        for (const Record &value : values)
            record(tag, value);
    }
    template <typename Record>
    void optionalRecord(char tag, const std::optional<Record> &value)
    {
        if (value)
            record(tag, *value);
    }
    template <typename Record>
    void sharedRecord(char tag, const std::shared_ptr<const Record> &value)
    {
        if (value)
            record(tag, *value);
    }

private:
    void appendNumber(char tag, quint64 value);
    void appendBytes(char tag, QByteArrayView value);
    void appendId(char tag, const Uuid &uuid);
    /// Tag, a byte for the length, version; gives where the record begins.
    qsizetype beginRecord(char tag);
    /// The zero byte, and the length now that it is known.
    void endRecord(qsizetype begin);
    /// Where so many further bytes can be put.
    char *room(qsizetype bytes)
    {
        if (m_size + bytes > m_bytes.size()) {
            m_bytes.resize(std::max(m_bytes.size() * 2, m_size + bytes));
            m_begin = m_bytes.data();
        }
        return m_begin + m_size;
    }
    void putByte(char byte)
    {
        *room(1) = byte;
        ++m_size;
    }

    QByteArray m_bytes;   ///< Its size is what there is room for.
    char *m_begin;        ///< Of m_bytes, which nobody shares.
    qsizetype m_size = 0; ///< What is in use.
};

/// Reads fields in the order in which they were written. Whatever does not fit (another version, a tag that is
/// unknown or out of order, bytes that are missing or left over, a value out of range) fails the whole record:
/// look at ok() after describe().
class FieldReader
{
public:
    explicit FieldReader(QByteArrayView bytes);

    /// Everything fitted and nothing is left.
    bool ok() const { return !m_failed && m_rest.size() == 1 && m_rest.front() == '\0'; }

    /// The tag of the next field, for records whose first field says what they are.
    std::optional<char> nextTag() const
    {
        return m_failed || m_rest.isEmpty() ? std::nullopt : std::optional(m_rest.front());
    }

    template <std::unsigned_integral T>
    void number(char tag, T &value)
    {
        value = static_cast<T>(has(tag) ? takeNumber(sizeof(T), Zero::Refused) : 0);
    }
    void flag(char tag, bool &value)
    {
        quint64 number = has(tag) ? takeNumber(1, Zero::Refused) : 0;
        m_failed |= number > 1;
        value = number == 1;
    }
    void moment(char tag, WallTime &value)
    {
        quint64 milliseconds = 0;
        number(tag, milliseconds);
        value.sinceEpoch = std::chrono::milliseconds(static_cast<qint64>(milliseconds));
    }
    template <typename Enum>
    void choice(char tag, Enum &value, Enum last)
    {
        const quint64 number = has(tag) ? takeNumber(sizeof(Enum), Zero::Refused) : 0;
        m_failed |= number > static_cast<quint64>(last);
        value = m_failed ? Enum{} : static_cast<Enum>(number);
    }
    void bytes(char tag, QByteArray &value)
    {
        value.clear();
        if (has(tag)) {
            value = takeBytes().toByteArray();
            m_failed |= value.isEmpty();
        }
    }
    void text(char tag, QString &value)
    {
        QByteArray utf8;
        bytes(tag, utf8);
        value = QString::fromUtf8(utf8);
        m_failed |= value.toUtf8() != utf8;
    }
    template <typename Tag>
    void id(char tag, Id<Tag> &value)
    {
        value = {};
        if (has(tag)) {
            value.uuid = takeUuid();
            m_failed |= value.isNull();
        }
    }
    void optionalNumber(char tag, std::optional<quint64> &value)
    {
        value.reset();
        if (has(tag))
            value = takeNumber(sizeof(quint64), Zero::Allowed);
    }
    template <typename Tag>
    void optionalId(char tag, std::optional<Id<Tag>> &value)
    {
        value.reset();
        if (has(tag))
            value = Id<Tag>{takeUuid()};
    }
    template <typename Numbers>
    void numbers(char tag, Numbers &values)
    {
        for (values.clear(); has(tag);)
            values.push_back(takeNumber(sizeof(quint64), Zero::Allowed));
    }
    template <typename Tag>
    void ids(char tag, std::vector<Id<Tag>> &values)
    {
        for (values.clear(); has(tag);)
            values.push_back({takeUuid()});
    }
    void byteList(char tag, QList<QByteArray> &values)
    {
        for (values.clear(); has(tag);)
            values.append(takeBytes().toByteArray());
    }
    template <typename Record>
    void record(char tag, Record &value)
    {
        m_failed |= !has(tag);
        takeRecord(value);
    }
    template <typename Record>
    void records(char tag, std::vector<Record> &values)
    {
        for (values.clear(); has(tag);)
            takeRecord(values.emplace_back());
    }
    template <typename Record>
    void optionalRecord(char tag, std::optional<Record> &value)
    {
        value.reset();
        if (has(tag))
            takeRecord(value.emplace());
    }
    template <typename Record>
    void sharedRecord(char tag, std::shared_ptr<const Record> &value)
    {
        value.reset();
        if (!has(tag))
            return;
        auto record = std::make_shared<Record>();
        takeRecord(*record);
        value = std::move(record);
    }

private:
    enum class Zero : quint8 { Refused, Allowed };

    /// The next field has that tag.
    bool has(char tag) const { return !m_failed && !m_rest.isEmpty() && m_rest.front() == tag; }
    QByteArrayView takeBytes();
    quint64 takeNumber(qsizetype bytesMax, Zero zero);
    Uuid takeUuid();
    template <typename Record>
    void takeRecord(Record &value)
    {
        if (m_failed)
            return;
        FieldReader inner(takeBytes());
        describe(inner, value);
        m_failed |= !inner.ok();
    }

    QByteArrayView m_rest;
    bool m_failed = false;
};

} // namespace burrow
