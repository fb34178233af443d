// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_host.h"

#include "plugin/descriptor.h"
#include "plugin/in_process_executor.h"
#include "plugin/library_probe.h"
#include "plugin/plugin_registry.h"
#include "plugin/plugin_trial.h"

#include <QDir>
#include <QFileInfo>

namespace burrow {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds closeAtEnd = 2s;

PluginInfo infoOf(const LoadedPlugin &plugin)
{
    const PluginTables &tables = plugin.tables();
    return {tables.identity, tables.libraryPath, tables.manifestPath, plugin.leaked(), plugin.violations()};
}

Error fault(const QByteArray &id, const QString &what)
{
    return {ErrorKind::Plugin, QStringLiteral("the plugin %1 %2").arg(QString::fromUtf8(id), what)};
}

Result<void> checkInline(const PluginTables &tables)
{
    const PluginIdentity &identity = tables.identity;
    if (!tables.inlineCalls)
        return fault(identity.id,
                     QStringLiteral("does not allow inline calls in its manifest; remove \"inline: true\""));
    const bool serial =
        identity.threadModel == ThreadModel::SerialLibrary || identity.threadModel == ThreadModel::Pinned;
    if (serial || identity.has(PluginFlag::Blocking)) {
        return fault(identity.id,
                     QStringLiteral("cannot be called inline: it %1; remove \"inline: true\"")
                         .arg(serial ? QStringLiteral("has the thread model %1")
                                           .arg(QLatin1String(threadModelName(identity.threadModel)))
                                     : QStringLiteral("says that its calls may block")));
    }
    return {};
}

} // namespace

PluginHost::PluginHost(PluginHostOptions options)
    : m_options(std::move(options))
    , m_search(m_options.plugins == PluginsUsed::All
                   ? pluginSearchPath(m_options.folders, m_options.installedFolder)
                   : installedPluginsOnly(m_options.installedFolder))
    , m_probe(m_options.probe
                  ? std::make_unique<LibraryProbe>(*m_options.probe, m_options.hostVersion, m_options.clock)
                  : nullptr)
{
    BURROW_ASSERT(m_options.clock);
}

PluginHost::~PluginHost()
{
    close(closeAtEnd);
}

LoadedPlugin *PluginHost::find(const QByteArray &id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_plugins.find(id);
    return found == m_plugins.end() ? nullptr : found->second;
}

PluginResult<PluginInfo> PluginHost::load(const QByteArray &id, const PluginLoadOptions &options)
{
    if (const LoadedPlugin *plugin = find(id))
        return infoOf(*plugin);
    PluginResult<Manifest> manifest = m_search.manifest(id);
    if (!manifest)
        return manifest.error();
    const QString path = manifest->libraryPath;
    return loadChecked(*std::move(manifest), path, options);
}

PluginResult<PluginInfo> PluginHost::loadLibrary(const QString &path, const PluginLoadOptions &options)
{
    if (!QDir::isAbsolutePath(path)) {
        return PluginFault(
            PluginFaultCode::BadPath,
            QStringLiteral("the plugin library \"%1\" must be named by an absolute path").arg(path),
            ErrorKind::InvalidArgument);
    }
    const std::optional<QString> manifestPath = manifestBeside(path);
    if (!manifestPath)
        return loadChecked(std::nullopt, path, options);
    PluginResult<Manifest> manifest = readManifest(*manifestPath);
    if (!manifest)
        return manifest.error();
    return loadChecked(*std::move(manifest), path, options);
}

