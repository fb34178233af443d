// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/control.h"
#include "model/executor_identity.h"
#include "model/ids.h"

#include <QString>

#include <vector>

namespace burrow {

/// A clean-up that an executor was asked for and has not done. It is kept with its session until it is done,
/// over restarts of the host.
struct OwedCleanup
{
    CleanupCause cause = CleanupCause::Stopped;
    QByteArray instanceId; ///< Empty: of the session as a whole.
    std::vector<RunId> openRuns;
    quint32 attempts = 0;      ///< Made so far.
    ExecutorIdentity executor; ///< Who owes it, which need not be who runs the session now.
    WallTime since;
    QString reason; ///< Why the last attempt failed, one sentence.

    friend bool operator==(const OwedCleanup &, const OwedCleanup &) = default;
};

} // namespace burrow
