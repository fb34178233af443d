// SPDX-License-Identifier: Apache-2.0
#include "core/executor_deaths.h"

#include <algorithm>

namespace burrow {

namespace {

/// Beyond that many doublings every backoff has reached its bound.
constexpr quint32 doublings_max = 16;

} // namespace

quint32 ExecutorDeaths::inWindow(const RestartRule &rule, MonotonicTime now) const
{
    return static_cast<quint32>(std::count_if(m_made.begin(), m_made.end(),
                                              [&](MonotonicTime made) { return now - made < rule.window; }));
}

std::optional<Duration> ExecutorDeaths::backoff(const RestartRule &rule, MonotonicTime now) const
{
    const quint32 restarts = inWindow(rule, now);
    if (restarts >= rule.most)
        return std::nullopt;
    Duration wait = std::min(rule.backoff, limits::restart_backoff_max);
    for (quint32 at = 0; at < std::min(restarts, doublings_max) && wait < limits::restart_backoff_max; ++at)
        wait *= 2;
    return std::min<Duration>(wait, limits::restart_backoff_max);
}

void ExecutorDeaths::schedule(MonotonicTime at, const QString &reason)
{
    m_dueAt = at;
    m_reason = reason;
}

void ExecutorDeaths::making(const RestartRule &rule, MonotonicTime now)
{
    if (m_reason.isEmpty())
        return;
    std::erase_if(m_made, [&](MonotonicTime made) { return now - made >= rule.window; });
    m_made.push_back(now);
    ++m_restarts;
}

void ExecutorDeaths::forgive()
{
    m_made.clear();
    m_dueAt = MonotonicTime::never();
    m_reason.clear();
}

} // namespace burrow
