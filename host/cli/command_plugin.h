// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"
#include "config/configuration.h"

#include <array>
#include <optional>

namespace burrow {

/// The configuration whose plugins a command is about.
inline constexpr CommandOption pluginConfigOption{"config", "FILE", "the configuration whose plugins are meant",
                                                  Repeats::No, ValueKind::File};

/// What "plugin quarantine" does.
inline constexpr std::array quarantineActionNames{"list", "try", "clear"};

/// The one of --config, or else one that says nothing. What is wrong has been said when there is none.
std::optional<Configuration> pluginConfigurationOf(const Invocation &invocation);

ExitCode runPluginListCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runPluginInfoCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runPluginWhyCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runPluginEnableCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runPluginDisableCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runPluginQuarantineCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
