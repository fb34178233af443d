// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <functional>
#include <memory>

namespace burrow {

/// Time and timers as a port, so that tests and the simulator own them. Thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;

    virtual MonotonicTime now() const = 0;
    virtual WallTime wallNow() const = 0;
};

/// One timer that belongs to the thread that made it; a shard has one and serves all deadlines with it.
class Timer
{
public:
    virtual ~Timer() = default; ///< Never fires after that.
    /// Fires once, at or after `deadline`, on the owning thread from its event loop, never inside arm(). Arming
    /// again replaces the deadline; MonotonicTime::never() disarms.
    virtual void arm(MonotonicTime deadline) = 0;
};

/// A clock whose timers need an event loop.
class TimerClock : public Clock
{
public:
    /// Makes a timer for the calling thread, which must run a Qt event loop. The caller owns it.
    virtual std::unique_ptr<Timer> makeTimer(std::function<void()> fired) = 0;
};

} // namespace burrow
