// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "plugin/foreign_stage.h"

#include <QByteArray>
#include <QString>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace burrow {

/// A host came to its end inside the plugin.
struct PluginCrash
{
    WallTime at;
    ForeignStage stage = ForeignStage::None;
    QString how; ///< "SIGSEGV", "exit()", or empty.
    QByteArray version;
};

/// When a plugin that crashes is put away.
struct CrashPolicy
{
    qint64 quarantineAfter = 2;
    Duration within = std::chrono::minutes(10);
};

/// What is remembered of one plugin.
struct PluginStanding
{
    bool disabled = false;                 ///< By "burrow plugin disable".
    std::vector<PluginCrash> crashes;      ///< The newest last.
    std::optional<WallTime> quarantinedAt; ///< Put away since then.
    bool onTrial = false;                  ///< Put away, but to be used once more.

    bool isPutAway() const { return quarantinedAt && !onTrial; }
    bool isPlain() const { return !disabled && crashes.empty() && !quarantinedAt; }
};

/// What is remembered of plugins from one host to the next and is not the user's to write: one small file
/// beside the store. A file that cannot be read counts as empty, is kept under another name and is said to the
/// log. Every change reads, changes and replaces the file under a lock, so that a host and the command line may
/// work on it at the same time. Thread-safe.
class PluginLedger
{
public:
    /// Without a path nothing is remembered, and no change succeeds.
    explicit PluginLedger(QString path);

    std::map<QByteArray, PluginStanding> all() const;
    PluginStanding of(const QByteArray &id) const;

    Result<void> setDisabled(const QByteArray &id, bool disabled);
    /// Uses a plugin that is put away once more: the next crash puts it away again at once, an orderly end
    /// makes it as any other. NotFound when it is not put away.
    Result<void> tryAgain(const QByteArray &id);
    /// Forgets its crashes. NotFound when there are none.
    Result<void> clear(const QByteArray &id);

    /// Counts a crash and puts the plugin away when the policy says so, or when it was on trial. Answers its
    /// standing after that.
    Result<PluginStanding> addCrash(const QByteArray &id, const PluginCrash &crash, const CrashPolicy &policy);
    /// Those of them that were on trial have been used, and the host came to an orderly end.
    Result<void> passTrials(const std::set<QByteArray> &used);

private:
    template <typename Change>
    Result<void> change(const Change &change);

    const QString m_path;
};

} // namespace burrow
