// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/regular_file.h"

namespace burrow {

/// The name of the one function that a plugin library exports.
inline constexpr char pluginEntrySymbol[] = "burrow_plugin_entry_v1";

/// Whether that file can be handed to dlopen: a 64-bit little-endian shared object for this machine, each of
/// whose segments lies inside the file (a truncated one is a SIGBUS inside dlopen), with the entry symbol as a
/// function. NotAnElfLibrary, WrongMachine, Truncated, NoEntry or EntryIsData. Reads the file, runs nothing of
/// it, and trusts none of its numbers.
PluginResult<void> checkPluginLibrary(const RegularFile &file, const QString &path);

} // namespace burrow
