// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "disk/disk_log.h"

/// What a disk may hold after the power was cut, made from a log.
namespace burrow::faults {

/// What becomes of what was not synced at the cut.
struct PowerCut
{
    enum class Unsynced : std::uint8_t {
        Dropped, ///< All of it is gone.
        Kept,    ///< All of it is there, as after a kill that leaves the machine running.
        Subset,  ///< Each write, length and name is there or not.
        Torn,    ///< As Subset, and of a write each sector of 512 bytes by itself.
    };
    Unsynced unsynced = Unsynced::Dropped;
    /// False is the model of SQLite's POWERSAFE_OVERWRITE: a write changes no byte outside itself. True is that
    /// of `psow=0`: a sector that an unsynced write touches may be damaged as a whole.
    bool sectorsDamaged = false;
    /// A sync that failed may have written before it did. False: what it left behind is gone.
    bool failedSyncsKept = false;
    std::uint64_t seed = 0;
};

inline constexpr std::int64_t sector_bytes = 512;

/// Files by path. What is missing does not exist; shared memory (`-shm`) is never among them.
using DiskImage = std::map<std::string, std::string>;

/// Writes the image over what is there and removes the rest of the database at `path`. The database keeps its
/// inode, also over an image that has none. Aborts when the file system refuses: then the test has no footing.
void putImage(const DiskImage &image, const std::string &path);

/// The disk while a log is gone through.
class Platter
{
public:
    /// The log must live as long as this and not grow.
    explicit Platter(const DiskLog &log)
        : m_log(log)
    {
    }

    /// Goes on to that number of operations; never back.
    void advanceTo(std::size_t operations);
    DiskImage cut(const PowerCut &how) const;
    /// What was marked up to here.
    const std::vector<std::string_view> &marks() const { return m_marks; }

private:
    enum class Fate : std::uint8_t { Pending, Durable, Lost };
    struct Change
    {
        std::size_t index = 0;
        Fate fate = Fate::Pending;
    };
    struct File
    {
        std::string base;            ///< Durable, before all of `changes`.
        std::vector<Change> changes; ///< In order; the first is not durable.
    };
    struct NameChange
    {
        std::string path;
        int file = -1; ///< Negative: the name goes away.
    };

    void take(std::size_t index);
    void sync(File &file, std::size_t covered);
    void syncNames(const std::string &folder);

    const DiskLog &m_log;
    std::size_t m_at = 0;
    std::map<int, File> m_files;
    std::map<std::string, int> m_names; ///< Durable.
    std::vector<NameChange> m_nameChanges;
    std::vector<std::string_view> m_marks;
};

} // namespace burrow::faults
