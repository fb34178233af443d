// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "burrow/abi.h"

#include <string>

namespace command {

// What a run needs of its apply request, copied: the request is gone when `apply` returns.
struct RunRequest
{
    burrow_token token = 0;
    std::string input; // for the program's stdin
    std::string sessionId;
    std::string runId;
    std::string inputIds;        // comma separated
    std::string idempotencyKeys; // likewise, in the same order; an input without a key has an empty place
    uint32_t attempt = 0;
};

} // namespace command
