// SPDX-License-Identifier: Apache-2.0
#include "store/record_columns_io.h"

#include "store/record_crc.h"

#include <algorithm>
#include <concepts>
#include <limits>

#include <sqlite3.h>

namespace burrow {

namespace {

/// Takes the columns of a row one after the other and remembers whether each value fits where it goes. Whether
/// a column has its type is not looked at: the tables are strict, a value of another type changes the checksum,
/// and asking SQLite twice for each column was a tenth of recovery.
template <typename Source>
class ColumnReader
{
public:
    explicit ColumnReader(const Source &source)
        : m_source(source)
    {
    }

    bool ok() const { return m_ok; }
    template <std::integral T>
    void integer(T &value)
    {
        const qint64 stored = m_source.integerAt(m_at++);
        value = static_cast<T>(stored);
        if constexpr (sizeof(T) < sizeof(qint64))
            m_ok &= stored >= 0 && static_cast<quint64>(stored) <= std::numeric_limits<T>::max();
    }
    void integerOrNull(std::optional<qint64> &value)
    {
        value.reset();
        if (takeNull())
            return;
        integer(value.emplace());
    }
    void bytes(QByteArray &value) { value = m_source.bytesAt(m_at++).toByteArray(); }
    void bytes(QByteArrayView &value) { value = m_source.bytesAt(m_at++); }
    template <typename Bytes>
    void bytesOrNull(Bytes &value)
    {
        value = {};
        if (!takeNull())
            bytes(value);
    }
    template <typename Bytes>
    void text(Bytes &value)
    {
        bytes(value);
    }
    template <typename Fixed>
    void fixed(Fixed &value)
    {
        const QByteArrayView bytes = m_source.bytesAt(m_at++);
        value = {};
        if (bytes.size() == value.view().size())
            std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
        else
            m_ok = false;
    }
    void idOrNull(IdBytes &value)
    {
        value = {};
        if (!takeNull())
            fixed(value);
    }
    /// A column that this version leaves empty.
    void unused() { m_ok &= takeNull(); }

private:
    bool takeNull()
    {
        const bool isNull = m_source.type(m_at) == SQLITE_NULL;
        m_at += isNull ? 1 : 0;
        return isNull;
    }

