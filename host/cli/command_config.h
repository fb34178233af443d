// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

ExitCode runConfigShowCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runConfigReferenceCommand(const Invocation &invocation, AnswerWriter &answer);
ExitCode runConfigSchemaCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
