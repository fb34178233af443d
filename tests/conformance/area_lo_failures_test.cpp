// SPDX-License-Identifier: Apache-2.0
// Area LO: runs, writes and executors that fail, and what is left of the session.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

bool everSaid(const CoreHarness &h, const Submitted &input, EventCode code)
{
    const Codes codes = h.codesFor(input);
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

void aFailingInputIsNeverApplied()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt());
    h.script.store = Answers::Held;
    h.failRun();
    QCOMPARE(h.phaseOf(input), InputPhase::Staged);
    h.commit();
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QCOMPARE(h.record(input)->registers.tries, 1U);
    QVERIFY(!everSaid(h, input, EventCode::InputApplied));
}

/// A run with output whose commit is not written.
void loseTheCommit(CoreHarness &h)
{
    RunOutput output = h.output();
    output.json = R"({"secret":1})";
    output.snapshot = "state";
    h.script.store = Answers::Held;
    h.end(output);
    h.answer(Verdict::NotWritten);
}

void aLostCommitAnswersTheWaiter()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    loseTheCommit(h);
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QVERIFY(!h.outcome(input)->reason.isEmpty());
    QVERIFY(h.outcome(input)->text.isEmpty());
    QVERIFY(h.outcome(input)->json.isEmpty());
    QCOMPARE(h.unresolvedWaiters(), std::size_t(0));
    QVERIFY(!everSaid(h, input, EventCode::InputApplied));
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QVERIFY(h.checkpoints.empty());
}

void aHookThatFailsHidesTheResultButKeepsIt()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    h.script.checkpoint = Answers::Held;
    RunOutput output = h.output();
    output.json = R"({"answer":42})";
    output.snapshot = "state";
    h.end(output);
    h.checkpointed(false);
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QVERIFY(h.outcome(input)->text.isEmpty());
    QVERIFY(h.outcome(input)->json.isEmpty());
    // What is committed stands, with its result.
    QCOMPARE(h.store.ended(input.sequence())->kind, TerminalKind::Consumed);
    QCOMPARE(h.store.ended(input.sequence())->outcome.json, QByteArray(R"({"answer":42})"));
}

void aHookThatFailsStopsTheLoop()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt("a"), WaitMode::Terminal);
    const Submitted behind = h.submit(prompt("b"), WaitMode::Terminal);
    h.script.checkpoint = Answers::Held;
    h.succeed(RunTerminal::Result, "state");
    h.checkpointed(false);
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.stops.size(), std::size_t(1));
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.outcome(behind)->outcome, OutcomeClass::RuntimeTerminated);
}

void aHookThatDeniesIsTheCause()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Attempt);
    h.failRun(FailureCause::HookDenied, QStringLiteral("not on a Sunday"));
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::AbandonedWithError);
    QCOMPARE(h.outcome(input)->cause, FailureCause::HookDenied);
    QCOMPARE(h.outcome(input)->reason, QStringLiteral("apply failed: not on a Sunday"));
}

void theCauseReachesTheTerminal()
{
    for (std::size_t at = 1; at < failureCauseName.names.size(); ++at) {
        const auto cause = static_cast<FailureCause>(at);
        CoreHarness h;
        h.attach();
        const Submitted input = h.submit(prompt(), WaitMode::Terminal);
        for (quint32 tries = 0; tries < limits::tries_max; ++tries) {
            QVERIFY(h.applyOpen());
            h.failRun(cause);
            h.wake();
        }
        QCOMPARE(h.outcome(input)->cause, cause);
        QCOMPARE(h.store.ended(input.sequence())->outcome.cause, cause);
        QCOMPARE(h.store.ended(input.sequence())->reason, AbandonReason::MaxAttemptsExhausted);
    }
}

void aClaimedTerminalMintsNothing()
{
    for (const bool known : {true, false}) {
        CoreHarness h;
        h.attach();
        const Submitted input = h.submit(prompt(), WaitMode::Terminal);
        h.end(RunError{.cause = known ? FailureCause::RuntimeTurn : FailureCause::Unknown,
                       .message = QStringLiteral("over"),
                       .machineTerminal = known});
        QCOMPARE(h.outcome(input)->waitFailure, WaitFailure::AuthorityUnavailable);
        QCOMPARE(countWrites<FinishRunOperation>(h), std::ptrdiff_t(0));
        QCOMPARE(countWrites<FailRunOperation>(h), std::ptrdiff_t(0));
        QVERIFY(h.eventsOf(EventCode::RunFailed).empty());
        QVERIFY(h.eventsOf(EventCode::RunCancelled).empty());
        QCOMPARE(h.store.ended(input.sequence())->reason, AbandonReason::Stopped);
        QCOMPARE(h.phase(), Phase::Stopped);
    }
}

