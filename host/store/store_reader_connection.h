// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_columns_io.h"
#include "store/store_reader.h"

#include <sqlite3.h>

/// What the parts of StoreReader share; nobody else includes this.
namespace burrow {

/// A short read transaction: everything that is read while it lives is of one moment.
class ReadTransaction
{
public:
    explicit ReadTransaction(SqliteDatabase &database)
        : m_database(database)
    {
    }
    ReadTransaction(const ReadTransaction &) = delete;
    ReadTransaction &operator=(const ReadTransaction &) = delete;
    ~ReadTransaction() { m_database.executeCode("ROLLBACK"); }

    /// Errors: Io.
    Result<void> begin() { return m_database.execute("BEGIN"); }

private:
    SqliteDatabase &m_database;
};

class StoreReader::Private
{
public:
    Private(SqliteDatabase opened, QString itsPath)
        : database(std::move(opened))
        , path(std::move(itsPath))
    {
    }

    /// Fixes the moment that the transaction shows, and says whose the store is. `damage` gets a finding when
    /// the host's own row cannot be trusted. Errors: Io.
    Result<StoreSight> look(std::vector<StoreFinding> &damage);

    SqliteDatabase database;
    const QString path;
};

/// Calls `take` with every row of a select, and false for one whose checksum or form is wrong. Errors: Io.
template <typename Row, typename Take>
Result<void> forEachRow(SqliteDatabase &database, const QByteArray &select,
                        const std::vector<qint64> &parameters, Take take)
{
    Result<SqliteStatement> statement = database.prepare(select.constData());
    if (!statement)
        return statement.error();
    for (const qint64 parameter : parameters)
        statement->integer(parameter);
    int code = statement->step();
    for (; code == SQLITE_ROW; code = statement->step()) {
        Row row;
        const bool sound = readRow(*statement, row);
        take(row, sound);
    }
    return code == SQLITE_DONE ? Result<void>() : Result<void>(database.lastError());
}

/// The words for a row whose checksum or form is wrong, and what to do about it.
StoreFinding damagedRow(const QString &where);

} // namespace burrow
