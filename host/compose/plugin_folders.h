// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"

namespace burrow {

/// The plugin folders that the configuration names, in its order.
QStringList configuredPluginFolders(const Configuration &configuration);

/// The plugins that belong to this very program: beside an installation, or in the build tree. Empty if neither
/// is there. Needs an application object.
QString installedPluginFolder();

/// The program that has one plugin to itself: beside this one, or where it was installed. BURROW_PLUGIN_HOST in
/// the environment names another, except in a program that runs with raised rights. Empty if none is there.
QString pluginHostProgram();

inline constexpr char pluginProbesName[] = "plugin-probes.json";
inline constexpr char pluginLedgerName[] = "plugin-ledger.json";

/// Where what is known about plugins is kept; empty when the configuration has no data directory.
QString pluginStateFile(const Configuration &configuration, const char *name);

} // namespace burrow
