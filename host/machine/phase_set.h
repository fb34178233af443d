// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/transition_table.h"
#include "model/receipt.h"

namespace burrow {

template <>
inline constexpr bool is_row_flag<Phase> = true;

/// The phases in which a session is registered; printed as `*`.
inline constexpr EnumSet<Phase> registered_phases =
    Phase::Idle | Phase::Attached | Phase::Running | Phase::Retired | Phase::Stopped;

} // namespace burrow
