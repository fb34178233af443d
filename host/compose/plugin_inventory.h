// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"
#include "plugin/plugin_ledger.h"
#include "plugin/plugin_trial.h"

namespace burrow {

enum class PluginState : quint8 { Ok, NotLoaded, Disabled, Quarantined, Duplicate };
inline constexpr EnumNames<PluginState, 5> pluginStateName{
    {"ok", "not_loaded", "disabled", "quarantined", "duplicate"}};

/// A plugin as people ask about it, whether it can be used or not.
struct PluginReport
{
    QByteArray id;
    PluginState state = PluginState::Ok;
    std::optional<PluginFault> fault;  ///< Why it is not in use; set in every state but Ok.
    std::optional<Manifest> manifest;  ///< Unset: it has none, or none that can be read.
    std::optional<ProbeVerdict> probe; ///< Unset when it was not tried.
    PluginStanding standing;           ///< Its crashes, and whether it was switched off or put away.
    QString libraryPath;               ///< Empty when there is no library.
    QString manifestPath;              ///< Also of a manifest that cannot be read.
    Isolation isolation = Isolation::InProcess;
    bool bundled = false;

    // From the manifest, or else from what the library said when it was tried.
    QByteArray version() const;
    QByteArrayList kinds() const;
    std::optional<AbiRange> abi() const;
};

struct PluginInventory
{
    std::vector<PluginReport> plugins; ///< In the order of their ids; of one id the one that counts first.
    QStringList folders;               ///< That were searched, the first one first.
    QStringList complaints;            ///< About folders and manifests that were left out.
};

struct InventoryOptions
{
    QByteArray only; ///< Try no plugin but this one; empty: all.
    ProbeMemory memory = ProbeMemory::Use;
};

/// All plugins of the search path, those that the configuration names by path, and those that it wants and that
/// are not there. Each library is tried in a child, unless its verdict is remembered.
PluginInventory takeInventory(const Configuration &configuration, const InventoryOptions &options = {});

} // namespace burrow
