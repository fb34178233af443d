// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/limits.h"
#include "base/time.h"
#include "model/event.h"

/// The durable log of what sessions told: one row per write set, in the order in which the sets became durable.
namespace burrow {

/// A place in the event log of one store. The log's name is the id of the first session the store ever had: it
/// stays over every restart, and a cursor of another store's log is recognised by it.
struct EventCursor
{
    Uuid log;           ///< Null: no log is meant; with number 0, its beginning.
    quint64 number = 0; ///< Of the last row that has been read.

    /// "<log>.<number>".
    QByteArray toText() const;
    /// Accepts exactly what toText() writes.
    static std::optional<EventCursor> fromText(QByteArrayView text);

    friend bool operator==(const EventCursor &, const EventCursor &) = default;
};

/// One row of the log: what one write set told, in order.
struct LoggedEvents
{
    quint64 number = 0; ///< Rises along the log; not every number is used.
    SessionId session;
    QByteArray name; ///< Of the session.
    WallTime at;
    QByteArray verb; ///< Of a lifecycle operation, or empty.
    std::vector<LifecycleEvent> events;
};

/// Where a reader has missed something, or may have. Never silent: whoever reads is told before what follows.
struct EventGap
{
    enum class Cause : quint8 {
        Forgotten, ///< Rows behind the cursor were let go of; the page goes on with the oldest that is kept.
        OtherLog,  ///< The cursor is not of this log; the page begins with the oldest row.
        Ahead,   ///< The log ends before the cursor: an older copy was put back. It begins with the oldest row.
        Damaged, ///< Rows could not be read and are left out.
        Lost,    ///< Live events were dropped as nobody took them in time; some of them may stand in the log.
        ProgressForgotten, ///< What an executor said first in the run that is under way is not kept.
    };
    Cause cause = Cause::Forgotten;
    quint64 count = 0; ///< How many rows or events; 0 = nobody knows.

    friend bool operator==(const EventGap &, const EventGap &) = default;
};
inline constexpr EnumNames<EventGap::Cause, 6> eventGapCauseName{
    {"forgotten", "other_log", "ahead", "damaged", "lost", "progress_forgotten"}};
/// One sentence for people, without its full stop.
QString sentenceOf(const EventGap &gap);

/// What to read of the log.
struct EventQuery
{
    EventCursor since;
    SessionId session; ///< Null: of all sessions.
    quint64 upTo = 0;  ///< No row behind that number; 0 = to the end of the log.
    quint32 rowsMax = limits::event_rows_per_page_max;
};

/// A page of the log. A store bounds what it looks at for one page, so an empty page need not be the last one.
struct EventPage
{
    std::vector<EventGap> gaps; ///< What is missing before or among the rows.
    std::vector<LoggedEvents> rows;
    EventCursor
        next; ///< Where the next page begins: behind all that was looked at, be it nothing up to `upTo`.
    bool more = false; ///< There may be further rows now.
};

/// Places the beginning of a page of a log that holds rows from `oldest` to `last`, both 0 when it is empty.
/// `page.next.log` is set: the log that is read. What the cursor shows to be missing goes into the page's gaps.
void beginPage(EventPage &page, const EventCursor &since, quint64 oldest, quint64 last);

} // namespace burrow
