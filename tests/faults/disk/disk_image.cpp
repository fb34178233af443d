// SPDX-License-Identifier: Apache-2.0
#include "disk/disk_image.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <fcntl.h>
#include <unistd.h>

namespace burrow::faults {

namespace {

using Kind = DiskOperation::Kind;

std::string folderOf(const std::string &path)
{
    return path.substr(0, path.find_last_of('/'));
}

void perform(std::string &content, const DiskOperation &operation)
{
    const auto offset = static_cast<std::size_t>(operation.offset);
    if (operation.kind == Kind::Truncated) {
        content.resize(offset, '\0');
        return;
    }
    if (content.size() < offset + operation.data.size())
        content.resize(offset + operation.data.size(), '\0');
    content.replace(offset, operation.data.size(), operation.data);
}

/// Decides, from one seed, what of the unsynced changes one image has.
class Chance
{
public:
    explicit Chance(const PowerCut &how)
        : m_how(how)
        , m_random(how.seed)
    {
    }

    bool coin() { return (m_random() & 1U) != 0; }
    bool keepsName()
    {
        return m_how.unsynced == PowerCut::Unsynced::Kept
               || (m_how.unsynced != PowerCut::Unsynced::Dropped && coin());
    }

    void performSome(std::string &content, const DiskOperation &operation)
    {
        switch (m_how.unsynced) {
        case PowerCut::Unsynced::Dropped:
            return;
        case PowerCut::Unsynced::Kept:
            perform(content, operation);
            return;
        case PowerCut::Unsynced::Subset:
            subset(content, operation);
            return;
        case PowerCut::Unsynced::Torn:
            if (operation.kind == Kind::Wrote)
                torn(content, operation);
            else
                subset(content, operation);
        }
    }

private:
    void subset(std::string &content, const DiskOperation &operation)
    {
        if (coin())
            perform(content, operation);
        else
            growMaybe(content, operation);
    }

    /// A file's new length may be there before its bytes are.
    void growMaybe(std::string &content, const DiskOperation &operation)
    {
        const std::size_t end = static_cast<std::size_t>(operation.offset) + operation.data.size();
        if (operation.kind == Kind::Wrote && content.size() < end && coin())
            content.resize(end, '\0');
    }

    void torn(std::string &content, const DiskOperation &operation)
    {
        const auto end = operation.offset + static_cast<std::int64_t>(operation.data.size());
        for (std::int64_t at = operation.offset; at < end;) {
            const std::int64_t next = std::min(end, (at / sector_bytes + 1) * sector_bytes);
            DiskOperation piece{.kind = Kind::Wrote, .offset = at};
            piece.data = operation.data.substr(static_cast<std::size_t>(at - operation.offset),
                                               static_cast<std::size_t>(next - at));
            if (coin())
                perform(content, piece);
            else
                growMaybe(content, piece);
            if (m_how.sectorsDamaged && (m_random() % 4) == 0)
                damage(content, at / sector_bytes);
            at = next;
        }
    }

    void damage(std::string &content, std::int64_t sector)
    {
        const auto begin = static_cast<std::size_t>(sector * sector_bytes);
        const std::size_t end = std::min(content.size(), begin + sector_bytes);
        for (std::size_t at = begin; at < end; ++at)
            content[at] = static_cast<char>(m_random());
    }

