// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "event/event_envelope.h"

#include <deque>
#include <map>

namespace burrow {

/// From here on a follower hears everything when it happens, also what no log keeps.
struct EventsAreLive
{
};

/// One thing that a follower is told.
using FollowItem = std::variant<EventEnvelope, EventGap, EventsAreLive>;

/// Which part of the events somebody follows.
struct FollowOptions
{
    EventCursor since;    ///< Null: from the oldest event that is kept.
    SessionId session;    ///< Null: all sessions.
    bool progress = true; ///< Also what executors say while they work.
};

/// Puts the durable log and what is said live into one stream, without gap or repeat. Decides only: whoever has
/// it reads the log when it asks to, and hands over what is said.
///
/// What the log keeps is always told from the log, so a follower that is slow or comes back costs nothing and
/// misses nothing. Everything else (what executors say, a run that starts, an executor that dies) waits here,
/// in its place between the rows of the log, as far as there is room: limits::live_events_per_session_max of
/// each session, and what is dropped is told as a gap at its place.
///
/// Between the log and what is live comes what executors have said so far in the runs that are under way: no
/// log keeps that either. Of a run that the log ends meanwhile, it comes before that end.
class EventMerge
{
public:
    explicit EventMerge(FollowOptions options);

    /// What was said, in its order, since the follower began.
    void take(const SessionEvent &event, WallTime now);
    /// So much was lost on its way here, and nobody knows whose it was.
    void addLost(quint64 count);

    /// So many answers come about what executors have said so far. Until then the follower is not live.
    void awaitRecent(std::size_t answers) { m_awaited = answers; }
    /// One of them. What was taken from its sessions before it was given is here already.
    void takeRecent(std::vector<RecentProgress> recent);
    /// The others come too late.
    void recentOverdue();

    /// The page of the log to be read next, before anything else can be told; nothing when none is needed. Each
    /// question is answered by takePage() before the next one is asked.
    std::optional<EventQuery> nextPage();
    void takePage(EventPage page, std::vector<FollowItem> &items);
    /// Adds what can be told now without another page, at most so many.
    void tell(std::vector<FollowItem> &items, std::size_t most);

    const EventCursor &cursor() const { return m_cursor; }

private:
    struct Waiting
    {
        enum class Kind : quint8 {
            Said,
            Dropped,   ///< In place of what was dropped of that session.
            Forgotten, ///< In place of what is not kept of a run under way: so many.
            Live,      ///< From here on the follower is live.
        };
        SessionEvent event;
        WallTime at;
        Kind kind = Kind::Said;
        quint64 count = 0; ///< Forgotten; 0 = nobody knows.
    };

    std::optional<EventQuery> wantedPage() const;
    void tellRow(const LoggedEvents &row, std::vector<FollowItem> &items);
    void drop(const SessionEvent &whose, quint64 count);
    void goLive();
    std::vector<Waiting> waitingOf(RecentProgress &&recent);
    void tellSoFar(RunId run, std::vector<FollowItem> &items);
    bool rowTells(const SessionEvent &event) const;
    void tellLive(Waiting &waiting, std::vector<FollowItem> &items);
    quint64 rowAhead() const;

    const FollowOptions m_options;
    EventCursor m_cursor;
    // The log is to be read as far as it goes before anything live is told, while these differ: how often that
    // was found to be so, and how often by the time at which the page was asked for that reached the end.
    quint64 m_endWanted = 1;
    quint64 m_endReached = 0;
    quint64 m_endAsked = 0;                  ///< By the page that is on its way; 0 = it stops earlier.
    bool m_isLive = false;                   ///< The log was read to its end and all answers are here.
    std::size_t m_awaited = 0;               ///< Answers about what executors have said so far.
    bool m_overdue = false;                  ///< Some were given up.
    std::map<RunId, RecentProgress> m_soFar; ///< Until the follower is live.
    std::deque<Waiting> m_waiting;
    std::map<SessionId, quint32> m_waitingOf; ///< How many of each session wait.
    std::map<SessionId, quint64>
        m_dropped;                      ///< Of each session with a gap that waits; null: whose is not known.
    std::deque<LoggedEvents> m_recent;  ///< The last rows of the log, to tell what they tell apart.
    std::deque<LifecycleEvent> m_early; ///< Told live; the row of the run will say it again.
    quint64 m_number = 0;               ///< Of the last live event.
};

} // namespace burrow
