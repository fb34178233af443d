// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/settings.h"

#include <vector>

namespace burrow {

/// What a session remembers of executors that died, in order to decide whether another one is made, and when.
/// The budget is a sliding window: an executor that dies once a day is made again for ever.
class ExecutorDeaths
{
public:
    /// How long the next instance waits by that rule; nothing when the budget is spent.
    std::optional<Duration> backoff(const RestartRule &rule, MonotonicTime now) const;
    /// The executor died at `now` and is to be made again at `at`.
    void schedule(MonotonicTime at, const QString &reason);
    /// When the next instance may be made; never when none is waited for.
    MonotonicTime dueAt() const { return m_dueAt; }
    /// The time has come.
    void becomeDue() { m_dueAt = MonotonicTime::never(); }
    /// An instance is being made: a restart, if it takes the place of one that died.
    void making(const RestartRule &rule, MonotonicTime now);
    /// It is ready.
    void made() { m_reason.clear(); }
    /// Nobody is made again for what has happened so far.
    void forgive();

    /// Why the last one died; empty once its successor is ready.
    const QString &reason() const { return m_reason; }
    quint32 restarts() const { return m_restarts; }
    /// Restarts that are remembered, whether or not the window still holds them.
    std::size_t remembered() const { return m_made.size(); }

private:
    quint32 inWindow(const RestartRule &rule, MonotonicTime now) const;

    std::vector<MonotonicTime> m_made; ///< Restarts, oldest first; at most as many as the rule allows.
    MonotonicTime m_dueAt = MonotonicTime::never();
    QString m_reason;
    quint32 m_restarts = 0;
};

} // namespace burrow
