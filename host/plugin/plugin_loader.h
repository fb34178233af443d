// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/library.h"
#include "plugin/loaded_plugin.h"
#include "plugin/manifest.h"

#include <memory>

namespace burrow {

/// What is to be loaded, and by whom.
struct LoadOrder
{
    CheckedLibrary library;
    std::optional<Manifest> manifest; ///< Unset: the library was named by path and has none.
    QByteArray configJson = "{}";
    QByteArray hostVersion;
    std::shared_ptr<const Clock> clock;
    quint32 number = 1; ///< Of the plugin in this process.
};

/// Opens a checked library and asks it what it is: dlopen, entry, descriptor, comparison with the manifest, ABI
/// range, tables. Nothing is initialised yet. The errors' sentences name plugin, file and remedy.
Result<std::unique_ptr<LoadedPlugin>> openPlugin(const LoadOrder &order);

/// Calls `init`. After a failure the plugin is not used, but must be kept: it has seen its host table.
Result<void> initialisePlugin(LoadedPlugin &plugin, const QByteArray &configJson);

} // namespace burrow
