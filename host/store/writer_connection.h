// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite_database.h"

namespace burrow {

/// How the one writing connection is opened, also again after a failed sync.
struct WriterConnectionOptions
{
    QString path;
    QByteArray vfs;      ///< SQLite's name of its file layer; empty: the default.
    qint64 pagesMax = 0; ///< Largest size of the file in pages of 4 KiB; 0: no limit.
};

/// Opens the file, which exists, with every setting of the writer; the log stays behind when it closes, and
/// closing does not write into the database. Errors: Io, Conflict.
Result<SqliteDatabase> openWriterConnection(const WriterConnectionOptions &options);

/// Copies the log into the database. Passive never waits for a reader; the other one empties the log. False:
/// not all of it was copied.
enum class CheckpointMode : quint8 { Passive, Truncate };
bool checkpoint(SqliteDatabase &database, CheckpointMode mode);

} // namespace burrow
