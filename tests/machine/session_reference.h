// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/session_machine.h"

#include <optional>

/// The session machine told a second time, in plain code instead of rows: what the registers are after an
/// input, or nothing when it is refused. It shares no code with the tables, so that a row that is changed by
/// mistake disagrees with it somewhere in the random walk.
namespace burrow {

std::optional<SessionRegisters> referenceStep(const SessionRegisters &registers, const SessionInput &input);

/// Equal in every register; shared facts by value.
bool sameValues(const SessionRegisters &a, const SessionRegisters &b);

} // namespace burrow
