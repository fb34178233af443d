// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/plugin_limits.h"

#include <QtGlobal>

#include <array>
#include <atomic>

namespace burrow {

/// The sentinel's file, byte for byte as it is mapped. It is read by the same version of the program on the
/// same machine, or not at all.
struct SentinelMemory
{
    static constexpr std::array<char, 8> form{'B', 'R', 'W', 'C', 'A', 'L', 'L', '1'};

    /// A plugin by its number in the process.
    struct Plugin
    {
        std::array<char, limits::plugin_id_bytes_max> id{}; ///< Padded with NUL.
        std::array<char, limits::plugin_version_bytes_max> version{};
        quint32 blocking = 0; ///< Its calls may last as long as their work.
        quint32 reserved = 0;
    };
    /// A thread that calls plugins. Each thread writes its own and no two share a cache line.
    struct alignas(64) Thread
    {
        std::atomic<quint32> number{0}; ///< The kernel's; 0: nobody's.
        std::atomic<quint32> call{0};   ///< The plugin's number times 256, plus the stage; 0: in no call.
    };

    std::array<char, 8> magic{};
    std::array<char, 40> boot{}; ///< A machine that went down is nobody's crash.
    qint64 process = 0;
    qint64 startedMs = 0; ///< Since 1970.
    std::atomic<quint32> crashedThread{0};
    std::atomic<quint32> crashSignal{0}; ///< 0 with a thread: exit() was called.
    std::array<Plugin, limits::plugins_per_process_max + 1> plugins{};
    std::array<Thread, limits::sentinel_threads_max> threads{};
};
static_assert(std::atomic<quint32>::is_always_lock_free);

} // namespace burrow
