// SPDX-License-Identifier: Apache-2.0
// An executor that does not answer holds nobody up for ever: neither a run, nor a stop, nor a shutdown.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

namespace {

HarnessOptions withTimes(Duration turnTimeout = 10min)
{
    HarnessOptions options;
    options.settings.turnTimeout = turnTimeout;
    options.settings.stopGrace = 10s;
    options.settings.abandonAfterHard = 5s;
    return options;
}

/// An attached session whose executor has been made and answers nothing from now on.
struct Mute
{
    explicit Mute(HarnessOptions options = withTimes())
        : h(std::move(options))
    {
        h.attach();
        h.submit(prompt());
        h.succeed();
        h.script.stopping = h.script.checkpoint = h.script.creation = Answers::Held;
    }
    CoreHarness h;
};

} // namespace

class RestTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStopGivesUpAnExecutorThatDoesNotStop();
    void aStopGivesUpAnExecutorThatIsNeverMade();
    void aLateAnswerToAStopChangesNothing_data();
    void aLateAnswerToAStopChangesNothing();
    void aLateInstanceIsDestroyed_data();
    void aLateInstanceIsDestroyed();
    void aShutdownGivesUpAnExecutorThatDoesNotStop();
    void aHardShutdownIsShort();
    void aHardShutdownShortensOneThatWaits();
    void aShutdownGivesUpAnExecutorThatIsNeverMade();

    void aHookThatDoesNotAnswerHasTheTimeOfATurn();
    void aHookWithoutTurnTimeoutIsWaitedFor();
    void aStopHurriesAHookThatDoesNotAnswer();
    void aShutdownHurriesAHookThatDoesNotAnswer();

    void aDeathEndsTheRunThatIsOpen();
    void aDeathDuringAStopEndsTheRunThatIsOpen();
    void aDeathDuringAShutdownRollsTheRunBack();
    void aDeathMakesTheHookMoot();
};

void RestTest::aStopGivesUpAnExecutorThatDoesNotStop()
{
    Mute mute;
    CoreHarness &h = mute.h;
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.stop();
    QVERIFY(h.stopping());
    h.advance(15s - 1ns);
    QCOMPARE(h.phase(), Phase::Attached);
    h.advance(1ns);
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.hasInstance());
    QVERIFY(h.outcome(queued) != nullptr);
    QVERIFY(!h.eventsOf(EventCode::ExecutorFailed).empty());
    QVERIFY(h.core.parked());
}

void RestTest::aStopGivesUpAnExecutorThatIsNeverMade()
{
    CoreHarness h(withTimes());
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    h.stop();
    h.advance(15s);
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.hasInstance());
    QVERIFY(h.outcome(queued) != nullptr);
}

void RestTest::aLateAnswerToAStopChangesNothing_data()
{
    QTest::addColumn<bool>("works");
    QTest::newRow("that it stopped") << true;
    QTest::newRow("that it will not") << false;
}

void RestTest::aLateAnswerToAStopChangesNothing()
{
    QFETCH(bool, works);
    Mute mute;
    CoreHarness &h = mute.h;
    h.script.store = Answers::Held;
    h.stop();
    h.advance(15s);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.stopped(works);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QCOMPARE(h.phase(), Phase::Stopped);
    h.feed(StopFinished{});
    QCOMPARE(h.phase(), Phase::Stopped);
}

void RestTest::aLateInstanceIsDestroyed_data()
{
    QTest::addColumn<bool>("works");
    QTest::newRow("that works") << true;
    QTest::newRow("that does not") << false;
}

void RestTest::aLateInstanceIsDestroyed()
{
    QFETCH(bool, works);
    CoreHarness h(withTimes());
    h.script.creation = Answers::Held;
    h.attach();
    h.submit(prompt());
    h.script.store = Answers::Held;
    h.stop();
    h.advance(15s);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.created(works);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.hasInstance());
    QVERIFY(h.stops.empty());
}

void RestTest::aShutdownGivesUpAnExecutorThatDoesNotStop()
{
    Mute mute;
    CoreHarness &h = mute.h;
    h.shutDown();
    h.advance(15s - 1ns);
    QCOMPARE(h.shutdownsFinished, 0);
    h.advance(1ns);
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.cleanups.empty());
}

