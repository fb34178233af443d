// SPDX-License-Identifier: Apache-2.0
// Cancel, and the deadlines by which a run is brought to its end.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

namespace {

using Receipt = CommandReceipt::Verdict;

HarnessOptions withTimes()
{
    HarnessOptions options;
    options.settings.turnTimeout = 10min;
    options.settings.stopGrace = 10s;
    options.settings.abandonAfterHard = 5s;
    options.settings.restart.policy = RestartPolicy::Never;
    return options;
}

/// A run whose times are known.
struct WithTimes : WithRun
{
    explicit WithTimes(HarnessOptions options = withTimes())
        : WithRun(WaitMode::Attempt, std::move(options))
    {
    }
};

} // namespace

class CancelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCancelReachesTheRunAndIsRepeatedFromTheQueue();
    void theQueuedRepeatNeverHitsTheNextRun();
    void aCancelEndsTheInput();
    void aRunThatFinishesAllTheSameKeepsItsResult();
    void aHardCancelIsNotQueued();
    void aCancelMayNameTheRun();
    void aCancelOfAnotherRunDoesNothing();
    void repeatsOfACancelDoNothing();
    void aHardCancelRaisesABoundaryCancel();
    void aCancelWithoutARunDoesNothing();
    void aCancelIsRefusedWhereNothingCanRun_data();
    void aCancelIsRefusedWhereNothingCanRun();
    void aCancelWhileTheEndIsWrittenDoesNothing();
    void aCancelDuringASteeredOrEphemeralRunWorksAlike();
    void aBoundaryCancelHasPatience();
    void aHardCancelThatIsNotHeededGivesTheRunUp();
    void aTurnThatTakesTooLongIsCancelledStepByStep();
    void aTurnThatEndsAtItsDeadlineCountsAsATry();
    void aTurnWithoutTimeoutHasNoDeadline();
    void theDeadlineOfATurnIsToldToItsExecutor();
    void aCancelledTurnIsNotSparedItsDeadline();
    void aCancelWithoutAReasonIsToldWithOne();
    void theLateEndOfARunThatWasGivenUpIsIgnored();
    void anEndThatCrossesTheGivingUpCounts();
    void aRunThatWasGivenUpIsNotCancelledAgain();
};

void CancelTest::aCancelReachesTheRunAndIsRepeatedFromTheQueue()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.script.turns = Answers::Held;
    const CommandId cancel = h.cancel();
    QCOMPARE(h.reply(cancel)->verdict, Receipt::Done);
    QCOMPARE(h.reply(cancel)->run, with.run);
    QCOMPARE(h.cancels.size(), std::size_t(1));
    QCOMPARE(h.cancels[0].mode, CancelMode::Boundary);
    QVERIFY(h.core.turnDue());
    h.turn();
    QCOMPARE(h.cancels.size(), std::size_t(2));
    QCOMPARE(h.cancels[1].run, with.run);
    QVERIFY(!h.core.turnDue());
}

void CancelTest::theQueuedRepeatNeverHitsTheNextRun()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.submit(prompt());
    h.script.turns = Answers::Held;
    h.cancel();
    h.endCancelled();
    h.script.turns = Answers::AtOnce;
    h.wake();
    QVERIFY(h.applyOpen());
    QVERIFY(h.openRun() != with.run);
    QCOMPARE(h.cancels.size(), std::size_t(1));
}

void CancelTest::aCancelEndsTheInput()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.cancel();
    h.endCancelled();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Cancelled);
    QCOMPARE(h.outcome(with.input)->reason, QStringLiteral("a person asked for it"));
    QCOMPARE(h.store.ended(with.input.sequence())->reason, AbandonReason::Cancelled);
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.view().tally.abandoned, quint64(1));
}

void CancelTest::aRunThatFinishesAllTheSameKeepsItsResult()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.cancel(CancelMode::Hard);
    h.succeed();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.core.deadline(), MonotonicTime::never());
}

void CancelTest::aHardCancelIsNotQueued()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.script.turns = Answers::Held;
    h.cancel(CancelMode::Hard);
    QCOMPARE(h.cancels.size(), std::size_t(1));
    QCOMPARE(h.cancels[0].mode, CancelMode::Hard);
    QVERIFY(!h.core.turnDue());
}

void CancelTest::aCancelMayNameTheRun()
{
    WithTimes with;
    QCOMPARE(with.h.reply(with.h.cancel(CancelMode::Boundary, with.run))->verdict, Receipt::Done);
    QVERIFY(!with.h.cancels.empty());
}

