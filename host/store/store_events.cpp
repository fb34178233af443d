// SPDX-License-Identifier: Apache-2.0
#include "store/store_events.h"

#include "base/limits.h"
#include "store/record_codec.h"
#include "store/record_columns_io.h"
#include "store/store_reader_connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>

namespace burrow {

namespace {

/// Rows that one page looks at: a session that says little must not make a page read the whole log.
constexpr quint32 rows_looked_at_max = 4096;

/// Fills one page.
class PageReader
{
public:
    PageReader(SqliteDatabase &reader, const EventQuery &query)
        : m_reader(reader)
        , m_query(query)
    {
    }

    Result<EventPage> read()
    {
        if (Result<void> begun = findBeginning(); !begun)
            return begun.error();
        if (!m_query.session.isNull()) {
            const Result<bool> known = findSession();
            if (!known)
                return known.error();
            if (!*known)
                return std::move(m_page);
        }
        if (Result<void> read = readRows(); !read)
            return read.error();
        return std::move(m_page);
    }

private:
    /// Which log this is, and where in it the page begins.
    Result<void> findBeginning()
    {
        Result<SqliteStatement> first = m_reader.prepare("SELECT uuid FROM session ORDER BY sid LIMIT 1");
        if (!first)
            return first.error();
        const Result<bool> found = stepped(*first);
        if (!found)
            return found.error();
        if (*found)
            m_page.next.log = uuidOf(first->bytesAt(0));
        const Result<qint64> last = m_reader.integerOf("SELECT max(eno) FROM event");
        const Result<qint64> oldest = m_reader.integerOf("SELECT min(eno) FROM event");
        if (!last || !oldest)
            return (last ? oldest : last).error();
        beginPage(m_page, m_query.since, static_cast<quint64>(*oldest), static_cast<quint64>(*last));
        return {};
    }

    Result<bool> findSession()
    {
        Result<SqliteStatement> find = m_reader.prepare("SELECT sid FROM session WHERE uuid=?");
        if (!find)
            return find.error();
        const IdBytes id(m_query.session.uuid);
        Result<bool> found = stepped(find->blob(id.view()));
        if (found && *found)
            m_sid = find->integerAt(0);
        return found;
    }

    Result<void> readRows()
    {
        Result<SqliteStatement> rows =
            m_reader.prepare(QByteArray(QByteArray(event_select) + " WHERE eno>? ORDER BY eno").constData());
        if (!rows)
            return rows.error();
        const quint32 rowsMax = std::clamp(m_query.rowsMax, 1U, limits::event_rows_per_page_max);
        int code = rows->number(m_page.next.number).step();
        for (quint32 looked = 0; code == SQLITE_ROW; code = rows->step()) {
            if (m_query.upTo > 0 && static_cast<quint64>(rows->integerAt(0)) > m_query.upTo)
                break;
            if (m_page.rows.size() >= rowsMax || looked++ >= rows_looked_at_max) {
                m_page.more = true;
                return {};
            }
            m_page.next.number = static_cast<quint64>(rows->integerAt(0));
            if (m_sid == 0 || rows->integerAt(1) == m_sid) {
                if (Result<void> taken = take(*rows); !taken)
                    return taken;
            }
        }
        if (code != SQLITE_DONE && code != SQLITE_ROW)
            return m_reader.lastError();
        m_page.next.number = std::max(m_page.next.number, m_query.upTo);
        return {};
    }

    Result<void> take(const SqliteStatement &rows)
    {
        EventColumns row;
        const bool sound = readRow(rows, row);
        std::optional<StoredEvents> stored = sound ? decodeEvents(row) : std::nullopt;
        if (!stored) {
            noteDamage();
            return {};
        }
        Result<const Speaker *> speaker = speakerOf(row.sid);
        if (!speaker)
            return speaker.error();
        m_page.rows.push_back({.number = row.number,
                               .session = (*speaker)->id,
                               .name = (*speaker)->name,
                               .at = {std::chrono::milliseconds(row.at)},
                               .verb = std::move(stored->verb),
                               .events = std::move(stored->events)});
        return {};
    }

    void noteDamage()
    {
        if (m_page.gaps.empty() || m_page.gaps.back().cause != EventGap::Cause::Damaged)
            m_page.gaps.push_back({EventGap::Cause::Damaged, 0});
        ++m_page.gaps.back().count;
    }

    struct Speaker
    {
        SessionId id;
        QByteArray name;
    };
    Result<const Speaker *> speakerOf(qint64 sid)
    {
        const auto known = m_speakers.find(sid);
        if (known != m_speakers.end())
            return &known->second;
        if (!m_findSpeaker) {
            Result<SqliteStatement> find = m_reader.prepare("SELECT uuid,name FROM session WHERE sid=?");
            if (!find)
                return find.error();
            m_findSpeaker = *std::move(find);
        }
        const Result<bool> found = stepped(m_findSpeaker.integer(sid));
        if (!found)
            return found.error();
        Speaker speaker;
        if (*found) {
            speaker.id.uuid = uuidOf(m_findSpeaker.bytesAt(0));
            speaker.name = m_findSpeaker.bytesAt(1).toByteArray();
        }
        m_findSpeaker.reset();
        return &m_speakers.emplace(sid, std::move(speaker)).first->second;
    }

    /// Whether there is a row. That it could not be looked for is not that there is none.
    Result<bool> stepped(SqliteStatement &statement)
    {
        const int code = statement.step();
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            return m_reader.lastError();
        return code == SQLITE_ROW;
    }

    static Uuid uuidOf(QByteArrayView bytes)
    {
        IdBytes id;
        if (bytes.size() == static_cast<qsizetype>(id.bytes.size()))
            std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
        return id.uuid();
    }

    SqliteDatabase &m_reader;
    const EventQuery &m_query;
    EventPage m_page;
    qint64 m_sid = 0; ///< Of the session that is asked for; 0 = all.
    SqliteStatement m_findSpeaker;
    std::map<qint64, Speaker> m_speakers;
};

} // namespace

Result<EventPage> readEventPage(SqliteDatabase &reader, const EventQuery &query)
{
    // Where the log begins and what stands in it are read one after the other: rows that were pruned between
    // the two would be missing without being told as a gap.
    ReadTransaction transaction(reader);
    if (Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    return PageReader(reader, query).read();
}

Result<EventsOfStore> StoreReader::events(const EventQuery &query)
{
    ReadTransaction transaction(d->database);
    if (Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    EventsOfStore events;
    Result<StoreSight> sight = d->look(events.damage);
    if (!sight)
        return sight.error();
    events.sight = *std::move(sight);
    Result<EventPage> page = PageReader(d->database, query).read();
    if (!page)
        return page.error();
    events.page = *std::move(page);
    return events;
}

} // namespace burrow
