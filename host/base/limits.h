// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <QtGlobal>

#include <cstddef>

/// Every bound of the host in one place, units last in the name. Configuration may lower what it names; nothing
/// grows without one of these.
namespace burrow::limits {

using namespace std::chrono_literals;

// The machine and the core.
inline constexpr quint32 tries_max = 3; ///< Failed runs before an input is abandoned.
inline constexpr quint32 staging_refusals_max =
    3; ///< Staging refusals before an input is abandoned unexecuted.
inline constexpr quint32 effects_per_session_max = 16;
inline constexpr quint32 queue_per_session_default = 100;
inline constexpr quint32 tickets_per_session_max = 1024;
inline constexpr qint64 ticket_bytes_per_session_max = 1LL << 20;
inline constexpr qint64 ticket_bytes_per_host_max = 64LL << 20;
inline constexpr quint64 priority_sequence_first = 999'999'999;    ///< Falls; sorts before all that arrived.
inline constexpr quint64 admission_sequence_first = 1'000'000'000; ///< Rises.
inline constexpr Duration retry_backoff_default = 1s;
inline constexpr Duration retry_backoff_max = 1min;
inline constexpr Duration restart_backoff_default = 1s; ///< Before an executor that died is made again.
inline constexpr Duration restart_backoff_max = 1min;
inline constexpr quint32 restarts_default = 5; ///< So often within the window, then it is given up.
inline constexpr Duration restart_window_default = 10min;
inline constexpr Duration key_retention_default = 24h; ///< A key binds so long after its input has ended.
inline constexpr Duration turn_timeout_default = 30min;
inline constexpr Duration stop_grace_default = 10s;
inline constexpr Duration stop_answer_max = 200ms;  ///< After that a stop answers "deferred" and goes on.
inline constexpr Duration unregister_wait_max = 2s; ///< For a run, an executor and its clean-up, each.
inline constexpr Duration abandon_after_hard = 5s;  ///< From a hard cancel until the run is given up.
inline constexpr Duration shutdown_timeout_default = 20s;

// The loop.
inline constexpr quint32 turns_per_session_per_drain = 8; ///< A flooding session yields after so many turns.

inline constexpr quint32 live_events_per_session_max = 1024;        ///< That wait for one who follows.
inline constexpr std::size_t recent_progress_per_session_max = 128; ///< Kept of the run under way.
inline constexpr qint64 recent_progress_bytes_per_session_max = 32LL << 10;
inline constexpr Duration recent_progress_wait_max = 1s;    ///< Who follows waits so long for what is kept.
inline constexpr std::size_t pending_events_max = 1U << 16; ///< Events that wait for the host's thread.
inline constexpr quint32 event_rows_per_page_max = 512;
inline constexpr std::size_t memory_events_max = 1U
                                                 << 16; ///< Rows of the event log that the memory store keeps.
inline constexpr std::size_t memory_ledger_max = 1U << 17; ///< Ended inputs that the memory store remembers.

// Inputs.
inline constexpr qint64 input_bytes_max = 16LL << 20;
inline constexpr qint64 key_bytes_max = 512;
inline constexpr qint64 output_per_turn_bytes_default = 8LL << 20;

// Operations.
inline constexpr quint32 operations_per_session_default = 1024; ///< Under way at once.
inline constexpr quint32 operations_retained_max = 256;         ///< Ended ones that a session remembers.
inline constexpr std::size_t operation_feed_max = 256;          ///< Entries of the completion feed.
inline constexpr qint64 operation_outcome_bytes_max = 16LL
                                                      << 10; ///< All that are remembered are written together.
inline constexpr qint64 operation_name_bytes_max = 256;

// Plugins.
inline constexpr quint32 plugin_workers_max = 64; ///< Threads for plugins that block, per host.
inline constexpr quint32 abi_struct_bytes_max = 64U << 10;
inline constexpr qint64 manifest_bytes_max = 1LL << 20;
inline constexpr quint32 emitted_events_per_session_max = 1024;

// Configuration files.
inline constexpr qint64 configuration_bytes_max = 4LL << 20;
inline constexpr int configuration_depth_max = 64;
inline constexpr int configuration_findings_max = 50;
inline constexpr quint32 sessions_max_default = 1'000'000;

} // namespace burrow::limits
