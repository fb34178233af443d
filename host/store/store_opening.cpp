// SPDX-License-Identifier: Apache-2.0
// Opening: lock, look at the file, then one transaction in which the old epoch ends and the new one begins. It
// is held while the tables are read, so that nobody writes between what was read and the epoch that fences
// them.
#include "store/store_opening.h"

#include "store/record_columns_io.h"
#include "store/record_crc.h"
#include "store/sqlite_schema.h"
#include "store/store_files.h"
#include "store/writer_connection.h"

#include <QCoreApplication>
#include <QDateTime>

#include <sqlite3.h>
#include <unistd.h>

namespace burrow {

namespace {

QByteArray ownerOf(const SqliteStoreOptions &options)
{
    const QDateTime since =
        QDateTime::fromMSecsSinceEpoch(options.clock->wallNow().sinceEpoch.count(), Qt::UTC);
    const QByteArray name = options.hostName.isEmpty() ? QByteArray("a host without a name") : options.hostName;
    return name + " (process " + QByteArray::number(static_cast<qint64>(::getpid())) + ", since "
           + since.toString(Qt::ISODate).toUtf8() + ")";
}

Error conflict(const QString &sentence)
{
    return {ErrorKind::Conflict, sentence};
}

class Opening
{
public:
    explicit Opening(const SqliteStoreOptions &options)
        : m_options(options)
        , m_owner(ownerOf(options))
    {
    }

    Result<OpenedStore> run()
    {
        const MonotonicTime begun = m_options.clock->now();
        Result<void> done = prepareFile();
        if (done)
            done = beginEpoch();
        if (done)
            done = readAndCount();
        if (done)
            done = finish();
        if (!done)
            return done.error();
        m_opened.report.took = m_options.clock->now() - begun;
        return std::move(m_opened);
    }

private:
    Result<void> prepareFile()
    {
        if (Result<void> folder = makeStoreFolder(m_options.path); !folder)
            return folder;
        Result<StoreLock> lock = StoreLock::acquire(m_options.path, m_owner);
        if (!lock)
            return lock.error();
        m_opened.lock = std::move(*lock);
        if (const Result<bool> made = makeStoreFile(m_options.path); !made)
            return made.error();
        Result<SqliteDatabase> database =
            openWriterConnection({m_options.path, m_options.vfs, m_options.pagesMax});
        if (!database)
            return database.error();
        m_opened.database = std::move(*database);
        return {};
    }

    Result<void> beginEpoch()
    {
        SqliteDatabase &database = m_opened.database;
        const Result<FileKind> kind = inspectStoreFile(database, m_options.path);
        if (!kind)
            return kind.error();
        m_opened.report.created = *kind == FileKind::Empty;
        database.setBusyTimeout(2'000);
        if (*kind == FileKind::Empty) {
            if (Result<void> made = makeTables(); !made)
                return made;
        }
        if (Result<void> begun = database.execute("BEGIN IMMEDIATE"); !begun)
            return begun;
        if (Result<void> read = readHost(); !read)
            return read;
        if (*kind == FileKind::Older) {
            if (Result<void> migrated = migrate(); !migrated)
                return migrated;
        }
        database.setBusyTimeout(0);
        return {};
    }

    /// A commit of its own, for the tables are read on other connections before the one that raises the epoch.
    /// The lock keeps every host away between the two.
    Result<void> migrate()
    {
        SqliteDatabase &database = m_opened.database;
        if (Result<void> migrated = migrateSchema(database); !migrated)
            return migrated;
        if (Result<void> committed = database.execute("COMMIT"); !committed)
            return committed;
        m_opened.report.migrated = true;
        return database.execute("BEGIN IMMEDIATE");
    }

    Result<void> makeTables()
    {
        SqliteDatabase &database = m_opened.database;
        if (Result<void> begun = database.execute("BEGIN IMMEDIATE"); !begun)
            return begun;
        if (Result<void> made = createSchema(database); !made)
            return made;
        Result<SqliteStatement> insert = database.prepare(host_insert);
        if (!insert)
            return insert.error();
        m_host.owner = m_owner;
        m_host.crc = checksum(m_host);
        bindRow(*insert, m_host);
        if (insert->run() != SQLITE_DONE)
            return database.lastError();
        return database.execute("COMMIT");
    }

    Result<void> readHost()
    {
        Result<SqliteStatement> select = m_opened.database.prepare(host_select);
        if (!select)
            return select.error();
        if (select->step() != SQLITE_ROW || !readRow(*select, m_host))
            return conflict(
                QStringLiteral("the row of table \"host\" in the store %1 is damaged; restore a backup")
                    .arg(m_options.path));
        const Result<StoreFileIdentity> identity = identityOf(m_options.path);
        if (!identity)
            return identity.error();
        // The device's number may change with a reboot; the number of the file on it does not.
        const bool copied = m_host.inode && *m_host.inode != identity->inode;
        if (copied && !takeAdoption(m_options.path))
            return conflict(
                QStringLiteral("the store %1 is a copy of another file, and two hosts on two copies would "
                               "run the same work twice; if no host uses the original any more, make an "
                               "empty file %1.adopt and start again")
                    .arg(m_options.path));
        m_endedEpoch = m_host.epoch;
        m_opened.report.orderly = m_host.orderly;
        m_host.device = identity->device;
        m_host.inode = identity->inode;
        m_host.owner = m_owner;
        m_host.orderly = false;
        m_opened.epoch = ++m_host.epoch;
        m_host.crc = checksum(m_host);
        return {};
    }

    Result<void> readAndCount()
    {
        Result<RecoveryScan> scan = scanStore(m_options.path, m_options.vfs);
        if (!scan)
            return scan.error();
        m_opened.scan = std::move(*scan);
        if (!m_opened.report.orderly) {
            const Result<quint64> crashed = countBrokenStarts(m_opened.database, m_opened.scan, m_endedEpoch);
            if (!crashed)
                return crashed.error();
            m_opened.report.crashedInputs = *crashed;
        }
        RecoveryReport &report = m_opened.report;
        report.sessions = m_opened.scan.sessions.size();
        report.openInputs = m_opened.scan.openInputs;
        report.corruptSessions = m_opened.scan.corruptSessions;
        return {};
    }

    Result<void> finish()
    {
        SqliteDatabase &database = m_opened.database;
        {
            Result<SqliteStatement> update = database.prepare(host_update);
            if (!update)
                return update.error();
            bindRow(*update, m_host);
            if (update->run() != SQLITE_DONE)
                return database.lastError();
        }
        if (Result<void> committed = database.execute("COMMIT"); !committed)
            return committed;
        Result<SqliteDatabase> reader = openReader(m_options.path, m_options.vfs);
        if (!reader)
            return reader.error();
        m_opened.reader = std::move(*reader);
        return {};
    }

    const SqliteStoreOptions &m_options;
    QByteArray m_owner;
    OpenedStore m_opened;
    HostColumns m_host;
    quint64 m_endedEpoch = 0;
};

} // namespace

Result<OpenedStore> openStoreFile(const SqliteStoreOptions &options)
{
    if (options.path.isEmpty() || options.clock == nullptr)
        return Error{ErrorKind::InvalidArgument, QStringLiteral("a store needs a path and a clock")};
    return Opening(options).run();
}

} // namespace burrow
