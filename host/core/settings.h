// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/limits.h"
#include "model/input.h"
#include "model/restart_rule.h"

#include <functional>

namespace burrow {

/// What configuration decides about a session. Shared by all sessions that have the same settings; constant.
struct CoreSettings
{
    quint32 queueLimit = limits::queue_per_session_default;
    Duration turnTimeout = limits::turn_timeout_default;
    Duration stopGrace = limits::stop_grace_default;
    Duration abandonAfterHard = limits::abandon_after_hard;
    Duration retryBackoff = limits::retry_backoff_default;
    RestartRule restart;
    Duration keyRetention = limits::key_retention_default; ///< How long a key binds after its input has ended.
    std::optional<quint32> operationLimit =
        limits::operations_per_session_default; ///< Operations under way at once; unset = as many as there are.
    /// May refuse to stage an input for now, with one sentence; unset = never refuses. Must be pure.
    std::function<std::optional<QString>(const Input &)> stagingGate;
};

} // namespace burrow
