// SPDX-License-Identifier: Apache-2.0
// Steered input that reaches the run under way: what is staged, what one write makes of it, and what becomes of
// it when the executor, the store or the run does not go along.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

/// In the middle of a run whose boundary is open.
void openBoundary(CoreHarness &h)
{
    h.attach();
    h.submit(prompt("the run"));
    QVERIFY(h.applyOpen());
    h.boundary(true);
}

const FinishRunOperation &lastFinish(const CoreHarness &h)
{
    return std::get<FinishRunOperation>(h.writes.back().operation);
}

} // namespace

class InjectionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSteeredPromptReachesTheRunUnderWay();
    void oneWriteConsumesItWithReceiptAndSnapshot();
    void steersGoInOneByOneAndCountUp();
    void theContextIsTheInputsOwn_data();
    void theContextIsTheInputsOwn();
    void whatAsksForNoBoundaryWaits_data();
    void whatAsksForNoBoundaryWaits();
    void aSteerThatCameBeforeTheBoundaryGoesInWhenItOpens();
    void contextOfTheSystemGoesInWithoutASignal();
    void anInputThatIsNotStoredNeedsNoWrite();
    void aDuplicateIsNotStagedTwice();
    void anExecutorThatCannotStageLeavesItQueued();
    void aWriteThatFailsTakesTheContextBack_data();
    void aWriteThatFailsTakesTheContextBack();
    void theEndOfTheRunWaits_data();
    void theEndOfTheRunWaits();
    void aRunThatFailsMeanwhileLeavesItQueued();
    void aRunThatIsCancelledTakesNothingMore();
    void anExecutorThatDiesMeanwhileLosesNothing_data();
    void anExecutorThatDiesMeanwhileLosesNothing();
    void anEndThatWaitedAsksNothingOfADeadExecutor();
    void aStopBehindAnInjectionEndsInOrder();
    void theHookHearsOfItsSnapshot();
    void aHookThatFailsEndsTheSessionAfterTheRun();
    void aNewerEventDoesNotReplaceWhatIsStaged();
    void aCrashIsStillBlamedOnTheRun();
};

void InjectionTest::aSteeredPromptReachesTheRunUnderWay()
{
    CoreHarness h;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt("to the left")), WaitMode::Terminal);
    QVERIFY(h.receipt(steer)->accepted());
    QVERIFY(h.staging());
    QCOMPARE(h.stagings.back().run, h.openRun());
    QCOMPARE(h.stagings.back().context.size(), std::size_t(1));
    QCOMPARE(h.stagings.back().context[0].text, QByteArray("to the left"));
    QCOMPARE(h.stagings.back().context[0].key, "runtime:steer:" + steer.input.toText());
    QCOMPARE(h.phaseOf(steer), InputPhase::Queued);
    h.staged();
    QCOMPARE(h.outcome(steer)->outcome, OutcomeClass::CompletedWithoutResult);
    QCOMPARE(h.outcome(steer)->run, h.openRun());
    QVERIFY(!h.isOpen(steer));
    const std::vector<EventCode> order = {EventCode::InputAccepted, EventCode::InputQueued,
                                          EventCode::InputStaged, EventCode::InputApplied,
                                          EventCode::InputConsumed};
    QCOMPARE(h.codesFor(steer), order);
    QVERIFY(h.applyOpen());
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(1));
    QVERIFY(h.view().idle);
}

void InjectionTest::oneWriteConsumesItWithReceiptAndSnapshot()
{
    CoreHarness h;
    openBoundary(h);
    const RunId run = h.openRun();
    const Submitted steer = h.submit(steered(prompt()));
    const std::size_t before = h.writes.size();
    h.staged("with the steer");
    QCOMPARE(h.writes.size(), before + 1);
    const FinishRunOperation &write = lastFinish(h);
    QVERIFY(!write.endsRun);
    QCOMPARE(write.run, run);
    QCOMPARE(write.receiptSequence, 1U);
    QCOMPARE(write.receipt.boundary, Boundary::RunCheckpoint);
    QCOMPARE(write.receipt.contributors, std::vector<InputId>{steer.input});
    QCOMPARE(*write.snapshot, QByteArray("with the steer"));
    QCOMPARE(h.store.ended(steer.sequence())->boundarySequence, 1U);
    QCOMPARE(h.store.ended(steer.sequence())->run, run);
    QCOMPARE(*h.store.snapshot(), QByteArray("with the steer"));
}