void RestTest::aHardShutdownIsShort()
{
    Mute mute;
    CoreHarness &h = mute.h;
    h.shutDown(CancelMode::Hard);
    h.advance(5s);
    QCOMPARE(h.shutdownsFinished, 1);
}

void RestTest::aHardShutdownShortensOneThatWaits()
{
    Mute mute;
    CoreHarness &h = mute.h;
    h.shutDown();
    h.advance(1s);
    h.shutDown(CancelMode::Hard);
    h.advance(5s);
    QCOMPARE(h.shutdownsFinished, 1);
}

void RestTest::aShutdownGivesUpAnExecutorThatIsNeverMade()
{
    CoreHarness h(withTimes());
    h.script.creation = Answers::Held;
    h.attach();
    h.submit(prompt());
    h.shutDown();
    h.advance(15s);
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(!h.hasInstance());
}

void RestTest::aHookThatDoesNotAnswerHasTheTimeOfATurn()
{
    Mute mute;
    CoreHarness &h = mute.h;
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    h.succeed(RunTerminal::Result, QByteArray("s"));
    h.advance(10min - 1ns);
    QVERIFY(h.outcome(done) == nullptr);
    h.advance(1ns);
    QCOMPARE(h.outcome(done)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QCOMPARE(h.store.ended(done.sequence())->kind, TerminalKind::Consumed);
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.hasInstance());
}

void RestTest::aHookWithoutTurnTimeoutIsWaitedFor()
{
    Mute mute(withTimes(Duration::zero()));
    CoreHarness &h = mute.h;
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    h.succeed(RunTerminal::Result, QByteArray("s"));
    QCOMPARE(h.core.deadline(), MonotonicTime::never());
    h.checkpointed();
    QCOMPARE(h.outcome(done)->outcome, OutcomeClass::Completed);
}

void RestTest::aStopHurriesAHookThatDoesNotAnswer()
{
    Mute mute(withTimes(Duration::zero()));
    CoreHarness &h = mute.h;
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    h.succeed(RunTerminal::Result, QByteArray("s"));
    h.stop();
    h.advance(15s);
    QVERIFY(h.outcome(done) != nullptr);
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.store.row().phase, Phase::Stopped);
}

void RestTest::aShutdownHurriesAHookThatDoesNotAnswer()
{
    Mute mute(withTimes(Duration::zero()));
    CoreHarness &h = mute.h;
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    const Submitted queued = h.submit(prompt());
    h.succeed(RunTerminal::Result, QByteArray("s"));
    h.shutDown();
    h.advance(15s);
    QVERIFY(h.outcome(done) != nullptr);
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.store.hasOpen(queued.sequence()));
    QVERIFY(h.store.row().phase != Phase::Stopped);
}

void RestTest::aDeathEndsTheRunThatIsOpen()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Attempt);
    const RunId run = h.openRun();
    const RunOutput late = h.output();
    h.dieWithoutAnswers();
    QCOMPARE(h.outcome(mine)->cause, FailureCause::ExecutorStopped);
    QCOMPARE(h.view().waitReason, WaitReason::RestartBackoff);
    QVERIFY(!h.hasInstance());
    h.endRun(run, late);
    QVERIFY(h.isOpen(mine));
}

void RestTest::aDeathDuringAStopEndsTheRunThatIsOpen()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt(), WaitMode::Terminal);
    const CommandId stop = h.stop();
    h.dieWithoutAnswers();
    QVERIFY(h.reply(stop)->ok());
    QCOMPARE(h.phase(), Phase::Stopped);
}

void RestTest::aDeathDuringAShutdownRollsTheRunBack()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    h.shutDown();
    h.dieWithoutAnswers();
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.store.hasOpen(mine.sequence()));
    QCOMPARE(h.record(mine)->registers.tries, 0U);
}

void RestTest::aDeathMakesTheHookMoot()
{
    Mute mute;
    CoreHarness &h = mute.h;
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    h.succeed(RunTerminal::Result, QByteArray("s"));
    h.dieWithoutAnswers();
    QCOMPARE(h.outcome(done)->outcome, OutcomeClass::Completed);
    QVERIFY(h.isOpen(queued));
    QVERIFY(h.outcome(queued) == nullptr);
    QCOMPARE(h.view().waitReason, WaitReason::RestartBackoff);
}

QTEST_APPLESS_MAIN(RestTest)
#include "rest_test.moc"
