// SPDX-License-Identifier: Apache-2.0
#include "disk/fault_vfs.h"

#include "disk/fault_file.h"

#include <new>

namespace burrow::faults {

/// The functions that SQLite calls on the file system; those on one file are in fault_file.cpp.
struct FaultVfsCalls
{
    static FaultVfs &self(sqlite3_vfs *vfs) { return *static_cast<FaultVfs *>(vfs->pAppData); }
    static sqlite3_vfs *real(sqlite3_vfs *vfs) { return FaultFile::realOf(self(vfs)); }

    static int open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flagsOut)
    {
        return FaultFile::open(self(vfs), name, file, flags, flagsOut);
    }

    static int remove(sqlite3_vfs *vfs, const char *name, int syncDirectory)
    {
        FaultVfs &faults = self(vfs);
        const Ruling ruling = faults.rule({.kind = CallKind::Delete, .path = name, .flags = syncDirectory});
        if (ruling.action == Ruling::Action::Drop)
            return SQLITE_OK;
        if (ruling.action != Ruling::Action::Proceed)
            return ruling.code;
        const int result = real(vfs)->xDelete(real(vfs), name, syncDirectory);
        if (DiskLog *log = faults.m_log; log != nullptr && result == SQLITE_OK)
            log->removed(name);
        return result;
    }

    static int access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
    {
        return real(vfs)->xAccess(real(vfs), name, flags, result);
    }
    static int fullPathname(sqlite3_vfs *vfs, const char *name, int size, char *out)
    {
        return real(vfs)->xFullPathname(real(vfs), name, size, out);
    }
    static int randomness(sqlite3_vfs *vfs, int bytes, char *out)
    {
        return real(vfs)->xRandomness(real(vfs), bytes, out);
    }
    static int rest(sqlite3_vfs *vfs, int microseconds) { return real(vfs)->xSleep(real(vfs), microseconds); }
    static int currentTime(sqlite3_vfs *vfs, double *out) { return real(vfs)->xCurrentTime(real(vfs), out); }
    static int lastError(sqlite3_vfs *vfs, int bytes, char *out)
    {
        return real(vfs)->xGetLastError(real(vfs), bytes, out);
    }
    static int currentTimeInt64(sqlite3_vfs *vfs, sqlite3_int64 *out)
    {
        return real(vfs)->xCurrentTimeInt64(real(vfs), out);
    }
};

struct FaultVfs::Registration
{
    sqlite3_vfs vfs{};
    sqlite3_vfs *real = nullptr;
};

sqlite3_vfs *FaultFile::realOf(const FaultVfs &vfs)
{
    return vfs.m_registration->real;
}

FaultVfs::FaultVfs(std::string name)
    : m_name(std::move(name))
    , m_registration(std::make_unique<Registration>())
{
    m_registration->real = sqlite3_vfs_find(nullptr);
    const sqlite3_vfs *real = m_registration->real;
    sqlite3_vfs &vfs = m_registration->vfs;
    vfs.iVersion = 2; // No system calls to replace: they would be the real one's, and shared with everybody.
    vfs.szOsFile = FaultFile::bytesBefore() + real->szOsFile;
    vfs.mxPathname = real->mxPathname;
    vfs.zName = m_name.c_str();
    vfs.pAppData = this;
    vfs.xOpen = FaultVfsCalls::open;
    vfs.xDelete = FaultVfsCalls::remove;
    vfs.xAccess = FaultVfsCalls::access;
    vfs.xFullPathname = FaultVfsCalls::fullPathname;
    vfs.xRandomness = FaultVfsCalls::randomness;
    vfs.xSleep = FaultVfsCalls::rest;
    vfs.xCurrentTime = FaultVfsCalls::currentTime;
    vfs.xGetLastError = FaultVfsCalls::lastError;
    vfs.xCurrentTimeInt64 = FaultVfsCalls::currentTimeInt64;
    sqlite3_vfs_register(&vfs, 0);
}

FaultVfs::~FaultVfs()
{
    sqlite3_vfs_unregister(&m_registration->vfs);
}

void FaultVfs::setRuler(Ruler ruler)
{
    const std::lock_guard lock(m_mutex);
    m_ruled = static_cast<bool>(ruler);
    m_ruler = ruler ? std::make_shared<const Ruler>(std::move(ruler)) : nullptr;
}

Ruling FaultVfs::rule(DiskCall call)
{
    call.ofKind = ++m_counts[static_cast<std::size_t>(call.kind)];
    if (isBoundary(call.kind))
        call.number = ++m_boundaries;
    if (call.kind == CallKind::Write)
        m_bytesWritten += static_cast<std::uint64_t>(call.bytes);
    if (!m_ruled)
        return {};
    std::shared_ptr<const Ruler> ruler;
    {
        const std::lock_guard lock(m_mutex);
        ruler = m_ruler;
    }
    return ruler ? (*ruler)(call) : Ruling();
}

FaultVfs::Ruler failing(CallKind kind, std::uint64_t nth, int code, Lasting lasting)
{
    auto seen = std::make_shared<std::atomic<std::uint64_t>>(0);
    return [=](const DiskCall &call) {
        if (call.kind != kind)
            return Ruling::proceed();
        const std::uint64_t number = ++*seen;
        const bool hit = lasting == Lasting::ForEver ? number >= nth : number == nth;
        return hit ? Ruling::fail(code) : Ruling::proceed();
    };
}

} // namespace burrow::faults
