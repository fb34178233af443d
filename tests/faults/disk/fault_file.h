// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "disk/disk_log.h"
#include "disk/fault_vfs.h"

#include <sqlite3.h>

namespace burrow::faults {

/// One open file: SQLite allocates it with the real file right behind it.
struct FaultFile
{
    sqlite3_file base; ///< First, for SQLite sees only this.
    FaultVfs *vfs;
    const char *path; ///< SQLite keeps the name as long as the file is open; null for a temporary file.
    int logged;       ///< Its number in the log, or DiskLog::not_logged.

    static int open(FaultVfs &vfs, const char *name, sqlite3_file *file, int flags, int *flagsOut);
    static sqlite3_vfs *realOf(const FaultVfs &vfs);
    static int bytesBefore() { return (static_cast<int>(sizeof(FaultFile)) + 15) & ~15; }

    sqlite3_file *real()
    {
        return reinterpret_cast<sqlite3_file *>(reinterpret_cast<char *>(this) + bytesBefore());
    }
    /// Numbers the call and asks the ruler.
    Ruling rule(DiskCall call);
    /// Where to write down what this file does; null when nothing is.
    DiskLog *log() const { return logged == DiskLog::not_logged ? nullptr : vfs->m_log.load(); }
    bool powersafe() const { return vfs->m_powersafe; }
    std::atomic<std::int32_t> *current() const { return vfs->m_current; }
};

} // namespace burrow::faults