PluginResult<PluginInfo> PluginHost::loadChecked(std::optional<Manifest> manifest, const QString &path,
                                                 const PluginLoadOptions &options)
{
    // What was installed with the program is trusted as the program is, so it costs no trial and no digest.
    const bool bundled = isBundled(path, m_options.installedFolder);
    PluginTrial trial =
        tryPlugin(manifest, path, {.isolation = options.isolation}, bundled ? nullptr : m_probe.get());
    if (trial.fault)
        return *trial.fault;
    LoadOrder order;
    order.library = std::move(trial.library);
    order.manifest = std::move(manifest);
    order.configJson = options.configJson;
    order.hostVersion = m_options.hostVersion;
    order.clock = m_options.clock;
    const PluginResult<LoadedPlugin *> loaded = PluginRegistry::instance().acquire(std::move(order));
    if (!loaded)
        return loaded.error();
    LoadedPlugin &plugin = **loaded;
    bool taken = false;
    {
        const std::lock_guard lock(m_mutex);
        taken = m_plugins.try_emplace(plugin.identity().id, &plugin).second;
    }
    if (taken)
        return infoOf(plugin);
    const LoadedPlugin *present = find(plugin.identity().id);
    PluginRegistry::instance().release(plugin, std::chrono::steady_clock::now());
    if (present == &plugin)
        return infoOf(plugin);
    return PluginFault(PluginFaultCode::DuplicateId,
                       QStringLiteral("the plugin %1 is loaded already, from %2, so %3 is left out")
                           .arg(QString::fromUtf8(plugin.identity().id), present->tables().libraryPath, path));
}

std::vector<PluginInfo> PluginHost::loaded() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<PluginInfo> list;
    list.reserve(m_plugins.size());
    for (const auto &[id, plugin] : m_plugins)
        list.push_back(infoOf(*plugin));
    return list;
}

Result<std::shared_ptr<ExecutorFactory>> PluginHost::makeExecutorFactory(const ExecutorFactoryOptions &options)
{
    LoadedPlugin *plugin = find(options.plugin);
    if (!plugin) {
        return Error{ErrorKind::NotFound,
                     QStringLiteral("the executor \"%1\" wants the plugin %2, which is not loaded")
                         .arg(QString::fromUtf8(options.name), QString::fromUtf8(options.plugin))};
    }
    if (!plugin->identity().executor) {
        return fault(options.plugin, QStringLiteral("offers no executor; \"%1\" needs another plugin")
                                         .arg(QString::fromUtf8(options.name)));
    }
    if (options.inlineCalls == InlineCalls::Yes) {
        if (Result<void> allowed = checkInline(plugin->tables()); !allowed)
            return allowed.error();
    }
    auto settings = std::make_shared<InstanceSettings>();
    settings->name = options.name;
    settings->configJson = options.configJson;
    settings->inlineCalls = options.inlineCalls == InlineCalls::Yes;
    settings->outputBytesMax = options.outputBytesMax;
    settings->createMax = options.createMax.value_or(settings->createMax);
    settings->stopMax = options.stopMax.value_or(settings->stopMax);
    settings->answerMax = options.answerMax.value_or(settings->answerMax);
    return std::shared_ptr<ExecutorFactory>(std::make_shared<InProcessFactory>(*plugin, std::move(settings)));
}

quint32 PluginHost::leakedInstances() const
{
    const std::lock_guard lock(m_mutex);
    quint32 count = 0;
    for (const auto &[id, plugin] : m_plugins)
        count += plugin->leaked();
    for (const LoadedPlugin *plugin : m_left)
        count += plugin->leaked();
    return count;
}

bool PluginHost::close(std::chrono::milliseconds grace)
{
    const auto deadline = std::chrono::steady_clock::now() + grace;
    std::map<QByteArray, LoadedPlugin *> plugins;
    {
        const std::lock_guard lock(m_mutex);
        plugins.swap(m_plugins);
    }
    std::vector<LoadedPlugin *> left;
    for (const auto &[id, plugin] : plugins) {
        if (!PluginRegistry::instance().release(*plugin, deadline))
            left.push_back(plugin);
    }
    const std::lock_guard lock(m_mutex);
    m_left.insert(m_left.end(), left.begin(), left.end());
    return m_left.empty();
}

} // namespace burrow
