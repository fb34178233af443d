// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/clock.h"

namespace burrow {

/// The machine's clocks, and timers on Qt's event loop.
class SystemClock : public TimerClock
{
public:
    MonotonicTime now() const override;
    WallTime wallNow() const override;
    std::unique_ptr<Timer> makeTimer(std::function<void()> fired) override;
};

} // namespace burrow
