// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace burrow {

/// Prints the broken invariant and its place on stderr, then aborts.
[[noreturn]] void assertionFailed(const char *expression, const char *file, int line);

} // namespace burrow

/// For our own defects only, never reachable from plugin or user input. It stays on in release builds: a
/// session that goes on with a broken invariant would lose or repeat somebody's work.
#define BURROW_ASSERT(expression)                                                                              \
    (static_cast<bool>(expression) ? static_cast<void>(0)                                                      \
                                   : ::burrow::assertionFailed(#expression, __FILE__, __LINE__))
