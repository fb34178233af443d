// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "base/limits.h"

namespace burrow {

/// After which ending an executor is made again: none, one that was a failure, any.
enum class RestartPolicy : quint8 { Never, OnFailure, Always };
inline constexpr EnumNames<RestartPolicy, 3> restartPolicyName{{"never", "on_failure", "always"}};

/// Whether, how often, and after how long the executor of a session is made again once it has died.
struct RestartRule
{
    RestartPolicy policy = RestartPolicy::OnFailure;
    Duration backoff = limits::restart_backoff_default; ///< Doubles with every restart in the window.
    quint32 most = limits::restarts_default;            ///< Restarts within the window.
    Duration window = limits::restart_window_default;
};

} // namespace burrow