void InjectionTest::steersGoInOneByOneAndCountUp()
{
    CoreHarness h;
    openBoundary(h);
    const Submitted first = h.submit(steered(prompt("one")));
    const Submitted second = h.submit(steered(prompt("two")));
    QCOMPARE(h.stagings.size(), std::size_t(1));
    h.staged();
    QCOMPARE(h.stagings.size(), std::size_t(2));
    h.staged();
    QCOMPARE(h.store.ended(first.sequence())->boundarySequence, 1U);
    QCOMPARE(h.store.ended(second.sequence())->boundarySequence, 2U);
    h.succeed();
    // The receipt of the end takes the next number; a run without injections begins at 0.
    QCOMPARE(lastFinish(h).receiptSequence, 3U);
    const Submitted later = h.submit(prompt("later"));
    h.succeed();
    QCOMPARE(lastFinish(h).receiptSequence, 0U);
    QCOMPARE(h.store.ended(later.sequence())->boundarySequence, 0U);
}

void InjectionTest::theContextIsTheInputsOwn_data()
{
    QTest::addColumn<Input>("input");
    QTest::addColumn<QByteArray>("key"); // Empty: the host's.
    Input keyed = steered(peerMessage("hello"));
    std::get<PeerBody>(keyed.body).contextKey = "weather";
    QTest::newRow("a peer with a context key") << keyed << QByteArray("weather");
    QTest::newRow("a peer without") << steered(peerMessage("hello")) << QByteArray();
    QTest::newRow("an event") << steered(externalEvent()) << QByteArray();
    QTest::newRow("a flow step") << steered(flowStep()) << QByteArray();
}

void InjectionTest::theContextIsTheInputsOwn()
{
    QFETCH(Input, input);
    QFETCH(QByteArray, key);
    CoreHarness h;
    openBoundary(h);
    const Submitted steer = h.submit(input);
    QVERIFY(h.staging());
    QCOMPARE(h.stagings.back().context.size(), std::size_t(1));
    QCOMPARE(h.stagings.back().context[0].key, key.isEmpty() ? "runtime:steer:" + steer.input.toText() : key);
    h.staged();
    QVERIFY(!h.isOpen(steer));
}

void InjectionTest::whatAsksForNoBoundaryWaits_data()
{
    QTest::addColumn<Input>("input");
    QTest::addColumn<bool>("withoutWake");
    QTest::newRow("a prompt for the queue") << prompt() << false;
    QTest::newRow("a peer message without a mode") << peerMessage() << false;
    QTest::newRow("progress") << progress() << false;
    QTest::newRow("a steered response, which begins a turn") << steered(terminalResponse()) << false;
    QTest::newRow("a steer without wake") << steered(prompt()) << true;
    QTest::newRow("a steer that says nothing") << steered(prompt("  ")) << false;
}

void InjectionTest::whatAsksForNoBoundaryWaits()
{
    QFETCH(Input, input);
    QFETCH(bool, withoutWake);
    CoreHarness h;
    openBoundary(h);
    const Submitted waiting = withoutWake ? h.submitWithoutWake(input) : h.submit(input);
    QVERIFY(h.stagings.empty());
    QCOMPARE(h.phaseOf(waiting), InputPhase::Queued);
    QVERIFY(h.eventsOf(EventCode::BoundaryError).empty());
}

