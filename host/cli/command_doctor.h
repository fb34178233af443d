// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// Looks at everything that a host needs and says what is wrong.
ExitCode runDoctorCommand(const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
