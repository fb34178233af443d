// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "config.h"
#include "request.h"

#include <string>
#include <string_view>
#include <vector>

namespace command {

// The program's whole environment, as NAME=value: what the allow-list lets through of the host's, then the
// configured variables, then BURROW_SESSION, BURROW_RUN_ID, BURROW_INPUT_IDS, BURROW_IDEMPOTENCY_KEYS and
// BURROW_ATTEMPT. What comes later wins.
std::vector<std::string> environmentFor(const Config &config, const RunRequest &request);

// Adds an element to a comma-separated list. A comma, a percent sign and a NUL inside it become %2C, %25 and
// %00, so that splitting at commas is always right.
void appendListElement(std::string &list, std::string_view element, bool first);

} // namespace command
