// SPDX-License-Identifier: Apache-2.0
// A copy is made under another name, verified, and given its name last, so that what stands under that name is
// whole. It is one read transaction: the store as it was at one moment, whatever a host does meanwhile.
#include "store/record_crc.h"
#include "store/store_reader_connection.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

Error systemError(const QString &path, const char *what)
{
    return {ErrorKind::Io,
            QStringLiteral("%1 cannot be %2: %3").arg(path, QLatin1String(what), qt_error_string(errno))};
}

Error taken(const QString &path)
{
    return {ErrorKind::Conflict,
            QStringLiteral("%1 is there already; nothing is overwritten, give another name").arg(path)};
}

/// A file that does not stay unless it is given its name.
class PartFile
{
public:
    explicit PartFile(QString target)
        : m_target(std::move(target))
        , m_path(QStringLiteral("%1.part-%2").arg(m_target).arg(::getpid()))
    {
    }
    PartFile(const PartFile &) = delete;
    PartFile &operator=(const PartFile &) = delete;
    ~PartFile()
    {
        for (const char *side : {"", "-journal", "-wal", "-shm"})
            ::unlink(QFile::encodeName(m_path + QLatin1String(side)).constData());
    }

    const QString &path() const { return m_path; }
    /// Errors: Io.
    Result<void> create();
    /// The file and its name are on the disk afterwards. Errors: Conflict (somebody else took the name), Io.
    Result<void> giveName();

private:
    static Result<void> sync(const QString &path, int flags);

    const QString m_target;
    const QString m_path;
};

Result<void> PartFile::create()
{
    const int descriptor =
        ::open(QFile::encodeName(m_path).constData(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return systemError(m_path, "made");
    ::close(descriptor);
    return {};
}

Result<void> PartFile::sync(const QString &path, int flags)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC);
    if (descriptor < 0)
        return systemError(path, "opened");
    const bool synced = ::fsync(descriptor) == 0;
    const int problem = errno;
    ::close(descriptor);
    errno = problem;
    return synced ? Result<void>() : Result<void>(systemError(path, "put on the disk"));
}

Result<void> PartFile::giveName()
{
    if (Result<void> synced = sync(m_path, O_RDONLY); !synced)
        return synced;
    if (::renameat2(AT_FDCWD, QFile::encodeName(m_path).constData(), AT_FDCWD,
                    QFile::encodeName(m_target).constData(), RENAME_NOREPLACE)
        != 0)
        return errno == EEXIST ? taken(m_target) : systemError(m_target, "given its name");
    return sync(QFileInfo(m_target).absolutePath(), O_RDONLY | O_DIRECTORY);
}

/// What a database would take for its own log must not lie beside the copy either.
std::optional<Error> refusalOf(const QString &target)
{
    for (const char *side : {"", "-wal", "-journal"}) {
        if (const QString path = target + QLatin1String(side); QFileInfo::exists(path))
            return taken(path);
    }
    return std::nullopt;
}

Result<void> copyPages(SqliteDatabase &from, SqliteDatabase &to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (backup == nullptr)
        return to.lastError();
    // In one step: between two of them a host's commit would make it start again.
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE)
        return Error{
            ErrorKind::Io,
            QStringLiteral("the store cannot be copied: %1").arg(QLatin1String(sqlite3_errstr(stepped)))};
    return finished == SQLITE_OK ? Result<void>() : Result<void>(to.lastError());
}

/// A host refuses a file that is not where it was made; a copy is meant to be opened elsewhere.
Result<void> release(SqliteDatabase &copy)
{
    HostColumns host;
    {
        Result<SqliteStatement> read = copy.prepare(host_select);
        if (!read)
            return read.error();
        if (read->step() != SQLITE_ROW || !readRow(*read, host))
            return Error{ErrorKind::Io,
                         QStringLiteral("the row of the host is damaged; \"burrow storage check\" "
                                        "says what else is")};
    }
    host.device.reset();
    host.inode.reset();
    host.crc = checksum(host);
    Result<SqliteStatement> write = copy.prepare(host_update);
    if (!write)
        return write.error();
    bindRow(*write, host);
    return write->run() == SQLITE_DONE ? Result<void>() : Result<void>(copy.lastError());
}

Result<void> fill(SqliteDatabase &from, const QString &part)
{
    Result<SqliteDatabase> copy = SqliteDatabase::open(part, SqliteAccess::ReadWrite);
    if (!copy)
        return copy.error();
    Result<void> done = copyPages(from, *copy);
    // A copy is one file: it needs no log until a host opens it, so it can lie on a medium that is only read.
    if (done)
        done = copy->execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;");
    return done ? release(*copy) : done;
}

Result<StoreCheck> verified(const QString &part)
{
    Result<std::unique_ptr<StoreReader>> reader = StoreReader::open(part);
    if (!reader)
        return reader.error();
    Result<StoreCheck> check = (*reader)->check();
    if (check && !check->findings.empty()) {
        const StoreFinding &first = check->findings.front();
        return Error{ErrorKind::Io,
                     QStringLiteral("no copy was kept, for it would be damaged: %1: %2; \"burrow "
                                    "storage check\" says what is wrong with the store")
                         .arg(first.where, first.what)};
    }
    return check;
}

} // namespace

Result<StoreCheck> backupStore(const QString &from, const QString &to)
{
    if (std::optional<Error> refusal = refusalOf(to))
        return *std::move(refusal);
    Result<std::unique_ptr<StoreReader>> reader = StoreReader::open(from);
    if (!reader)
        return reader.error();
    PartFile part(to);
    if (Result<void> created = part.create(); !created)
        return created.error();
    Result<StoreSight> sight = (*reader)->copyInto(part.path());
    if (!sight)
        return sight.error();
    Result<StoreCheck> check = verified(part.path());
    if (!check)
        return check.error();
    if (Result<void> named = part.giveName(); !named)
        return named.error();
    check->sight = *std::move(sight);
    return check;
}

Result<StoreSight> StoreReader::copyInto(const QString &file)
{
    ReadTransaction transaction(d->database);
    if (Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    std::vector<StoreFinding> damage; // Seen again when the copy is verified.
    Result<StoreSight> sight = d->look(damage);
    if (!sight)
        return sight;
    if (Result<void> filled = fill(d->database, file); !filled)
        return filled.error();
    return sight;
}

} // namespace burrow
