// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// Why a session is not moving, in one sentence.
ExitCode runWhyCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
