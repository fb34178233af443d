// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

/// Words for rows of the command table, as help, man pages and completions share them.
namespace burrow {

/// `--input SESSION=FILE`.
QString usageOf(const CommandOption &option);
/// `burrow run FILE [--input SESSION=FILE]... [--json]`.
QString usageOf(const Command &command);
/// A phrase as the beginning of a sentence.
QString capitalised(const char *phrase);

} // namespace burrow
