// SPDX-License-Identifier: Apache-2.0
#include "allocation_count.h"

#include <cstddef>

namespace {

thread_local std::uint64_t allocations = 0;

} // namespace

// Names of the C library: its own implementation behind them, and the ones that this program puts before it.
extern "C" {
void *__libc_malloc(std::size_t size);
void *__libc_realloc(void *memory, std::size_t size);

void *malloc(std::size_t size) // NOLINT(misc-definitions-in-headers)
{
    ++allocations;
    return __libc_malloc(size);
}

void *realloc(void *memory, std::size_t size)
{
    ++allocations;
    return __libc_realloc(memory, size);
}
}

namespace burrow::bench {

std::uint64_t allocationCount()
{
    return allocations;
}

} // namespace burrow::bench
