// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// Explains the program, one command, or the code of a finding.
ExitCode runHelpCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
