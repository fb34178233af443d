// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/manifest.h"

#include <burrow/abi.h>

namespace burrow {

/// Reads and checks what a library says of itself. The errors' sentences go on from "the plugin …".
PluginResult<PluginIdentity> readDescriptor(const burrow_plugin &plugin);

/// The two must say the same, but for the name; the error names the field and both values.
PluginResult<void> compareWithManifest(const PluginIdentity &descriptor, const PluginIdentity &manifest);

} // namespace burrow
