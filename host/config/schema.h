// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/plugin_catalog.h"

#include <QJsonObject>

namespace burrow {

/// The key table as a JSON Schema (draft 7, which editors understand), with the sections of these executor
/// plugins. It takes what the host takes, but for what a schema cannot say: that a key stands twice, that what
/// is referred to exists, the bounds of durations and sizes. Every value may be a reference instead.
QJsonObject configurationSchema(const std::vector<PluginDescription> &plugins);

} // namespace burrow
