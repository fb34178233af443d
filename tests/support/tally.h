// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace burrow::test {

/// How long a test waits for what must happen. Only a failing test waits that long, so it is generous enough
/// for a slow machine under a sanitizer.
inline constexpr std::chrono::milliseconds patience{30'000};

/// A number that threads raise and others wait for.
class Tally
{
public:
    void add(std::size_t more = 1)
    {
        const std::lock_guard lock(m_mutex);
        m_count += more;
        m_changed.notify_all();
    }
    std::size_t count() const
    {
        const std::lock_guard lock(m_mutex);
        return m_count;
    }
    /// Blocks the calling thread until the number is reached. False: it was not, in time.
    bool waitFor(std::size_t count, std::chrono::milliseconds limit = patience) const
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, limit, [&] { return m_count >= count; });
    }

private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    std::size_t m_count = 0; // Guarded by m_mutex.
};

} // namespace burrow::test
