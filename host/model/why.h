// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/session_view.h"

namespace burrow {

/// Why a session is not moving, or that it is, for people and for programs.
struct Why
{
    const char *code = ""; ///< Stable: the wait reason, and where that says too little a detail behind a dot.
    QString sentence;      ///< One, without its full stop: what the session does or waits for, since when.
    QString unblock;       ///< What would move it: commands, or a cause. Empty: nothing has to be done.
    std::optional<WallTime> since;
    bool isDefect = false; ///< The state and the reason exclude each other: Burrow itself is wrong.
};

} // namespace burrow
