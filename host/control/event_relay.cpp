// SPDX-License-Identifier: Apache-2.0
#include "control/event_relay.h"

#include <iterator>

namespace burrow {

void EventRelay::sessionsSaid(std::vector<SessionEvent> events)
{
    bool first = false;
    {
        const std::lock_guard lock(m_mutex);
        const std::size_t room =
            limits::pending_events_max - std::min(limits::pending_events_max, m_pending.size());
        if (events.size() > room) {
            m_lost += events.size() - room;
            events.resize(room);
        }
        m_pending.insert(m_pending.end(), std::make_move_iterator(events.begin()),
                         std::make_move_iterator(events.end()));
        first = !std::exchange(m_posted, true);
    }
    if (first)
        QMetaObject::invokeMethod(this, &EventRelay::deliver, Qt::QueuedConnection);
}

void EventRelay::storeFenced(const QString &owner)
{
    if (m_fenced.exchange(true))
        return;
    QMetaObject::invokeMethod(
        this, [this, owner] { Q_EMIT fenced(owner); }, Qt::QueuedConnection);
}

void EventRelay::deliver()
{
    std::vector<SessionEvent> events;
    quint64 count = 0;
    {
        const std::lock_guard lock(m_mutex);
        events.swap(m_pending);
        count = std::exchange(m_lost, 0);
        m_posted = false;
    }
    if (!events.empty())
        Q_EMIT arrived(events);
    if (count > 0)
        Q_EMIT lost(count);
}

} // namespace burrow
