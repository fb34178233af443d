// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"

namespace burrow {

enum class CancelMode : quint8 { Boundary, Hard };
inline constexpr EnumNames<CancelMode, 2> cancelModeName{{"boundary", "hard"}};

enum class StopKind : quint8 { SessionStop, HostShutdown, Restart };
inline constexpr EnumNames<StopKind, 3> stopKindName{{"session_stop", "host_shutdown", "restart"}};

enum class CleanupCause : quint8 { Stopped, Crashed, Abandoned, Destroyed };
inline constexpr EnumNames<CleanupCause, 4> cleanupCauseName{{"stopped", "crashed", "abandoned", "destroyed"}};

/// How an executor's instance went away without having been asked to.
enum class ExecutorEnding : quint8 {
    Failed,  ///< It could not be made, was given up, or was killed.
    Orderly, ///< It left by itself and reports no failure, as a program that exits with 0.
};
inline constexpr EnumNames<ExecutorEnding, 2> executorEndingName{{"failed", "orderly"}};

} // namespace burrow
