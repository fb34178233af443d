// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace burrow::bench {

/// Heap allocations of this thread since it began; this program's malloc counts them.
std::uint64_t allocationCount();

} // namespace burrow::bench
