// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_database.h"

#include "base/assert.h"
#include "store/log_vfs.h"

#include <QFile>

#include <sqlite3.h>

namespace burrow {

SqliteStatement::SqliteStatement(sqlite3_stmt *statement)
    : m_statement(statement)
{
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt *statement) const
{
    sqlite3_finalize(statement);
}

SqliteStatement &SqliteStatement::integer(qint64 value)
{
    sqlite3_bind_int64(m_statement.get(), ++m_bound, value);
    return *this;
}

SqliteStatement &SqliteStatement::blob(QByteArrayView bytes)
{
    // A null pointer would bind NULL, and an empty view may hold one.
    const char *data = bytes.isEmpty() ? "" : bytes.data();
    sqlite3_bind_blob64(m_statement.get(), ++m_bound, data, static_cast<sqlite3_uint64>(bytes.size()),
                        SQLITE_STATIC);
    return *this;
}

SqliteStatement &SqliteStatement::blobOrNull(QByteArrayView bytes)
{
    return bytes.isEmpty() ? null() : blob(bytes);
}

SqliteStatement &SqliteStatement::text(QByteArrayView utf8)
{
    const char *data = utf8.isEmpty() ? "" : utf8.data();
    sqlite3_bind_text64(m_statement.get(), ++m_bound, data, static_cast<sqlite3_uint64>(utf8.size()),
                        SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

SqliteStatement &SqliteStatement::null()
{
    sqlite3_bind_null(m_statement.get(), ++m_bound);
    return *this;
}

int SqliteStatement::step()
{
    return sqlite3_step(m_statement.get());
}

int SqliteStatement::run()
{
    const int code = step();
    reset();
    return code;
}

void SqliteStatement::reset()
{
    sqlite3_reset(m_statement.get());
    m_bound = 0;
}

int SqliteStatement::type(int column) const
{
    return sqlite3_column_type(m_statement.get(), column);
}

qint64 SqliteStatement::integerAt(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

QByteArrayView SqliteStatement::bytesAt(int column) const
{
    const void *data = sqlite3_column_blob(m_statement.get(), column);
    return {static_cast<const char *>(data), sqlite3_column_bytes(m_statement.get(), column)};
}

int SqliteArguments::type(int column) const
{
    return sqlite3_value_type(m_values[column]);
}

qint64 SqliteArguments::integerAt(int column) const
{
    return sqlite3_value_int64(m_values[column]);
}

QByteArrayView SqliteArguments::bytesAt(int column) const
{
    const void *data = sqlite3_value_blob(m_values[column]);
    return {static_cast<const char *>(data), sqlite3_value_bytes(m_values[column])};
}

void SqliteDatabase::Close::operator()(sqlite3 *handle) const
{
    sqlite3_close_v2(handle);
}

namespace {

/// Nobody asks SQLite how much memory it has, and counting it takes one lock around every allocation of the
/// whole process. Where SQLite is in use already it goes on counting.
void leaveMemoryUncounted()
{
    static const int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    Q_UNUSED(code);
}

} // namespace

Result<SqliteDatabase> SqliteDatabase::open(const QString &path, SqliteAccess access, const QByteArray &vfs)
{
    leaveMemoryUncounted();
    const int how =
        access == SqliteAccess::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3 *handle = nullptr;
    // Each connection stays with one thread at a time, so SQLite's own locks around it are left out.
    const int code = sqlite3_open_v2(QFile::encodeName(path).constData(), &handle,
                                     how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                     vfs.isEmpty() ? nullptr : vfs.constData());
    SqliteDatabase database;
    database.m_handle.reset(handle);
    database.m_path = path;
    if (handle == nullptr)
        return Error{ErrorKind::Io, QStringLiteral("there is no memory to open the database %1").arg(path)};
    if (code != SQLITE_OK)
        return database.lastError();
    return database;
}

Result<SqliteDatabase> SqliteDatabase::open(const QString &path, SqliteAccess access,
                                            std::shared_ptr<const LogVfs> vfs)
{
    Result<SqliteDatabase> opened = open(path, access, vfs->name());
    if (opened)
        opened->m_handle.get_deleter().vfs = std::move(vfs);
    return opened;
}

Result<void> SqliteDatabase::execute(const char *sql)
{
    if (executeCode(sql) != SQLITE_OK)
        return lastError();
    return {};
}

int SqliteDatabase::executeCode(const char *sql)
{
    return sqlite3_exec(m_handle.get(), sql, nullptr, nullptr, nullptr);
}

Result<SqliteStatement> SqliteDatabase::prepare(const char *sql)
{
    sqlite3_stmt *statement = nullptr;
    const int code =
        sqlite3_prepare_v3(m_handle.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
        return lastError();
    return SqliteStatement(statement);
}

namespace {

void takeRow(sqlite3_context *context, int /*count*/, sqlite3_value **values) noexcept
{
    (**static_cast<const SqliteDatabase::TakeRow **>(sqlite3_user_data(context)))(SqliteArguments(values));
}

void endOfRows(sqlite3_context * /*context*/) {}

/// The same select, whose columns go to the function instead.
QByteArray folded(const QByteArray &select)
{
    static const QByteArray begin = "SELECT ";
    const qsizetype from = select.indexOf(" FROM ");
    BURROW_ASSERT(select.startsWith(begin) && from > 0);
    return begin + "take_row(" + select.mid(begin.size(), from - begin.size()) + ')' + select.mid(from);
}

} // namespace

Result<void> SqliteDatabase::fold(const QByteArray &select, const TakeRow &take)
{
    if (!m_take) {
        // Once for the connection: while a statement is active, SQLite lets no function be replaced.
        m_take = std::make_unique<const TakeRow *>(nullptr);
        const int code =
            sqlite3_create_function_v2(m_handle.get(), "take_row", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                       m_take.get(), nullptr, takeRow, endOfRows, nullptr);
        if (code != SQLITE_OK)
            return lastError();
    }
    BURROW_ASSERT(*m_take == nullptr);
    *m_take = &take;
    Result<void> read = execute(folded(select).constData());
    *m_take = nullptr;
    return read;
}

Result<qint64> SqliteDatabase::integerOf(const char *sql)
{
    Result<SqliteStatement> statement = prepare(sql);
    if (!statement)
        return statement.error();
    const int code = statement->step();
    if (code == SQLITE_ROW)
        return statement->integerAt(0);
    if (code == SQLITE_DONE)
        return 0;
    return lastError();
}

QString SqliteDatabase::lastMessage() const
{
    return QString::fromUtf8(sqlite3_errmsg(m_handle.get()));
}

Error SqliteDatabase::lastError() const
{
    return {ErrorKind::Io, QStringLiteral("the database %1 cannot be used: %2").arg(m_path, lastMessage())};
}

int SqliteDatabase::lastSystemError() const
{
    return sqlite3_system_errno(m_handle.get());
}

int SqliteDatabase::changes() const
{
    return sqlite3_changes(m_handle.get());
}

bool SqliteDatabase::inTransaction() const
{
    return sqlite3_get_autocommit(m_handle.get()) == 0;
}

void SqliteDatabase::setBusyTimeout(int milliseconds)
{
    sqlite3_busy_timeout(m_handle.get(), milliseconds);
}

} // namespace burrow
