// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// Verifies a store and says what is wrong with it.
ExitCode runStorageCheckCommand(const Invocation &invocation, AnswerWriter &answer);

/// Copies a store, also while a host serves it.
ExitCode runStorageBackupCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
