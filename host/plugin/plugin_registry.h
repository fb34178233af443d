// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/plugin_loader.h"

#include <chrono>
#include <map>
#include <mutex>
#include <vector>

namespace burrow {

/// The plugins of this process, by file. A library is in a process once, whoever uses it, so two hosts in one
/// process share it: the first one's `init` counts, and `deinit` comes when the last has let go. Never
/// destroyed; keeps every plugin that ever saw a host table. Thread-safe; no lock is held while a plugin is
/// called.
class PluginRegistry
{
public:
    static PluginRegistry &instance();

    /// Opens and initialises the library, or joins those who use it with the same configuration.
    /// One that does not come back is given up after limits::plugin_answer_default.
    PluginResult<LoadedPlugin *> acquire(LoadOrder order);
    /// The last one waits until the plugin is at rest, and then calls `deinit`. False when it was not at rest
    /// in time: then it stays initialised, and the process should be left by _exit once its data is safe.
    bool release(LoadedPlugin &plugin, std::chrono::steady_clock::time_point deadline);

private:
    struct Entry
    {
        LoadedPlugin *plugin = nullptr; ///< Initialised.
        quint32 users = 0;
        bool busy = false; ///< Somebody is opening it or letting it go.
        QByteArray configJson;
    };

    PluginRegistry() = default;
    // On the loading thread.
    PluginResult<LoadedPlugin *> load(const LoadOrder &order);
    static bool deinitialise(LoadedPlugin &plugin, std::chrono::steady_clock::time_point deadline);

    std::mutex m_mutex;
    // guarded by m_mutex
    std::map<FileIdentity, Entry> m_entries;
    std::vector<std::unique_ptr<LoadedPlugin>> m_kept;
    quint32 m_lastNumber = 0;
};

} // namespace burrow
