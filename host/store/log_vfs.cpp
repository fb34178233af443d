// SPDX-License-Identifier: Apache-2.0
#include "store/log_vfs.h"

#include <atomic>
#include <memory>
#include <new>
#include <vector>

#include <sqlite3.h>

namespace burrow {

namespace {

/// More is written in several calls: SQLite's own layer takes less than 128 KiB with one, and writes only a
/// part of what is longer.
constexpr std::size_t gathered_max = std::size_t(64) << 10;

/// Writes that follow each other in a file, and have not been made.
struct Gathered
{
    sqlite3_int64 begin = 0;
    std::vector<char> bytes; ///< Has its room from the beginning: nothing that SQLite calls may throw.
    std::size_t room = 0;    ///< For so many of them.
    int failure = SQLITE_OK; ///< Of a write that was told; what follows it in the file must not be written.
    sqlite3_int64 lostFrom = 0;

    sqlite3_int64 end() const { return begin + static_cast<sqlite3_int64>(bytes.size()); }
    bool hasRoomFor(int count) const { return bytes.size() + static_cast<std::size_t>(count) <= room; }
    bool overlaps(sqlite3_int64 offset, int count) const { return offset < end() && offset + count > begin; }
};

/// SQLite provides the memory of both: this, and directly behind it the file of the layer below.
struct alignas(8) LogFile
{
    sqlite3_file file{}; ///< First: it is what SQLite knows.
    std::unique_ptr<Gathered> gathered;

    static LogFile &of(sqlite3_file *file) { return *reinterpret_cast<LogFile *>(file); }
    sqlite3_file *below() { return reinterpret_cast<sqlite3_file *>(this + 1); }
    const sqlite3_io_methods &real() { return *below()->pMethods; }

