// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/plugin_limits.h"

#include <QString>

namespace burrow {

/// How libraries that are not known are tried in a child process.
struct ProbeOptions
{
    QString program;   ///< burrow-plugin-host. Empty, or not there: nothing is tried, and that is said.
    QString cachePath; ///< Where verdicts are kept; empty: nowhere.
    Duration timeMax = limits::plugin_probe_max;
};

} // namespace burrow
