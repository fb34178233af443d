// SPDX-License-Identifier: Apache-2.0
#include "compose/plugin_inventory.h"

#include "compose/plugin_folders.h"
#include "compose/plugin_standings.h"
#include "plugin/plugin_search.h"
#include "session/system_clock.h"

#include <algorithm>
#include <set>

namespace burrow {

namespace {

class InventoryTaker
{
public:
    InventoryTaker(const Configuration &configuration, const InventoryOptions &options)
        : m_configuration(configuration)
        , m_options(options)
        , m_installedFolder(installedPluginFolder())
        , m_search(pluginSearchPath(configuredPluginFolders(configuration), m_installedFolder))
        , m_probe(
              {.program = pluginHostProgram(), .cachePath = pluginStateFile(configuration, pluginProbesName)},
              BURROW_VERSION, std::make_shared<SystemClock>())
        , m_standings(PluginLedger(pluginStateFile(configuration, pluginLedgerName)).all())
    {
    }

    PluginInventory take();

private:
    const PluginSettings *settingsOf(const QByteArray &id) const;
    bool isNamedByPath(const QByteArray &id) const;
    void judge(PluginReport &report);
    void addMet(const PluginSearch::Met &met);
    void addNamedByPath(const QByteArray &id, const QString &library);
    void addMissing();

    const Configuration &m_configuration;
    const InventoryOptions &m_options;
    const QString m_installedFolder;
    const PluginSearch m_search;
    LibraryProbe m_probe;
    const std::map<QByteArray, PluginStanding> m_standings;
    PluginInventory m_inventory;
};

const PluginSettings *InventoryTaker::settingsOf(const QByteArray &id) const
{
    const auto found = m_configuration.plugins.find(id);
    return found == m_configuration.plugins.end() ? nullptr : &found->second;
}

bool InventoryTaker::isNamedByPath(const QByteArray &id) const
{
    const PluginSettings *settings = settingsOf(id);
    return settings && !settings->path.value.isEmpty();
}

/// What is switched off is not tried either.
void InventoryTaker::judge(PluginReport &report)
{
    if (report.manifest)
        report.isolation = report.manifest->isolation;
    report.bundled = isBundled(report.libraryPath, m_installedFolder);
    const PluginSettings *settings = settingsOf(report.id);
    const std::optional<Isolation> asked = settings ? settings->isolation : std::nullopt;
    report.isolation = asked.value_or(report.isolation);
    if (settings && !settings->enabled) {
        report.state = PluginState::Disabled;
        report.fault = PluginFault(PluginFaultCode::Disabled,
                                   QStringLiteral("the plugin %1 is switched off (plugins.%1.enabled is false)")
                                       .arg(QString::fromUtf8(report.id)),
                                   ErrorKind::Configuration);
        return;
    }
    if (const auto standing = m_standings.find(report.id); standing != m_standings.end())
        report.standing = standing->second;
    report.fault = standingFault(report.id, report.standing);
    if (report.fault) {
        report.state = report.standing.disabled ? PluginState::Disabled : PluginState::Quarantined;
        return;
    }
    if (!m_options.only.isEmpty() && m_options.only != report.id)
        return;
    PluginTrial trial = tryPlugin(report.manifest, report.libraryPath,
                                  {.isolation = asked, .memory = m_options.memory}, &m_probe);
    report.probe = std::move(trial.probe);
    report.fault = std::move(trial.fault);
    if (!report.fault && report.probe && report.probe->id != report.id) {
        report.fault = PluginFault(
            PluginFaultCode::IdDiffers,
            QStringLiteral("plugins.%1.path names %2, which holds plugin \"%3\"")
                .arg(QString::fromUtf8(report.id), report.libraryPath, QString::fromUtf8(report.probe->id)),
            ErrorKind::Configuration);
    }
    report.state = report.fault ? PluginState::NotLoaded : PluginState::Ok;
}

void InventoryTaker::addMet(const PluginSearch::Met &met)
{
    PluginReport report;
    report.id = met.id;
    report.manifest = met.manifest;
    report.manifestPath = met.manifestPath;
    if (met.manifest)
        report.libraryPath = met.manifest->libraryPath;
    report.fault = met.fault;
    if (met.fault) {
        const bool duplicate = met.fault->code == PluginFaultCode::DuplicateId;
        report.state = duplicate ? PluginState::Duplicate : PluginState::NotLoaded;
    } else if (isNamedByPath(met.id)) {
        report.state = PluginState::Duplicate;
        report.fault = PluginFault(PluginFaultCode::DuplicateId,
                                   QStringLiteral("%1 is left out: plugins.%2.path names another library")
                                       .arg(met.manifestPath, QString::fromUtf8(met.id)));
    } else {
        judge(report);
    }
    m_inventory.plugins.push_back(std::move(report));
}

void InventoryTaker::addNamedByPath(const QByteArray &id, const QString &library)
{
    PluginReport report;
    report.id = id;
    report.libraryPath = library;
    if (const std::optional<QString> path = manifestBeside(library)) {
        report.manifestPath = *path;
        PluginResult<Manifest> manifest = readManifest(*path);
        if (manifest) {
            report.manifest = *std::move(manifest);
        } else {
            report.state = PluginState::NotLoaded;
            report.fault = manifest.error();
        }
    }
    if (!report.fault)
        judge(report);
    m_inventory.plugins.push_back(std::move(report));
}

/// Those that an executor or a section of the configuration is about and that were not found.
void InventoryTaker::addMissing()
{
    std::set<QByteArray> wanted;
    for (const auto &[name, executor] : m_configuration.executors)
        wanted.insert(executor.plugin.value);
    for (const auto &[id, settings] : m_configuration.plugins)
        wanted.insert(id);
    wanted.insert(m_options.only);
    wanted.erase(QByteArray());
    for (const PluginReport &report : m_inventory.plugins)
        wanted.erase(report.id);
    for (const QByteArray &id : wanted) {
        PluginReport report;
        report.id = id;
        report.state = PluginState::NotLoaded;
        report.fault = m_search.manifest(id).error();
        m_inventory.plugins.push_back(std::move(report));
    }
}

PluginInventory InventoryTaker::take()
{
    for (const auto &[id, settings] : m_configuration.plugins) {
        if (isNamedByPath(id))
            addNamedByPath(id, settings.path.value);
    }
    for (const PluginSearch::Met &met : m_search.met())
        addMet(met);
    addMissing();
    std::stable_sort(m_inventory.plugins.begin(), m_inventory.plugins.end(),
                     [](const PluginReport &one, const PluginReport &other) { return one.id < other.id; });
    m_inventory.folders = m_search.folders();
    m_inventory.complaints = m_search.complaints();
    return std::move(m_inventory);
}

} // namespace

QByteArray PluginReport::version() const
{
    if (manifest)
        return manifest->identity.version;
    return probe ? probe->version : QByteArray();
}

QByteArrayList PluginReport::kinds() const
{
    if (manifest)
        return manifest->identity.kinds();
    return probe ? probe->kinds : QByteArrayList();
}

std::optional<AbiRange> PluginReport::abi() const
{
    if (manifest)
        return manifest->identity.abi;
    return probe && probe->abi.built != 0 ? std::optional(probe->abi) : std::nullopt;
}

PluginInventory takeInventory(const Configuration &configuration, const InventoryOptions &options)
{
    return InventoryTaker(configuration, options).take();
}

} // namespace burrow
