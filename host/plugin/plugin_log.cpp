// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_log.h"

#include <chrono>
#include <utility>

namespace burrow {

RateLimiter::Verdict RateLimiter::ask()
{
    using namespace std::chrono;
    const qint64 second = duration_cast<seconds>(steady_clock::now().time_since_epoch()).count();
    const std::lock_guard lock(m_mutex);
    if (second != m_second) {
        m_second = second;
        m_passed = 1;
        return {true, std::exchange(m_dropped, 0)};
    }
    if (m_passed < m_perSecond) {
        ++m_passed;
        return {true, 0};
    }
    ++m_dropped;
    return {};
}

} // namespace burrow
