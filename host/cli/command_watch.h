// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// The events of a host from a cursor on, and as they happen; of a host that does not run, those of its store.
ExitCode runWatchCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
