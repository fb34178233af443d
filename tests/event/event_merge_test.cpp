// SPDX-License-Identifier: Apache-2.0
#include "event/event_merge.h"

#include <QTest>

/// The stream that a follower is told, made of a log that the test writes and of what it says live.
namespace burrow::test {

namespace {

constexpr SessionId alpha{{1, 1}};
constexpr SessionId beta{{2, 2}};

SessionEvent progress(SessionId session, const QByteArray &text)
{
    return {session, "alpha", ProgressEvent{.type = ProgressType::TextDelta, .text = text}};
}

/// What was said in the run of of(), by its number there.
SessionEvent saidAs(quint64 number, const QByteArray &text)
{
    SessionEvent said = progress(alpha, text);
    std::get<ProgressEvent>(said.event).run = {Uuid{3, 3}};
    said.number = number;
    return said;
}

/// What is kept of that run, up to its last number.
std::vector<RecentProgress> kept(const QByteArrayList &texts, quint64 last, quint64 forgotten = 0)
{
    RecentProgress recent;
    recent.session = alpha;
    recent.name = "alpha";
    recent.run = {Uuid{3, 3}};
    recent.forgotten = forgotten;
    recent.last = last;
    for (const QByteArray &text : texts)
        recent.said.push_back({std::get<ProgressEvent>(saidAs(0, text).event), {}});
    return {recent};
}

/// A log, and the follower of it.
class Stream
{
public:
    explicit Stream(FollowOptions options = {})
        : merge(std::move(options))
    {
    }

    /// A write set became durable that tells these events.
    quint64 log(std::vector<LifecycleEvent> events, SessionId session = alpha)
    {
        rows.push_back({.number = ++last,
                        .session = session,
                        .name = "alpha",
                        .at = {},
                        .verb = {},
                        .events = std::move(events)});
        return last;
    }
    /// And its session says so.
    void logAndSay(const std::vector<LifecycleEvent> &events, SessionId session = alpha)
    {
        const quint64 row = log(events, session);
        for (const LifecycleEvent &event : events)
            say({session, "alpha", event, row});
    }
    void say(const SessionEvent &event) { merge.take(event, {}); }

    /// Everything that can be told now.
    QByteArrayList told(std::size_t most = 1000)
    {
        std::vector<FollowItem> items;
        while (true) {
            merge.tell(items, most);
            const std::optional<EventQuery> query = merge.nextPage();
            if (!query)
                break;
            merge.takePage(pageOf(*query), items);
        }
        QByteArrayList words;
        for (const FollowItem &item : items)
            words.push_back(wordOf(item));
        return words;
    }

    EventPage pageOf(const EventQuery &query) const
    {
        EventPage page;
        page.next.log = alpha.uuid;
        beginPage(page, query.since, rows.empty() ? 0 : rows.front().number, last);
        for (const LoggedEvents &row : rows) {
            if (row.number <= page.next.number || (query.upTo > 0 && row.number > query.upTo))
                continue;
            if (page.rows.size() >= 3) {
                page.more = true;
                return page;
            }
            page.next.number = row.number;
            if (query.session.isNull() || query.session == row.session)
                page.rows.push_back(row);
        }
        return page;
    }

    static QByteArray wordOf(const FollowItem &item)
    {
        if (std::holds_alternative<EventsAreLive>(item))
            return "live";
        if (const auto *gap = std::get_if<EventGap>(&item))
            return QByteArray("gap ") + eventGapCauseName(gap->cause) + ' ' + QByteArray::number(gap->count);
        const auto &envelope = std::get<EventEnvelope>(item);
        if (const auto *said = std::get_if<ProgressEvent>(&envelope.event))
            return said->text;
        const auto &event = std::get<LifecycleEvent>(envelope.event);
        return envelope.code() + (event.detail.isEmpty() ? "" : " " + event.detail.toUtf8());
    }

    EventMerge merge;
    std::vector<LoggedEvents> rows;
    quint64 last = 0;
};

LifecycleEvent of(EventCode code, const char *detail = "")
{
    return {.code = code, .run = {Uuid{3, 3}}, .detail = QString::fromLatin1(detail)};
}

} // namespace

class EventMergeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLogComesFirstAndThenWhatIsLive()
    {
        Stream stream;
        for (const char *name : {"a", "b", "c", "d", "e"})
            stream.log({of(EventCode::InputAccepted, name)});
        stream.say(progress(alpha, "x"));
        QCOMPARE(stream.told(), (QByteArrayList{"input.accepted a", "input.accepted b", "input.accepted c",
                                                "input.accepted d", "input.accepted e", "live", "x"}));
        QVERIFY(stream.told().isEmpty());
    }

