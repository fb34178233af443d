// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

inline constexpr std::array machineFormats{"text", "mermaid", "json"};

/// Prints the tables that decide what a session may do.
ExitCode runMachineCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
