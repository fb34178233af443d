// SPDX-License-Identifier: Apache-2.0
#include "event/event_merge.h"

#include "base/limits.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace burrow {

namespace {

/// Rows that are remembered for what was said of them; a live event follows its row closely.
constexpr std::size_t recent_rows_max = 1024;
/// Starts that were told and whose runs have not ended.
constexpr std::size_t early_max = 4096;

/// Told when it happens, and in a row that the session does not know by its number: the end of the run writes
/// the one, the opening of the session the other.
bool isEarly(const LifecycleEvent &event)
{
    return event.code == EventCode::InputStaged || event.code == EventCode::RunStarted
           || event.code == EventCode::ExecutorChanged;
}

} // namespace

EventMerge::EventMerge(FollowOptions options)
    : m_options(std::move(options))
    , m_cursor(m_options.since)
{
}

void EventMerge::take(const SessionEvent &event, WallTime now)
{
    if (!m_options.session.isNull() && event.session != m_options.session)
        return;
    if (!m_options.progress && std::holds_alternative<ProgressEvent>(event.event))
        return;
    quint32 &waiting = m_waitingOf[event.session];
    if (waiting < limits::live_events_per_session_max) {
        ++waiting;
        m_waiting.push_back({event, now});
        return;
    }
    if (event.row > m_cursor.number)
        ++m_endWanted; // The row that is named here will be named by nobody else.
    drop(event, 1);
}

void EventMerge::addLost(quint64 count)
{
    ++m_endWanted;
    drop({}, count);
}

/// One gap for each session: what is dropped while it waits to be told belongs to it.
void EventMerge::drop(const SessionEvent &whose, quint64 count)
{
    const auto [dropped, isFirst] = m_dropped.try_emplace(whose.session, 0);
    dropped->second += count;
    if (isFirst)
        m_waiting.push_back({{whose.session, whose.name, {}}, {}, Waiting::Kind::Dropped});
}

void EventMerge::takeRecent(std::vector<RecentProgress> recent)
{
    if (m_awaited == 0)
        return; // Too late: what follows them was told.
    --m_awaited;
    std::set<RunId> ended;
    for (const LoggedEvents &row : m_recent) {
        for (const LifecycleEvent &event : row.events) {
            if (endsRun(event.code))
                ended.insert(event.run);
        }
    }
    for (RecentProgress &one : recent) {
        const RunId run = one.run;
        // The answer may have been overtaken by the end of its run.
        if (!ended.contains(run) && (m_options.session.isNull() || one.session == m_options.session))
            m_soFar.insert_or_assign(run, std::move(one));
    }
    std::erase_if(m_waiting, [this](const Waiting &waiting) {
        const auto *said = std::get_if<ProgressEvent>(&waiting.event.event);
        const auto soFar = said != nullptr ? m_soFar.find(said->run) : m_soFar.end();
        const bool isKept =
            soFar != m_soFar.end() && waiting.event.number > 0 && waiting.event.number <= soFar->second.last;
        if (isKept)
            --m_waitingOf[waiting.event.session];
        return isKept;
    });
    goLive();
}

void EventMerge::recentOverdue()
{
    m_overdue = std::exchange(m_awaited, 0) > 0;
    goLive();
}

/// Once the log was read to its end and all answers are here: what was said so far, and then what waits.
void EventMerge::goLive()
{
    if (m_isLive || m_endReached == 0 || m_awaited > 0)
        return;
    m_isLive = true;
    std::vector<Waiting> first;
    for (auto &[run, recent] : m_soFar) {
        std::vector<Waiting> one = waitingOf(std::move(recent));
        std::move(one.begin(), one.end(), std::back_inserter(first));
    }
    m_soFar.clear();
    if (m_overdue)
        first.push_back({.event = {}, .at = {}, .kind = Waiting::Kind::Forgotten});
    first.push_back({.event = {}, .at = {}, .kind = Waiting::Kind::Live});
    m_waiting.insert(m_waiting.begin(), std::make_move_iterator(first.begin()),
                     std::make_move_iterator(first.end()));
}

std::vector<EventMerge::Waiting> EventMerge::waitingOf(RecentProgress &&recent)
{
    std::vector<Waiting> waiting;
    if (recent.forgotten > 0)
        waiting.push_back({{recent.session, recent.name, {}}, {}, Waiting::Kind::Forgotten, recent.forgotten});
    for (RecentProgress::Said &said : recent.said)
        waiting.push_back({{recent.session, recent.name, std::move(said.event)}, said.at});
    m_waitingOf[recent.session] += static_cast<quint32>(recent.said.size());
    return waiting;
}