    /// Makes the writes that were gathered. A failure is told here, once: a log whose last transaction was
    /// rolled back can be synced and copied.
    int settle()
    {
        Gathered &log = *gathered;
        if (log.bytes.empty())
            return SQLITE_OK;
        log.failure = real().xWrite(below(), log.bytes.data(), static_cast<int>(log.bytes.size()), log.begin);
        log.lostFrom = log.begin;
        log.bytes.clear();
        return log.failure;
    }
};

/// What SQLite calls on a log.
struct LogFileCalls
{
    static int close(sqlite3_file *file)
    {
        LogFile &self = LogFile::of(file);
        const int settled = self.settle();
        const int closed = self.real().xClose(self.below());
        std::destroy_at(&self);
        return settled == SQLITE_OK ? closed : settled;
    }
    static int read(sqlite3_file *file, void *into, int count, sqlite3_int64 offset)
    {
        LogFile &self = LogFile::of(file);
        if (self.gathered->overlaps(offset, count)) {
            if (const int settled = self.settle(); settled != SQLITE_OK)
                return settled;
        }
        return self.real().xRead(self.below(), into, count, offset);
    }
    static int write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
    {
        LogFile &self = LogFile::of(file);
        Gathered &log = *self.gathered;
        if (log.failure != SQLITE_OK) {
            if (offset > log.lostFrom)
                return log.failure;
            log.failure = SQLITE_OK; // The transaction was rolled back, and the next one begins where it began.
        }
        if (offset != log.end() || !log.hasRoomFor(count)) {
            if (const int settled = self.settle(); settled != SQLITE_OK)
                return settled;
            log.begin = offset;
        }
        if (!log.hasRoomFor(count))
            return self.real().xWrite(self.below(), bytes, count, offset);
        const char *first = static_cast<const char *>(bytes);
        log.bytes.insert(log.bytes.end(), first, first + count);
        return SQLITE_OK;
    }
    static int truncate(sqlite3_file *file, sqlite3_int64 size)
    {
        LogFile &self = LogFile::of(file);
        const int settled = self.settle();
        return settled == SQLITE_OK ? self.real().xTruncate(self.below(), size) : settled;
    }
    static int sync(sqlite3_file *file, int flags)
    {
        LogFile &self = LogFile::of(file);
        const int settled = self.settle();
        return settled == SQLITE_OK ? self.real().xSync(self.below(), flags) : settled;
    }
    static int size(sqlite3_file *file, sqlite3_int64 *bytes)
    {
        LogFile &self = LogFile::of(file);
        const int settled = self.settle();
        return settled == SQLITE_OK ? self.real().xFileSize(self.below(), bytes) : settled;
    }
    static int lock(sqlite3_file *file, int level)
    {
        return LogFile::of(file).real().xLock(LogFile::of(file).below(), level);
    }
    static int unlock(sqlite3_file *file, int level)
    {
        return LogFile::of(file).real().xUnlock(LogFile::of(file).below(), level);
    }
    static int isReserved(sqlite3_file *file, int *reserved)
    {
        return LogFile::of(file).real().xCheckReservedLock(LogFile::of(file).below(), reserved);
    }
    static int control(sqlite3_file *file, int operation, void *argument)
    {
        return LogFile::of(file).real().xFileControl(LogFile::of(file).below(), operation, argument);
    }
    static int sectorSize(sqlite3_file *file)
    {
        return LogFile::of(file).real().xSectorSize(LogFile::of(file).below());
    }
    static int characteristics(sqlite3_file *file)
    {
        return LogFile::of(file).real().xDeviceCharacteristics(LogFile::of(file).below());
    }
};

// Of the first version: a log has no locks in shared memory, and is not mapped.
constexpr sqlite3_io_methods logFileMethods = {
    .iVersion = 1,
    .xClose = LogFileCalls::close,
    .xRead = LogFileCalls::read,
    .xWrite = LogFileCalls::write,
    .xTruncate = LogFileCalls::truncate,
    .xSync = LogFileCalls::sync,
    .xFileSize = LogFileCalls::size,
    .xLock = LogFileCalls::lock,
    .xUnlock = LogFileCalls::unlock,
    .xCheckReservedLock = LogFileCalls::isReserved,
    .xFileControl = LogFileCalls::control,
    .xSectorSize = LogFileCalls::sectorSize,
    .xDeviceCharacteristics = LogFileCalls::characteristics,
};

/// Null: there is no memory.
std::unique_ptr<Gathered> makeGathered(std::size_t room)
{
    try {
        auto gathered = std::make_unique<Gathered>();
        gathered->bytes.reserve(room);
        gathered->room = room;
        return gathered;
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

} // namespace

/// What SQLite calls on the file system. All but the opening of a log goes to the layer below.
struct LogVfs::Calls
{
    static sqlite3_vfs *below(sqlite3_vfs *vfs) { return static_cast<sqlite3_vfs *>(vfs->pAppData); }

    static int open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flagsOut)
    {
        if ((flags & SQLITE_OPEN_WAL) == 0)
            return below(vfs)->xOpen(below(vfs), name, file, flags, flagsOut);
        LogFile &log = *new (file) LogFile;
        sqlite3_file *real = log.below();
        real->pMethods = nullptr;
        int code = below(vfs)->xOpen(below(vfs), name, real, flags, flagsOut);
        if (code == SQLITE_OK) {
            const bool powersafe =
                (real->pMethods->xDeviceCharacteristics(real) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
            log.gathered = makeGathered(powersafe ? gathered_max : 0);
            code = log.gathered ? SQLITE_OK : SQLITE_NOMEM;
        }
        if (code == SQLITE_OK) {
            log.file.pMethods = &logFileMethods;
            return code;
        }
        if (real->pMethods != nullptr)
            real->pMethods->xClose(real);
        std::destroy_at(&log); // SQLite closes no file that has no methods.
        return code;
    }
    static int remove(sqlite3_vfs *vfs, const char *name, int syncDirectory)
    {
        return below(vfs)->xDelete(below(vfs), name, syncDirectory);
    }
    static int access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
    {
        return below(vfs)->xAccess(below(vfs), name, flags, result);
    }
    static int fullPathname(sqlite3_vfs *vfs, const char *name, int size, char *out)
    {
        return below(vfs)->xFullPathname(below(vfs), name, size, out);
    }
    static int randomness(sqlite3_vfs *vfs, int bytes, char *out)
    {
        return below(vfs)->xRandomness(below(vfs), bytes, out);
    }
    static int rest(sqlite3_vfs *vfs, int microseconds) { return below(vfs)->xSleep(below(vfs), microseconds); }
    static int currentTime(sqlite3_vfs *vfs, double *out) { return below(vfs)->xCurrentTime(below(vfs), out); }
    static int lastError(sqlite3_vfs *vfs, int bytes, char *out)
    {
        return below(vfs)->xGetLastError(below(vfs), bytes, out);
    }
    static int currentTimeInt64(sqlite3_vfs *vfs, sqlite3_int64 *out)
    {
        return below(vfs)->xCurrentTimeInt64(below(vfs), out);
    }
};

namespace {

QByteArray freshName()
{
    static std::atomic<quint64> made = 0;
    return "burrow-log-" + QByteArray::number(++made);
}

} // namespace

Result<std::shared_ptr<const LogVfs>> LogVfs::make(const QByteArray &below)
{
    sqlite3_vfs *found = sqlite3_vfs_find(below.isEmpty() ? nullptr : below.constData());
    if (found == nullptr)
        return Error{ErrorKind::NotFound,
                     QStringLiteral("SQLite has no file layer \"%1\"").arg(QString::fromUtf8(below))};
    return std::shared_ptr<const LogVfs>(new LogVfs(found));
}

LogVfs::LogVfs(sqlite3_vfs *below)
    : m_name(freshName())
    , m_below(below)
    , m_vfs(std::make_unique<sqlite3_vfs>())
{
    m_vfs->iVersion =
        2; // No system calls to replace: they would be the layer below's, and shared with everybody.
    m_vfs->szOsFile = static_cast<int>(sizeof(LogFile)) + below->szOsFile;
    m_vfs->mxPathname = below->mxPathname;
    m_vfs->zName = m_name.constData();
    m_vfs->pAppData = m_below;
    m_vfs->xOpen = Calls::open;
    m_vfs->xDelete = Calls::remove;
    m_vfs->xAccess = Calls::access;
    m_vfs->xFullPathname = Calls::fullPathname;
    m_vfs->xRandomness = Calls::randomness;
    m_vfs->xSleep = Calls::rest;
    m_vfs->xCurrentTime = Calls::currentTime;
    m_vfs->xGetLastError = Calls::lastError;
    m_vfs->xCurrentTimeInt64 = Calls::currentTimeInt64;
    sqlite3_vfs_register(m_vfs.get(), 0);
}

LogVfs::~LogVfs()
{
    sqlite3_vfs_unregister(m_vfs.get());
}

} // namespace burrow
