// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <algorithm>
#include <array>

namespace burrow {

/// What the program says of itself when it ends. Scripts depend on the numbers; they never change.
enum class ExitCode : int {
    Ok = 0,
    Failed = 1,
    Usage = 2,
    TurnFailed = 3,
    Cancelled = 4,
    TimedOut = 5,
    Unreachable = 6,
    Conflict = 7, ///< Also: busy.
    Refused = 8,  ///< By policy.
    Configuration = 78,
};

/// What a run ends with when several things went wrong: the first of these that applies. What became of the
/// work says more than that something failed, so it comes before Failed.
inline constexpr std::array exitCodesBySeverity{
    ExitCode::Usage,    ExitCode::Configuration, ExitCode::TurnFailed,  ExitCode::Cancelled, ExitCode::TimedOut,
    ExitCode::Conflict, ExitCode::Refused,       ExitCode::Unreachable, ExitCode::Failed,    ExitCode::Ok};

/// The one of the two that stands first in exitCodesBySeverity.
inline ExitCode worse(ExitCode a, ExitCode b)
{
    return *std::find_if(exitCodesBySeverity.begin(), exitCodesBySeverity.end(),
                         [a, b](ExitCode code) { return code == a || code == b; });
}

inline ExitCode exitCodeFor(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Configuration:
    case ErrorKind::Plugin:
        return ExitCode::Configuration;
    case ErrorKind::Conflict:
    case ErrorKind::Busy:
        return ExitCode::Conflict;
    case ErrorKind::InvalidArgument:
    case ErrorKind::NotFound:
    case ErrorKind::NotReady:
    case ErrorKind::Io:
    case ErrorKind::Internal:
        break;
    }
    return ExitCode::Failed;
}

} // namespace burrow
