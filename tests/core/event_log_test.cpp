// SPDX-License-Identifier: Apache-2.0
#include "core_harness.h"

/// What a session gives the store for the event log: the same as it tells live, in the same order.
namespace burrow::test {

namespace {

using Codes = std::vector<EventCode>;

/// What the log says of that input, over all writes.
Codes loggedAbout(const CoreHarness &h, InputId input)
{
    Codes codes;
    for (const WriteSet &set : h.writes) {
        for (const LifecycleEvent &event : set.events) {
            if (event.input == input)
                codes.push_back(event.code);
        }
    }
    return codes;
}

/// Everything that the log says.
std::vector<LifecycleEvent> logged(const CoreHarness &h)
{
    std::vector<LifecycleEvent> events;
    for (const WriteSet &set : h.writes)
        events.insert(events.end(), set.events.begin(), set.events.end());
    return events;
}

Input correlated(Input input, const QByteArray &correlation)
{
    input.correlationId = correlation;
    return input;
}

/// The correlations that events of that code tell.
QByteArrayList correlationsOf(const std::vector<LifecycleEvent> &events, EventCode code)
{
    QByteArrayList correlations;
    for (const LifecycleEvent &event : events) {
        if (event.code == code)
            correlations.push_back(event.correlation);
    }
    return correlations;
}

} // namespace

class EventLogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anInputIsLoggedInItsOrder()
    {
        CoreHarness h;
        h.attach();
        const Submitted work = h.submit(prompt("work"));
        h.succeed();
        const Codes expected{EventCode::InputAccepted, EventCode::InputQueued, EventCode::InputStaged,
                             EventCode::InputApplied, EventCode::InputConsumed};
        QCOMPARE(loggedAbout(h, work.input), expected);
        QCOMPARE(h.codesFor(work), expected);
    }

    void aRunIsLoggedAroundItsInputs()
    {
        CoreHarness h;
        const Submitted a = h.submit(peerMessage("a"));
        const Submitted b = h.submit(peerMessage("b"));
        h.attach();
        h.succeed();
        const RunId run = h.applies.back().run;
        const std::vector<LifecycleEvent> &told = h.writes.back().events;
        QVERIFY(
            told
            == (std::vector<LifecycleEvent>{{.code = EventCode::InputStaged, .input = a.input, .run = run},
                                            {.code = EventCode::InputStaged, .input = b.input, .run = run},
                                            {.code = EventCode::RunStarted, .run = run},
                                            {.code = EventCode::InputApplied, .input = a.input, .run = run},
                                            {.code = EventCode::InputConsumed, .input = a.input, .run = run},
                                            {.code = EventCode::InputApplied, .input = b.input, .run = run},
                                            {.code = EventCode::InputConsumed, .input = b.input, .run = run},
                                            {.code = EventCode::RunCompleted, .run = run}}));
    }

    void aFailedInputIsLoggedUntilItsEnd()
    {
        CoreHarness h;
        h.attach();
        const Submitted bad = h.submit(prompt("bad"));
        for (int tries = 0; tries < 3; ++tries) {
            h.failRun();
            h.wake();
        }
        QVERIFY(!h.isOpen(bad));
        QCOMPARE(loggedAbout(h, bad.input), h.codesFor(bad));
        QCOMPARE(loggedAbout(h, bad.input).back(), EventCode::InputAbandoned);
        QCOMPARE(h.writes.back().events.back().code, EventCode::RunFailed);
        QVERIFY(!h.writes.back().events.back().detail.isEmpty());
    }

    void aCancelledRunIsLogged()
    {
        CoreHarness h;
        h.attach();
        const Submitted work = h.submit(prompt("work"));
        h.cancel(CancelMode::Hard);
        h.endCancelled();
        QCOMPARE(loggedAbout(h, work.input), h.codesFor(work));
        QCOMPARE(h.writes.back().events.back().code, EventCode::RunCancelled);
    }

