// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/foreign_stage.h"
#include "plugin/library.h"
#include "plugin/loaded_plugin.h"
#include "plugin/manifest.h"

#include <functional>
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
    /// Told before each step of openPlugin() that runs the library's code; may be empty.
    std::function<void(ForeignStage)> entering;
};

/// "the plugin echo (/usr/lib/…/libecho.so) ": how sentences about a library that is loaded begin. Its id is
/// the manifest's, or else the file's name.
QString pluginSubject(const std::optional<Manifest> &manifest, const QString &libraryPath);

/// Opens a checked library and asks it what it is: dlopen, entry, descriptor, comparison with the manifest, ABI
/// range, tables. Nothing is initialised yet. The errors' sentences name plugin, file and remedy.
PluginResult<std::unique_ptr<LoadedPlugin>> openPlugin(const LoadOrder &order);

/// Calls `init`. After a failure the plugin is not used, but must be kept: it has seen its host table.
PluginResult<void> initialisePlugin(LoadedPlugin &plugin, const QByteArray &configJson);

} // namespace burrow
