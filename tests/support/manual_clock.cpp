// SPDX-License-Identifier: Apache-2.0
#include "support/manual_clock.h"

#include <QObject>

#include <algorithm>

namespace burrow::test {

class ManualClock::ManualTimer : public Timer
{
public:
    ManualTimer(ManualClock &clock, std::function<void()> fired)
        : m_clock(clock)
        , m_fired(std::move(fired))
    {
        const std::lock_guard lock(m_clock.m_mutex);
        m_clock.m_timers.push_back(this);
    }
    ~ManualTimer() override
    {
        const std::lock_guard lock(m_clock.m_mutex);
        std::erase(m_clock.m_timers, this);
    }
    Q_DISABLE_COPY_MOVE(ManualTimer)

    void arm(MonotonicTime at) override
    {
        const std::lock_guard lock(m_clock.m_mutex);
        ++m_clock.m_armCount;
        deadline = at;
        told = false;
        m_clock.fireDue();
    }

    /// Under the clock's lock: the receiver cannot go away before the call is queued.
    void tell()
    {
        told = true;
        QMetaObject::invokeMethod(
            &m_receiver, [this] { fire(); }, Qt::QueuedConnection);
    }

    MonotonicTime deadline = MonotonicTime::never(); ///< Guarded by the clock's mutex.
    bool told = false;                               ///< Guarded by the clock's mutex.

private:
    void fire()
    {
        {
            const std::lock_guard lock(m_clock.m_mutex);
            // Armed anew or disarmed since it was told: then this is not its time any more.
            if (!told || deadline > m_clock.m_now)
                return;
            told = false;
            deadline = MonotonicTime::never();
        }
        m_fired();
    }

    ManualClock &m_clock;
    const std::function<void()> m_fired;
    QObject m_receiver; ///< Lives where the timer was made; takes queued calls with it when it goes.
};

MonotonicTime ManualClock::now() const
{
    const std::lock_guard lock(m_mutex);
    return m_now;
}

WallTime ManualClock::wallNow() const
{
    const std::lock_guard lock(m_mutex);
    return m_wall;
}

std::unique_ptr<Timer> ManualClock::makeTimer(std::function<void()> fired)
{
    return std::make_unique<ManualTimer>(*this, std::move(fired));
}

void ManualClock::advance(Duration by)
{
    const std::lock_guard lock(m_mutex);
    m_now = m_now + by;
    m_wall.sinceEpoch += std::chrono::duration_cast<std::chrono::milliseconds>(by);
    fireDue();
}

bool ManualClock::advanceToNextDeadline()
{
    const MonotonicTime next = nextDeadline();
    if (next == MonotonicTime::never())
        return false;
    advance(std::max(next - now(), Duration::zero()));
    return true;
}

void ManualClock::fireDue()
{
    for (ManualTimer *timer : m_timers) {
        if (timer->deadline <= m_now && !timer->told)
            timer->tell();
    }
}

std::size_t ManualClock::timerCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_timers.size();
}

MonotonicTime ManualClock::nextDeadline() const
{
    const std::lock_guard lock(m_mutex);
    MonotonicTime next = MonotonicTime::never();
    for (const ManualTimer *timer : m_timers)
        next = std::min(next, timer->deadline);
    return next;
}

quint64 ManualClock::armCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_armCount;
}

} // namespace burrow::test
