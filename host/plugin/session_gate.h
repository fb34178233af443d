// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/ids.h"

#include <QString>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace burrow {

/// Keeps a plugin's clean-up of a session apart from the session's instances, and one clean-up from the next.
/// Also knows when nothing of the plugin is in use any more. Thread-safe.
class SessionGate
{
public:
    void instanceBegan(SessionId session);
    /// It is destroyed, was never made, or was given up and leaked.
    void instanceEnded(SessionId session);

    /// Calls `start` once, when no instance of the session lives and no clean-up of it runs: now or in
    /// instanceEnded or cleanupEnded, on that caller's thread. Then cleanupEnded must follow.
    void whenFree(SessionId session, std::function<void()> start);
    void cleanupEnded(SessionId session);

    /// Waits until no instance lives and no clean-up runs or waits. False when the time was not enough.
    bool waitUntilQuiet(std::chrono::steady_clock::time_point deadline);
    /// What of that plugin is not quiet, as a sentence.
    QString unrestText(const QString &plugin);

private:
    struct Session
    {
        quint32 instances = 0;
        bool cleaning = false;
        std::deque<std::function<void()>> waiting;
    };

    std::function<void()> next(SessionId session);

    std::mutex m_mutex;
    std::condition_variable m_quiet;
    std::unordered_map<SessionId, Session> m_sessions; // guarded by m_mutex; only those in use
};

} // namespace burrow