    void whatTheLogTellsIsNotToldAgain()
    {
        Stream stream;
        QCOMPARE(stream.told(), QByteArrayList{"live"});
        stream.logAndSay({of(EventCode::InputAccepted), of(EventCode::InputQueued)});
        stream.say({alpha, "alpha", of(EventCode::InputStaged)});
        stream.say({alpha, "alpha", of(EventCode::RunStarted)});
        QCOMPARE(stream.told(),
                 (QByteArrayList{"input.accepted", "input.queued", "input.staged", "run.started"}));
        stream.say(progress(alpha, "x"));
        stream.logAndSay({of(EventCode::InputStaged), of(EventCode::RunStarted), of(EventCode::InputApplied),
                          of(EventCode::InputConsumed), of(EventCode::RunCompleted)});
        QCOMPARE(stream.told(), (QByteArrayList{"x", "input.applied", "input.consumed", "run.completed"}));
    }

    void aRunThatWasOverBeforeItsBeginningArrived()
    {
        Stream stream;
        const quint64 row = stream.log({of(EventCode::InputStaged), of(EventCode::RunCompleted)});
        stream.say({alpha, "alpha", of(EventCode::InputStaged)});
        stream.say({alpha, "alpha", of(EventCode::RunCompleted), row});
        QCOMPARE(stream.told(), (QByteArrayList{"input.staged", "run.completed", "live"}));
    }

    void whatAVerdictTellsBesideItsRowIsToldToo()
    {
        Stream stream;
        stream.told();
        const quint64 row = stream.log({of(EventCode::RunCompleted)});
        stream.say({alpha, "alpha", of(EventCode::RunCompleted), row});
        stream.say({alpha, "alpha", of(EventCode::ExecutorFailed, "why"), row});
        QCOMPARE(stream.told(), (QByteArrayList{"run.completed", "executor.failed why"}));
    }

    void aFollowerGoesOnFromItsCursor()
    {
        Stream first;
        for (const char *name : {"a", "b", "c", "d"})
            first.log({of(EventCode::InputAccepted, name)});
        std::vector<FollowItem> items;
        first.merge.takePage(first.pageOf(*first.merge.nextPage()), items);
        const EventCursor cursor = *std::get<EventEnvelope>(items.at(1)).cursor;
        Stream second({.since = cursor});
        second.rows = first.rows;
        second.last = first.last;
        QCOMPARE(second.told(), (QByteArrayList{"input.accepted c", "input.accepted d", "live"}));
    }

    void oneSessionIsFollowedAlone()
    {
        Stream stream({.session = beta, .progress = false});
        stream.log({of(EventCode::InputAccepted, "of alpha")});
        stream.log({of(EventCode::InputAccepted, "of beta")}, beta);
        QCOMPARE(stream.told(), (QByteArrayList{"input.accepted of beta", "live"}));
        stream.logAndSay({of(EventCode::RunCompleted, "of alpha")});
        stream.say(progress(beta, "x"));
        QVERIFY(stream.told().isEmpty());
        stream.logAndSay({of(EventCode::RunCompleted, "of beta")}, beta);
        QCOMPARE(stream.told(), QByteArrayList{"run.completed of beta"});
    }

