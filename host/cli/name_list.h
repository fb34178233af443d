// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

#include <set>

namespace burrow {

/// One name a line, for shells that complete and for other programs; with --json one value with `names`.
void writeNames(const std::set<QByteArray> &names, const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
