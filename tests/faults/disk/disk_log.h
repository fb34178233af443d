// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

/// Everything that was done to the files of a database, in order, so that the disk of any moment can be made
/// again, with and without what was not synced yet (disk_image.h).
namespace burrow::faults {

struct DiskOperation
{
    enum class Kind : std::uint8_t {
        Existing,     ///< `path` was there, with `data`, and is durable.
        Created,      ///< `path` now names the new file `file`; its folder is not synced.
        Removed,      ///< `path` is gone; its folder is not synced.
        FolderSynced, ///< The names in the folder `path` are durable.
        Wrote,        ///< `data` at `offset`.
        Truncated,    ///< To `offset` bytes, also when that is longer.
        Synced,       ///< Of `file`, every operation before number `offset` is durable.
        SyncFailed,   ///< Of `file`, what was not durable will never be written by a later sync.
        Mark,         ///< Nothing of the disk: `data` was told or observed outside at this moment.
    };
    Kind kind = Kind::Mark;
    int file = -1;
    std::int64_t offset = 0;
    std::string path;
    std::string data;
};

/// Thread-safe while it is written; read it when nobody writes any more.
class DiskLog
{
public:
    static constexpr int not_logged = -1;

    /// A file that is on the disk already, and durable. To be told before it is opened.
    void existing(const std::string &path);

    /// The number of the file with that name; a name that is unknown is a new file.
    int opened(const std::string &path);
    void removed(const std::string &path);
    void folderSynced(const std::string &folder);
    void wrote(int file, std::int64_t offset, std::string_view data);
    void truncated(int file, std::int64_t length);
    void synced(int file, std::size_t covered);
    void syncFailed(int file);
    /// Something that the world outside saw now, such as an acknowledgement.
    void mark(std::string what);

    std::size_t size() const;
    const std::vector<DiskOperation> &operations() const { return m_operations; }

private:
    void add(DiskOperation operation);

    mutable std::mutex m_mutex;
    std::vector<DiskOperation> m_operations; // Guarded by m_mutex while it grows.
    std::map<std::string, int> m_files;      // Guarded by m_mutex.
    int m_nextFile = 0;                      // Guarded by m_mutex.
};

/// Where the syncs of folders are written down, which pass no SQLite file; null: nowhere. Needs
/// folder_watch.cpp in the program.
void watchFolderSyncs(DiskLog *log);

} // namespace burrow::faults
