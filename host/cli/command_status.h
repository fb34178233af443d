// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

ExitCode runStatusCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
