// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// The configuration whose plugins a command is about.
inline constexpr CommandOption pluginConfigOption{"config", "FILE", "the configuration whose plugins are meant",
                                                  Repeats::No, ValueKind::File};

ExitCode runPluginListCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runPluginInfoCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runPluginWhyCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
