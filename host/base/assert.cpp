// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace burrow {

void assertionFailed(const char *expression, const char *file, int line)
{
    std::fprintf(stderr, "burrow: broken invariant: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

} // namespace burrow
