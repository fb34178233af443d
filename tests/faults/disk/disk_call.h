// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// One call of SQLite to the disk, and what a test makes of it. No Qt here: benchmarks count with it, too.
namespace burrow::faults {

enum class CallKind : std::uint8_t { Open, Read, Write, Truncate, Sync, Delete, ShmMap, ShmLock, Close };
inline constexpr std::size_t call_kinds = 9;
inline constexpr std::array<std::string_view, call_kinds> callKindName{
    {"open", "read", "write", "truncate", "sync", "delete", "shm_map", "shm_lock", "close"}};

/// Whether a process that dies before such a call leaves another disk than one that dies after it. Only these
/// are numbered: to kill at a read, or at a lock that dies with its process, repeats the kill at the next
/// write.
constexpr bool isBoundary(CallKind kind)
{
    return kind != CallKind::Read && kind != CallKind::ShmLock;
}

struct DiskCall
{
    CallKind kind = CallKind::Open;
    std::string_view path;    ///< Absolute; empty for a temporary file.
    std::int64_t offset = 0;  ///< Write, read: where; truncate: the new length; lock: the first slot.
    std::int64_t bytes = 0;   ///< Write, read: how many; lock: how many slots.
    int flags = 0;            ///< Open, sync and lock: as SQLite gave them.
    std::uint64_t number = 0; ///< Counts boundaries from 1 over all files; 0 when the call is none.
    std::uint64_t ofKind = 0; ///< Counts the calls of this kind from 1.

    bool isWal() const { return path.ends_with("-wal"); }
};

/// What becomes of a call.
struct Ruling
{
    enum class Action : std::uint8_t {
        Proceed,
        Fail, ///< Nothing is done and `code` is answered.
        Drop, ///< Nothing is done and success is answered.
        Half, ///< Of a write, the first half is done and `code` is answered.
    };
    Action action = Action::Proceed;
    int code = 0; ///< A result code of SQLite.

    static Ruling proceed() { return {}; }
    static Ruling fail(int code) { return {Action::Fail, code}; }
    static Ruling drop() { return {Action::Drop, 0}; }
    static Ruling half(int code) { return {Action::Half, code}; }
};

} // namespace burrow::faults
