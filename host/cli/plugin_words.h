// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compose/plugin_inventory.h"

#include <QJsonObject>

/// Plugins as people and programs read of them.
namespace burrow {

/// "1", or "1 to 3".
QString revisionsText(const AbiRange &range);
/// A row of "plugin list".
QStringList cellsOf(const PluginReport &report);
/// All of "plugin info".
QString infoText(const PluginReport &report);
/// All of "plugin why".
QString whyText(const PluginReport &report);
QJsonObject toJson(const PluginReport &report);

} // namespace burrow
