// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/clock.h"

#include <QtGlobal>

#include <memory>
#include <mutex>
#include <vector>

namespace burrow::test {

/// A clock that stands still until the test moves it. Timers fire on the thread that made them, from its event
/// loop, as the port asks. Thread-safe; must outlive its timers.
class ManualClock : public TimerClock
{
public:
    MonotonicTime now() const override;
    WallTime wallNow() const override;
    std::unique_ptr<Timer> makeTimer(std::function<void()> fired) override;

    /// Moves both clocks on. What is due is told to fire; it does so when its thread gets to it.
    void advance(Duration by);
    /// Moves on to the earliest time that a timer is armed for; false when none is.
    bool advanceToNextDeadline();

    std::size_t timerCount() const;
    /// The earliest time that a timer is armed for.
    MonotonicTime nextDeadline() const;
    /// How often timers were armed or disarmed.
    quint64 armCount() const;

private:
    class ManualTimer;

    void fireDue();

    mutable std::mutex m_mutex;
    MonotonicTime m_now{std::chrono::hours(1)};                    // Guarded by m_mutex.
    WallTime m_wall{std::chrono::milliseconds(1'700'000'000'000)}; // Guarded by m_mutex.
    std::vector<ManualTimer *> m_timers; // Guarded by m_mutex, as are their deadlines.
    quint64 m_armCount = 0;              // Guarded by m_mutex.
};

} // namespace burrow::test
