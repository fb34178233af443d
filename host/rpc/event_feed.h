// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"

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
    void remove(RpcConnection &connection);

private:
    void take(const std::vector<SessionEvent> &events);
    void takeOne(const SessionEvent &event);

    Host &m_host;
    std::vector<QPointer<RpcConnection>> m_readers;
    QMetaObject::Connection m_arriving;
};

} // namespace burrow
