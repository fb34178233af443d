// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// `burrow 0.1.0 on Qt 6.4.2 and SQLite 3.40.1; plugin interface 1, store format 1`.
QString versionSentence();
/// The version of the program and of everything that has one of its own.
ExitCode runVersionCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
