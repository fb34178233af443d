// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace burrow {

using Duration = std::chrono::nanoseconds;

/// A point on the monotonic clock: deadlines and intervals. It has no relation to the calendar, so a clock that
/// is set forward or back moves no deadline.
struct MonotonicTime
{
    Duration sinceStart{0};

    auto operator<=>(const MonotonicTime &) const = default;
    MonotonicTime operator+(Duration d) const { return {sinceStart + d}; }
    Duration operator-(MonotonicTime other) const { return sinceStart - other.sinceStart; }
    static constexpr MonotonicTime never() { return {Duration::max()}; }
};

/// Milliseconds since 1970-01-01 UTC: what is shown and stored, never what is waited for.
struct WallTime
{
    std::chrono::milliseconds sinceEpoch{0};

    auto operator<=>(const WallTime &) const = default;
};

} // namespace burrow
