// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_context.h"

#include "plugin/host_table.h"

namespace burrow {

PluginContext::PluginContext(quint32 number, QByteArray plugin, std::shared_ptr<const Clock> clock)
    : m_plugin(std::move(plugin))
    , m_pluginText(QString::fromUtf8(m_plugin))
    , m_clock(std::move(clock))
    , m_table(makeHostTable(*this))
    , m_tokens(number)
{
}

bool PluginContext::report(const QString &sentence)
{
    ++m_reports;
    const RateLimiter::Verdict verdict = m_reportLimit.ask();
    if (!verdict.passes)
        return false;
    const LogScope about({.plugin = m_plugin});
    if (verdict.droppedBefore > 0) {
        qCWarning(pluginLog).noquote()
            << QStringLiteral("%1 more violations by the plugin %2 were counted only")
                   .arg(verdict.droppedBefore)
                   .arg(m_pluginText);
    }
    qCWarning(pluginLog).noquote() << sentence;
    return true;
}

bool PluginContext::log(QtMsgType type, LogSubject subject, const QString &text)
{
    const RateLimiter::Verdict verdict = m_logLimit.ask();
    if (!verdict.passes)
        return false;
    if (verdict.droppedBefore > 0) {
        const LogScope about({.plugin = m_plugin});
        qCWarning(pluginLog).noquote() << QStringLiteral("%1 records were dropped").arg(verdict.droppedBefore);
    }
    subject.plugin = m_plugin; // Whatever it says of itself.
    const LogScope about(std::move(subject));
    switch (type) {
    case QtDebugMsg:
        qCDebug(pluginLog).noquote() << text;
        break;
    case QtInfoMsg:
        qCInfo(pluginLog).noquote() << text;
        break;
    case QtWarningMsg:
        qCWarning(pluginLog).noquote() << text;
        break;
    default:
        qCCritical(pluginLog).noquote() << text;
        break;
    }
    return true;
}

void PluginContext::staleCompletion(quint64 token)
{
    if (const TokenTable::Pin pin = m_tokens.pinHolder(token)) {
        pin.holder().completedAgain(token, pin.kind());
        return;
    }
    if (m_tokens.wasGiven(token)) {
        report(QStringLiteral("the plugin %1 completed a call of an instance that is gone").arg(m_pluginText));
        return;
    }
    report(QStringLiteral("the plugin %1 completed a token that it was never given").arg(m_pluginText));
}

qint64 PluginContext::now() const
{
    return std::max<qint64>(1, m_clock->now().sinceStart.count());
}

} // namespace burrow
