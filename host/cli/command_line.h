// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "cli/command_table.h"

namespace burrow {

/// Understands the arguments after the program's name. `--help` becomes a call of `help`, `--version` one of
/// `version`. The error is a sentence that names what was not understood and what comes nearest.
Result<Invocation> parseCommandLine(const QStringList &arguments);

/// ` Did you mean "…"?`, or empty when no candidate is near.
QString didYouMean(const QString &given, const QStringList &candidates);

/// The sentence for a command that does not exist.
QString noSuchCommand(const QString &given);

} // namespace burrow
