// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/store.h"

namespace burrow::test {

/// The first thing in which an image of a store differs from what the model says, with both values; empty when
/// they agree.
QString sessionDifference(const StoredSession &expected, const StoredSession &found);
QString keysDifference(std::vector<RetainedKey> expected, std::vector<RetainedKey> found);
QString outcomeDifference(const FinishedInput &expected, const std::optional<StoredOutcome> &found);

} // namespace burrow::test
