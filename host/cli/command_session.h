// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// The sessions of a store, as its file shows them.
ExitCode runSessionListCommand(const Invocation &invocation, AnswerWriter &answer);

/// One of them with its inputs.
ExitCode runSessionShowCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
