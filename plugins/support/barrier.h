// SPDX-License-Identifier: Apache-2.0
//
// The barrier that every function of a C++ plugin's table is wrapped in: no exception crosses the ABI.

#pragma once

#include "burrow/abi.h"

#include <new>
#include <utility>

namespace plugin_support {

// Runs `body` and answers its status; an exception becomes one.
template <typename Body>
int32_t guarded(Body &&body) noexcept
{
    try {
        return std::forward<Body>(body)();
    } catch (const std::bad_alloc &) {
        return BURROW_EXHAUSTED;
    } catch (...) {
        return BURROW_INTERNAL;
    }
}

} // namespace plugin_support
