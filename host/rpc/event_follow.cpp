// SPDX-License-Identifier: Apache-2.0
#include "rpc/event_follow.h"

#include "rpc/connection.h"

namespace burrow {

EventFollow::EventFollow(Host &host, const FollowOptions &options, RpcConnection &connection)
    : QObject(&connection)
    , m_connection(connection)
    , m_follower(host, options)
{
    connect(&m_follower, &EventFollower::told, this, &EventFollow::tell);
    connect(&m_follower, &EventFollower::failed, this, [this](const Error &error) {
        m_connection.tellSurely(
            notificationLine("events.failed", {{QStringLiteral("message"), error.message}}));
    });
    connect(&m_connection, &RpcConnection::roomAgain, this, &EventFollow::moreIfRoom);
    m_follower.more();
}

void EventFollow::end()
{
    disconnect(&m_follower, nullptr, this, nullptr);
    disconnect(&m_connection, nullptr, this, nullptr);
    setParent(nullptr);
    deleteLater();
}

void EventFollow::tell(const std::vector<FollowItem> &items)
{
    for (const FollowItem &item : items)
        tellOne(item);
    moreIfRoom();
}

void EventFollow::tellOne(const FollowItem &item)
{
    if (const auto *envelope = std::get_if<EventEnvelope>(&item)) {
        m_connection.tellSurely(notificationLine("event", toJson(*envelope)));
    } else if (const auto *gap = std::get_if<EventGap>(&item)) {
        QJsonObject params = toJson(*gap);
        params.remove(QStringLiteral("event"));
        params.insert(QStringLiteral("count"), static_cast<qint64>(gap->count));
        m_connection.tellSurely(notificationLine("events.gap", params));
    } else {
        const QString cursor = QString::fromLatin1(m_follower.cursor().toText());
        m_connection.tellSurely(notificationLine("events.live", {{QStringLiteral("cursor"), cursor}}));
    }
}

void EventFollow::moreIfRoom()
{
    if (m_connection.hasRoom())
        m_follower.more();
}

} // namespace burrow
