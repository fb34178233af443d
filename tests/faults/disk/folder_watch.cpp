// SPDX-License-Identifier: Apache-2.0
//
// The program's own fsync and fdatasync: SQLite and the store sync folders with the system call itself, past
// every SQLite file, and a power cut must know which names are durable. Files of SQLite are seen in
// fault_file.cpp; here only folders are of interest.
#include "disk/disk_log.h"

#include <atomic>

#include <climits>
#include <cstdio>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace burrow::faults {

namespace {

std::atomic<DiskLog *> folderLog = nullptr;

int syncWatched(long call, int descriptor)
{
    const int result = static_cast<int>(::syscall(call, descriptor));
    DiskLog *log = folderLog;
    struct stat status = {};
    if (log == nullptr || result != 0 || ::fstat(descriptor, &status) != 0 || !S_ISDIR(status.st_mode))
        return result;
    char link[64];
    char path[PATH_MAX];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = ::readlink(link, path, sizeof path);
    if (length > 0)
        log->folderSynced(std::string(path, static_cast<std::size_t>(length)));
    return result;
}

} // namespace

void watchFolderSyncs(DiskLog *log)
{
    folderLog = log;
}

} // namespace burrow::faults

// They stand before the C library's functions by their symbols, and need not be declared as those are.
extern "C" int watchedFsync(int descriptor) __asm__("fsync");
extern "C" int watchedFdatasync(int descriptor) __asm__("fdatasync");

extern "C" int watchedFsync(int descriptor)
{
    return burrow::faults::syncWatched(SYS_fsync, descriptor);
}

extern "C" int watchedFdatasync(int descriptor)
{
    return burrow::faults::syncWatched(SYS_fdatasync, descriptor);
}