void aForeignReceiptChangesNothing()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    const RunId run = h.openRun();
    h.script.stopping = Answers::Held;
    RunOutput output = h.output();
    output.receipt.run = {Uuid::version7(9, 0, 9)};
    output.snapshot = "state";
    h.end(output);
    QCOMPARE(countWrites<FinishRunOperation>(h), std::ptrdiff_t(0));
    QCOMPARE(h.store.receipts(), std::size_t(0));
    QVERIFY(!h.store.snapshot().has_value());
    QVERIFY(h.checkpoints.empty());
    QVERIFY(!everSaid(h, input, EventCode::InputApplied));
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QCOMPARE(h.record(input)->registers.tries, 0U);
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QCOMPARE(h.outcome(input)->run, run);
    QVERIFY(h.stopping());
}

void aLostFailureIsTakenBack()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Attempt);
    const Submitted patient = h.waitFor(input.input, WaitMode::Terminal);
    const quint64 admission = h.record(input)->registers.admission;
    h.script.store = Answers::Held;
    h.failRun(FailureCause::HookDenied);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QCOMPARE(h.record(input)->registers.tries, 0U);
    QCOMPARE(h.record(input)->registers.admission, admission);
    QCOMPARE(h.store.open().at(input.sequence()).tries, 0U);
    QVERIFY(h.eventsOf(EventCode::RunFailed).empty());
    QVERIFY(h.core.registers().run.isNull());
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(h.outcome(input)->reason.startsWith(QStringLiteral("runtime failure snapshot failed")));
    // The attempt is over and the input is not: who waits for its end hears only that nothing runs here any
    // more.
    QCOMPARE(h.outcome(patient)->outcome, OutcomeClass::RuntimeTerminated);
}

void aStopThatFailsAtRestEndsTheLoop()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt("a"));
    h.succeed();
    h.script.stopping = Answers::Held;
    h.stop();
    h.stopped(false);
    QVERIFY(!h.view().attached);
    const Submitted late = h.submit(prompt("b"));
    QVERIFY(h.receipt(late)->accepted());
    h.wake();
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
}

void aStopThatFailsBeforeABatchEndsTheLoop()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt("a"));
    const Submitted next = h.submit(prompt("b"), WaitMode::Terminal);
    h.script.stopping = Answers::Held;
    h.stop();
    h.succeed();
    // The effect is drained before the next batch, which is there and granted.
    QVERIFY(h.stopping());
    QCOMPARE(h.applies.size(), std::size_t(1));
    h.stopped(false);
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.phaseOf(next), InputPhase::Queued);
    QVERIFY(!h.view().attached);
    QCOMPARE(h.outcome(next)->reason, QStringLiteral("runtime loop exited"));
}

void aRefusedStopIsNoSuccess()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    h.script.stopping = Answers::Held;
    const CommandId stop = h.stop();
    h.endCancelled();
    h.stopped(false);
    QVERIFY(!h.reply(stop)->ok());
    QVERIFY(h.reply(stop)->message.contains(QStringLiteral("it will not")));
    QVERIFY(h.phase() != Phase::Stopped);
    QCOMPARE(countWrites<LifecycleOperation>(h), std::ptrdiff_t(0));
    QVERIFY(h.cleanups.empty());
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::Cancelled);
}

void aStopByTheHostThatIsRefusedIsNoSuccess()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt("a"));
    const Submitted behind = h.submit(prompt("b"), WaitMode::Terminal);
    h.script.stopping = Answers::Held;
    RunOutput output = h.output();
    output.receipt.contributors.clear();
    h.end(output);
    h.stopped(false);
    QVERIFY(h.phase() != Phase::Stopped);
    QCOMPARE(countWrites<LifecycleOperation>(h), std::ptrdiff_t(0));
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QCOMPARE(h.outcome(behind)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.outcome(behind)->reason, QStringLiteral("runtime loop exited"));
    QVERIFY(!h.view().attached);
}

