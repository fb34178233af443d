// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/event_follower.h"

namespace burrow {

class RpcConnection;

/// Tells one connection the events from a cursor on, as fast as its reader takes them: the next are asked for
/// when there is room. Belongs to the connection, and ends with it or with its subscription.
class EventFollow : public QObject
{
    Q_OBJECT

public:
    /// `connection` owns it. `host` must outlive it.
    EventFollow(Host &host, const FollowOptions &options, RpcConnection &connection);

    /// Tells nothing more, and goes as soon as nobody is inside it.
    void end();

private:
    void tell(const std::vector<FollowItem> &items);
    void tellOne(const FollowItem &item);
    void moreIfRoom();

    RpcConnection &m_connection;
    EventFollower m_follower;
};

} // namespace burrow
