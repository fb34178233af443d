// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"
#include "event/event_merge.h"

namespace burrow {

/// Follows the events of a host from a cursor on: first what the log keeps, then what executors have said so
/// far in the runs that are under way, then everything as it happens, without gap or repeat; what is missing
/// all the same is told as a gap at its place. Whoever reads says when it can take more, so a slow one costs
/// the host nothing but the bounded rest that no log keeps.
///
/// Lives on the host's thread and must end before the host. While there is one, the host collects what sessions
/// say live.
class EventFollower : public QObject
{
    Q_OBJECT

public:
    /// `host` must outlive it.
    EventFollower(Host &host, const FollowOptions &options, QObject *parent = nullptr);

    /// The reader takes another batch. Answered by one told(), as soon as there is anything, or by failed().
    void more();
    /// Behind the last event of the log that was told.
    const EventCursor &cursor() const { return m_merge.cursor(); }

Q_SIGNALS:
    void told(const std::vector<burrow::FollowItem> &items); ///< Never empty.
    void failed(const burrow::Error &error);                 ///< The log could not be read; more() tries again.

private:
    void askForRecent(SessionId session);
    void pump();
    void read(EventQuery query);
    void pageRead(Result<EventPage> page);
    void tellAll(const std::vector<FollowItem> &items);
    static WallTime now();

    Host &m_host;
    EventMerge m_merge;
    bool m_wanted = false;  ///< The reader has asked and was not answered.
    bool m_reading = false; ///< A page is on its way.
};

} // namespace burrow