/// The log goes on with what comes after all that was said in that run.
void EventMerge::tellSoFar(RunId run, std::vector<FollowItem> &items)
{
    const auto soFar = m_soFar.find(run);
    if (soFar == m_soFar.end())
        return;
    std::vector<Waiting> said = waitingOf(std::move(soFar->second));
    m_soFar.erase(soFar);
    const auto rest = std::stable_partition(m_waiting.begin(), m_waiting.end(), [run](const Waiting &waiting) {
        const auto *progress = std::get_if<ProgressEvent>(&waiting.event.event);
        return progress == nullptr || progress->run != run;
    });
    std::move(rest, m_waiting.end(), std::back_inserter(said));
    m_waiting.erase(rest, m_waiting.end());
    for (Waiting &waiting : said)
        tellLive(waiting, items);
}

/// The last of the rows that come before the first event which is told live.
quint64 EventMerge::rowAhead() const
{
    quint64 row = 0;
    for (const Waiting &waiting : m_waiting) {
        if (waiting.kind != Waiting::Kind::Said || waiting.event.row <= m_cursor.number)
            break;
        row = std::max(row, waiting.event.row);
    }
    return row;
}

std::optional<EventQuery> EventMerge::wantedPage() const
{
    EventQuery query;
    query.since = m_cursor;
    query.session = m_options.session;
    if (m_endWanted != m_endReached)
        return query;
    if (!m_isLive)
        return std::nullopt;
    query.upTo = rowAhead();
    return query.upTo > 0 ? std::optional(query) : std::nullopt;
}

std::optional<EventQuery> EventMerge::nextPage()
{
    std::optional<EventQuery> query = wantedPage();
    // What is dropped from here on may be behind the end that this page will see.
    m_endAsked = query && query->upTo == 0 ? m_endWanted : 0;
    return query;
}

void EventMerge::takePage(EventPage page, std::vector<FollowItem> &items)
{
    for (const EventGap &gap : page.gaps)
        items.emplace_back(gap);
    m_cursor = page.next;
    for (LoggedEvents &row : page.rows) {
        tellRow(row, items);
        m_recent.push_back(std::move(row));
        if (m_recent.size() > recent_rows_max)
            m_recent.pop_front();
    }
    if (page.more || m_endAsked == 0)
        return;
    m_endReached = m_endAsked;
    goLive();
}

void EventMerge::tellRow(const LoggedEvents &row, std::vector<FollowItem> &items)
{
    for (EventEnvelope &envelope : envelopesOf(row, m_cursor.log)) {
        const auto &event = std::get<LifecycleEvent>(envelope.event);
        if (!m_soFar.empty() && !isEarly(event))
            tellSoFar(event.run, items);
        const auto early = isEarly(event) ? std::find(m_early.begin(), m_early.end(), event) : m_early.end();
        if (early != m_early.end())
            m_early.erase(early);
        else
            items.emplace_back(std::move(envelope));
    }
}

/// Whether a row that was told has told this, too. An event that is told early names no row, and its run may be
/// over in the log before it arrives here.
bool EventMerge::rowTells(const SessionEvent &event) const
{
    const auto *said = std::get_if<LifecycleEvent>(&event.event);
    if (said == nullptr || (event.row == 0 && !isEarly(*said)))
        return false;
    return std::any_of(m_recent.rbegin(), m_recent.rend(), [&](const LoggedEvents &row) {
        return (event.row == 0 || row.number == event.row)
               && std::find(row.events.begin(), row.events.end(), *said) != row.events.end();
    });
}

void EventMerge::tellLive(Waiting &waiting, std::vector<FollowItem> &items)
{
    switch (waiting.kind) {
    case Waiting::Kind::Dropped: {
        const auto dropped = m_dropped.find(waiting.event.session);
        items.emplace_back(EventGap{EventGap::Cause::Lost, dropped->second});
        m_dropped.erase(dropped);
        return;
    }
    case Waiting::Kind::Forgotten:
        items.emplace_back(EventGap{EventGap::Cause::ProgressForgotten, waiting.count});
        return;
    case Waiting::Kind::Live:
        items.emplace_back(EventsAreLive{});
        return;
    case Waiting::Kind::Said:
        break;
    }
    --m_waitingOf[waiting.event.session];
    if (rowTells(waiting.event))
        return;
    if (const auto *said = std::get_if<LifecycleEvent>(&waiting.event.event);
        said != nullptr && isEarly(*said)) {
        m_early.push_back(*said);
        if (m_early.size() > early_max)
            m_early.pop_front();
    }
    items.emplace_back(envelopeOf(waiting.event, waiting.at, ++m_number));
}

void EventMerge::tell(std::vector<FollowItem> &items, std::size_t most)
{
    while (m_isLive && !m_waiting.empty() && items.size() < most && !wantedPage()) {
        Waiting waiting = std::move(m_waiting.front());
        m_waiting.pop_front();
        tellLive(waiting, items);
    }
    std::erase_if(m_waitingOf, [](const auto &entry) { return entry.second == 0; });
}

} // namespace burrow