void CancelTest::aCancelOfAnotherRunDoesNothing()
{
    WithTimes with;
    CoreHarness &h = with.h;
    for (const CancelMode mode : {CancelMode::Boundary, CancelMode::Hard}) {
        const CommandId cancel = h.cancel(mode, {Uuid{9, 9}});
        QCOMPARE(h.reply(cancel)->refusal, Refusal::NotCurrent);
        QCOMPARE(h.reply(cancel)->run, with.run);
    }
    QVERIFY(h.cancels.empty());
    QVERIFY(!h.core.turnDue());
    h.succeed();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
}

void CancelTest::repeatsOfACancelDoNothing()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.cancel();
    const std::size_t once = h.cancels.size();
    for (int at = 0; at < 40; ++at)
        QCOMPARE(h.reply(h.cancel())->verdict, Receipt::NoOp);
    QCOMPARE(h.cancels.size(), once);
    h.cancel(CancelMode::Hard);
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->verdict, Receipt::NoOp);
    QCOMPARE(h.reply(h.cancel())->verdict, Receipt::NoOp);
    QCOMPARE(h.cancels.size(), once + 1);
}

void CancelTest::aHardCancelRaisesABoundaryCancel()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.cancel();
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->verdict, Receipt::Done);
    QCOMPARE(h.cancels.back().mode, CancelMode::Hard);
}

void CancelTest::aCancelWithoutARunDoesNothing()
{
    CoreHarness h;
    h.attach();
    QCOMPARE(h.reply(h.cancel())->verdict, Receipt::NoOp);
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->verdict, Receipt::NoOp);
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard, {Uuid{9, 9}}))->refusal, Refusal::NotCurrent);
    h.submit(prompt());
    QVERIFY(h.cancels.empty());
    QCOMPARE(h.view().waitReason, WaitReason::Running);
}

void CancelTest::aCancelIsRefusedWhereNothingCanRun_data()
{
    QTest::addColumn<Phase>("phase");
    QTest::addColumn<Refusal>("refusal");
    QTest::newRow("idle") << Phase::Idle << Refusal::NotReady;
    QTest::newRow("retired") << Phase::Retired << Refusal::NotReady;
    QTest::newRow("stopped") << Phase::Stopped << Refusal::NotReady;
    QTest::newRow("destroyed") << Phase::Destroyed << Refusal::Destroyed;
}

void CancelTest::aCancelIsRefusedWhereNothingCanRun()
{
    QFETCH(Phase, phase);
    QFETCH(Refusal, refusal);
    CoreHarness h(storedAs(phase));
    for (const CancelMode mode : {CancelMode::Boundary, CancelMode::Hard}) {
        const CommandReceipt &receipt = *h.reply(h.cancel(mode));
        QCOMPARE(receipt.refusal, refusal);
        QCOMPARE(receipt.phase, phase);
    }
}

void CancelTest::aCancelWhileTheEndIsWrittenDoesNothing()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.succeed();
    QCOMPARE(h.reply(h.cancel())->verdict, Receipt::NoOp);
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard, with.run))->verdict, Receipt::NoOp);
    h.commit();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QVERIFY(h.cancels.empty());
}

void CancelTest::aCancelDuringASteeredOrEphemeralRunWorksAlike()
{
    CoreHarness h;
    h.attach();
    const Submitted passing = h.submit(ephemeral(steered(prompt())), WaitMode::Terminal);
    h.cancel();
    h.endCancelled();
    QCOMPARE(h.outcome(passing)->outcome, OutcomeClass::Cancelled);
    QVERIFY(h.writes.empty());
}

void CancelTest::aBoundaryCancelHasPatience()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.cancel();
    h.advance(9min);
    QCOMPARE(h.cancels.back().mode, CancelMode::Boundary);
    QVERIFY(h.abandons.empty());
}

void CancelTest::aHardCancelThatIsNotHeededGivesTheRunUp()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.cancel(CancelMode::Hard);
    h.advance(5s - 1ns);
    QVERIFY(h.abandons.empty());
    h.advance(1ns);
    QCOMPARE(h.abandons.size(), std::size_t(1));
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Cancelled);
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(!h.hasInstance());
    QVERIFY(h.core.parked());
}

