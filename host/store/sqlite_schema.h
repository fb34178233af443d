// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite_database.h"

/// The tables of a store file and how its version is known. FORMAT.md describes every column.
namespace burrow {

inline constexpr qint64 store_application_id = 0x42555257; ///< "BURW" in the file's header.
inline constexpr qint64 store_schema_version = 2;

/// What a database file is, by its header and tables.
enum class FileKind : quint8 {
    Empty,   ///< No table: a new file.
    Current, ///< A store of this version.
    Older,   ///< A store that has to be migrated first.
};

/// Errors: Conflict for a file of another program or of a newer version, with what to do; Io.
Result<FileKind> inspectStoreFile(SqliteDatabase &database, const QString &path);

/// Makes the tables of an empty file, in the caller's transaction. Errors: Io.
Result<void> createSchema(SqliteDatabase &database);

/// Brings an older file to this version, step by step, in the caller's transaction. Errors: Io.
Result<void> migrateSchema(SqliteDatabase &database);

/// Settings of the one connection that writes. Errors: Io.
Result<void> prepareWriter(SqliteDatabase &database);

/// A connection that reads: it never writes, and waits 2 s for a recovery of the log. Errors: Io.
Result<SqliteDatabase> openReader(const QString &path, const QByteArray &vfs = {});

} // namespace burrow
