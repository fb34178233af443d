// SPDX-License-Identifier: Apache-2.0
#include "store_file.h"

#include "set_builder.h"
#include "store/record_codec.h"
#include "store/record_columns_io.h"
#include "store/record_crc.h"
#include "store/sqlite_schema.h"

namespace burrow::test {

namespace {

template <typename T>
T must(Result<T> result)
{
    if (!result)
        qFatal("%s", qPrintable(result.error().message));
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

template <typename Row>
void insert(SqliteDatabase &database, const char *sql, Row row)
{
    row.crc = checksum(row);
    SqliteStatement statement = must(database.prepare(sql));
    bindRow(statement, row);
    if (const int code = statement.run(); code != 101) // SQLITE_DONE
        qFatal("a row was not written: %s", qPrintable(database.lastMessage()));
}

} // namespace

StoreFile::StoreFile()
{
    SqliteDatabase database = open();
    must(prepareWriter(database));
    must(createSchema(database));
    HostColumns host;
    host.epoch = 1;
    host.owner = "desk, process 1";
    insert(database, host_insert, host);
    addSession("one");
    addSession("two");
}

SqliteDatabase StoreFile::open() const
{
    return must(SqliteDatabase::open(path(), SqliteAccess::ReadWrite));
}

qint64 StoreFile::sidOf(const QByteArray &session) const
{
    return m_sessions.indexOf(session) + 1;
}

SessionId StoreFile::idOf(const QByteArray &session) const
{
    return sessionIdOf(quint64(sidOf(session)));
}

void StoreFile::addSession(const QByteArray &name, Phase phase)
{
    m_sessions.append(name);
    SqliteDatabase database = open();
    SessionRow row;
    row.phase = phase;
    insert(database, session_insert, encodeSession(row, sidOf(name), idOf(name), name, 1));
}

void StoreFile::addOpen(const QByteArray &session, const InputPointer &input)
{
    SqliteDatabase database = open();
    insert(database, input_insert, encodeInput(rowOf(input), sidOf(session)));
}

void StoreFile::addEnded(const QByteArray &session, const InputPointer &input, const QByteArray &answer,
                         TerminalKind kind)
{
    FinishedInput finished = consumed(input);
    finished.kind = kind;
    finished.attempt = 1;
    finished.outcome.outcome = OutcomeClass::Completed;
    finished.outcome.text = answer;
    LedgerColumns row = encodeFinished(finished, sidOf(session), WallTime{std::chrono::milliseconds(1000)});
    row.key = input->idempotencyKey;
    row.payloadHash = payloadHash(*input);
    SqliteDatabase database = open();
    insert(database, ledger_insert, row);
}

void StoreFile::change(const char *sql)
{
    SqliteDatabase database = open();
    must(database.execute(sql));
}

} // namespace burrow::test
