// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <functional>
#include <memory>

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_value;

/// A thin layer over SQLite's C interface that owns what must be closed. Codes are SQLite's extended ones.
namespace burrow {

class LogVfs;

/// The kind of an error: what the lowest byte of SQLite's code says without its details.
inline int primaryCode(int code)
{
    return code & 0xff;
}

/// One prepared statement. Bound bytes are not copied: they must live until the next reset(). One thread at a
/// time; must end before its database.
class SqliteStatement
{
public:
    SqliteStatement() = default;
    /// Takes over a statement that sqlite3_prepare made.
    explicit SqliteStatement(sqlite3_stmt *statement);

    explicit operator bool() const { return m_statement != nullptr; }

    /// Parameters count from 1; each call binds the next one after reset() and gives back *this.
    SqliteStatement &integer(qint64 value);
    SqliteStatement &number(quint64 value) { return integer(static_cast<qint64>(value)); }
    SqliteStatement &blob(QByteArrayView bytes); ///< An empty one is an empty blob.
    SqliteStatement &blobOrNull(QByteArrayView bytes);
    SqliteStatement &text(QByteArrayView utf8);
    SqliteStatement &null();

    /// SQLITE_ROW, SQLITE_DONE or an error.
    int step();
    /// One step of a statement that gives no rows, then reset(); SQLITE_DONE or an error.
    int run();
    /// Ready to be bound and run again.
    void reset();

    /// Columns of the present row, counted from 0. Views live until the next step or reset.
    int type(int column) const;
    qint64 integerAt(int column) const;
    QByteArrayView bytesAt(int column) const;

private:
    struct Finalize
    {
        void operator()(sqlite3_stmt *statement) const;
    };

    std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
    int m_bound = 0;
};

/// The columns of a row that SQLite hands to a function, as SqliteStatement has those of the present row. Views
/// live as long as the call.
class SqliteArguments
{
public:
    explicit SqliteArguments(sqlite3_value **values)
        : m_values(values)
    {
    }

    int type(int column) const;
    qint64 integerAt(int column) const;
    QByteArrayView bytesAt(int column) const;

private:
    sqlite3_value **m_values;
};

/// How a connection is opened.
enum class SqliteAccess : quint8 {
    ReadWrite, ///< Creates the file if it is missing.
    ReadOnly,
};

/// One connection. One thread at a time.
class SqliteDatabase
{
public:
    /// An empty `vfs` is SQLite's own. Errors: Io with SQLite's words and the path.
    static Result<SqliteDatabase> open(const QString &path, SqliteAccess access, const QByteArray &vfs = {});
    /// The same with that layer, which is kept for as long as the connection.
    static Result<SqliteDatabase> open(const QString &path, SqliteAccess access,
                                       std::shared_ptr<const LogVfs> vfs);

    /// Runs statements that give no rows anybody wants. Errors: Io.
    Result<void> execute(const char *sql);
    /// Runs them and gives back SQLite's code, for callers that decide by it.
    int executeCode(const char *sql);
    /// Errors: Io (a defect of the statement or a file without that table).
    Result<SqliteStatement> prepare(const char *sql);
    /// Calls `take` for every row of "SELECT columns FROM table", in the order of the table. As an aggregate
    /// function within one step, which takes three quarters of the time of a step for each row and a call for
    /// each column. `take` must not throw, for what calls it is C, nor fold on this connection. Errors: Io.
    using TakeRow = std::function<void(const SqliteArguments &)>;
    Result<void> fold(const QByteArray &select, const TakeRow &take);
    /// The integer that a statement without parameters gives; 0 where it gives none or NULL. Errors: Io.
    Result<qint64> integerOf(const char *sql);

    /// The last error in SQLite's words, with the path.
    Error lastError() const;
    QString lastMessage() const;
    int lastSystemError() const; ///< errno of the last I/O error, or 0.
    int changes() const;
    bool inTransaction() const;
    void setBusyTimeout(int milliseconds);
    sqlite3 *handle() const { return m_handle.get(); }

private:
    struct Close
    {
        void operator()(sqlite3 *handle) const;
        std::shared_ptr<const LogVfs> vfs; ///< Goes after the connection.
    };

    /// Who takes the rows of the fold under way. It stays where it is, for SQLite has its address.
    std::unique_ptr<const TakeRow *> m_take;
    std::unique_ptr<sqlite3, Close> m_handle;
    QString m_path;
};

} // namespace burrow
