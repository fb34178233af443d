// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "plugin/foreign_stage.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

namespace burrow {

/// A call into a plugin that was under way when a host came to its end.
struct CallUnderWay
{
    QByteArray plugin;
    QByteArray version;
    ForeignStage stage = ForeignStage::None;
    bool blocking = false;  ///< It may last as long as its work, so that it was under way says little.
    bool onCrashed = false; ///< On the thread that crashed or called exit().
};

/// A host that ended without saying so.
struct UncleanEnd
{
    qint64 process = 0;
    WallTime startedAt;
    QString how; ///< "SIGSEGV", "exit()", or empty: killed, or left by _exit.
    std::vector<CallUnderWay> calls;

    /// The call that ended it: the one on the thread that crashed, or, where no thread is known, the only one
    /// that was under way and could not be so for long. Null when nobody can be blamed.
    const CallUnderWay *culprit() const;
};

/// What hosts that have ended left in the folder; each is told once. Those that still run are left alone, and
/// those of an earlier start of the machine are forgotten.
std::vector<UncleanEnd> takeUncleanEnds(const QString &folder);

} // namespace burrow
