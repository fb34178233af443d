// SPDX-License-Identifier: Apache-2.0
// When work that failed is tried again: by a wake, by a backlog, by the clock, and never in a hot loop.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

namespace {

HarnessOptions withBackoff(Duration backoff)
{
    HarnessOptions options;
    options.settings.retryBackoff = backoff;
    return options;
}

} // namespace

class RetryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLoneFailureWaitsForItsBackoff();
    void theBackoffDoubles();
    void theBackoffHasACap_data();
    void theBackoffHasACap();
    void successSetsTheBackoffBack();
    void anotherInputsArrivalIsAWake();
    void aRetryIsNotDueTwice();
    void aFailureWithABacklogNeedsNoClock();
    void anInputPublishedDuringTheFailedCommitIsNotForgotten();
    void aLostGrantIsAskedForAgain();
    void aStopEndsTheBackoff();
    void aShutdownEndsTheBackoff();
    void aDetachedSessionIsNotRetried();
    void aFailureWhileNobodyWakesIsTriedAgain();
};

void RetryTest::aLoneFailureWaitsForItsBackoff()
{
    CoreHarness h(withBackoff(3s));
    h.attach();
    h.submit(prompt());
    h.failRun();
    QVERIFY(!h.applyOpen());
    QCOMPARE(h.view().waitReason, WaitReason::RetryBackoff);
    QCOMPARE(h.view().until, h.now() + 3s);
    QCOMPARE(h.core.deadline(), h.now() + 3s);
    QVERIFY(!h.core.parked());
    h.advance(3s - 1ns);
    QVERIFY(!h.applyOpen());
    h.advance(1ns);
    QVERIFY(h.applyOpen());
}

void RetryTest::theBackoffDoubles()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.failRun();
    QCOMPARE(h.core.deadline(), h.now() + limits::retry_backoff_default);
    h.advance(limits::retry_backoff_default);
    h.failRun();
    QCOMPARE(h.core.deadline(), h.now() + 2 * limits::retry_backoff_default);
    h.advance(2 * limits::retry_backoff_default);
    QVERIFY(h.applyOpen());
}

void RetryTest::theBackoffHasACap_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("reached by doubling") << qint64(40);
    QTest::newRow("passed by the setting itself") << qint64(3600);
    // An absurd setting must not wrap around into the past.
    QTest::newRow("far out of range") << qint64(9'000'000'000);
}

void RetryTest::theBackoffHasACap()
{
    QFETCH(qint64, seconds);
    CoreHarness h(withBackoff(std::chrono::seconds(seconds)));
    h.attach();
    h.submit(prompt());
    h.failRun();
    QCOMPARE(h.core.deadline(), h.now() + std::min<Duration>(std::chrono::seconds(seconds), 1min));
    h.wake();
    h.failRun();
    QCOMPARE(h.core.deadline(), h.now() + limits::retry_backoff_max);
}

void RetryTest::successSetsTheBackoffBack()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.failRun();
    h.wake();
    h.succeed();
    h.submit(prompt());
    h.failRun();
    QCOMPARE(h.core.deadline(), h.now() + limits::retry_backoff_default);
}

void RetryTest::anotherInputsArrivalIsAWake()
{
    CoreHarness h;
    h.attach();
    const Submitted failed = h.submit(prompt());
    h.failRun();
    h.submit(prompt());
    QVERIFY(h.applyOpen());
    QCOMPARE(h.applies.back().primitive->contributors[0].input, failed.input);
    QCOMPARE(h.view().until, MonotonicTime::never());
}

void RetryTest::aRetryIsNotDueTwice()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.failRun();
    h.advance(1s);
    h.succeed();
    QCOMPARE(h.core.deadline(), MonotonicTime::never());
    QVERIFY(h.core.parked());
}

void RetryTest::aFailureWithABacklogNeedsNoClock()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.submit(prompt());
    h.failRun();
    QVERIFY(h.applyOpen());
    QCOMPARE(h.view().until, MonotonicTime::never());
}

void RetryTest::anInputPublishedDuringTheFailedCommitIsNotForgotten()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt("a"));
    h.script.store = Answers::Held;
    const Submitted between = h.submit(prompt("b"));
    h.failRun();
    h.script.turns = Answers::Held;
    h.commitAll();
    QCOMPARE(h.phaseOf(between), InputPhase::Queued);
    QVERIFY(h.core.turnDue() || h.core.deadline() != MonotonicTime::never());
}

void RetryTest::aLostGrantIsAskedForAgain()
{
    CoreHarness h;
    h.submit(peerMessage("a"));
    h.submit(peerMessage("b"));
    h.script.store = Answers::Held;
    h.attach();
    for (int round = 0; round < 5; ++round) {
        h.answer(Verdict::NotWritten);
        QCOMPARE(h.writesInFlight(), std::size_t(0));
        QCOMPARE(h.view().waitReason, WaitReason::WaitingForWrite);
        h.advance(limits::retry_backoff_default);
        QCOMPARE(h.writesInFlight(), std::size_t(1));
    }
    h.commit();
    QVERIFY(h.applyOpen());
}

void RetryTest::aStopEndsTheBackoff()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.failRun();
    h.stop();
    QCOMPARE(h.core.deadline(), MonotonicTime::never());
    h.advance(1min);
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void RetryTest::aShutdownEndsTheBackoff()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.failRun();
    h.shutDown();
    QCOMPARE(h.core.deadline(), MonotonicTime::never());
}

void RetryTest::aDetachedSessionIsNotRetried()
{
    CoreHarness h(withoutRestart());
    h.attach();
    h.submit(prompt());
    h.failRun();
    h.die();
    h.advance(1min);
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.core.deadline(), MonotonicTime::never());
}

void RetryTest::aFailureWhileNobodyWakesIsTriedAgain()
{
    CoreHarness h;
    h.attach();
    const Submitted quiet = h.submitWithoutWake(prompt());
    h.wake();
    h.failRun();
    h.advance(1s);
    QVERIFY(h.applyOpen());
    h.succeed();
    QVERIFY(!h.isOpen(quiet));
}

QTEST_APPLESS_MAIN(RetryTest)
#include "retry_test.moc"
