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

} // namespace burrow