    void aSlowReaderGetsAGapAtItsPlaceAndTheWholeLog()
    {
        Stream stream;
        stream.told();
        for (quint32 at = 0; at < limits::live_events_per_session_max + 5; ++at)
            stream.say(progress(alpha, "x"));
        stream.say(progress(beta, "of another"));
        stream.logAndSay({of(EventCode::RunCompleted)}, beta);
        QByteArrayList told = stream.told(100'000);
        QCOMPARE(told.count("x"), qsizetype(limits::live_events_per_session_max));
        QCOMPARE(told.count("gap lost 5"), 1);
        QCOMPARE(told.count("of another"), 1);
        QCOMPARE(told.count("run.completed"), 1);
        // And it goes on, also behind an event of the log for which there was no room.
        for (quint32 at = 0; at < limits::live_events_per_session_max; ++at)
            stream.say(progress(alpha, "x"));
        stream.logAndSay({of(EventCode::RunFailed)});
        told = stream.told(100'000);
        QCOMPARE(told.count("run.failed"), 1);
        QCOMPARE(told.count("gap lost 1"), 1);
        stream.say(progress(alpha, "y"));
        QCOMPARE(stream.told(), QByteArrayList{"y"});
    }

    void whatIsDroppedWhileAPageIsReadIsReadAfterIt()
    {
        Stream stream;
        stream.told();
        stream.logAndSay({of(EventCode::InputAccepted)});
        const std::optional<EventQuery> query = stream.merge.nextPage();
        QVERIFY(query && query->upTo == 1);
        const EventPage page = stream.pageOf(*query);
        stream.log({of(EventCode::RunCompleted)}); // Nobody will say so.
        stream.merge.addLost(1);
        std::vector<FollowItem> items;
        stream.merge.takePage(page, items);
        QCOMPARE(items.size(), std::size_t(1));
        QCOMPARE(stream.told(), (QByteArrayList{"run.completed", "gap lost 1"}));
    }

    void whatWasLostOnTheWayIsToldAndTheLogIsReadOn()
    {
        Stream stream;
        stream.told();
        stream.log({of(EventCode::RunCompleted)}); // Nobody says so.
        stream.merge.addLost(7);
        QCOMPARE(stream.told(), (QByteArrayList{"run.completed", "gap lost 7"}));
    }

    void whatWasSaidInTheRunUnderWayComesBetweenTheLogAndWhatIsLive()
    {
        Stream stream;
        stream.log({of(EventCode::InputAccepted)});
        stream.merge.awaitRecent(1);
        stream.say(saidAs(4, "four")); // Is in the answer, too.
        stream.say(saidAs(5, "five"));
        QCOMPARE(stream.told(), QByteArrayList{"input.accepted"});
        stream.merge.takeRecent(kept({"two", "three and four"}, 4, 1));
        QCOMPARE(stream.told(),
                 (QByteArrayList{"gap progress_forgotten 1", "two", "three and four", "live", "five"}));
        stream.say(saidAs(6, "six"));
        QCOMPARE(stream.told(), QByteArrayList{"six"});
    }

    void allAnswersAreWaitedForUntilTheyAreOverdue()
    {
        Stream stream;
        stream.merge.awaitRecent(3);
        stream.logAndSay({{.code = EventCode::InputAccepted}});
        stream.merge.takeRecent({});
        stream.merge.takeRecent(kept({"one"}, 1));
        stream.told();
        stream.say(progress(beta, "of another"));
        QVERIFY(stream.told().isEmpty());
        stream.merge.recentOverdue();
        QCOMPARE(stream.told(), (QByteArrayList{"one", "gap progress_forgotten 0", "live", "of another"}));
        stream.merge.takeRecent(kept({"too late"}, 1));
        QVERIFY(stream.told().isEmpty());
    }

    void whatWasSaidInARunComesBeforeItsEndInTheLog()
    {
        Stream stream;
        stream.merge.awaitRecent(1);
        stream.say(saidAs(2, "two"));
        stream.say(progress(beta, "of another"));
        stream.merge.takeRecent(kept({"one"}, 1));
        stream.log({of(EventCode::InputStaged), of(EventCode::RunStarted), of(EventCode::InputApplied),
                    of(EventCode::RunCompleted)});
        QCOMPARE(stream.told(), (QByteArrayList{"input.staged", "run.started", "one", "two", "input.applied",
                                                "run.completed", "live", "of another"}));
    }

    void whatWasSaidInARunWhoseEndWasToldIsNotToldAnyMore()
    {
        Stream stream;
        stream.merge.awaitRecent(1);
        stream.log({of(EventCode::RunCompleted)});
        QCOMPARE(stream.told(), QByteArrayList{"run.completed"});
        stream.merge.takeRecent(kept({"one"}, 1));
        QCOMPARE(stream.told(), QByteArrayList{"live"});
    }

    void whoFollowsOneSessionIsToldOfNoOthersRuns()
    {
        Stream stream({.session = beta});
        stream.merge.awaitRecent(1);
        stream.merge.takeRecent(kept({"one"}, 1, 7));
        QCOMPARE(stream.told(), QByteArrayList{"live"});
    }

    void aCursorThatDoesNotFitIsTold()
    {
        Stream stream({.since = {Uuid{9, 9}, 1}});
        stream.log({of(EventCode::InputAccepted)});
        QCOMPARE(stream.told(), (QByteArrayList{"gap other_log 0", "input.accepted", "live"}));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::EventMergeTest)
#include "event_merge_test.moc"
