// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace burrow::test {

/// Longer than anything takes on a loaded machine; a test that reaches it has failed.
inline constexpr std::chrono::seconds call_patience{30};

/// A counter that others wait for. A plugin's function raises it; the test waits.
class Signal
{
public:
    void raise()
    {
        const std::lock_guard lock(m_mutex);
        ++m_count;
        m_changed.notify_all();
    }
    bool wait(int count = 1)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, call_patience, [&] { return m_count >= count; });
    }
    int count() const
    {
        const std::lock_guard lock(m_mutex);
        return m_count;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_count = 0;
};

/// Lets a number of threads go on together, again and again. Sleeps instead of spinning, so that it costs
/// nothing on a machine with fewer processors than threads.
class Rendezvous
{
public:
    explicit Rendezvous(int threads)
        : m_threads(threads)
    {
    }
    void meet()
    {
        std::unique_lock lock(m_mutex);
        const int round = m_round;
        if (++m_here == m_threads) {
            m_here = 0;
            ++m_round;
            m_changed.notify_all();
            return;
        }
        m_changed.wait(lock, [&] { return m_round != round; });
    }

private:
    const int m_threads;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_here = 0;  // guarded by m_mutex
    int m_round = 0; // guarded by m_mutex
};

} // namespace burrow::test
