// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/limits.h"

/// The bounds of what crosses the plugin boundary, beside those that the whole host shares.
namespace burrow::limits {

// What a plugin says of itself.
inline constexpr qint64 plugin_id_bytes_max = 64;
inline constexpr qint64 plugin_version_bytes_max = 64;
inline constexpr qint64 plugin_name_bytes_max = 256;
inline constexpr qint64 plugin_runtime_bytes_max = 32;

// What it hands in.
inline constexpr qint64 plugin_message_bytes_max = 4LL << 10;  ///< One sentence; longer ones are cut.
inline constexpr qint64 plugin_details_bytes_max = 64LL << 10; ///< Longer ones are left out.
inline constexpr qint64 plugin_snapshot_bytes_max = 64LL << 20;
inline constexpr quint64 plugin_receipt_contributors_max = 64U << 10;
inline constexpr quint64 plugin_log_fields_max = 32;
inline constexpr quint32 plugin_logs_per_second_max = 1000;
inline constexpr quint32 plugin_reports_per_second_max = 20; ///< Sentences about misbehaviour, per plugin.

inline constexpr std::size_t plugin_operations_per_instance_max =
    2048; ///< Under way, as the plugin names them.

// How it is carried.
inline constexpr quint32 plugins_per_process_max = 2047;
inline constexpr quint32 plugin_tokens_max = 1U << 21; ///< Slots of one plugin's token table.
inline constexpr quint32 plugin_worker_replacements_max =
    8;                                                  ///< Stuck threads of one library that get a substitute.
inline constexpr Duration plugin_worker_idle_max = 10s; ///< After that a thread of the shared pool ends.
inline constexpr Duration plugin_call_expected_max =
    50ms; ///< A call that is not to block and takes longer is named.
/// A call that has not come back by then is named while it lasts.
inline constexpr Duration plugin_call_blocked_after = 1s;
inline constexpr Duration plugin_answer_default = 30s; ///< For create, checkpoint and cleanup.
inline constexpr Duration plugin_stop_default = 20s;   ///< For stop, and for coming to rest after a drop.

// What a library file may look like.
inline constexpr quint32 elf_program_headers_max = 1024;
inline constexpr qint64 elf_dynamic_bytes_max = 1LL << 20;
inline constexpr quint32 elf_chain_steps_max = 1U << 20;

// How it is noted who is inside which plugin.
inline constexpr std::size_t sentinel_threads_max = 1024;
inline constexpr std::size_t plugin_crashes_kept_max = 16;
inline constexpr qint64 plugin_ledger_bytes_max = 1LL << 20;

// How an unknown library is tried in a child.
inline constexpr Duration plugin_probe_max = 10s;
inline constexpr std::size_t probe_cache_entries_max = 256;
inline constexpr qint64 probe_cache_bytes_max = 4LL << 20;

} // namespace burrow::limits
