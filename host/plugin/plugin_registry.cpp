// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_registry.h"

#include "plugin/call_sentinel.h"
#include "plugin/loader_thread.h"

#include <QFileInfo>

#include <algorithm>

namespace burrow {

namespace {

/// `deinit` gets what is left of the time in which the plugin was to come to rest, and at least this.
constexpr std::chrono::seconds deinit_least(1);

/// A load that somebody waits for on another thread.
struct Loading
{
    std::optional<PluginResult<LoadedPlugin *>> result;
    std::atomic<ForeignStage> stage{ForeignStage::None};
    std::atomic<bool> givenUp{false};
};

QString functionOf(ForeignStage stage)
{
    switch (stage) {
    case ForeignStage::Open:
        return QStringLiteral("its constructors");
    case ForeignStage::Entry:
        return QStringLiteral("its entry function");
    default:
        return QLatin1String(foreignStageName(stage));
    }
}

PluginFault hungIn(const LoadOrder &order, ForeignStage stage)
{
    return PluginFault(
               PluginFaultCode::InitFailed,
               QStringLiteral("has not come back from %1 within %2 s")
                   .arg(functionOf(stage))
                   .arg(
                       std::chrono::duration_cast<std::chrono::seconds>(limits::plugin_answer_default).count()))
        .withRemedy(QStringLiteral("tell the plugin's author; start the host again to try once more"))
        .after(pluginSubject(order.manifest, order.library.path));
}

PluginFault refusal(const LoadOrder &order, ErrorKind kind, const QString &why, const QString &remedy)
{
    return PluginFault(PluginFaultCode::InUse,
                       QStringLiteral("the plugin library %1 %2").arg(order.library.path, why), kind)
        .withRemedy(remedy);
}

/// By its manifest; one without is known by its file's name until it can be asked.
void nameInSentinel(const LoadOrder &order)
{
    if (order.manifest) {
        const PluginIdentity &identity = order.manifest->identity;
        return call_sentinel::name(order.number, identity.id, identity.version,
                                   identity.has(PluginFlag::Blocking));
    }
    QString id = QFileInfo(order.library.path).completeBaseName();
    if (id.startsWith(QLatin1String("lib")))
        id.remove(0, 3);
    call_sentinel::name(order.number, id.toUtf8(), {}, false);
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
    const auto loading = std::make_shared<Loading>();
    LoadOrder watched = order;
    watched.entering = [loading, told = std::move(order.entering)](ForeignStage stage) {
        loading->stage = stage;
        if (told && !loading->givenUp)
            told(stage);
    };
    const bool back = LoaderThread::instance().run(
        [this, loading, watched] { loading->result = load(watched); }, limits::plugin_answer_default);
    if (!back) {
        loading->givenUp = true;
        return hungIn(watched, loading->stage); // The file stays busy: it is being opened for ever.
    }
    PluginResult<LoadedPlugin *> loaded = *std::move(loading->result);
    const std::lock_guard lock(m_mutex);
    Entry &entry = m_entries[file];
    entry.busy = false;
    entry.plugin = loaded ? *loaded : nullptr;
    entry.users = loaded ? 1 : 0;
    return loaded;
}

PluginResult<LoadedPlugin *> PluginRegistry::load(const LoadOrder &order)
{
    nameInSentinel(order);
    PluginResult<std::unique_ptr<LoadedPlugin>> opened = openPlugin(order);
    if (!opened)
        return opened.error();
    LoadedPlugin *plugin = opened->get();
    call_sentinel::name(order.number, plugin->identity().id, plugin->identity().version,
                        plugin->identity().has(PluginFlag::Blocking));
    {
        const std::lock_guard lock(m_mutex);
        m_kept.push_back(*std::move(opened));
    }
    order.entering(ForeignStage::Init);
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
    const bool quiet = plugin.sessions().waitUntilQuiet(deadline);
    const bool atRest = quiet && plugin.leaked() == 0;
    if (!quiet)
        plugin.context().report(plugin.sessions().unrestText(plugin.idText()));
    if (atRest && !deinitialise(plugin, deadline))
        return false; // The file stays busy: it is being closed for ever.
    const std::lock_guard lock(m_mutex);
    const auto found = find();
    found->second.busy = false;
    if (atRest)
        found->second.plugin = nullptr;
    return atRest;
}

/// False when `deinit` does not come back.
bool PluginRegistry::deinitialise(LoadedPlugin &plugin, std::chrono::steady_clock::time_point deadline)
{
    const Duration left = std::max<Duration>(deadline - std::chrono::steady_clock::now(), deinit_least);
    const bool back = LoaderThread::instance().run(
        [&plugin] {
            const auto result =
                foreignCall(plugin.number(), ForeignStage::Deinit, [&] { plugin.tables().plugin.deinit(); });
            if (result.threw)
                plugin.context().report(
                    QStringLiteral("the plugin %1 let an exception leave deinit").arg(plugin.idText()));
            plugin.retire();
        },
        left);
    if (!back) {
        plugin.countLeak(1);
        plugin.context().report(QStringLiteral("the plugin %1 has not come back from deinit and is left alone")
                                    .arg(plugin.idText()));
    }
    return back;
}

} // namespace burrow