void InjectionTest::aSteerThatCameBeforeTheBoundaryGoesInWhenItOpens()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt("the run"));
    const Submitted steer = h.submit(steered(prompt("early")));
    QVERIFY(h.stagings.empty());
    h.boundary(true);
    QVERIFY(h.staging());
    h.staged();
    QVERIFY(!h.isOpen(steer));
    h.boundary(false);
    const Submitted late = h.submit(steered(prompt("late")));
    QCOMPARE(h.stagings.size(), std::size_t(1));
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(2)); // In the ordinary way.
    QVERIFY(h.isOpen(late));
    h.succeed();
}

void InjectionTest::contextOfTheSystemGoesInWithoutASignal()
{
    CoreHarness h;
    openBoundary(h);
    h.core.takeSignal();
    const Submitted context = h.submit(systemGenerated("noon"));
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QVERIFY(h.staging());
    QCOMPARE(h.stagings.back().context[0].key, "system-generated:" + context.input.toText());
    h.staged();
    QVERIFY(!h.isOpen(context));
}

void InjectionTest::anInputThatIsNotStoredNeedsNoWrite()
{
    CoreHarness h;
    openBoundary(h);
    const std::size_t before = h.writes.size();
    const Submitted steer = h.submit(ephemeral(steered(prompt())), WaitMode::Terminal);
    h.staged();
    QCOMPARE(h.writes.size(), before);
    QVERIFY(h.outcome(steer)->succeeded());
    const Submitted second = h.submit(ephemeral(steered(prompt())));
    h.staged("a snapshot is stored all the same");
    QCOMPARE(h.writes.size(), before + 1);
    QVERIFY(!h.isOpen(second));
    QCOMPARE(lastFinish(h).receiptSequence, 2U);
}

void InjectionTest::aDuplicateIsNotStagedTwice()
{
    CoreHarness h;
    openBoundary(h);
    const Input input = withKey(steered(prompt("once")), "k");
    const Submitted first = h.submit(input, WaitMode::Terminal);
    const Submitted while1 = h.submit(input, WaitMode::Terminal);
    QCOMPARE(h.receipt(while1)->verdict, AcceptReceipt::Verdict::Deduplicated);
    h.staged();
    QVERIFY(h.outcome(first)->succeeded());
    QVERIFY(h.outcome(while1)->succeeded());
    const Submitted after = h.submit(input);
    QCOMPARE(h.receipt(after)->work, Work::Ended);
    QCOMPARE(h.receipt(after)->endedAs, OutcomeClass::CompletedWithoutResult);
    QCOMPARE(h.stagings.size(), std::size_t(1));
}

void InjectionTest::anExecutorThatCannotStageLeavesItQueued()
{
    CoreHarness h;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt()), WaitMode::Attempt);
    h.notStaged(QStringLiteral("it offers no boundary"));
    QVERIFY(h.receipt(steer)->accepted());
    QCOMPARE(h.phaseOf(steer), InputPhase::Queued);
    QVERIFY(h.outcome(steer) == nullptr);
    QVERIFY(h.eventsOf(EventCode::BoundaryError).front().detail.contains(QStringLiteral("offers no boundary")));
    // It is not asked again in this run.
    h.boundary(false);
    h.boundary(true);
    QVERIFY(!h.staging());
    h.succeed();
    QVERIFY(h.applyOpen());
    h.succeed();
    QVERIFY(h.outcome(steer)->succeeded());
}

void InjectionTest::aWriteThatFailsTakesTheContextBack_data()
{
    QTest::addColumn<Verdict>("verdict");
    QTest::newRow("not written") << Verdict::NotWritten;
    QTest::newRow("refused") << Verdict::Refused;
    QTest::newRow("unknown") << Verdict::Unknown;
}

