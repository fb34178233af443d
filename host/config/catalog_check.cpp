// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"
#include "config/nearest_name.h"
#include "config/plugin_schema.h"

#include "port/plugin_catalog.h"

namespace burrow {

namespace {

/// The catalog's own sentence says where it looked; a near name says what was probably meant.
QString unknownPluginHelp(const Placed<QByteArray> &plugin, const PluginCatalog &catalog)
{
    const QByteArray id = plugin.secret ? QByteArray() : plugin.value;
    QByteArrayList ids;
    for (const PluginDescription &each : catalog.all()) {
        if (each.kinds.contains("executor"))
            ids.append(each.id);
    }
    return suggestionFor(id, ids, QStringLiteral("executor plugins that were found"));
}

void checkExecutor(const QByteArray &name, const ExecutorSettings &executor, const PluginCatalog &catalog,
                   Findings &findings)
{
    const QByteArray &id = executor.plugin.value;
    if (id.isEmpty())
        return;
    const QString path = QStringLiteral("executors.%1").arg(QString::fromUtf8(name));
    const Result<PluginDescription> found = catalog.find(id);
    if (!found) {
        const QString why = executor.plugin.secret ? QStringLiteral("it was not found") : found.error().message;
        report(findings, executor.plugin.place, FindingCode::UnknownPlugin,
               QStringLiteral("%1 needs plugin %2: %3").arg(path, shown(executor.plugin), why),
               unknownPluginHelp(executor.plugin, catalog));
        return;
    }
    const QString plugin = QStringLiteral("%1 %2").arg(executor.plugin.secret ? shown(executor.plugin)
                                                                              : QString::fromUtf8(found->id),
                                                       QString::fromUtf8(found->version));
    if (!found->kinds.contains("executor")) {
        report(findings, executor.plugin.place, FindingCode::NotAnExecutor,
               QStringLiteral("%1 names plugin %2, which offers no executor but: %3")
                   .arg(path, plugin, QString::fromUtf8(found->kinds.join(", "))),
               unknownPluginHelp(executor.plugin, catalog));
        return;
    }
    checkAgainstSchema(executor.config, found->configSchema, {path + QStringLiteral(".config"), plugin},
                       findings);
}

bool isUsed(const QByteArray &plugin, const Configuration &configuration)
{
    return std::any_of(configuration.executors.begin(), configuration.executors.end(),
                       [&plugin](const auto &each) { return each.second.plugin.value == plugin; });
}

} // namespace

Findings checkAgainstCatalog(const Configuration &configuration, const PluginCatalog &catalog)
{
    Findings findings;
    for (const auto &[name, executor] : configuration.executors) {
        const auto plugin = configuration.plugins.find(executor.plugin.value);
        const bool disabled = plugin != configuration.plugins.end() && !plugin->second.enabled;
        if (!disabled)
            checkExecutor(name, executor, catalog, findings);
    }
    for (const auto &[id, settings] : configuration.plugins) {
        if (!settings.enabled || isUsed(id, configuration))
            continue;
        if (const Result<PluginDescription> found = catalog.find(id); !found)
            reportWarning(findings, settings.place, FindingCode::PluginNotFound,
                          QStringLiteral("plugins.%1: %2").arg(QString::fromUtf8(id), found.error().message));
    }
    return arrangeFindings(std::move(findings));
}

} // namespace burrow
