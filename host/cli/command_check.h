// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"
#include "config/load.h"

#include <array>

namespace burrow {

/// A configuration with everything that can be said of it without loading a plugin.
struct CheckedFile
{
    LoadedConfiguration loaded;
    QStringList complaints; ///< About plugins that were found and cannot be used.
};
CheckedFile checkFile(const QString &path);

/// The findings, and how many they are, on stderr; nothing where there are none.
void printFindings(const Findings &findings);

/// What --format of "check" takes.
inline constexpr std::array checkFormats{"text", "github", "json"};

ExitCode runCheckCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
