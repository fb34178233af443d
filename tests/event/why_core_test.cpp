// SPDX-License-Identifier: Apache-2.0
#include "core_harness.h"
#include "event/why.h"

/// What a real session says of itself in the states that people ask about, and since when.
namespace burrow::test {

namespace {

using namespace std::chrono_literals;

/// The view as the shard gives it, when it has looked at the session a while ago.
Why whyOf(CoreHarness &h)
{
    SessionView view = h.view();
    view.name = "alpha";
    view.executor = "echo";
    view.asOf = h.now();
    view.seenAt = h.wallNow();
    return burrow::whyOf(view);
}

} // namespace

class WhyCoreTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSessionWithoutWorkIsParked()
    {
        CoreHarness h;
        h.attach();
        h.core.rest(h.now());
        h.advance(3s);
        const Why why = whyOf(h);
        QCOMPARE(QByteArray(why.code), QByteArray("nothing"));
        QCOMPARE(*why.since, WallTime{h.wallNow().sinceEpoch - 3s});
    }

    void aRunThatIsNotHeardAndThenIs()
    {
        CoreHarness h;
        h.attach();
        h.submit(prompt("work"));
        const RunId run = h.applies.back().run;
        h.core.rest(h.now());
        h.advance(10s);
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("running.unheard"));
        QCOMPARE(*whyOf(h).since, WallTime{h.wallNow().sinceEpoch - 10s});
        h.core.heard({Uuid{1, 1}}, h.now()); // Of another run: it says nothing about this one.
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("running.unheard"));
        h.core.heard(run, h.now());
        const MonotonicTime begun = h.now();
        h.advance(4s);
        h.core.heard(run, h.now());
        h.advance(1s);
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("running"));
        QVERIFY2(whyOf(h).sentence.contains(QStringLiteral("last heard 1s ago")),
                 qPrintable(whyOf(h).sentence));
        QVERIFY(h.view().begunAt == begun);
        QVERIFY(h.view().heardAt == begun + 4s);
        h.succeed();
        QVERIFY(h.view().begunAt == MonotonicTime::never());
    }

    void aRunThatFollowsAnotherHasItsOwnBeginning()
    {
        CoreHarness h;
        h.attach();
        h.submit(prompt("a"));
        h.submit(prompt("b"));
        h.core.rest(h.now());
        h.advance(10s);
        h.succeed();
        h.core.rest(h.now()); // The reason is the same as it was at the last look.
        h.advance(2s);
        QCOMPARE(*whyOf(h).since, WallTime{h.wallNow().sinceEpoch - 2s});
    }

    void aRunThatIsAskedToEnd()
    {
        CoreHarness h;
        h.attach();
        h.submit(prompt("work"));
        h.cancel();
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("cancel_pending"));
    }

    void aWriteThatDoesNotComeBack()
    {
        CoreHarness h({.store = Answers::Held});
        h.attach();
        h.submit(prompt("work"));
        h.commitAll();
        h.succeed();
        h.core.rest(h.now());
        h.advance(7s);
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("committing"));
        QVERIFY2(whyOf(h).sentence.endsWith(QStringLiteral("for 7s")), qPrintable(whyOf(h).sentence));
        h.commitAll();
    }

    void anInputThatFailedAlone()
    {
        CoreHarness h;
        h.attach();
        h.submit(prompt("work"));
        h.failRun();
        const Why why = whyOf(h);
        QCOMPARE(QByteArray(why.code), QByteArray("retry_backoff"));
        QVERIFY2(why.sentence.endsWith(QStringLiteral("in 1s")), qPrintable(why.sentence));
    }

    void aStopThatWaitsForTheExecutor()
    {
        CoreHarness h({.stopping = Answers::Held});
        h.attach();
        h.submit(prompt("work"));
        h.succeed();
        h.stop();
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("stopping"));
        h.stopped();
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("nothing.stopped"));
        QCOMPARE(whyOf(h).unblock, QStringLiteral("burrow start alpha"));
    }

    void aSessionThatIsHeld()
    {
        CoreHarness h({.store = Answers::Held});
        h.attach();
        h.submit(prompt("work"));
        h.answer(Verdict::Refused);
        const Why why = whyOf(h);
        QCOMPARE(QByteArray(why.code), QByteArray("held"));
        QVERIFY2(why.sentence.contains(QStringLiteral("the store refused a write")), qPrintable(why.sentence));
    }

    void whatIsQueuedWithoutAnExecutorOrAWake()
    {
        CoreHarness h;
        h.submit(prompt("work"));
        QCOMPARE(QByteArray(whyOf(h).code), QByteArray("no_executor"));
        CoreHarness quiet;
        quiet.attach();
        quiet.submitWithoutWake(prompt("work"));
        QCOMPARE(QByteArray(whyOf(quiet).code), QByteArray("no_wake"));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::WhyCoreTest)
#include "why_core_test.moc"
