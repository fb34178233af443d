// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/plugin_limits.h"
#include "plugin/plugin_log.h"
#include "plugin/token_table.h"
#include "port/clock.h"

#include <burrow/abi.h>

namespace burrow {

/// What stands behind the host table that one plugin is given: its identity, whatever it says of itself. Its
/// address is the table's `ctx`. Never destroyed once a plugin has seen it, since the plugin's threads may call
/// until the process ends. Thread-safe.
class PluginContext
{
public:
    PluginContext(quint32 number, QByteArray plugin, std::shared_ptr<const Clock> clock);
    Q_DISABLE_COPY_MOVE(PluginContext)

    const burrow_host &table() const { return m_table; }
    TokenTable &tokens() { return m_tokens; }
    const QByteArray &plugin() const { return m_plugin; }
    const QString &pluginText() const { return m_pluginText; }

    /// After `deinit`: every host function answers CLOSED.
    void close() { m_closed = true; }
    bool isClosed() const { return m_closed.load(std::memory_order_relaxed); }

    /// Notes a violation of the contract. False when there were too many of late; it is then counted only.
    bool report(const QString &sentence);
    quint64 reports() const { return m_reports; }
    /// One record of the plugin's own, or about it.
    bool log(QtMsgType type, LogSubject subject, const QString &text);
    /// A completion for a token that is not open.
    void staleCompletion(quint64 token);
    qint64 now() const;

private:
    // Constant after construction.
    const QByteArray m_plugin;
    const QString m_pluginText;
    const std::shared_ptr<const Clock> m_clock;
    burrow_host m_table = {};

    // Any thread.
    TokenTable m_tokens;
    RateLimiter m_logLimit{limits::plugin_logs_per_second_max};
    RateLimiter m_reportLimit{limits::plugin_reports_per_second_max};
    std::atomic<bool> m_closed{false};
    std::atomic<quint64> m_reports{0};
};

} // namespace burrow
