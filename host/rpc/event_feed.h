// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/event_follower.h"

#include <QPointer>

namespace burrow {

class RpcConnection;

/// Carries what sessions say to the connections that subscribed. Each event is put into words once, however
/// many read it; while nobody does, the host does not even collect it.
class EventFeed : public QObject
{
    Q_OBJECT

public:
    /// `host` must outlive it.
    explicit EventFeed(Host &host);

    /// The connection has a subscription now, or a new one.
    void add(RpcConnection &connection);
    /// The connection is told everything from a cursor on, instead.
    void follow(RpcConnection &connection, const FollowOptions &options);
    void remove(RpcConnection &connection);

private:
    void take(const std::vector<SessionEvent> &events);
    void takeOne(const SessionEvent &event);

    Host &m_host;
    std::vector<QPointer<RpcConnection>> m_readers;
    QMetaObject::Connection m_arriving;
};

} // namespace burrow
