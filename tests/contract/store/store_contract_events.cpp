// SPDX-License-Identifier: Apache-2.0
// The event log: what every store keeps of what sessions told, and how it is read.
#include "store_contract.h"

namespace burrow::test {

namespace {

std::vector<quint64> numbersOf(const EventPage &page)
{
    std::vector<quint64> numbers;
    for (const LoggedEvents &row : page.rows)
        numbers.push_back(row.number);
    return numbers;
}

WriteSet telling(WriteSet set, std::vector<LifecycleEvent> events)
{
    set.events = std::move(events);
    return set;
}

} // namespace

EventPage StoreContract::eventsSince(const EventCursor &since, SessionId session, quint32 rowsMax)
{
    Tally answered;
    std::optional<EventPage> page;
    store().readEvents({.since = since, .session = session, .rowsMax = rowsMax}, [&](Result<EventPage> result) {
        if (result.ok())
            page = *std::move(result);
        answered.add();
    });
    if (!answered.waitFor(1) || !page)
        QTest::qFail("the event log was not read", __FILE__, __LINE__);
    return page.value_or(EventPage{});
}

quint64 StoreContract::eventNumberOf(WriteSet set)
{
    if (verdictOf(std::move(set)) != Verdict::Committed)
        QTest::qFail("the set was not committed", __FILE__, __LINE__);
    return m_log.answers().back().eventNumber;
}

void StoreContract::theLogKeepsWhatTheWritesTold()
{
    const StoredSession session = openSession("alpha");
    SetBuilder sets(session.id);
    const InputPointer input = freshInput();
    const RunId run = {Uuid::version7(5, 0, 5)};
    const std::vector<LifecycleEvent> accepted{
        {.code = EventCode::InputAccepted, .input = input->id, .correlation = "ticket 7"},
        {.code = EventCode::InputQueued, .input = input->id, .correlation = "ticket 7"}};
    const std::vector<LifecycleEvent> ended{
        {.code = EventCode::InputStaged, .input = input->id, .run = run},
        {.code = EventCode::RunStarted, .run = run},
        {.code = EventCode::InputApplied, .input = input->id, .run = run},
        {.code = EventCode::InputConsumed, .input = input->id, .run = run},
        {.code = EventCode::RunCompleted, .run = run, .detail = QStringLiteral("so")}};
    const quint64 first = eventNumberOf(telling(sets.accept(input), accepted));
    const quint64 second = eventNumberOf(telling(sets.finishRun(run, {input}), ended));
    const quint64 third = eventNumberOf(telling(sets.lifecycle("stop", Phase::Stopped), {}));
    const quint64 none = eventNumberOf(telling(sets.grant(2, {}), {}));
    QVERIFY(first > 0 && second > first && third > second);
    QCOMPARE(none, 0ULL);

    const EventPage page = eventsSince({});
    QCOMPARE(numbersOf(page), (std::vector<quint64>{first, second, third}));
    QVERIFY(page.gaps.empty());
    QVERIFY(!page.more);
    QCOMPARE(page.next, (EventCursor{session.id.uuid, third}));
    QVERIFY(page.rows[0].events == accepted);
    QVERIFY(page.rows[1].events == ended);
    QVERIFY(page.rows[2].events.empty());
    QCOMPARE(page.rows[2].verb, QByteArray("stop"));
    for (const LoggedEvents &row : page.rows) {
        QCOMPARE(row.session, session.id);
        QCOMPARE(row.name, QByteArray("alpha"));
        QVERIFY(row.at.sinceEpoch.count() > 0);
    }
}

void StoreContract::theLogIsReadInPages()
{
    SetBuilder sets(openSession("alpha").id);
    std::vector<quint64> written;
    for (int at = 0; at < 7; ++at)
        written.push_back(eventNumberOf(sets.accept(freshInput())));
    std::vector<quint64> read;
    EventCursor cursor;
    for (int pages = 1;; ++pages) {
        const EventPage page = eventsSince(cursor, {}, 3);
        QVERIFY(page.rows.size() <= 3);
        for (const quint64 number : numbersOf(page))
            read.push_back(number);
        cursor = page.next;
        if (!page.more) {
            QCOMPARE(pages, 3);
            break;
        }
    }
    QCOMPARE(read, written);
    QVERIFY(eventsSince(cursor).rows.empty());
    QCOMPARE(eventsSince(cursor).next, cursor);
    QVERIFY(eventsSince(cursor).gaps.empty());

    std::optional<EventPage> part;
    Tally answered;
    store().readEvents({.since = {}, .upTo = written[4]}, [&](Result<EventPage> result) {
        part = *std::move(result);
        answered.add();
    });
    QVERIFY(answered.waitFor(1));
    QCOMPARE(numbersOf(*part), std::vector<quint64>(written.begin(), written.begin() + 5));
    QCOMPARE(part->next.number, written[4]);
    QVERIFY(!part->more);
}

void StoreContract::theLogOfASessionIsItsOwn()
{
    const StoredSession alpha = openSession("alpha");
    const StoredSession beta = openSession("beta");
    SetBuilder ofAlpha(alpha.id);
    SetBuilder ofBeta(beta.id);
    std::vector<quint64> numbers;
    for (int at = 0; at < 3; ++at) {
        eventNumberOf(ofAlpha.accept(freshInput()));
        numbers.push_back(eventNumberOf(ofBeta.accept(freshInput())));
    }
    const quint64 last = eventNumberOf(ofAlpha.accept(freshInput()));
    const EventPage page = eventsSince({}, beta.id);
    QCOMPARE(numbersOf(page), numbers);
    // The cursor is past what was looked at, whoever said it: the next page does not look again.
    QCOMPARE(page.next.number, last);
    QCOMPARE(page.next.log, alpha.id.uuid);
    QVERIFY(eventsSince({}, sessionIdOf(424'242)).rows.empty());
}

void StoreContract::theLogGoesOnAfterReopening()
{
    SetBuilder before(openSession("alpha").id);
    const quint64 first = eventNumberOf(before.accept(freshInput()));
    const EventCursor cursor = eventsSince({}).next;
    QCOMPARE(cursor.number, first);
    SetBuilder after(afterReopening("alpha").id);
    const quint64 second = eventNumberOf(after.accept(freshInput()));
    QVERIFY(second > first);
    const EventPage page = eventsSince(cursor);
    QVERIFY(page.gaps.empty());
    QCOMPARE(numbersOf(page), std::vector<quint64>{second});
    QCOMPARE(numbersOf(eventsSince({})), (std::vector<quint64>{first, second}));
}

void StoreContract::aRefusedWriteTellsTheLogNothing()
{
    SetBuilder sets(openSession("alpha").id);
    const InputPointer input = freshInput();
    const quint64 first = eventNumberOf(sets.accept(input));
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Refused);
    QCOMPARE(m_log.answers().back().eventNumber, 0ULL);
    QCOMPARE(numbersOf(eventsSince({})), std::vector<quint64>{first});
}

void StoreContract::aCursorThatDoesNotFitIsTold()
{
    const StoredSession session = openSession("alpha");
    SetBuilder sets(session.id);
    const quint64 first = eventNumberOf(sets.accept(freshInput()));
    const auto causes = [](const EventPage &page) {
        std::vector<EventGap::Cause> found;
        for (const EventGap &gap : page.gaps)
            found.push_back(gap.cause);
        return found;
    };
    const EventPage other = eventsSince({Uuid{1, 2}, first});
    QCOMPARE(causes(other), std::vector{EventGap::Cause::OtherLog});
    QCOMPARE(numbersOf(other), std::vector<quint64>{first});
    const EventPage ahead = eventsSince({session.id.uuid, first + 100});
    QCOMPARE(causes(ahead), std::vector{EventGap::Cause::Ahead});
    QCOMPARE(numbersOf(ahead), std::vector<quint64>{first});
    QVERIFY(causes(eventsSince({session.id.uuid, first})).empty());
}

} // namespace burrow::test
