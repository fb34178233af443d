// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

inline constexpr const char *sendWaits[] = {"none", "attempt", "terminal"};

ExitCode runSendCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
