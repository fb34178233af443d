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
