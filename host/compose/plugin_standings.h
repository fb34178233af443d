// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"
#include "plugin/plugin_ledger.h"
#include "port/plugin_fault.h"

#include <QStringList>

namespace burrow {

/// Why a plugin is not to be used although nothing is wrong with its files: switched off, or put away after
/// crashes. Nothing when it may be.
std::optional<PluginFault> standingFault(const QByteArray &id, const PluginStanding &standing);

/// What hosts before this one have learnt of the plugins, and what this one notes for the next.
class PluginStandings
{
public:
    explicit PluginStandings(const Configuration &configuration);
    Q_DISABLE_COPY_MOVE(PluginStandings)

    /// Reads what hosts have left that came to an unclean end, counts the crashes of plugins among them, and
    /// begins to note this host's calls. To be called before the first plugin is loaded. Answers what is to be
    /// said of it.
    QStringList takeOver();
    std::optional<PluginFault> faultOf(const QByteArray &id) const;
    /// The host leaves, and nobody is to blame for that. Without it, whatever ends the process is an unclean
    /// end. `used` are the plugins that have served; those on trial have passed it.
    void endOrderly(const std::set<QByteArray> &used);

private:
    QString folder() const;
    CrashPolicy policyOf(const QByteArray &id) const;

    const Configuration &m_configuration;
    PluginLedger m_ledger;
    std::map<QByteArray, PluginStanding> m_standings; ///< Since takeOver().
    bool m_noting = false;
};

} // namespace burrow
