// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// One command to one session of a host that runs: the command's name is the method's.
ExitCode runSessionCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runHostShutdownCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
