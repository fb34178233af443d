// SPDX-License-Identifier: Apache-2.0
#include "base/moment_text.h"
#include "cli/answer_writer.h"
#include "cli/command_plugin.h"
#include "cli/notices.h"
#include "cli/text_table.h"
#include "compose/composition.h"
#include "compose/plugin_folders.h"
#include "compose/plugin_standings.h"
#include "config/nearest_name.h"
#include "plugin/plugin_ledger.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>

/// The commands that change what is remembered of plugins between one host and the next.
namespace burrow {

namespace {

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

PluginLedger ledgerOf(const Configuration &configuration)
{
    return PluginLedger(pluginStateFile(configuration, pluginLedgerName));
}

ExitCode refuse(const Error &error)
{
    notice(error.message);
    return exitCodeFor(error.kind);
}

/// A plugin may be unusable and still be meant; one that nobody knows is a slip.
bool isKnown(const QByteArray &id, const Configuration &configuration)
{
    const std::unique_ptr<PluginCatalog> catalog = makeCatalog(configuration);
    const Result<PluginDescription> found = catalog->find(id);
    if (found || found.error().kind != ErrorKind::NotFound || configuration.plugins.contains(id))
        return true;
    QByteArrayList ids;
    for (const PluginDescription &each : catalog->all())
        ids.append(each.id);
    notice(QStringLiteral("%1; %2").arg(found.error().message,
                                        suggestionFor(id, ids, QStringLiteral("there are"))));
    return false;
}

ExitCode switchPlugin(const Invocation &invocation, AnswerWriter &answer, bool disabled)
{
    const std::optional<Configuration> configuration = pluginConfigurationOf(invocation);
    if (!configuration)
        return ExitCode::Configuration;
    const QByteArray id = invocation.argument.toUtf8();
    PluginLedger ledger = ledgerOf(*configuration);
    const bool wasDisabled = ledger.of(id).disabled;
    if (!wasDisabled && !isKnown(id, *configuration))
        return ExitCode::Failed;
    if (const Result<void> changed = ledger.setDisabled(id, disabled); !changed)
        return refuse(changed.error());
    const auto settings = configuration->plugins.find(id);
    if (!disabled && settings != configuration->plugins.end() && !settings->second.enabled)
        notice(QStringLiteral("plugins.%1.enabled is false in %2, and that counts as well")
                   .arg(text(id), configuration->file));
    const bool same = wasDisabled == disabled;
    if (invocation.has("json")) {
        answer.writeJson({{QStringLiteral("id"), text(id)},
                          {QStringLiteral("enabled"), !disabled},
                          {QStringLiteral("changed"), !same}});
    } else {
        answer.write(QStringLiteral("%1 %2 switched %3; the next start of a host goes by it\n")
                         .arg(text(id), same ? QStringLiteral("was already") : QStringLiteral("is"),
                              disabled ? QStringLiteral("off") : QStringLiteral("on"))
                         .toUtf8());
    }
    return ExitCode::Ok;
}

QString timeText(WallTime time)
{
    return QDateTime::fromMSecsSinceEpoch(time.sinceEpoch.count())
        .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

QString stateText(const PluginStanding &standing)
{
    if (standing.isPutAway())
        return QStringLiteral("in quarantine");
    return standing.onTrial ? QStringLiteral("to be tried once more") : QStringLiteral("in use");
}

QString lastCrashText(const PluginStanding &standing)
{
    const PluginCrash &crash = standing.crashes.back();
    return QStringLiteral("%1 in %2%3")
        .arg(timeText(crash.at), QLatin1String(foreignStageName(crash.stage)),
             crash.how.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(crash.how));
}

QJsonObject toJson(const QByteArray &id, const PluginStanding &standing)
{
    QJsonArray crashes;
    for (const PluginCrash &crash : standing.crashes) {
        crashes.append(QJsonObject{{QStringLiteral("at"), momentText(crash.at)},
                                   {QStringLiteral("stage"), QLatin1String(foreignStageName(crash.stage))},
                                   {QStringLiteral("how"), crash.how},
                                   {QStringLiteral("version"), text(crash.version)}});
    }
    return {{QStringLiteral("id"), text(id)},
            {QStringLiteral("quarantined"), standing.isPutAway()},
            {QStringLiteral("on_trial"), standing.onTrial},
            {QStringLiteral("crashes"), crashes}};
}

ExitCode listCrashes(const PluginLedger &ledger, const Invocation &invocation, AnswerWriter &answer)
{
    QJsonArray array;
    TextTable table;
    table.addRow(
        {QStringLiteral("ID"), QStringLiteral("STATE"), QStringLiteral("CRASHES"), QStringLiteral("LAST")});
    for (const auto &[id, standing] : ledger.all()) {
        if (standing.crashes.empty() && !standing.quarantinedAt)
            continue;
        array.append(toJson(id, standing));
        table.addRow({text(id), stateText(standing), QString::number(standing.crashes.size()),
                      standing.crashes.empty() ? QStringLiteral("-") : lastCrashText(standing)});
    }
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("plugins"), array}});
    else
        answer.write(array.isEmpty() ? QByteArray("no plugin has a crash on its record\n")
                                     : table.toText().toUtf8());
    return ExitCode::Ok;
}

} // namespace

ExitCode runPluginEnableCommand(const Invocation &invocation, AnswerWriter &answer)
{
    return switchPlugin(invocation, answer, false);
}

ExitCode runPluginDisableCommand(const Invocation &invocation, AnswerWriter &answer)
{
    return switchPlugin(invocation, answer, true);
}

ExitCode runPluginQuarantineCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const QStringList words = invocation.argument.split(u' ');
    const QString action = words.value(0);
    const QByteArray id = words.value(1).toUtf8();
    const bool lists = action == QLatin1String("list") && words.size() == 1;
    const bool tries = action == QLatin1String("try") && words.size() == 2;
    const bool clears = action == QLatin1String("clear") && words.size() == 2;
    if (!lists && !tries && !clears) {
        notice(QStringLiteral("\"plugin quarantine\" takes \"list\", \"try ID\" or \"clear ID\", not \"%1\".")
                   .arg(invocation.argument));
        return ExitCode::Usage;
    }
    const std::optional<Configuration> configuration = pluginConfigurationOf(invocation);
    if (!configuration)
        return ExitCode::Configuration;
    PluginLedger ledger = ledgerOf(*configuration);
    if (lists)
        return listCrashes(ledger, invocation, answer);
    if (const Result<void> changed = tries ? ledger.tryAgain(id) : ledger.clear(id); !changed)
        return refuse(changed.error());
    if (invocation.has("json")) {
        answer.writeJson(toJson(id, ledger.of(id)));
    } else {
        const QString what = tries
                                 ? QStringLiteral("is used once more; another crash puts it away again at once")
                                 : QStringLiteral("has no crash on its record any more");
        answer.write(QStringLiteral("%1 %2\n").arg(text(id), what).toUtf8());
    }
    return ExitCode::Ok;
}

} // namespace burrow