void InjectionTest::aWriteThatFailsTakesTheContextBack()
{
    QFETCH(Verdict, verdict);
    CoreHarness h;
    openBoundary(h);
    const Submitted attempt = h.submit(withKey(steered(prompt()), "k"), WaitMode::Attempt);
    const Submitted terminal = h.waitFor(attempt.input, WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.staged("snapshot");
    h.answer(verdict);
    QCOMPARE(h.discards.size(), std::size_t(1));
    QCOMPARE(h.discards[0].keys, std::vector<QByteArray>{"runtime:steer:" + attempt.input.toText()});
    QCOMPARE(h.outcome(attempt)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(h.outcome(terminal) == nullptr);
    QCOMPARE(h.phaseOf(attempt), InputPhase::Queued);
    QCOMPARE(h.eventsOf(EventCode::BoundaryError).size(), std::size_t(1));
    h.script.store = Answers::AtOnce;
    if (verdict != Verdict::NotWritten)
        return;
    h.succeed();
    QVERIFY(h.applyOpen()); // It is run in the ordinary way.
    h.succeed();
    QVERIFY(h.outcome(terminal)->succeeded());
}

void InjectionTest::theEndOfTheRunWaits_data()
{
    QTest::addColumn<bool>("staged");
    QTest::newRow("while it is staged") << false;
    QTest::newRow("while it is written") << true;
}

void InjectionTest::theEndOfTheRunWaits()
{
    QFETCH(bool, staged);
    CoreHarness h;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt()), WaitMode::Terminal);
    h.script.store = Answers::Held;
    if (staged)
        h.staged();
    h.succeed();
    QCOMPARE(h.writesInFlight(), std::size_t(staged ? 1 : 0));
    QCOMPARE(h.view().waitReason, WaitReason::Committing);
    QCOMPARE(h.reply(h.cancel())->verdict, CommandReceipt::Verdict::NoOp);
    if (!staged)
        h.staged();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.outcome(steer)->succeeded());
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    QCOMPARE(lastFinish(h).receiptSequence, 2U);
    h.commit();
    QVERIFY(h.view().idle);
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void InjectionTest::aRunThatFailsMeanwhileLeavesItQueued()
{
    CoreHarness h;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt()), WaitMode::Terminal);
    h.failRun();
    QVERIFY(h.staging());
    h.staged();
    QCOMPARE(h.discards.size(), std::size_t(1));
    QVERIFY(h.outcome(steer) == nullptr);
    QVERIFY(h.applyOpen()); // The steer itself, before the input that failed.
    QCOMPARE(h.phaseOf(steer), InputPhase::Staged);
    h.succeed();
    QVERIFY(h.outcome(steer)->succeeded());
}

void InjectionTest::aRunThatIsCancelledTakesNothingMore()
{
    CoreHarness h;
    openBoundary(h);
    const Submitted first = h.submit(steered(prompt("on its way")));
    h.cancel();
    const Submitted second = h.submit(steered(prompt("too late")));
    h.staged();
    QCOMPARE(h.discards.size(), std::size_t(1));
    QVERIFY(!h.staging());
    h.endCancelled();
    QVERIFY(h.isOpen(first) && h.isOpen(second));
    h.succeed();
    QVERIFY(!h.isOpen(first));
}

void InjectionTest::anExecutorThatDiesMeanwhileLosesNothing_data()
{
    QTest::addColumn<bool>("answers");
    QTest::addColumn<bool>("staged");
    QTest::newRow("with its answers") << true << false;
    QTest::newRow("without a word") << false << false;
    QTest::newRow("while it is written") << false << true;
}

void InjectionTest::anExecutorThatDiesMeanwhileLosesNothing()
{
    QFETCH(bool, answers);
    QFETCH(bool, staged);
    CoreHarness h;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt()), WaitMode::Terminal);
    h.script.store = Answers::Held;
    if (staged)
        h.staged();
    if (answers)
        h.die();
    else
        h.dieWithoutAnswers();
    h.script.store = Answers::AtOnce;
    h.commitAll();
    QCOMPARE(h.isOpen(steer), !staged);
    h.script.apply = Answers::AtOnce;
    h.advance(Duration(std::chrono::minutes(1)));
    QVERIFY(h.outcome(steer)->succeeded());
    QVERIFY(h.view().idle);
}

