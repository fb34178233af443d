// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/shard.h"

#include <QObject>

#include <atomic>
#include <mutex>

namespace burrow {

/// Carries what sessions say from the shards to one thread, in batches: many events, one wake-up. Bounded: when
/// the receiving thread does not keep up, events are dropped and counted rather than growing the host.
class EventRelay : public QObject, public ShardObserver
{
    Q_OBJECT

public:
    /// `sessionLeft` is called on any shard's thread.
    explicit EventRelay(std::function<void(SessionId session, const QByteArray &name)> sessionLeft)
        : m_sessionLeft(std::move(sessionLeft))
    {
    }
    void setWanted(bool wanted) { m_wanted.store(wanted, std::memory_order_relaxed); }

    // Any thread.
    bool wantsEvents() const override { return m_wanted.load(std::memory_order_relaxed); }
    void sessionsSaid(std::vector<SessionEvent> events) override;
    void storeFenced(const QString &owner) override;
    void sessionLeft(SessionId session, const QByteArray &name) override { m_sessionLeft(session, name); }

Q_SIGNALS:
    // On the relay's thread.
    void arrived(const std::vector<burrow::SessionEvent> &events);
    void lost(quint64 count);
    void fenced(const QString &owner); ///< Once, however many sessions notice.

private:
    void deliver();

    const std::function<void(SessionId, const QByteArray &)> m_sessionLeft;
    std::atomic<bool> m_wanted = false;
    std::atomic<bool> m_fenced = false;
    std::mutex m_mutex;
    std::vector<SessionEvent> m_pending; // Guarded by m_mutex.
    quint64 m_lost = 0;                  // Guarded by m_mutex.
    bool m_posted = false;               // Guarded by m_mutex.
};

} // namespace burrow
