// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// Serves the sessions of a configuration in this process.
ExitCode runRunCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
