// SPDX-License-Identifier: Apache-2.0
#include "compose/plugin_standings.h"

#include "compose/plugin_folders.h"
#include "plugin/call_sentinel.h"
#include "plugin/unclean_end.h"
#include "session/system_clock.h"

#include <QDateTime>

namespace burrow {

namespace {

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

/// "acme-exec in apply".
QString callText(const CallUnderWay &call)
{
    return QStringLiteral("%1 in %2").arg(text(call.plugin), QLatin1String(foreignStageName(call.stage)));
}

QString callsText(const std::vector<CallUnderWay> &calls)
{
    QStringList words;
    for (const CallUnderWay &call : calls)
        words.append(callText(call));
    return words.join(QStringLiteral(", "));
}

QString howText(const UncleanEnd &end)
{
    return end.how.isEmpty() ? QStringLiteral("was killed, or left without a word")
                             : QStringLiteral("ended with %1").arg(end.how);
}

/// What is said of an end that no plugin can be blamed for; empty when there is nothing to say of plugins.
QString suspectsText(const UncleanEnd &end)
{
    if (end.calls.empty())
        return {};
    return QStringLiteral(
               "the last host (process %1) %2 while these calls of plugins were under way: %3; which of "
               "them ended it, if any, is not known")
        .arg(end.process)
        .arg(howText(end), callsText(end.calls));
}

QString culpritText(const UncleanEnd &end, const CallUnderWay &culprit, const PluginStanding &standing)
{
    QString sentence = QStringLiteral("the last host (process %1) %2 inside the plugin %3 %4, in %5")
                           .arg(end.process)
                           .arg(howText(end), text(culprit.plugin), text(culprit.version),
                                QLatin1String(foreignStageName(culprit.stage)));
    if (end.calls.size() > 1)
        sentence += QStringLiteral(" (under way were: %1)").arg(callsText(end.calls));
    if (standing.quarantinedAt) {
        sentence +=
            QStringLiteral("; it has crashed %1 times and is put away now, see \"burrow plugin why %2\"")
                .arg(standing.crashes.size())
                .arg(text(culprit.plugin));
    } else {
        sentence += QStringLiteral("; crashes on its record: %1").arg(standing.crashes.size());
    }
    return sentence;
}

} // namespace

std::optional<PluginFault> standingFault(const QByteArray &id, const PluginStanding &standing)
{
    if (standing.disabled) {
        return PluginFault(
                   PluginFaultCode::Disabled,
                   QStringLiteral("the plugin %1 is switched off (\"burrow plugin disable\")").arg(text(id)))
            .withRemedy(QStringLiteral("switch it on with \"burrow plugin enable %1\"").arg(text(id)));
    }
    if (!standing.isPutAway())
        return std::nullopt;
    QString last;
    if (!standing.crashes.empty()) {
        const PluginCrash &crash = standing.crashes.back();
        last = QStringLiteral(", the last time %1%2 in %3")
                   .arg(QDateTime::fromMSecsSinceEpoch(crash.at.sinceEpoch.count())
                            .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")),
                        crash.how.isEmpty() ? QString() : QStringLiteral(" with %1").arg(crash.how),
                        QLatin1String(foreignStageName(crash.stage)));
    }
    return PluginFault(PluginFaultCode::Quarantined,
                       QStringLiteral("the plugin %1 is in quarantine: it has crashed the host %2 times%3")
                           .arg(text(id))
                           .arg(standing.crashes.size())
                           .arg(last))
        .withRemedy(
            QStringLiteral("\"burrow plugin quarantine try %1\" uses it once more, \"burrow plugin quarantine "
                           "clear %1\" forgets its crashes")
                .arg(text(id)));
}

PluginStandings::PluginStandings(const Configuration &configuration)
    : m_configuration(configuration)
    , m_ledger(pluginStateFile(configuration, pluginLedgerName))
{
}

QString PluginStandings::folder() const
{
    return m_configuration.host.dataDirectory;
}

CrashPolicy PluginStandings::policyOf(const QByteArray &id) const
{
    const auto found = m_configuration.plugins.find(id);
    if (found == m_configuration.plugins.end())
        return {};
    return {.quarantineAfter = found->second.crashPolicy.quarantineAfter,
            .within = found->second.crashPolicy.within};
}

QStringList PluginStandings::takeOver()
{
    QStringList said;
    if (folder().isEmpty())
        return said;
    for (const UncleanEnd &end : takeUncleanEnds(folder())) {
        const CallUnderWay *culprit = end.culprit();
        if (!culprit) {
            said.append(suspectsText(end));
            continue;
        }
        const PluginCrash crash{SystemClock().wallNow(), culprit->stage, end.how, culprit->version};
        const Result<PluginStanding> standing =
            m_ledger.addCrash(culprit->plugin, crash, policyOf(culprit->plugin));
        said.append(culpritText(end, *culprit, standing ? *standing : PluginStanding()));
        if (!standing)
            said.append(standing.error().message);
    }
    said.removeAll(QString());
    m_standings = m_ledger.all();
    const Result<void> opened = call_sentinel::open(folder());
    m_noting = opened.ok();
    if (!opened)
        said.append(opened.error().message);
    return said;
}

std::optional<PluginFault> PluginStandings::faultOf(const QByteArray &id) const
{
    const auto found = m_standings.find(id);
    return found == m_standings.end() ? std::nullopt : standingFault(id, found->second);
}

void PluginStandings::endOrderly(const std::set<QByteArray> &used)
{
    if (!std::exchange(m_noting, false))
        return;
    call_sentinel::close();
    // What cannot be written now stays on trial, which harms nobody.
    static_cast<void>(m_ledger.passTrials(used));
}

} // namespace burrow
