// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/limits.h"
#include "plugin/manifest.h"
#include "plugin/plugin_search.h"
#include "plugin/probe_options.h"
#include "port/clock.h"
#include "port/executor.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

/// The plugins of a host, for those who put the host together. This header and the ones it includes are free of
/// the ABI's types.
namespace burrow {

class LibraryProbe;
class LoadedPlugin;

/// A plugin that is loaded, for lists and reports.
struct PluginInfo
{
    PluginIdentity identity;
    QString libraryPath;
    QString manifestPath; ///< Empty without a manifest.
    quint32 leakedInstances = 0;
    quint64 violations = 0; ///< Of the contract, contained and reported.
};

struct PluginHostOptions
{
    std::shared_ptr<const Clock> clock; ///< The clock of all deadlines; plugins read it as `now`.
    QStringList folders;                ///< From the configuration, searched first.
    QString installedFolder;            ///< Beside the program's own installation, or empty.
    QByteArray hostVersion;             ///< For plugins to show.
    /// BundledOnly: the search path is the installed folder alone.
    PluginsUsed plugins = PluginsUsed::All;
    /// Libraries outside the installed folder are tried in a child before they are opened here. Unset: not.
    std::optional<ProbeOptions> probe = std::nullopt;
};

struct PluginLoadOptions
{
    QByteArray configJson = "{}"; ///< Plugin-wide, for its `init`.
    /// Unset: the plugin's own wish, which for one with an embedded runtime is a process of its own.
    std::optional<Isolation> isolation;
};

enum class InlineCalls : quint8 { No, Yes };

struct ExecutorFactoryOptions
{
    QByteArray name;              ///< Of the entry in the configuration, for messages.
    QByteArray plugin;            ///< The id of a loaded plugin.
    QByteArray configJson = "{}"; ///< Of each instance; the plugin's schema has accepted it.
    /// Yes: calls are made on the session's own thread. The manifest must allow it, and the plugin must not
    /// block nor want one call at a time or always the same thread.
    InlineCalls inlineCalls = InlineCalls::No;
    qint64 outputBytesMax = limits::output_per_turn_bytes_default;
    /// How long a plugin may take to answer, before the host answers in its place. Unset: the defaults.
    std::optional<Duration> createMax;
    std::optional<Duration> stopMax;   ///< For stop, and for coming to rest after the executor was dropped.
    std::optional<Duration> answerMax; ///< For checkpoint and cleanup.
};

/// Finds, loads and hands out plugins. Owns nothing that a plugin may touch: libraries stay loaded and what
/// plugins hold lives until the process ends, so this object may go at any time after its factories and their
/// executors.
///
/// Thread-safe. load() runs code of the plugin on the calling thread and may take as long as that does.
///
///     PluginHost plugins({.clock = clock, .folders = config.pluginFolders});
///     if (Result<PluginInfo> echo = plugins.load("echo"); !echo) …
///     auto factory = plugins.makeExecutorFactory({.name = "demo", .plugin = "echo", .configJson = json});
///     std::unique_ptr<Executor> executor = (*factory)->create(call, listener); // on the session's thread
///     …
///     executor.reset();
///     if (!plugins.close(5s)) …; // a plugin is not at rest: leave by _exit, once the store is closed
class PluginHost
{
public:
    explicit PluginHost(PluginHostOptions options);
    /// As close(), with a short time.
    ~PluginHost();
    Q_DISABLE_COPY_MOVE(PluginHost)

    /// What the search path holds, for checks of the configuration. Constant.
    const PluginSearch &catalog() const { return m_search; }

    /// Loads the plugin with that id from the search path. Loading again answers the same.
    PluginResult<PluginInfo> load(const QByteArray &id, const PluginLoadOptions &options = {});
    /// Loads the library that the configuration names by its absolute path. A manifest beside it holds; without
    /// one, what the library says of itself does.
    PluginResult<PluginInfo> loadLibrary(const QString &path, const PluginLoadOptions &options = {});
    /// By id.
    std::vector<PluginInfo> loaded() const;

    /// The factory keeps working until close().
    Result<std::shared_ptr<ExecutorFactory>> makeExecutorFactory(const ExecutorFactoryOptions &options);

    /// Instances that never came to rest, of all loaded plugins. With any, the process must be left by _exit:
    /// static destructors of a library whose threads still run would crash exit.
    quint32 leakedInstances() const;

    /// Waits up to `grace` until every instance is freed and every clean-up answered, then deinitialises.
    /// Executors must have been dropped. False when a plugin is not at rest; it is left as it is. A second call
    /// does nothing.
    bool close(std::chrono::milliseconds grace);

private:
    PluginResult<PluginInfo> loadChecked(std::optional<Manifest> manifest, const QString &path,
                                         const PluginLoadOptions &options);
    LoadedPlugin *find(const QByteArray &id) const;

    // Constant after construction.
    const PluginHostOptions m_options;
    const PluginSearch m_search;
    const std::unique_ptr<LibraryProbe> m_probe; // null: nothing is tried

    mutable std::mutex m_mutex;
    // guarded by m_mutex
    std::map<QByteArray, LoadedPlugin *> m_plugins; // those that this host has acquired
    std::vector<LoadedPlugin *> m_left;             // closed, but not at rest
};

} // namespace burrow