    const Source &m_source;
    int m_at = 0;
    bool m_ok = true;
};

template <typename Source, typename Columns>
bool fits(const ColumnReader<Source> &reader, const Columns &row)
{
    return reader.ok() && row.crc == checksum(row);
}

template <typename Source>
bool readSessionRow(const Source &source, SessionColumnsView &row)
{
    ColumnReader reader(source);
    reader.integer(row.sid);
    reader.fixed(row.uuid);
    reader.text(row.name);
    reader.integer(row.phase);
    reader.integer(row.revision);
    reader.integer(row.nextAdmission);
    reader.integer(row.nextPriority);
    reader.idOrNull(row.lastRun);
    reader.bytesOrNull(row.grant);
    reader.integer(row.crc);
    return fits(reader, row);
}

template <typename Source, typename Bytes>
bool readInputRow(const Source &source, BasicInputColumns<Bytes> &row)
{
    ColumnReader reader(source);
    reader.integer(row.sequence);
    reader.integer(row.sid);
    reader.integer(row.admission);
    reader.integer(row.phase);
    reader.integer(row.tries);
    reader.integer(row.starts);
    reader.integer(row.crashes);
    reader.integer(row.kind);
    reader.integer(row.submittedAt);
    reader.fixed(row.id);
    reader.bytesOrNull(row.key);
    reader.fixed(row.payloadHash);
    reader.bytes(row.semantics);
    reader.bytes(row.payload);
    reader.integer(row.crc);
    return fits(reader, row);
}

} // namespace

void bindRow(SqliteStatement &statement, const HostColumns &row)
{
    statement.number(row.epoch).number(row.incarnation).text(row.owner);
    row.device ? statement.integer(*row.device) : statement.null();
    row.inode ? statement.integer(*row.inode) : statement.null();
    statement.number(row.keysFloor).integer(row.orderly ? 1 : 0).integer(row.crc);
}

void bindRow(SqliteStatement &statement, const SessionColumns &row)
{
    statement.integer(row.sid).blob(row.uuid.view()).text(row.name).integer(row.phase).number(row.revision);
    statement.number(row.nextAdmission).number(row.nextPriority);
    statement.blobOrNull(row.lastRun.isNull() ? QByteArrayView() : row.lastRun.view());
    statement.blobOrNull(row.grant).integer(row.crc);
}

void bindRow(SqliteStatement &statement, const InputColumns &row)
{
    statement.number(row.sequence).integer(row.sid).number(row.admission).integer(row.phase);
    statement.integer(row.tries).integer(row.starts).integer(row.crashes).integer(row.kind);
    statement.integer(row.submittedAt).blob(row.id.view()).blobOrNull(row.key).blob(row.payloadHash.view());
    statement.blob(row.semantics).blob(row.payload).integer(row.crc);
}

void bindRow(SqliteStatement &statement, const LedgerColumns &row)
{
    statement.number(row.sequence).integer(row.sid).integer(row.kind).integer(row.attempt);
    statement.number(row.boundarySequence);
    statement.blobOrNull(row.run.isNull() ? QByteArrayView() : row.run.view()).blob(row.id.view());
    statement.blobOrNull(row.key).blob(row.payloadHash.view()).integer(row.endedAt).blob(row.detail).null();
    statement.integer(row.crc);
}

void bindRow(SqliteStatement &statement, const ReceiptColumns &row)
{
    statement.number(row.number).integer(row.sid).blob(row.run.view()).number(row.boundarySequence);
    statement.integer(row.at).blob(row.draft).integer(row.crc);
}

void bindRow(SqliteStatement &statement, const EventColumns &row)
{
    statement.number(row.number).integer(row.sid).integer(row.code).integer(row.at).blob(row.body);
    statement.integer(row.crc);
}

bool readRow(const SqliteStatement &statement, HostColumns &row)
{
    ColumnReader reader(statement);
    reader.integer(row.epoch);
    reader.integer(row.incarnation);
    reader.text(row.owner);
    reader.integerOrNull(row.device);
    reader.integerOrNull(row.inode);
    reader.integer(row.keysFloor);
    quint8 orderly = 0;
    reader.integer(orderly);
    row.orderly = orderly == 1;
    reader.integer(row.crc);
    return fits(reader, row) && orderly <= 1;
}

bool readRow(const SqliteStatement &statement, SessionColumnsView &row)
{
    return readSessionRow(statement, row);
}

bool readRow(const SqliteArguments &arguments, SessionColumnsView &row)
{
    return readSessionRow(arguments, row);
}

bool readRow(const SqliteStatement &statement, ColdColumns &row)
{
    ColumnReader reader(statement);
    reader.integer(row.sid);
    reader.bytesOrNull(row.binding);
    reader.unused();
    reader.bytesOrNull(row.operations);
    reader.bytesOrNull(row.executor);
    reader.bytesOrNull(row.owed);
    reader.integer(row.crc);
    return fits(reader, row);
}

bool readRow(const SqliteStatement &statement, SnapshotColumns &row)
{
    ColumnReader reader(statement);
    reader.integer(row.sid);
    reader.fixed(row.run);
    reader.bytes(row.bytes);
    reader.bytesOrNull(row.plugin);
    reader.integer(row.crc);
    return fits(reader, row);
}

bool readRow(const SqliteStatement &statement, InputColumnsView &row)
{
    return readInputRow(statement, row);
}

bool readRow(const SqliteArguments &arguments, InputColumnsView &row)
{
    return readInputRow(arguments, row);
}

bool readRow(const SqliteStatement &statement, InputColumns &row)
{
    return readInputRow(statement, row);
}

bool readRow(const SqliteStatement &statement, LedgerColumns &row)
{
    ColumnReader reader(statement);
    reader.integer(row.sequence);
    reader.integer(row.sid);
    reader.integer(row.kind);
    reader.integer(row.attempt);
    reader.integer(row.boundarySequence);
    reader.idOrNull(row.run);
    reader.fixed(row.id);
    reader.bytesOrNull(row.key);
    reader.fixed(row.payloadHash);
    reader.integer(row.endedAt);
    reader.bytes(row.detail);
    reader.unused();
    reader.integer(row.crc);
    return fits(reader, row);
}

bool readRow(const SqliteStatement &statement, ReceiptColumns &row)
{
    ColumnReader reader(statement);
    reader.integer(row.number);
    reader.integer(row.sid);
    reader.fixed(row.run);
    reader.integer(row.boundarySequence);
    reader.integer(row.at);
    reader.bytes(row.draft);
    reader.integer(row.crc);
    return fits(reader, row);
}

bool readRow(const SqliteStatement &statement, EventColumns &row)
{
    ColumnReader reader(statement);
    reader.integer(row.number);
    reader.integer(row.sid);
    reader.integer(row.code);
    reader.integer(row.at);
    reader.bytes(row.body);
    reader.integer(row.crc);
    return fits(reader, row);
}

} // namespace burrow