void aStagingRefusalBindsNothing()
{
    CoreHarness h([] {
        HarnessOptions options;
        options.settings.stagingGate = [](const Input &) { return std::optional(QStringLiteral("locked")); };
        return options;
    }());
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.attach();
    // All refusals are counted, and the write of the end is in flight: nothing of a run may be there.
    QCOMPARE(h.phase(), Phase::Attached);
    QVERIFY(h.core.registers().run.isNull());
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QVERIFY(h.record(input)->registers.run.isNull());
    QCOMPARE(h.record(input)->registers.tries, 0U);
    QVERIFY(h.applies.empty());
    QVERIFY(h.eventsOf(EventCode::RunStarted).empty());
    QVERIFY(!everSaid(h, input, EventCode::InputStaged));
    h.commit();
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::AbandonedWithError);
}

void aStaleCompletionIsRefused()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    const RunOutput late = h.output();
    h.die();
    QVERIFY(!h.hasInstance());
    const Phase phase = h.phase();
    const std::size_t writes = h.writes.size();
    h.endRun(late.receipt.run, late);
    QCOMPARE(h.phase(), phase);
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QVERIFY(h.outcome(input) == nullptr);
    QCOMPARE(h.eventsOf(EventCode::RuntimeMisbehaviour).size(), std::size_t(1));
}

void anExceptionIsAFailureOfTheExecutor()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt("a"), WaitMode::Attempt);
    const Submitted behind = h.submit(prompt("b"), WaitMode::Terminal);
    h.failRun(FailureCause::ExecutorInternal, QStringLiteral("std::bad_alloc"));
    QCOMPARE(h.outcome(input)->cause, FailureCause::ExecutorInternal);
    QCOMPARE(h.outcome(input)->reason, QStringLiteral("apply failed: std::bad_alloc"));
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{behind.input}));
    h.succeed();
    QCOMPARE(h.outcome(behind)->outcome, OutcomeClass::Completed);
}

/// What the canonical stop leaves, and that the loop has ended: nothing runs any more.
void stoppedCanonically(CoreHarness &h)
{
    QCOMPARE(h.stops.size(), std::size_t(1));
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.view().attached);
    const std::size_t applies = h.applies.size();
    h.wake();
    h.turn();
    QCOMPARE(h.applies.size(), applies);
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::NotReady);
    QCOMPARE(h.unresolvedWaiters(), std::size_t(0));
}

// The attachment is what an effect and a wake go through. It closes when the loop cannot go on, here because
// the end of a run could not be written; whatever the loop was doing then, it is the one canonical stop.

void theAttachmentClosesAtRest()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt(), WaitMode::Attempt);
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::NotWritten);
    stoppedCanonically(h);
}

void theAttachmentClosesDuringQueueWork()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt("a"), WaitMode::Terminal);
    h.submit(prompt("b"), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.failRun();
    h.answer(Verdict::NotWritten); // The next batch would have been due.
    QCOMPARE(h.applies.size(), std::size_t(1));
    stoppedCanonically(h);
}

void theAttachmentClosesUnderAWake()
{
    CoreHarness h;
    h.script.turns = Answers::Held;
    h.attach();
    h.submit(prompt("a"), WaitMode::Terminal);
    h.turn(); // Makes the instance.
    h.turn();
    QVERIFY(h.applyOpen());
    h.submit(prompt("b"), WaitMode::Terminal);
    h.wake(); // Not served yet.
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::NotWritten);
    h.turn(); // The stop goes before the wake.
    QCOMPARE(h.applies.size(), std::size_t(1));
    stoppedCanonically(h);
}

void aLiveCommitThatFailsIsTakenBack()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.boundary(true);
    const Submitted steer = h.submit(steered(prompt("left")), WaitMode::Attempt);
    h.script.store = Answers::Held;
    h.staged("with it");
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.discards.size(), std::size_t(1));
    QCOMPARE(h.discards[0].keys, std::vector<QByteArray>{"runtime:steer:" + steer.input.toText()});
    QCOMPARE(h.outcome(steer)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(h.outcome(steer)->reason.contains(QStringLiteral("no space is left")));
    QCOMPARE(h.phaseOf(steer), InputPhase::Queued);
    QVERIFY(!h.store.snapshot());
    QVERIFY(h.applyOpen());
}