    const PowerCut &m_how;
    std::mt19937_64 m_random;
};

[[noreturn]] void giveUp(const std::string &path)
{
    std::perror(path.c_str());
    std::abort();
}

void putFile(const std::string &path, const std::string &content)
{
    // Cut to length at the end and not to nothing at the start: some file systems sync a file that was emptied.
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        giveUp(path);
    for (std::size_t done = 0; done < content.size();) {
        const ssize_t wrote = ::write(file, content.data() + done, content.size() - done);
        if (wrote <= 0)
            giveUp(path);
        done += static_cast<std::size_t>(wrote);
    }
    if (::ftruncate(file, static_cast<off_t>(content.size())) != 0)
        giveUp(path);
    ::close(file);
}

/// A database that is missing from an image is put aside, and taken back by the next image that has it: a store
/// knows its file by the inode.
std::string asideOf(const std::string &path)
{
    return path + ".aside";
}

void takeBack(const std::string &path)
{
    if (::rename(asideOf(path).c_str(), path.c_str()) != 0 && errno != ENOENT)
        giveUp(path);
}

void putAside(const std::string &path)
{
    if (::access(asideOf(path).c_str(), F_OK) == 0) {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            giveUp(path);
    } else if (::rename(path.c_str(), asideOf(path).c_str()) != 0 && errno != ENOENT) {
        giveUp(path);
    }
}

} // namespace

void putImage(const DiskImage &image, const std::string &path)
{
    if (const auto database = image.find(path); database != image.end()) {
        takeBack(path);
        putFile(path, database->second);
    } else {
        putAside(path);
    }
    for (const char *ending : {"-wal", "-journal", "-shm"}) {
        const std::string name = path + ending;
        const auto file = image.find(name);
        if (file != image.end())
            putFile(name, file->second);
        else if (::unlink(name.c_str()) != 0 && errno != ENOENT)
            giveUp(name);
    }
}

void Platter::sync(File &file, std::size_t covered)
{
    for (Change &change : file.changes) {
        if (change.fate == Fate::Pending && change.index < covered)
            change.fate = Fate::Durable;
    }
    // What was lost, or is not synced, stays below what came after it.
    const auto end = std::find_if(file.changes.begin(), file.changes.end(),
                                  [](const Change &change) { return change.fate != Fate::Durable; });
    for (auto change = file.changes.begin(); change != end; ++change)
        perform(file.base, m_log.operations()[change->index]);
    file.changes.erase(file.changes.begin(), end);
}

void Platter::syncNames(const std::string &folder)
{
    std::vector<NameChange> left;
    for (NameChange &change : m_nameChanges) {
        if (folderOf(change.path) != folder)
            left.push_back(std::move(change));
        else if (change.file < 0)
            m_names.erase(change.path);
        else
            m_names[change.path] = change.file;
    }
    m_nameChanges = std::move(left);
}

void Platter::take(std::size_t index)
{
    const DiskOperation &operation = m_log.operations()[index];
    switch (operation.kind) {
    case Kind::Existing:
        m_files[operation.file].base = operation.data;
        m_names[operation.path] = operation.file;
        break;
    case Kind::Created:
        m_files[operation.file] = {};
        m_nameChanges.push_back({operation.path, operation.file});
        break;
    case Kind::Removed:
        m_nameChanges.push_back({operation.path, -1});
        break;
    case Kind::FolderSynced:
        syncNames(operation.path);
        break;
    case Kind::Wrote:
    case Kind::Truncated:
        m_files[operation.file].changes.push_back({index, Fate::Pending});
        break;
    case Kind::Synced:
        sync(m_files[operation.file], static_cast<std::size_t>(operation.offset));
        break;
    case Kind::SyncFailed:
        for (Change &change : m_files[operation.file].changes) {
            if (change.fate == Fate::Pending)
                change.fate = Fate::Lost;
        }
        break;
    case Kind::Mark:
        m_marks.push_back(operation.data);
        break;
    }
}

void Platter::advanceTo(std::size_t operations)
{
    for (const std::size_t end = std::min(operations, m_log.operations().size()); m_at < end; ++m_at)
        take(m_at);
}

DiskImage Platter::cut(const PowerCut &how) const
{
    Chance chance(how);
    std::map<std::string, int> names = m_names;
    for (const NameChange &change : m_nameChanges) {
        if (!chance.keepsName())
            continue;
        if (change.file < 0)
            names.erase(change.path);
        else
            names[change.path] = change.file;
    }
    DiskImage image;
    for (const auto &[path, number] : names) {
        const File &file = m_files.at(number);
        std::string &content = image[path] = file.base;
        for (const Change &change : file.changes) {
            const DiskOperation &operation = m_log.operations()[change.index];
            if (change.fate == Fate::Durable || (change.fate == Fate::Lost && how.failedSyncsKept))
                perform(content, operation);
            else if (change.fate == Fate::Pending)
                chance.performSome(content, operation);
        }
    }
    return image;
}

} // namespace burrow::faults
