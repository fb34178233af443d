// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// Prints the script that completes the program's command lines in a shell.
ExitCode runCompletionCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
