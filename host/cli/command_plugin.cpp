// SPDX-License-Identifier: Apache-2.0
#include "cli/command_plugin.h"

#include "cli/answer_writer.h"
#include "cli/command_check.h"
#include "cli/name_list.h"
#include "cli/notices.h"
#include "cli/plugin_words.h"
#include "cli/text_table.h"
#include "compose/composition.h"
#include "compose/plugin_folders.h"
#include "compose/plugin_standings.h"
#include "config/load.h"
#include "config/nearest_name.h"
#include "plugin/plugin_ledger.h"

#include <QJsonArray>

#include <algorithm>
#include <variant>

namespace burrow {

namespace {

QJsonArray toJson(const std::vector<PluginReport> &reports)
{
    QJsonArray array;
    for (const PluginReport &report : reports)
        array.append(toJson(report));
    return array;
}

/// The id that the command is about. When it cannot be one, that has been said.
std::optional<QByteArray> idOf(const Invocation &invocation)
{
    const QByteArray id = invocation.argument.toUtf8();
    if (isPluginId(id))
        return id;
    notice(QStringLiteral(
               "\"%1\" cannot be the id of a plugin: it has 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\" and "
               "starts with a letter or digit")
               .arg(invocation.argument));
    return std::nullopt;
}

/// The plugin that is meant: first the one that counts, then those of the same id that do not. At least one,
/// since one that is missing is reported as well; a near name has been said then.
std::vector<PluginReport> reportsOn(const QByteArray &id, PluginInventory inventory)
{
    QByteArrayList known;
    std::vector<PluginReport> meant;
    bool found = false;
    for (PluginReport &report : inventory.plugins) {
        if (report.id == id) {
            found = found || !report.fault || report.fault->code != PluginFaultCode::NotFound;
            meant.push_back(std::move(report));
        } else if (report.state != PluginState::NotLoaded) {
            known.append(report.id);
        }
    }
    if (!found) {
        const QString near = suggestionFor(id, known, QStringLiteral("there are"));
        notice(near);
    }
    return meant;
}

/// What is known of the plugin that the command is about; or the exit code, when what is wrong has been said.
std::variant<std::vector<PluginReport>, ExitCode> reportsMeant(const Invocation &invocation, ProbeMemory memory)
{
    const std::optional<QByteArray> id = idOf(invocation);
    if (!id)
        return ExitCode::Usage;
    const std::optional<Configuration> configuration = pluginConfigurationOf(invocation);
    if (!configuration)
        return ExitCode::Configuration;
    return reportsOn(*id, takeInventory(*configuration, {.only = *id, .memory = memory}));
}

/// Every id that somebody may mean: of a plugin that is there, that the configuration speaks of, or that has
/// something on its record.
std::set<QByteArray> knownIds(const Configuration &configuration)
{
    std::set<QByteArray> ids;
    for (const PluginDescription &description : makeCatalog(configuration)->all())
        ids.insert(description.id);
    for (const auto &[id, settings] : configuration.plugins)
        ids.insert(id);
    const PluginLedger ledger(pluginStateFile(configuration, pluginLedgerName));
    for (const auto &[id, standing] : ledger.all())
        ids.insert(id);
    return ids;
}

ExitCode codeOf(const std::vector<PluginReport> &reports)
{
    return !reports.empty() && !reports.front().fault ? ExitCode::Ok : ExitCode::Failed;
}

} // namespace

std::optional<Configuration> pluginConfigurationOf(const Invocation &invocation)
{
    LoadedConfiguration loaded = invocation.has("config")
                                     ? loadConfiguration(invocation.values("config").value(0))
                                     : loadConfigurationText(QStringLiteral("burrow.yaml"), "version: 1\n");
    printFindings(loaded.findings);
    // Plugins are asked about most when the configuration cannot be used because of them.
    return loaded.configuration ? std::move(loaded.configuration) : std::move(loaded.draft);
}

ExitCode runPluginListCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const std::optional<Configuration> configuration = pluginConfigurationOf(invocation);
    if (!configuration)
        return ExitCode::Configuration;
    if (invocation.has("names")) {
        writeNames(knownIds(*configuration), invocation, answer);
        return ExitCode::Ok;
    }
    const PluginInventory inventory = takeInventory(*configuration);
    if (invocation.has("json")) {
        answer.writeJson({{QStringLiteral("plugins"), toJson(inventory.plugins)},
                          {QStringLiteral("folders"), QJsonArray::fromStringList(inventory.folders)},
                          {QStringLiteral("complaints"), QJsonArray::fromStringList(inventory.complaints)}});
        return ExitCode::Ok;
    }
    for (const QString &complaint : inventory.complaints)
        notice(complaint);
    TextTable table;
    table.addRow({QStringLiteral("ID"), QStringLiteral("VERSION"), QStringLiteral("KINDS"),
                  QStringLiteral("ABI"), QStringLiteral("ISOLATION"), QStringLiteral("STATE"),
                  QStringLiteral("PATH")});
    for (const PluginReport &report : inventory.plugins)
        table.addRow(cellsOf(report));
    answer.write(table.toText().toUtf8());
    return ExitCode::Ok;
}

ExitCode runPluginInfoCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const auto meant = reportsMeant(invocation, ProbeMemory::Use);
    if (const auto *code = std::get_if<ExitCode>(&meant))
        return *code;
    const auto &reports = std::get<std::vector<PluginReport>>(meant);
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("plugins"), toJson(reports)}});
    else
        answer.write(infoText(reports.front()).toUtf8());
    return reports.front().fault && reports.front().fault->code == PluginFaultCode::NotFound ? ExitCode::Failed
                                                                                             : ExitCode::Ok;
}

ExitCode runPluginWhyCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const auto meant =
        reportsMeant(invocation, invocation.has("again") ? ProbeMemory::Ignore : ProbeMemory::Use);
    if (const auto *code = std::get_if<ExitCode>(&meant))
        return *code;
    const auto &reports = std::get<std::vector<PluginReport>>(meant);
    if (invocation.has("json")) {
        answer.writeJson({{QStringLiteral("plugins"), toJson(reports)}});
        return codeOf(reports);
    }
    for (const PluginReport &report : reports)
        answer.write(whyText(report).toUtf8());
    return codeOf(reports);
}

} // namespace burrow