void CancelTest::aTurnThatTakesTooLongIsCancelledStepByStep()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.advance(10min - 1ns);
    QVERIFY(h.cancels.empty());
    h.advance(1ns);
    QCOMPARE(h.cancels.size(), std::size_t(1));
    QCOMPARE(h.cancels[0].mode, CancelMode::Boundary);
    h.advance(10s);
    QCOMPARE(h.cancels.size(), std::size_t(2));
    QCOMPARE(h.cancels[1].mode, CancelMode::Hard);
    h.advance(5s);
    QCOMPARE(h.abandons.size(), std::size_t(1));
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(h.outcome(with.input)->reason.contains(QStringLiteral("limits.turn_timeout")));
    QCOMPARE(h.record(with.input)->registers.tries, 1U);
}

void CancelTest::aTurnThatEndsAtItsDeadlineCountsAsATry()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.advance(10min);
    h.endCancelled();
    QCOMPARE(h.outcome(with.input)->cause, FailureCause::RuntimeTurn);
    QCOMPARE(h.phaseOf(with.input), InputPhase::Queued);
    QCOMPARE(h.record(with.input)->registers.tries, 1U);
    QCOMPARE(h.view().waitReason, WaitReason::RetryBackoff);
    QVERIFY(h.view().attached);
}

void CancelTest::aTurnWithoutTimeoutHasNoDeadline()
{
    HarnessOptions options = withTimes();
    options.settings.turnTimeout = Duration::zero();
    WithTimes with(options);
    QCOMPARE(with.h.core.deadline(), MonotonicTime::never());
    QCOMPARE(with.h.applies.back().deadline, MonotonicTime::never());
}

void CancelTest::theDeadlineOfATurnIsToldToItsExecutor()
{
    WithTimes with;
    QCOMPARE(with.h.applies.back().deadline, with.h.now() + 10min);
    QCOMPARE(with.h.core.deadline(), with.h.now() + 10min);
}

void CancelTest::aCancelledTurnIsNotSparedItsDeadline()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.cancel();
    h.advance(10min + 10s);
    QCOMPARE(h.cancels.back().mode, CancelMode::Hard);
    h.endCancelled();
    // Somebody asked for the end before the clock did: that is what it was.
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Cancelled);
}

void CancelTest::aCancelWithoutAReasonIsToldWithOne()
{
    WithTimes ended;
    ended.h.feed(CancelCommand{});
    ended.h.end(RunCancelled{});
    QVERIFY(!ended.h.outcome(ended.input)->reason.isEmpty());
    WithTimes deaf;
    deaf.h.feed(CancelCommand{.mode = CancelMode::Hard, .run = {}, .reason = {}});
    deaf.h.advance(5s);
    QVERIFY(!deaf.h.abandons.at(0).reason.isEmpty());
    QVERIFY(!deaf.h.outcome(deaf.input)->reason.isEmpty());
}

void CancelTest::theLateEndOfARunThatWasGivenUpIsIgnored()
{
    WithTimes with;
    CoreHarness &h = with.h;
    const RunOutput late = h.output();
    h.cancel(CancelMode::Hard);
    h.advance(5s);
    const std::size_t writes = h.writes.size();
    h.endRun(with.run, late);
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.eventsOf(EventCode::RuntimeMisbehaviour).size(), std::size_t(1));
}

void CancelTest::anEndThatCrossesTheGivingUpCounts()
{
    WithTimes with;
    CoreHarness &h = with.h;
    const Submitted next = h.submit(prompt());
    h.script.endCrosses = true;
    h.cancel(CancelMode::Hard);
    h.advance(5s);
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    // The instance was told that it is given up, so it takes no further run.
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(!h.hasInstance());
    h.start();
    QCOMPARE(h.applies.back().primitive->contributors[0].input, next.input);
}

/// A cancel waits in the queue until the run that it names has been given up.
void CancelTest::aRunThatWasGivenUpIsNotCancelledAgain()
{
    WithTimes with;
    CoreHarness &h = with.h;
    h.script.turns = Answers::Held;
    h.cancel();
    h.cancel(CancelMode::Hard);
    QVERIFY(h.core.turnDue());
    // The shell answers the giving up when it can: not yet.
    CoreActions actions;
    h.core.handle(Tick{}, h.core.deadline(), actions);
    QVERIFY(std::holds_alternative<AbandonRun>(actions.back()));
    actions.clear();
    h.core.handle(Turn{{Uuid{9, 9}}}, h.now() + 5s, actions);
    QVERIFY(actions.empty());
}

QTEST_APPLESS_MAIN(CancelTest)
#include "cancel_test.moc"
