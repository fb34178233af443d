// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/input.h"

namespace burrow {

/// Gives an idempotency key to each start input that has none: `burrow:on-start:<n>:<hash of its content>`,
/// where it is the n-th with this content (decision 0010). The host never forgets such a key, so one that
/// starts again repeats nothing; a changed or added text is a new input, and moving or removing others changes
/// nothing for those that stay.
void giveStartKeys(std::vector<Input> &inputs);

} // namespace burrow
