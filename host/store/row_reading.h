// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_columns_io.h"

#include <vector>

#include <sqlite3.h>

/// How whole rows are read. For the sources that do it: this header needs SQLite's.
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

} // namespace burrow
