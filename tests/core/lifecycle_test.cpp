// SPDX-License-Identifier: Apache-2.0
// Lifecycle commands that are one write: retire, abandon what is pending, reset, recycle.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using Receipt = CommandReceipt::Verdict;

} // namespace

class LifecycleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void retireWithALoopDrains();
    void retireWithoutALoopAbandons();
    void retireDuringARunDrainsTheBacklogAndStaysRetired();
    void retireWaitsForAcceptsInFlight();
    void anExecutorThatIsLostWhileTheRetirementIsWrittenLeavesNothingBehind();
    void theGrantOfARunSurvivesTheRetirement();
    void abandoningWhatIsPendingLeavesTheRunAlone();
    void resetEndsEverythingAndKeepsTheLoop();
    void recycleKeepsTheWork();
    void aRunThatEndedBehindARetirementIsNotCancelled();
    void aShutdownKeepsTheEndOfARunThatWaits();
    void anExecutorThatDiesWhileTheEndOfItsRunWaitsIsGone();
};

void LifecycleTest::retireWithALoopDrains()
{
    CoreHarness h;
    h.attach();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    const CommandId retire = h.command(LifecycleVerb::Retire);
    QCOMPARE(h.reply(retire)->counts, (WorkCounts{.draining = 1}));
    QCOMPARE(h.phase(), Phase::Retired);
    QCOMPARE(h.store.row().phase, Phase::Retired);
    QVERIFY(h.applyOpen());
    h.succeed();
    QCOMPARE(h.outcome(queued)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.phase(), Phase::Retired);
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::NotReady);
}

void LifecycleTest::retireWithoutALoopAbandons()
{
    CoreHarness h;
    const Submitted stored = h.submit(prompt(), WaitMode::Terminal);
    const Submitted ephemeral = h.submit(burrow::test::ephemeral(prompt()), WaitMode::Terminal);
    const CommandId retire = h.command(LifecycleVerb::Retire);
    QCOMPARE(h.reply(retire)->counts, (WorkCounts{.abandoned = 2}));
    QCOMPARE(h.outcome(stored)->reason, QStringLiteral("retired without runtime loop"));
    QCOMPARE(h.outcome(ephemeral)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.store.ended(stored.sequence())->reason, AbandonReason::Retired);
}

void LifecycleTest::retireDuringARunDrainsTheBacklogAndStaysRetired()
{
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted next = h.submit(prompt(), WaitMode::Terminal);
    const CommandId retire = h.command(LifecycleVerb::Retire);
    QCOMPARE(h.reply(retire)->counts, (WorkCounts{.draining = 2}));
    QCOMPARE(h.phase(), Phase::Retired);
    QCOMPARE(h.core.registers().phase, Phase::Running);
    h.succeed();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QVERIFY(h.applyOpen());
    h.succeed();
    QCOMPARE(h.outcome(next)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.phase(), Phase::Retired);
}

void LifecycleTest::retireWaitsForAcceptsInFlight()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const Submitted writing = h.submit(prompt(), WaitMode::Terminal);
    const CommandId retire = h.command(LifecycleVerb::Retire);
    const Submitted late = h.submit(prompt());
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.receipt(writing)->accepted());
    QVERIFY(!h.answered(retire) && h.receipt(late) == nullptr);
    h.commit();
    QVERIFY(h.reply(retire)->ok());
    QCOMPARE(h.receipt(late)->phase, Phase::Retired);
}

void LifecycleTest::anExecutorThatIsLostWhileTheRetirementIsWrittenLeavesNothingBehind()
{
    CoreHarness h(withoutRestart());
    h.attach();
    h.submit(prompt());
    h.succeed();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    const CommandId retire = h.command(LifecycleVerb::Retire);
    h.die();
    h.commitAll();
    QCOMPARE(h.reply(retire)->counts, (WorkCounts{.abandoned = 1}));
    QCOMPARE(h.outcome(queued)->reason, QStringLiteral("retired without runtime loop"));
}

void LifecycleTest::theGrantOfARunSurvivesTheRetirement()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.command(LifecycleVerb::Retire);
    h.crash();
    const InputRecord *record = h.record(with.input);
    QVERIFY(record != nullptr);
    QCOMPARE(record->crashes, 1U);
}

void LifecycleTest::abandoningWhatIsPendingLeavesTheRunAlone()
{
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted next = h.submit(prompt(), WaitMode::Terminal);
    QCOMPARE(h.reply(h.command(LifecycleVerb::AbandonPending))->refusal, Refusal::NotReady);
    h.command(LifecycleVerb::Retire);
    const CommandId abandon = h.command(LifecycleVerb::AbandonPending);
    QCOMPARE(h.reply(abandon)->counts, (WorkCounts{.abandoned = 1}));
    QCOMPARE(h.outcome(next)->outcome, OutcomeClass::RuntimeTerminated);
    QVERIFY(h.applyOpen());
    h.succeed();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
}

void LifecycleTest::resetEndsEverythingAndKeepsTheLoop()
{
    WithRun with;
    CoreHarness &h = with.h;
    QCOMPARE(h.reply(h.command(LifecycleVerb::Reset))->refusal, Refusal::NotReady);
    h.succeed();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    const CommandId reset = h.command(LifecycleVerb::Reset);
    QCOMPARE(h.reply(reset)->counts, (WorkCounts{.abandoned = 1}));
    QCOMPARE(h.reply(reset)->phase, Phase::Idle);
    QCOMPARE(h.outcome(queued)->reason, QStringLiteral("runtime reset"));
    QVERIFY(h.view().attached);
    h.submit(prompt());
    QVERIFY(h.applyOpen());
}

void LifecycleTest::recycleKeepsTheWork()
{
    CoreHarness h;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    const CommandId recycle = h.command(LifecycleVerb::Recycle);
    QCOMPARE(h.reply(recycle)->counts, (WorkCounts{.transferred = 1}));
    QCOMPARE(h.phaseOf(queued), InputPhase::Queued);
    QCOMPARE(h.unresolvedWaiters(), std::size_t(1));
}

void LifecycleTest::aRunThatEndedBehindARetirementIsNotCancelled()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.command(LifecycleVerb::Retire);
    h.succeed();
    // Its deadline passes while the retirement is written, and somebody cancels it.
    h.advance(h.script.settings.turnTimeout + std::chrono::minutes(1));
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->verdict, Receipt::NoOp);
    QVERIFY(h.cancels.empty());
    h.commitAll();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
}

void LifecycleTest::aShutdownKeepsTheEndOfARunThatWaits()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.command(LifecycleVerb::Retire);
    h.succeed();
    const CommandId reset = h.command(LifecycleVerb::Reset);
    h.shutDown();
    QCOMPARE(h.reply(reset)->refusal, Refusal::ShuttingDown);
    h.commitAll();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.shutdownsFinished, 1);
}

void LifecycleTest::anExecutorThatDiesWhileTheEndOfItsRunWaitsIsGone()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.command(LifecycleVerb::Retire);
    h.succeed();
    h.dieWithoutAnswers();
    QVERIFY(!h.hasInstance());
    h.commitAll();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QVERIFY(h.eventsOf(EventCode::RuntimeMisbehaviour).empty());
}

QTEST_APPLESS_MAIN(LifecycleTest)
#include "lifecycle_test.moc"
