// SPDX-License-Identifier: Apache-2.0
// The host goes down: what finishes is committed, everything else stays as it was, and nothing is called
// Stopped.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

class ShutdownTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ofASessionThatNeverRan();
    void ofAnExecutorAtRest();
    void lifecycleIsClosed();
    void tellsWhoeverWaits();
    void aRunThatFinishesIsCommitted();
    void aRunThatIsCancelledIsRolledBack_data();
    void aRunThatIsCancelledIsRolledBack();
    void aRunThatIsStuckIsGivenUp();
    void aRunThatACallerCancelledIsRolledBackToo();
    void aLyingExecutorIsNotStoppedForGood_data();
    void aLyingExecutorIsNotStoppedForGood();
    void ofAHeldSession();
    void survivesTheDeathOfItsExecutor_data();
    void survivesTheDeathOfItsExecutor();
    void anExecutorThatRefusesToStopIsLeft();
    void isAskedTwiceAndEndsOnce();
};

void ShutdownTest::ofASessionThatNeverRan()
{
    CoreHarness h;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    const std::size_t writes = h.writes.size();
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 1);
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.outcome(queued)->reason, QStringLiteral("host shutting down"));
    compareUntouched(h, queued);
}

void ShutdownTest::ofAnExecutorAtRest()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    h.shutDown();
    QCOMPARE(h.stops.size(), std::size_t(1));
    QCOMPARE(h.stops[0].kind, StopKind::HostShutdown);
    QCOMPARE(h.shutdownsFinished, 0);
    h.stopped();
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.cleanups.empty());
    QVERIFY(h.phase() != Phase::Stopped);
}

void ShutdownTest::lifecycleIsClosed()
{
    CoreHarness h;
    h.shutDown();
    QCOMPARE(h.reply(h.attach())->refusal, Refusal::ShuttingDown);
    QCOMPARE(h.reply(h.start())->refusal, Refusal::ShuttingDown);
    QCOMPARE(h.reply(h.stop())->refusal, Refusal::ShuttingDown);
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::ShuttingDown);
    QCOMPARE(h.view().waitReason, WaitReason::ShuttingDown);
}

void ShutdownTest::tellsWhoeverWaits()
{
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted queued = h.submit(prompt(), WaitMode::Attempt);
    h.shutDown();
    QVERIFY(h.outcome(queued) == nullptr);
    h.endCancelled();
    QCOMPARE(h.outcome(queued)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.outcome(with.input)->reason, QStringLiteral("host shutting down"));
}

void ShutdownTest::aRunThatFinishesIsCommitted()
{
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted next = h.submit(prompt());
    h.shutDown();
    QCOMPARE(h.cancels.back().mode, CancelMode::Boundary);
    h.succeed();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QVERIFY(h.store.ended(with.input.sequence()) != nullptr);
    // No promise to start another one is left behind.
    QVERIFY(h.store.row().grant.inputs.empty());
    compareUntouched(h, next);
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.shutdownsFinished, 1);
}

void ShutdownTest::aRunThatIsCancelledIsRolledBack_data()
{
    QTest::addColumn<int>("how");
    QTest::newRow("by its own word") << 0;
    QTest::newRow("as an error") << 1;
    QTest::newRow("by being given up") << 2;
    QTest::newRow("as a terminal that nobody observed") << 3;
}

void ShutdownTest::aRunThatIsCancelledIsRolledBack()
{
    QFETCH(int, how);
    WithRun with;
    CoreHarness &h = with.h;
    h.shutDown();
    const std::size_t writes = h.writes.size();
    if (how == 0)
        h.endCancelled();
    else if (how == 1)
        h.failRun();
    else if (how == 2)
        h.end(RunAbandoned{QStringLiteral("it hangs")});
    else
        h.failRun(FailureCause::Unknown);
    QCOMPARE(h.writes.size(), writes);
    compareUntouched(h, with.input);
    QCOMPARE(h.phaseOf(with.input), InputPhase::Queued);
    QCOMPARE(h.shutdownsFinished, 1);
    QCOMPARE(h.outcome(with.input)->reason, QStringLiteral("host shutting down"));
}

void ShutdownTest::aRunThatIsStuckIsGivenUp()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.shutDown();
    h.advance(1min);
    QCOMPARE(h.cancels.back().mode, CancelMode::Boundary);
    h.shutDown(CancelMode::Hard);
    QCOMPARE(h.cancels.back().mode, CancelMode::Hard);
    h.advance(limits::abandon_after_hard);
    QCOMPARE(h.abandons.size(), std::size_t(1));
    QCOMPARE(h.shutdownsFinished, 1);
    compareUntouched(h, with.input);
}

void ShutdownTest::aRunThatACallerCancelledIsRolledBackToo()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.cancel();
    h.shutDown();
    h.endCancelled();
    compareUntouched(h, with.input);
}

void ShutdownTest::aLyingExecutorIsNotStoppedForGood_data()
{
    QTest::addColumn<bool>("hook");
    QTest::newRow("with a receipt that names another run") << false;
    QTest::newRow("with a hook that fails") << true;
}

void ShutdownTest::aLyingExecutorIsNotStoppedForGood()
{
    QFETCH(bool, hook);
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    h.script.checkpoint = Answers::Held;
    h.shutDown();
    RunOutput output = h.output();
    if (hook)
        output.snapshot = QByteArray("s");
    else
        output.receipt.run = {Uuid{9, 9}};
    h.end(output);
    if (hook)
        h.checkpointed(false);
    QVERIFY(h.store.row().phase != Phase::Stopped);
    compareUntouched(h, queued);
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.outcome(queued) != nullptr);
}

void ShutdownTest::ofAHeldSession()
{
    CoreHarness h;
    h.attach();
    h.script.store = Answers::Held;
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 1);
}

void ShutdownTest::survivesTheDeathOfItsExecutor_data()
{
    QTest::addColumn<bool>("stopping");
    QTest::newRow("during its run") << false;
    QTest::newRow("while it stops") << true;
}

void ShutdownTest::survivesTheDeathOfItsExecutor()
{
    QFETCH(bool, stopping);
    WithRun with;
    CoreHarness &h = with.h;
    h.script.stopping = Answers::Held;
    h.shutDown();
    if (stopping) {
        h.endCancelled();
        QVERIFY(h.stopping());
        h.feed(ExecutorDied{QStringLiteral("signal 9")});
    } else {
        h.die();
    }
    QCOMPARE(h.shutdownsFinished, 1);
    compareUntouched(h, with.input);
}

void ShutdownTest::anExecutorThatRefusesToStopIsLeft()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    h.shutDown();
    h.stopped(false);
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(!h.hasInstance());
}

void ShutdownTest::isAskedTwiceAndEndsOnce()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.shutDown();
    h.shutDown();
    h.shutDown(CancelMode::Hard);
    h.shutDown(CancelMode::Hard);
    QCOMPARE(h.cancels.size(), std::size_t(2));
    h.endCancelled();
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 1);
}

QTEST_APPLESS_MAIN(ShutdownTest)
#include "shutdown_test.moc"
