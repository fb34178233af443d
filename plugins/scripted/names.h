// SPDX-License-Identifier: Apache-2.0
//
// The names by which scripts and directives speak of the ABI's numbers.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace scripted {

std::optional<int32_t> statusNamed(std::string_view name);  // "BUSY"
std::optional<int32_t> causeNamed(std::string_view name);   // "runtime_turn"
std::optional<int32_t> outcomeNamed(std::string_view name); // "time_budget"

} // namespace scripted
