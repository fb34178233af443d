// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "disk/disk_call.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

struct sqlite3_vfs;

namespace burrow::faults {

class DiskLog;

/// SQLite's own file system under another name: it counts what passes, records it, and lets a test decide what
/// becomes of each call. Connections use it by name (sqlite3_open_v2, SqliteStoreOptions::vfs). Without a ruler
/// and a log it costs one counter a call. No memory mapping passes it, so that every byte is seen.
///
/// Thread-safe. The object must outlive every connection that was opened by its name.
class FaultVfs
{
public:
    explicit FaultVfs(std::string name);
    ~FaultVfs();
    FaultVfs(const FaultVfs &) = delete;
    FaultVfs &operator=(const FaultVfs &) = delete;

    const std::string &name() const { return m_name; }

    /// Asked before each call, on the calling thread, and may hold it up, end the process or use SQLite on
    /// connections of its own. Empty: every call proceeds.
    using Ruler = std::function<Ruling(const DiskCall &)>;
    void setRuler(Ruler ruler);
    /// From now on what succeeds is written down there; null ends that. The log must live until then.
    void record(DiskLog *log) { m_log = log; }
    /// False: SQLite must reckon with writes that damage their neighbours within a sector, as under `psow=0`.
    void setPowersafeOverwrite(bool powersafe) { m_powersafe = powersafe; }

    /// Holds the write or sync that is under way, as CallKind + 1, or 0; null ends that.
    void watchCalls(std::atomic<std::int32_t> *call) { m_current = call; }

    std::uint64_t count(CallKind kind) const { return m_counts[static_cast<std::size_t>(kind)]; }
    /// Calls that changed, or could have changed, the disk.
    std::uint64_t boundaries() const { return m_boundaries; }
    std::uint64_t bytesWritten() const { return m_bytesWritten; }

private:
    friend struct FaultFile;
    friend struct FaultVfsCalls;

    /// Numbers the call and asks the ruler.
    Ruling rule(DiskCall call);

    struct Registration;
    const std::string m_name;
    std::unique_ptr<Registration> m_registration;
    std::array<std::atomic<std::uint64_t>, call_kinds> m_counts{};
    std::atomic<std::uint64_t> m_boundaries = 0;
    std::atomic<std::uint64_t> m_bytesWritten = 0;
    std::atomic<DiskLog *> m_log = nullptr;
    std::atomic<std::atomic<std::int32_t> *> m_current = nullptr;
    std::atomic<bool> m_powersafe = true;
    std::atomic<bool> m_ruled = false;
    std::mutex m_mutex;
    std::shared_ptr<const Ruler> m_ruler; // Guarded by m_mutex.
};

/// The n-th call of that kind, counted from now, is answered with `code`: once, or it and every later one.
enum class Lasting : std::uint8_t { Once, ForEver };
FaultVfs::Ruler failing(CallKind kind, std::uint64_t nth, int code, Lasting lasting = Lasting::Once);

} // namespace burrow::faults
