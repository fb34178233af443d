// SPDX-License-Identifier: Apache-2.0
#include "control/event_follower.h"

#include "control/when_finished.h"

#include <QTimer>

namespace burrow {

namespace {

/// What one telling holds at most, so that a reader can pass it on in one piece.
constexpr std::size_t items_per_batch_max = 64;
/// Rows of the log that are read for one telling.
constexpr quint32 rows_per_batch_max = 64;

} // namespace

EventFollower::EventFollower(Host &host, const FollowOptions &options, QObject *parent)
    : QObject(parent)
    , m_host(host)
    , m_merge(options)
{
    // Before the first page is asked for: what is said from here on is either in that page or heard.
    connect(&host, &Host::eventsArrived, this, [this](const std::vector<SessionEvent> &events) {
        for (const SessionEvent &event : events)
            m_merge.take(event, now());
        pump();
    });
    connect(&host, &Host::eventsLost, this, [this](quint64 count) {
        m_merge.addLost(count);
        pump();
    });
    if (options.progress)
        askForRecent(options.session);
}

/// Behind the connections above: what is said from here on is heard, or in the answer, or both.
void EventFollower::askForRecent(SessionId session)
{
    const std::vector<QFuture<std::vector<RecentProgress>>> answers = m_host.recentProgress(session);
    m_merge.awaitRecent(answers.size());
    for (const QFuture<std::vector<RecentProgress>> &answer : answers) {
        whenFinished(answer, this, [this](const QFuture<std::vector<RecentProgress>> &finished) {
            m_merge.takeRecent(finishedResult(finished).value_or(std::vector<RecentProgress>{}));
            pump();
        });
    }
    QTimer::singleShot(std::chrono::duration_cast<std::chrono::milliseconds>(limits::recent_progress_wait_max),
                       this, [this] {
                           m_merge.recentOverdue();
                           pump();
                       });
}

WallTime EventFollower::now()
{
    return {std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch())};
}

void EventFollower::more()
{
    m_wanted = true;
    // A reader asks from inside told(); answering there would nest one telling in another.
    QMetaObject::invokeMethod(this, &EventFollower::pump, Qt::QueuedConnection);
}

void EventFollower::pump()
{
    if (!m_wanted || m_reading)
        return;
    std::vector<FollowItem> items;
    m_merge.tell(items, items_per_batch_max);
    if (!items.empty())
        tellAll(items);
    else if (std::optional<EventQuery> query = m_merge.nextPage())
        read(*std::move(query));
}

void EventFollower::read(EventQuery query)
{
    m_reading = true;
    query.rowsMax = rows_per_batch_max;
    whenFinished(m_host.events(query), this, [this](const QFuture<Result<EventPage>> &finished) {
        m_reading = false;
        pageRead(finishedResult(finished).value_or(
            Result<EventPage>(Error{ErrorKind::NotReady, QStringLiteral("the host went away")})));
    });
}

void EventFollower::pageRead(Result<EventPage> page)
{
    if (!page) {
        m_wanted = false;
        Q_EMIT failed(page.error());
        return;
    }
    std::vector<FollowItem> items;
    m_merge.takePage(*std::move(page), items);
    if (items.empty())
        pump();
    else
        tellAll(items);
}

void EventFollower::tellAll(const std::vector<FollowItem> &items)
{
    m_wanted = false;
    Q_EMIT told(items);
}

} // namespace burrow
