// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_schema.h"

#include <array>

#include <sqlite3.h>

namespace burrow {

namespace {

// Each step brings a file one version further, and is never changed again: a new file takes all of them as an
// old one does, so that both are the same. A step must not cost more with more rows, and leaves each row as it
// is: one that was damaged before is damaged after it.
// clang-format off
constexpr const char *version_1 = R"sql(
CREATE TABLE host    (k INTEGER PRIMARY KEY CHECK(k=1), epoch INTEGER NOT NULL, incarnation INTEGER NOT NULL,
                      owner TEXT NOT NULL, dev INTEGER, ino INTEGER, keys_floor INTEGER NOT NULL,
                      orderly INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE TABLE session (sid INTEGER PRIMARY KEY, uuid BLOB NOT NULL, name TEXT NOT NULL, phase INTEGER NOT NULL,
                      rev INTEGER NOT NULL, next_adm INTEGER NOT NULL, prio_adm INTEGER NOT NULL, last_run BLOB,
                      grant BLOB, crc INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX session_name ON session(name);
CREATE UNIQUE INDEX session_uuid ON session(uuid);
CREATE TABLE cold    (sid INTEGER PRIMARY KEY, binding BLOB, intents BLOB, ops BLOB, crc INTEGER NOT NULL) STRICT;
CREATE TABLE snapshot(sid INTEGER PRIMARY KEY, run BLOB NOT NULL, bytes BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE TABLE input   (seq INTEGER PRIMARY KEY, sid INTEGER NOT NULL, adm INTEGER NOT NULL, st INTEGER NOT NULL,
                      tries INTEGER NOT NULL, starts INTEGER NOT NULL, crashes INTEGER NOT NULL,
                      kind INTEGER NOT NULL, at INTEGER NOT NULL, id BLOB NOT NULL, key BLOB, phash BLOB,
                      sem BLOB NOT NULL, payload BLOB, crc INTEGER NOT NULL) STRICT;
CREATE TABLE ledger  (seq INTEGER PRIMARY KEY, sid INTEGER NOT NULL, outcome INTEGER NOT NULL,
                      attempt INTEGER NOT NULL, bseq INTEGER, run BLOB, id BLOB NOT NULL, key BLOB, phash BLOB,
                      at INTEGER NOT NULL, detail BLOB, reply BLOB, crc INTEGER NOT NULL) STRICT;
CREATE TABLE receipt (rno INTEGER PRIMARY KEY, sid INTEGER NOT NULL, run BLOB NOT NULL, bseq INTEGER NOT NULL,
                      at INTEGER NOT NULL, draft BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE TABLE event   (eno INTEGER PRIMARY KEY, sid INTEGER NOT NULL, code INTEGER NOT NULL, at INTEGER NOT NULL,
                      body BLOB, crc INTEGER NOT NULL) STRICT;
PRAGMA application_id=0x42555257;
PRAGMA user_version=1;
)sql";
// Whose a session and its snapshot are, and the clean-ups that executors owe.
constexpr const char *version_2 = R"sql(
ALTER TABLE cold     ADD COLUMN executor BLOB;
ALTER TABLE cold     ADD COLUMN owed BLOB;
ALTER TABLE snapshot ADD COLUMN plugin TEXT;
PRAGMA user_version=2;
)sql";
// clang-format on
constexpr std::array steps{version_1, version_2};
static_assert(steps.size() == store_schema_version);

Result<void> takeSteps(SqliteDatabase &database, std::size_t first)
{
    for (std::size_t step = first; step < steps.size(); ++step) {
        if (Result<void> done = database.execute(steps.at(step)); !done)
            return done;
    }
    return {};
}

Error refusal(const QString &sentence)
{
    return {ErrorKind::Conflict, sentence};
}

} // namespace

Result<FileKind> inspectStoreFile(SqliteDatabase &database, const QString &path)
{
    const Result<qint64> application = database.integerOf("PRAGMA application_id");
    if (!application) {
        if (sqlite3_extended_errcode(database.handle()) == SQLITE_NOTADB)
            return refusal(QStringLiteral("%1 is not a store of Burrow: it is no database at all; give another "
                                          "path, or move the file away")
                               .arg(path));
        return application.error();
    }
    const Result<qint64> version = database.integerOf("PRAGMA user_version");
    const Result<qint64> entries = database.integerOf("SELECT count(*) FROM sqlite_schema");
    if (!version || !entries)
        return (version ? entries : version).error();
    if (*application == 0 && *version == 0 && *entries == 0)
        return FileKind::Empty;
    if (*application != store_application_id)
        return refusal(
            QStringLiteral("%1 is a database of another program; give another path, or move the file "
                           "away")
                .arg(path));
    if (*version < 1)
        return refusal(QStringLiteral("%1 has a format that was never released; give another path").arg(path));
    if (*version > store_schema_version)
        return refusal(QStringLiteral("%1 was written by a newer Burrow (format %2, this program knows %3); "
                                      "run that version, or give another path")
                           .arg(path)
                           .arg(*version)
                           .arg(store_schema_version));
    return *version == store_schema_version ? FileKind::Current : FileKind::Older;
}

Result<void> createSchema(SqliteDatabase &database)
{
    return takeSteps(database, 0);
}

Result<void> migrateSchema(SqliteDatabase &database)
{
    const Result<qint64> version = database.integerOf("PRAGMA user_version");
    if (!version)
        return version.error();
    return takeSteps(database, static_cast<std::size_t>(*version));
}

Result<void> prepareWriter(SqliteDatabase &database)
{
    // The first write decides the page size and the journal; mapping is off, for an I/O error through a mapping
    // is a signal and no error value. Checkpoints are the writer's business, after its answers.
    return database.execute("PRAGMA journal_mode=WAL;"
                            "PRAGMA synchronous=FULL;"
                            "PRAGMA wal_autocheckpoint=0;"
                            "PRAGMA journal_size_limit=67108864;"
                            "PRAGMA secure_delete=OFF;"
                            "PRAGMA temp_store=MEMORY;"
                            "PRAGMA cache_size=-65536;"
                            "PRAGMA mmap_size=0;"
                            "PRAGMA cell_size_check=ON;"
                            "PRAGMA trusted_schema=OFF;"
                            "PRAGMA busy_timeout=0;");
}

Result<SqliteDatabase> openReader(const QString &path, const QByteArray &vfs)
{
    Result<SqliteDatabase> database = SqliteDatabase::open(path, SqliteAccess::ReadOnly, vfs);
    if (!database)
        return database;
    const Result<void> prepared = database->execute("PRAGMA query_only=ON;"
                                                    "PRAGMA busy_timeout=2000;"
                                                    "PRAGMA cell_size_check=ON;"
                                                    "PRAGMA trusted_schema=OFF;");
    if (!prepared)
        return prepared.error();
    return database;
}

} // namespace burrow
