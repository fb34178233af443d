// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/policy.h"

namespace burrow {

/// What one input contributes to the conversation.
struct Projection
{
    std::vector<Append> appends;
    std::vector<Append> contextAppends;
};

/// Projects an input by its kind. Total; an operation and a projected input contribute nothing.
Projection project(const Input &input);

} // namespace burrow
