// SPDX-License-Identifier: Apache-2.0
#include "disk/fault_file.h"

namespace burrow::faults {

namespace {

FaultFile &self(sqlite3_file *file)
{
    return *reinterpret_cast<FaultFile *>(file);
}

sqlite3_file *real(sqlite3_file *file)
{
    return self(file).real();
}

/// The answer of a call that does not proceed.
int answerOf(const Ruling &ruling)
{
    return ruling.action == Ruling::Action::Drop ? SQLITE_OK : ruling.code;
}

/// Shows the call that is under way to whoever watches.
class Shown
{
public:
    Shown(const FaultFile &file, CallKind kind)
        : m_current(file.current())
    {
        if (m_current != nullptr)
            *m_current = static_cast<std::int32_t>(kind) + 1;
    }
    ~Shown()
    {
        if (m_current != nullptr)
            *m_current = 0;
    }
    Shown(const Shown &) = delete;
    Shown &operator=(const Shown &) = delete;

private:
    std::atomic<std::int32_t> *const m_current;
};

int closeFile(sqlite3_file *file)
{
    FaultFile &fault = self(file);
    // A file that does not close would leak; only who dies here is of interest.
    fault.rule({.kind = CallKind::Close});
    return fault.real()->pMethods == nullptr ? SQLITE_OK : fault.real()->pMethods->xClose(fault.real());
}

int readFile(sqlite3_file *file, void *out, int bytes, sqlite3_int64 offset)
{
    const Ruling ruling = self(file).rule({.kind = CallKind::Read, .offset = offset, .bytes = bytes});
    if (ruling.action != Ruling::Action::Proceed)
        return answerOf(ruling);
    return real(file)->pMethods->xRead(real(file), out, bytes, offset);
}

int writeFile(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 offset)
{
    FaultFile &fault = self(file);
    const Ruling ruling = fault.rule({.kind = CallKind::Write, .offset = offset, .bytes = bytes});
    const bool half = ruling.action == Ruling::Action::Half;
    if (ruling.action != Ruling::Action::Proceed && !half)
        return answerOf(ruling);
    const int written = half ? bytes / 2 : bytes;
    const Shown shown(fault, CallKind::Write);
    const int result = real(file)->pMethods->xWrite(real(file), data, written, offset);
    if (DiskLog *log = fault.log(); log != nullptr && result == SQLITE_OK) {
        log->wrote(fault.logged, offset,
                   std::string_view(static_cast<const char *>(data), static_cast<std::size_t>(written)));
    }
    return half ? ruling.code : result;
}

int truncateFile(sqlite3_file *file, sqlite3_int64 length)
{
    FaultFile &fault = self(file);
    const Ruling ruling = fault.rule({.kind = CallKind::Truncate, .offset = length});
    if (ruling.action != Ruling::Action::Proceed)
        return answerOf(ruling);
    const int result = real(file)->pMethods->xTruncate(real(file), length);
    if (DiskLog *log = fault.log(); log != nullptr && result == SQLITE_OK)
        log->truncated(fault.logged, length);
    return result;
}

int syncFile(sqlite3_file *file, int flags)
{
    FaultFile &fault = self(file);
    const Ruling ruling = fault.rule({.kind = CallKind::Sync, .flags = flags});
    DiskLog *log = fault.log();
    if (ruling.action != Ruling::Action::Proceed) {
        // A sync that failed has marked the pages clean: no later one will write them.
        if (log != nullptr && ruling.action != Ruling::Action::Drop)
            log->syncFailed(fault.logged);
        return answerOf(ruling);
    }
    const Shown shown(fault, CallKind::Sync);
    const std::size_t covered = log != nullptr ? log->size() : 0;
    const int result = real(file)->pMethods->xSync(real(file), flags);
    if (log != nullptr && result == SQLITE_OK)
        log->synced(fault.logged, covered);
    return result;
}

int fileSize(sqlite3_file *file, sqlite3_int64 *out)
{
    return real(file)->pMethods->xFileSize(real(file), out);
}

int lockFile(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xLock(real(file), level);
}

int unlockFile(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

int checkReservedLock(sqlite3_file *file, int *out)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}

int fileControl(sqlite3_file *file, int what, void *argument)
{
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}

int sectorSize(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

int deviceCharacteristics(sqlite3_file *file)
{
    const int real_ = real(file)->pMethods->xDeviceCharacteristics(real(file));
    return self(file).powersafe() ? real_ : real_ & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int shmMap(sqlite3_file *file, int region, int bytes, int extend, void volatile **out)
{
    const Ruling ruling = self(file).rule({.kind = CallKind::ShmMap, .offset = region, .bytes = bytes});
    if (ruling.action != Ruling::Action::Proceed)
        return ruling.action == Ruling::Action::Drop ? SQLITE_IOERR_SHMMAP : ruling.code;
    return real(file)->pMethods->xShmMap(real(file), region, bytes, extend, out);
}

int shmLock(sqlite3_file *file, int first, int count, int flags)
{
    const Ruling ruling =
        self(file).rule({.kind = CallKind::ShmLock, .offset = first, .bytes = count, .flags = flags});
    // A lock that is not released would stay for ever; only who takes one can be refused.
    if (ruling.action == Ruling::Action::Fail && (flags & SQLITE_SHM_LOCK) != 0)
        return ruling.code;
    return real(file)->pMethods->xShmLock(real(file), first, count, flags);
}

void shmBarrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

int shmUnmap(sqlite3_file *file, int remove)
{
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

/// Version 2: shared memory, and no xFetch, which would read past this file.
const sqlite3_io_methods fileMethods = {2,
                                        closeFile,
                                        readFile,
                                        writeFile,
                                        truncateFile,
                                        syncFile,
                                        fileSize,
                                        lockFile,
                                        unlockFile,
                                        checkReservedLock,
                                        fileControl,
                                        sectorSize,
                                        deviceCharacteristics,
                                        shmMap,
                                        shmLock,
                                        shmBarrier,
                                        shmUnmap,
                                        nullptr,
                                        nullptr};

constexpr int recorded_kinds =
    SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;

} // namespace

Ruling FaultFile::rule(DiskCall call)
{
    if (path != nullptr)
        call.path = path;
    return vfs->rule(call);
}

int FaultFile::open(FaultVfs &vfs, const char *name, sqlite3_file *file, int flags, int *flagsOut)
{
    FaultFile &fault = self(file);
    fault.base.pMethods = nullptr;
    fault.vfs = &vfs;
    fault.path = name;
    fault.logged = DiskLog::not_logged;
    const Ruling ruling = fault.rule({.kind = CallKind::Open, .flags = flags});
    if (ruling.action != Ruling::Action::Proceed)
        return ruling.action == Ruling::Action::Drop ? SQLITE_CANTOPEN : ruling.code;
    sqlite3_vfs *real = realOf(vfs);
    const int result = real->xOpen(real, name, fault.real(), flags, flagsOut);
    if (result != SQLITE_OK)
        return result;
    if (DiskLog *log = vfs.m_log; log != nullptr && name != nullptr && (flags & recorded_kinds) != 0)
        fault.logged = log->opened(name);
    fault.base.pMethods = &fileMethods;
    return SQLITE_OK;
}

} // namespace burrow::faults
