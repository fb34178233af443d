// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "step.h"

#include <string>
#include <vector>

namespace scripted {

// A run, with what it needs of its request copied.
struct Run
{
    burrow_token token = 0;
    Step step;
    std::string runId;
    int32_t boundary = 0;
    std::vector<std::string> contributors;
    std::string answer;
};

Run makeRun(const burrow_apply_request &request, burrow_token token, Step step, std::string answer);

// Streams the answer in as many pieces as the step says, each a whole number of characters.
std::vector<std::string_view> piecesOf(const Run &run);

void completeCancelled(const burrow_host &host, burrow_token token);

// Completes as the step says, faults included.
void completeAsScripted(const burrow_host &host, const Run &run);

} // namespace scripted
