// SPDX-License-Identifier: Apache-2.0
#include "store/store_reader.h"

#include "store/sqlite_schema.h"
#include "store/store_lock.h"
#include "store/store_reader_connection.h"

#include <QFileInfo>

namespace burrow {

namespace {

WallTime wallNow()
{
    return {std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch())};
}

Error unusable(ErrorKind kind, const QString &path, const char *why)
{
    return {kind, QStringLiteral("%1 %2").arg(path, QLatin1String(why))};
}

std::optional<Error> refusalOfPath(const QString &path)
{
    const QFileInfo file(path);
    if (!file.exists())
        return unusable(ErrorKind::NotFound, path, "does not exist: no host has made a store there");
    if (!file.isFile())
        return unusable(ErrorKind::InvalidArgument, path, "is not a file; a store is one");
    if (!file.isReadable())
        return unusable(ErrorKind::Io, path, "may not be read by this user");
    return std::nullopt;
}

} // namespace

StoreFinding damagedRow(const QString &where)
{
    return {where, QStringLiteral("the row is damaged: its checksum or its form is wrong"),
            QStringLiteral(
                "a host holds the session and serves the others; what the row said is only in a backup")};
}

Result<StoreSight> StoreReader::Private::look(std::vector<StoreFinding> &damage)
{
    Result<SqliteStatement> statement = database.prepare(host_select);
    if (!statement)
        return statement.error();
    const int code = statement->step();
    StoreSight sight{.path = path, .live = false, .owner = {}, .asOf = wallNow()};
    const Result<std::optional<QByteArray>> holder = StoreLock::holder(path);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return database.lastError();
    HostColumns host;
    if (code == SQLITE_DONE || !readRow(*statement, host)) {
        damage.push_back({QStringLiteral("host"), QStringLiteral("the row of the host is damaged or missing"),
                          QStringLiteral("no host opens the store like this; restore a backup")});
    }
    // A file that has no lock beside it, such as a copy, is served by nobody.
    sight.live = holder && holder->has_value();
    sight.owner = sight.live ? **holder : host.owner;
    return sight;
}

StoreReader::StoreReader(std::unique_ptr<Private> made)
    : d(std::move(made))
{
}

StoreReader::~StoreReader() = default;

Result<std::unique_ptr<StoreReader>> StoreReader::open(const QString &path)
{
    if (std::optional<Error> refusal = refusalOfPath(path))
        return *std::move(refusal);
    Result<SqliteDatabase> database = openReader(path);
    if (!database)
        return database.error();
    // One process writes and checkpoints, and this is not it.
    sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    Result<FileKind> kind = inspectStoreFile(*database, path);
    if (!kind)
        return kind.error();
    if (*kind == FileKind::Empty)
        return unusable(ErrorKind::InvalidArgument, path, "is empty: no host has made a store in it yet");
    if (*kind == FileKind::Older)
        return unusable(ErrorKind::Conflict, path,
                        "has an older format; a host of this version brings it up to date when it opens it");
    return std::unique_ptr<StoreReader>(new StoreReader(std::make_unique<Private>(*std::move(database), path)));
}

} // namespace burrow
