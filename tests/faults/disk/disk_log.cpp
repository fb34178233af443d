// SPDX-License-Identifier: Apache-2.0
#include "disk/disk_log.h"

#include <fstream>
#include <iterator>

namespace burrow::faults {

void DiskLog::add(DiskOperation operation)
{
    const std::lock_guard lock(m_mutex);
    m_operations.push_back(std::move(operation));
}

void DiskLog::existing(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::lock_guard lock(m_mutex);
    const int number = m_nextFile++;
    m_files[path] = number;
    m_operations.push_back(
        {.kind = DiskOperation::Kind::Existing, .file = number, .path = path, .data = std::move(content)});
}

int DiskLog::opened(const std::string &path)
{
    const std::lock_guard lock(m_mutex);
    if (const auto known = m_files.find(path); known != m_files.end())
        return known->second;
    const int number = m_nextFile++;
    m_files[path] = number;
    m_operations.push_back({.kind = DiskOperation::Kind::Created, .file = number, .path = path});
    return number;
}

void DiskLog::removed(const std::string &path)
{
    const std::lock_guard lock(m_mutex);
    m_files.erase(path);
    m_operations.push_back({.kind = DiskOperation::Kind::Removed, .path = path});
}

void DiskLog::folderSynced(const std::string &folder)
{
    add({.kind = DiskOperation::Kind::FolderSynced, .path = folder});
}

void DiskLog::wrote(int file, std::int64_t offset, std::string_view data)
{
    add({.kind = DiskOperation::Kind::Wrote, .file = file, .offset = offset, .data = std::string(data)});
}

void DiskLog::truncated(int file, std::int64_t length)
{
    add({.kind = DiskOperation::Kind::Truncated, .file = file, .offset = length});
}

void DiskLog::synced(int file, std::size_t covered)
{
    add({.kind = DiskOperation::Kind::Synced, .file = file, .offset = static_cast<std::int64_t>(covered)});
}

void DiskLog::syncFailed(int file)
{
    add({.kind = DiskOperation::Kind::SyncFailed, .file = file});
}

void DiskLog::mark(std::string what)
{
    add({.kind = DiskOperation::Kind::Mark, .data = std::move(what)});
}

std::size_t DiskLog::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_operations.size();
}

} // namespace burrow::faults
