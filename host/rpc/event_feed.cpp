// SPDX-License-Identifier: Apache-2.0
#include "rpc/event_feed.h"

#include "rpc/connection.h"
#include "rpc/event_follow.h"
#include "rpc/value_json.h"

#include <algorithm>

namespace burrow {

namespace {

bool isWanted(const SessionEvent &event, const RpcConnection::Subscription &subscription)
{
    const bool isProgress = std::holds_alternative<ProgressEvent>(event.event);
    return (subscription.session.isEmpty() || subscription.session == event.name)
           && (!isProgress || subscription.progress);
}

} // namespace

EventFeed::EventFeed(Host &host)
    : m_host(host)
{
    connect(&m_host, &Host::eventsLost, this, [this](quint64 count) {
        for (const QPointer<RpcConnection> &reader : m_readers) {
            if (reader)
                reader->addGap(count);
        }
    });
}

void EventFeed::add(RpcConnection &connection)
{
    remove(connection);
    m_readers.emplace_back(&connection);
    if (!m_arriving)
        m_arriving = connect(&m_host, &Host::eventsArrived, this, &EventFeed::take);
}

void EventFeed::follow(RpcConnection &connection, const FollowOptions &options)
{
    remove(connection);
    new EventFollow(m_host, options, connection); // The connection's own.
}

void EventFeed::remove(RpcConnection &connection)
{
    if (auto *follow = connection.findChild<EventFollow *>({}, Qt::FindDirectChildrenOnly))
        follow->end();
    std::erase_if(m_readers, [&connection](const QPointer<RpcConnection> &reader) {
        return !reader || reader == &connection;
    });
    if (m_readers.empty())
        disconnect(std::exchange(m_arriving, {}));
}

void EventFeed::take(const std::vector<SessionEvent> &events)
{
    for (const SessionEvent &event : events)
        takeOne(event);
}

void EventFeed::takeOne(const SessionEvent &event)
{
    QByteArray line;
    for (const QPointer<RpcConnection> &reader : m_readers) {
        if (!reader || !reader->subscription() || !isWanted(event, *reader->subscription()))
            continue;
        if (line.isEmpty())
            line = notificationLine("event", toJson(event));
        reader->tell(line);
    }
}

} // namespace burrow