    void aReplacedInputIsLoggedWithWhatReplacedIt()
    {
        CoreHarness h;
        const Submitted older = h.submit(durable(superseding(progress(), "job")));
        const Submitted newer = h.submit(durable(superseding(progress(), "job")));
        QVERIFY(!h.isOpen(older));
        QCOMPARE(loggedAbout(h, older.input), h.codesFor(older));
        const LifecycleEvent &first = h.writes.back().events.front();
        QCOMPARE(first.code, EventCode::InputCoalesced);
        QCOMPARE(first.other, newer.input);
    }

    void anEventTellsTheCorrelationOfItsInput()
    {
        CoreHarness h;
        h.attach();
        const Submitted work = h.submit(correlated(prompt("work"), "ticket 7"));
        h.succeed();
        for (const std::vector<LifecycleEvent> &events : {logged(h), h.events}) {
            for (const LifecycleEvent &event : events) {
                const bool isAboutIt =
                    event.input == work.input || (event.run && event.run == h.applies.back().run);
                QCOMPARE(event.correlation, QByteArray(isAboutIt ? "ticket 7" : ""));
            }
            QCOMPARE(correlationsOf(events, EventCode::InputConsumed), QByteArrayList{"ticket 7"});
            QCOMPARE(correlationsOf(events, EventCode::RunStarted), QByteArrayList{"ticket 7"});
            QCOMPARE(correlationsOf(events, EventCode::RunCompleted), QByteArrayList{"ticket 7"});
        }
    }

    void aRunTellsACorrelationOnlyWhenAllItsInputsHaveIt_data()
    {
        QTest::addColumn<QByteArray>("second");
        QTest::addColumn<QByteArray>("told");
        QTest::newRow("both the same") << QByteArray("ticket 7") << QByteArray("ticket 7");
        QTest::newRow("another") << QByteArray("ticket 8") << QByteArray();
        QTest::newRow("one has none") << QByteArray() << QByteArray();
    }
    void aRunTellsACorrelationOnlyWhenAllItsInputsHaveIt()
    {
        QFETCH(QByteArray, second);
        QFETCH(QByteArray, told);
        CoreHarness h;
        h.submit(correlated(peerMessage("a"), "ticket 7"));
        h.submit(correlated(peerMessage("b"), second));
        h.attach();
        const std::shared_ptr<const RunSubject> subject = h.core.subjectOf(h.applies.back().run);
        QVERIFY(subject);
        QCOMPARE(subject->inputs.size(), std::size_t(2));
        QCOMPARE(subject->correlation, told);
        h.failRun();
        for (const std::vector<LifecycleEvent> &events : {logged(h), h.events}) {
            QCOMPARE(correlationsOf(events, EventCode::RunFailed), QByteArrayList{told});
            QCOMPARE(correlationsOf(events, EventCode::InputStaged).at(1), second);
        }
    }

    void anInputThatEndsWithItsSessionTellsItsCorrelation()
    {
        CoreHarness h;
        h.submit(correlated(prompt("work"), "ticket 7"));
        h.command(LifecycleVerb::Reset);
        QCOMPARE(correlationsOf(logged(h), EventCode::InputAbandoned), QByteArrayList{"ticket 7"});
        QCOMPARE(correlationsOf(h.events, EventCode::InputAbandoned), QByteArrayList{"ticket 7"});
    }

    void whatARunIsForIsKnownWhileItIsOpen()
    {
        CoreHarness h;
        h.attach();
        const Submitted work = h.submit(prompt("work"));
        const RunId run = h.applies.back().run;
        QCOMPARE(h.core.subjectOf(run)->inputs, std::vector<InputId>{work.input});
        QVERIFY(!h.core.subjectOf({Uuid{1, 2}}));
        h.succeed();
        QVERIFY(!h.core.subjectOf(run));
    }

    void whatIsNotStoredIsNotLogged()
    {
        CoreHarness h;
        h.attach();
        const Submitted work = h.submit(ephemeral(prompt("passing")));
        h.succeed();
        QVERIFY(h.codesFor(work).size() > 2);
        QVERIFY(loggedAbout(h, work.input).empty());
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::EventLogTest)
#include "event_log_test.moc"
