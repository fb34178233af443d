// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"

namespace burrow {

/// The plugin folders that the configuration names, in its order.
QStringList configuredPluginFolders(const Configuration &configuration);

/// The plugins that belong to this very program: beside an installation, or in the build tree. Empty if neither
/// is there. Needs an application object.
QString installedPluginFolder();

} // namespace burrow