/// The death concludes the end that waited, and an end that cannot be believed stops the session.
void InjectionTest::anEndThatWaitedAsksNothingOfADeadExecutor()
{
    CoreHarness h;
    openBoundary(h);
    h.submit(steered(prompt()));
    RunOutput lie = h.output();
    lie.receipt.contributors.clear();
    h.end(lie);
    QVERIFY(h.staging());
    h.dieWithoutAnswers();
    QVERIFY(h.stops.empty());
    QVERIFY(!h.hasInstance());
    QCOMPARE(h.destructions, 1);
    QCOMPARE(h.phase(), Phase::Stopped);
}

void InjectionTest::aStopBehindAnInjectionEndsInOrder()
{
    CoreHarness h;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt()), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.staged();
    const CommandId stop = h.stop();
    h.endCancelled();
    QVERIFY(!h.answered(stop));
    h.script.store = Answers::AtOnce;
    h.commitAll();
    QVERIFY(h.outcome(steer)->succeeded());
    QCOMPARE(h.reply(stop)->verdict, CommandReceipt::Verdict::Done);
    QCOMPARE(h.phase(), Phase::Stopped);
}

void InjectionTest::theHookHearsOfItsSnapshot()
{
    CoreHarness h;
    h.script.checkpoint = Answers::Held;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt("one")), WaitMode::Terminal);
    const Submitted next = h.submit(steered(prompt("two")));
    h.staged("s");
    QVERIFY(h.checkpointing());
    QCOMPARE(h.checkpoints.back().sequence, 1U);
    QVERIFY(h.outcome(steer) == nullptr);
    QVERIFY(!h.staging()); // One after the other, the hook included.
    h.checkpointed();
    QVERIFY(h.outcome(steer)->succeeded());
    QCOMPARE(h.stagings.back().input, next.input);
    h.staged();
    h.succeed(RunTerminal::Result, "t");
    QCOMPARE(h.checkpoints.back().sequence, 3U);
    h.checkpointed();
    QVERIFY(h.view().idle);
}

void InjectionTest::aHookThatFailsEndsTheSessionAfterTheRun()
{
    CoreHarness h;
    h.script.checkpoint = Answers::Held;
    openBoundary(h);
    const Submitted steer = h.submit(steered(prompt()), WaitMode::Terminal);
    h.staged("s");
    h.checkpointed(false);
    QCOMPARE(h.outcome(steer)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(!h.outcome(steer)->reason.isEmpty());
    QVERIFY2(h.applyOpen(), "the run is asked to end, and not torn down under its executor");
    QCOMPARE(h.cancels.size(), std::size_t(1));
    h.endCancelled();
    QCOMPARE(h.phase(), Phase::Stopped);
}

void InjectionTest::aNewerEventDoesNotReplaceWhatIsStaged()
{
    CoreHarness h;
    openBoundary(h);
    const Submitted older = h.submit(superseding(steered(externalEvent("e", "old")), "s"), WaitMode::Terminal);
    const Submitted newer = h.submit(superseding(steered(externalEvent("e", "new")), "s"), WaitMode::Terminal);
    QVERIFY(h.isOpen(older));
    h.staged();
    h.staged();
    QVERIFY(h.outcome(older)->succeeded());
    QVERIFY(h.outcome(newer)->succeeded());
    QCOMPARE(h.eventsOf(EventCode::InputSuperseded).size(), std::size_t(0));
}

void InjectionTest::aCrashIsStillBlamedOnTheRun()
{
    CoreHarness h;
    h.attach();
    const Submitted running = h.submit(prompt("the run"));
    h.boundary(true);
    h.submit(steered(prompt()));
    h.staged();
    // The write of the injection has rewritten the session's row; who runs is still named in it.
    h.crash();
    QCOMPARE(h.record(running)->crashes, 1U);
    QCOMPARE(h.record(running)->starts, 1U);
}

QTEST_APPLESS_MAIN(InjectionTest)
#include "injection_test.moc"
