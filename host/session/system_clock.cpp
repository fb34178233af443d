// SPDX-License-Identifier: Apache-2.0
#include "session/system_clock.h"

#include <QTimer>

namespace burrow {

namespace {

class QtTimer : public Timer
{
public:
    QtTimer(const Clock &clock, std::function<void()> fired)
        : m_clock(clock)
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, std::move(fired));
    }

    void arm(MonotonicTime deadline) override
    {
        if (deadline == MonotonicTime::never()) {
            m_timer.stop();
            return;
        }
        // Rounded up: a timer that fires early would find nothing due and had to be armed again.
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(deadline - m_clock.now());
        constexpr std::chrono::milliseconds longest(std::chrono::hours(24));
        m_timer.start(std::clamp(wait, std::chrono::milliseconds(0), longest));
    }

private:
    const Clock &m_clock;
    QTimer m_timer;
};

} // namespace

MonotonicTime SystemClock::now() const
{
    return {std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

WallTime SystemClock::wallNow() const
{
    return {std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch())};
}

std::unique_ptr<Timer> SystemClock::makeTimer(std::function<void()> fired)
{
    return std::make_unique<QtTimer>(*this, std::move(fired));
}

} // namespace burrow