void liveStagingThatIsNotSupportedLeavesItQueued()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.boundary(true);
    const Submitted steer = h.submit(steered(prompt()), WaitMode::Terminal);
    h.notStaged(QStringLiteral("it offers no boundary"));
    QVERIFY(h.receipt(steer)->accepted());
    QCOMPARE(h.phaseOf(steer), InputPhase::Queued);
    QVERIFY(h.discards.empty());
    h.succeed();
    h.succeed();
    QCOMPARE(h.outcome(steer)->outcome, OutcomeClass::Completed);
}

/// Whatever an instance that is gone says of its run changes nothing of the run that is open now.
void saysNothingMore(CoreHarness &h, const RunOutput &late, const Submitted &open)
{
    const RunId run = h.openRun();
    QVERIFY(run != late.receipt.run);
    const std::size_t writes = h.writes.size();
    h.endRun(late.receipt.run, late);
    h.feed(ContextStaged{late.receipt.run, open.input, StagedContext{}});
    h.feed(BoundaryChanged{late.receipt.run, true, 9});
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.openRun(), run);
    QCOMPARE(h.phaseOf(open), InputPhase::Staged);
    h.succeed();
    QVERIFY(h.store.ended(open.sequence()) != nullptr);
}

void aDriverFromBeforeAnUnregisterIsRefused()
{
    WithRun with;
    CoreHarness &h = with.h;
    const RunOutput late = h.output();
    h.command(LifecycleVerb::Unregister);
    h.endCancelled();
    QVERIFY(h.released());
    h.reopen();
    h.attach(); // The input is still there, and runs anew.
    saysNothingMore(h, late, with.input);
}

void aDriverFromBeforeAStopIsRefused()
{
    WithRun with;
    CoreHarness &h = with.h;
    const RunOutput late = h.output();
    h.stop();
    h.endCancelled();
    QCOMPARE(h.phase(), Phase::Stopped);
    h.start();
    saysNothingMore(h, late, h.submit(prompt("b")));
}

const Scenario scenarios[] = {
    {"LO04: a failing input is never applied", aFailingInputIsNeverApplied},
    {"LO07: a commit that fails answers the waiter", aLostCommitAnswersTheWaiter},
    {"LO10: output that is not finalized is kept but not handed out", aHookThatFailsHidesTheResultButKeepsIt},
    {"LO11: a hook that fails after the commit stops the loop", aHookThatFailsStopsTheLoop},
    {"LO15: a hook that denies is the typed cause", aHookThatDeniesIsTheCause},
    {"LO16: the cause of a failure is the same at the terminal", theCauseReachesTheTerminal},
    {"LO17: a terminal claimed by the executor mints no facts", aClaimedTerminalMintsNothing},
    {"LO18: a receipt of another run is rejected before anything changes", aForeignReceiptChangesNothing},
    {"LO20: a failure that is not written is taken back", aLostFailureIsTakenBack},
    {"LO21: an attachment that closes at rest is the canonical stop", theAttachmentClosesAtRest},
    {"LO22: one that closes during queue work is the same", theAttachmentClosesDuringQueueWork},
    {"LO23: one that closes under a wake is the same", theAttachmentClosesUnderAWake},
    {"LO24: a stop effect that fails at rest ends the loop", aStopThatFailsAtRestEndsTheLoop},
    {"LO25: a stop effect that fails before a batch ends the loop", aStopThatFailsBeforeABatchEndsTheLoop},
    {"LO26: a stop that the executor refuses is no success", aRefusedStopIsNoSuccess},
    {"LO26: nor is one that the host itself began", aStopByTheHostThatIsRefusedIsNoSuccess},
    {"LO36: a staging refusal binds no run", aStagingRefusalBindsNothing},
    {"LO39: a completion of an executor that is gone is refused", aStaleCompletionIsRefused},
    {"LO39: a driver from before an unregister is refused at every step",
     aDriverFromBeforeAnUnregisterIsRefused},
    {"LO39: a driver from before a stop is refused at every step", aDriverFromBeforeAStopIsRefused},
    {"LO40: an exception in the executor is a mapped failure", anExceptionIsAFailureOfTheExecutor},
    {"LO42: a live commit that fails takes the context back and is an error", aLiveCommitThatFailsIsTakenBack},
    {"LO43: live staging that is not supported leaves the input queued",
     liveStagingThatIsNotSupportedLeavesItQueued},
};

} // namespace

class AreaLoFailuresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaLoFailuresTest)
#include "area_lo_failures_test.moc"
