// SPDX-License-Identifier: Apache-2.0
#include "store/writer_connection.h"

#include "store/log_vfs.h"
#include "store/sqlite_schema.h"

#include <sqlite3.h>

namespace burrow {

Result<SqliteDatabase> openWriterConnection(const WriterConnectionOptions &options)
{
    Result<std::shared_ptr<const LogVfs>> log = LogVfs::make(options.vfs);
    if (!log)
        return log.error();
    Result<SqliteDatabase> database =
        SqliteDatabase::open(options.path, SqliteAccess::ReadWrite, *std::move(log));
    if (!database)
        return database.error();
    // A reader that recovers the log at this moment keeps it for a while.
    database->setBusyTimeout(2'000);
    // Before anything is written: what the file is decides whether anything may be written into it.
    if (const Result<FileKind> kind = inspectStoreFile(*database, options.path); !kind)
        return kind.error();
    if (const Result<void> prepared = prepareWriter(*database); !prepared)
        return prepared.error();
    int on = 1;
    sqlite3_file_control(database->handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &on);
    sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (options.pagesMax > 0) {
        const std::string limit = "PRAGMA max_page_count=" + std::to_string(options.pagesMax);
        if (const Result<void> limited = database->execute(limit.c_str()); !limited)
            return limited.error();
    }
    return database;
}

bool checkpoint(SqliteDatabase &database, CheckpointMode mode)
{
    int frames = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(database.handle(), nullptr,
                                               mode == CheckpointMode::Passive ? SQLITE_CHECKPOINT_PASSIVE
                                                                               : SQLITE_CHECKPOINT_TRUNCATE,
                                               &frames, &copied);
    return code == SQLITE_OK && frames == copied;
}

} // namespace burrow
