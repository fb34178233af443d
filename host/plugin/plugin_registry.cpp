// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_registry.h"

#include "plugin/call_guard.h"

#include <algorithm>

namespace burrow {

namespace {

PluginFault refusal(const LoadOrder &order, ErrorKind kind, const QString &why, const QString &remedy)
{
    return PluginFault(PluginFaultCode::InUse,
                       QStringLiteral("the plugin library %1 %2").arg(order.library.path, why), kind)
        .withRemedy(remedy);
}

} // namespace

PluginRegistry &PluginRegistry::instance()
{
    static auto *const registry = new PluginRegistry;
    return *registry;
}

PluginResult<LoadedPlugin *> PluginRegistry::acquire(LoadOrder order)
{
    const FileIdentity file = order.library.identity;
    {
        const std::lock_guard lock(m_mutex);
        Entry &entry = m_entries[file];
        if (entry.busy)
            return refusal(order, ErrorKind::Busy, QStringLiteral("is being opened or closed at this moment"),
                           QStringLiteral("try again"));
        if (entry.plugin && entry.configJson != order.configJson) {
            return refusal(order, ErrorKind::Conflict,
                           QStringLiteral("is in use in this process with another configuration"),
                           QStringLiteral("give both the same"));
        }
        if (entry.plugin) {
            ++entry.users;
            return entry.plugin;
        }
        if (m_lastNumber == limits::plugins_per_process_max)
            return refusal(order, ErrorKind::Busy, QStringLiteral("is one too many for this process"),
                           QStringLiteral("restart it"));
        order.number = ++m_lastNumber;
        entry.busy = true;
        entry.configJson = order.configJson;
    }
    PluginResult<LoadedPlugin *> loaded = load(order);
    const std::lock_guard lock(m_mutex);
    Entry &entry = m_entries[file];
    entry.busy = false;
    entry.plugin = loaded ? *loaded : nullptr;
    entry.users = loaded ? 1 : 0;
    return loaded;
}

PluginResult<LoadedPlugin *> PluginRegistry::load(const LoadOrder &order)
{
    PluginResult<std::unique_ptr<LoadedPlugin>> opened = openPlugin(order);
    if (!opened)
        return opened.error();
    LoadedPlugin *plugin = opened->get();
    {
        const std::lock_guard lock(m_mutex);
        m_kept.push_back(*std::move(opened));
    }
    if (PluginResult<void> initialised = initialisePlugin(*plugin, order.configJson); !initialised)
        return initialised.error();
    return plugin;
}

bool PluginRegistry::release(LoadedPlugin &plugin, std::chrono::steady_clock::time_point deadline)
{
    const auto find = [&] {
        return std::find_if(m_entries.begin(), m_entries.end(),
                            [&](const auto &entry) { return entry.second.plugin == &plugin; });
    };
    {
        const std::lock_guard lock(m_mutex);
        const auto found = find();
        if (found == m_entries.end() || --found->second.users > 0)
            return true;
        found->second.busy = true;
    }
    const bool atRest = plugin.sessions().waitUntilQuiet(deadline) && plugin.leaked() == 0;
    if (atRest) {
        const auto result = guardedCall([&] { plugin.tables().plugin.deinit(); });
        if (result.threw)
            plugin.context().report(
                QStringLiteral("the plugin %1 let an exception leave deinit").arg(plugin.idText()));
        plugin.retire();
    }
    const std::lock_guard lock(m_mutex);
    const auto found = find();
    found->second.busy = false;
    if (atRest)
        found->second.plugin = nullptr;
    return atRest;
}

} // namespace burrow
