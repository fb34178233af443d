// SPDX-License-Identifier: Apache-2.0
#include "plugin/session_gate.h"

namespace burrow {

void SessionGate::instanceBegan(SessionId session)
{
    const std::lock_guard lock(m_mutex);
    ++m_sessions[session].instances;
}

void SessionGate::instanceEnded(SessionId session)
{
    std::function<void()> start;
    {
        const std::lock_guard lock(m_mutex);
        --m_sessions[session].instances;
        start = next(session);
    }
    if (start)
        start();
}

void SessionGate::whenFree(SessionId session, std::function<void()> start)
{
    {
        const std::lock_guard lock(m_mutex);
        m_sessions[session].waiting.push_back(std::move(start));
        start = next(session);
    }
    if (start)
        start();
}

void SessionGate::cleanupEnded(SessionId session)
{
    std::function<void()> start;
    {
        const std::lock_guard lock(m_mutex);
        m_sessions[session].cleaning = false;
        start = next(session);
    }
    if (start)
        start();
}

/// The clean-up that may begin now, or nothing; forgets a session that is not in use. The caller holds m_mutex.
std::function<void()> SessionGate::next(SessionId session)
{
    Session &entry = m_sessions[session];
    if (entry.instances > 0 || entry.cleaning)
        return {};
    if (entry.waiting.empty()) {
        m_sessions.erase(session);
        if (m_sessions.empty())
            m_quiet.notify_all();
        return {};
    }
    entry.cleaning = true;
    std::function<void()> start = std::move(entry.waiting.front());
    entry.waiting.pop_front();
    return start;
}

bool SessionGate::waitUntilQuiet(std::chrono::steady_clock::time_point deadline)
{
    std::unique_lock lock(m_mutex);
    return m_quiet.wait_until(lock, deadline, [this] { return m_sessions.empty(); });
}

QString SessionGate::unrestText(const QString &plugin)
{
    quint32 instances = 0;
    quint32 cleanups = 0;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &[id, session] : m_sessions) {
            instances += session.instances;
            cleanups += static_cast<quint32>(session.waiting.size()) + (session.cleaning ? 1 : 0);
        }
    }
    QString text = QStringLiteral("the plugin %1 has not come to rest in time:").arg(plugin);
    if (instances > 0)
        text += QStringLiteral(" of %1 instances its memory is kept").arg(instances);
    if (cleanups > 0)
        text += QStringLiteral("%1 %2 clean-ups are not done and are owed")
                    .arg(QLatin1String(instances > 0 ? " and" : ""))
                    .arg(cleanups);
    return text;
}

} // namespace burrow
