// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/library_probe.h"

namespace burrow {

struct TrialOptions
{
    std::optional<Isolation> isolation = std::nullopt; ///< Unset: the plugin's own wish.
    ProbeMemory memory = ProbeMemory::Use;
};

/// What is known of a plugin before any of its code runs in this process.
struct PluginTrial
{
    std::optional<PluginFault> fault;  ///< Unset: it may be opened.
    CheckedLibrary library;            ///< Valid without a fault.
    std::optional<ProbeVerdict> probe; ///< Unset when it did not come to that.
};

/// Checks in the order of their price: isolation, revisions, the file, and in a child what the library does
/// when it is opened. `probe` may be null: then it is not tried.
PluginTrial tryPlugin(const std::optional<Manifest> &manifest, const QString &libraryPath,
                      const TrialOptions &options, LibraryProbe *probe);

/// Whether the library lies in the folder of what was installed with the program; an empty folder has none.
bool isBundled(const QString &libraryPath, const QString &installedFolder);

} // namespace burrow
