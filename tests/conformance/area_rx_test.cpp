// SPDX-License-Identifier: Apache-2.0
// Rows RX: what is decided beyond the areas: fair queues, key conflicts and cancels that name a run.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

HarnessOptions refusingBad()
{
    HarnessOptions options;
    options.settings.stagingGate = [](const Input &input) -> std::optional<QString> {
        if (std::get<PromptBody>(input.body).text == "bad")
            return QStringLiteral("its workspace is locked");
        return std::nullopt;
    };
    return options;
}

void aRefusedHeadBlocksNobody()
{
    CoreHarness h(refusingBad());
    const Submitted head = h.submit(prompt("bad"), WaitMode::Terminal);
    const Submitted others[] = {h.submit(prompt("b"), WaitMode::Terminal),
                                h.submit(prompt("c"), WaitMode::Terminal)};
    h.attach();
    QVERIFY(h.isOpen(head));
    for (const Submitted &other : others) {
        QCOMPARE(contributorsOf(h.applies.back()), (Ids{other.input}));
        h.succeed();
        QCOMPARE(h.outcome(other)->outcome, OutcomeClass::Completed);
    }
    QVERIFY(!h.isOpen(head));
    QCOMPARE(h.eventsOf(EventCode::InputDeferred).size(), std::size_t(3));
    QCOMPARE(h.store.ended(head.sequence())->kind, TerminalKind::Abandoned);
    QCOMPARE(h.store.ended(head.sequence())->reason, AbandonReason::NeverExecuted);
    QCOMPARE(h.outcome(head)->outcome, OutcomeClass::AbandonedWithError);
    QCOMPARE(h.applies.size(), std::size_t(2));
    QCOMPARE(h.view().tally.runsFailed, quint64(0));
}

void aStartedSessionTakesANewBinding()
{
    HarnessOptions options = storedAs(Phase::Stopped);
    RuntimeBinding old;
    old.runtimeId = "rt:old";
    old.fence = 3;
    old.generation = 1;
    options.binding = std::make_shared<const RuntimeBinding>(old);
    CoreHarness h(std::move(options));
    RuntimeBinding fresh = old;
    fresh.runtimeId = "rt:new";
    SessionInput bind{.verb = SessionVerb::PrepareBindings};
    bind.session = session_id;
    bind.binding = std::make_shared<const RuntimeBinding>(fresh);
    QVERIFY(!accepts(h.core.registers(), bind));
    QVERIFY(h.reply(h.start())->ok());
    QVERIFY(accepts(h.core.registers(), bind));
    QVERIFY(h.store.image(session_id).binding == nullptr);
}

void anOwedCleanUpIsDoneAtTheNextStart()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.cleanup = Answers::Held;
    const CommandId first = h.stop();
    const CommandId second = h.stop();
    h.cleanedUp(false);
    QCOMPARE(h.reply(first)->cleanUp, CleanUp::Owed);
    QCOMPARE(h.reply(second)->cleanUp, CleanUp::Owed);
    QCOMPARE(h.reply(first)->phase, h.reply(second)->phase);
    QCOMPARE(h.stops.size(), std::size_t(1));
    h.crash();
    h.attach();
    h.cleanedUp();
    QCOMPARE(h.cleanups.size(), std::size_t(2));
    QVERIFY(!h.store.cleanupOwed());
}

void aCommandDuringAStopIsTakenInTurn()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    const CommandId stop = h.stop();
    // An executor that calls back from inside its stop is one more caller: nothing nests, nothing blocks.
    const CommandId again = h.stop();
    const CommandId start = h.start();
    QVERIFY(!h.answered(start));
    h.stopped();
    QVERIFY(h.reply(stop)->ok() && h.reply(again)->ok() && h.reply(start)->ok());
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.stops.size(), std::size_t(1));
}

void aFailedBatchIsRetriedOneByOne()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"), WaitMode::Terminal);
    const Submitted bad = h.submit(peerMessage("bad"), WaitMode::Terminal);
    const Submitted c = h.submit(peerMessage("c"), WaitMode::Terminal);
    h.attach();
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{a.input, bad.input, c.input}));
    h.failRun();
    std::set<InputId> consumed;
    while (h.isOpen(bad) && h.applies.size() < 20) {
        QVERIFY(h.applyOpen());
        const Ids run = contributorsOf(h.applies.back());
        QCOMPARE(run.size(), std::size_t(1));
        if (run.front() == bad.input) {
            h.failRun();
            h.wake();
            continue;
        }
        // The good one starts again, but its sibling's failure cost it no try.
        QCOMPARE(h.record({0, run.front(), 0})->registers.tries, 0U);
        consumed.insert(run.front());
        h.succeed();
    }
    QCOMPARE(consumed, (std::set<InputId>{a.input, c.input}));
    QCOMPARE(h.outcome(a)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.outcome(c)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.store.ended(bad.sequence())->reason, AbandonReason::MaxAttemptsExhausted);
    // One run of all, one of each good one, three of the bad one.
    QCOMPARE(h.applies.size(), std::size_t(6));
}

void aKeyWithOtherContentIsAConflict()
{
    for (const Input &other : {withKey(prompt("b"), "k"), withKey(peerMessage("a"), "k")}) {
        CoreHarness h;
        const Submitted first = h.submit(withKey(prompt("a"), "k"));
        const Submitted second = h.submit(other, WaitMode::Terminal);
        QCOMPARE(h.receipt(second)->verdict, AcceptReceipt::Verdict::Rejected);
        QCOMPARE(h.receipt(second)->refusal, Refusal::KeyConflict);
        QCOMPARE(h.receipt(second)->existing, first.input);
        QVERIFY(!h.receipt(second)->willResolve);
        QCOMPARE(h.writes.size(), std::size_t(1));
        QCOMPARE(h.phaseOf(first), InputPhase::Queued);
        QCOMPARE(std::get<PromptBody>(h.record(first)->input->body).text, QByteArray("a"));
        // Nor when the first one has ended.
        h.attach();
        h.succeed();
        QCOMPARE(h.receipt(h.submit(other))->refusal, Refusal::KeyConflict);
    }
}

void aConflictSurvivesARestart()
{
    CoreHarness h;
    const Submitted first = h.submit(withKey(prompt("a"), "k"));
    h.crash();
    QCOMPARE(h.receipt(h.submit(withKey(prompt("b"), "k")))->refusal, Refusal::KeyConflict);
    QCOMPARE(std::get<PromptBody>(h.record(first)->input->body).text, QByteArray("a"));
    h.attach();
    h.succeed();
    h.crash();
    const Submitted late = h.submit(withKey(prompt("b"), "k"));
    QCOMPARE(h.receipt(late)->refusal, Refusal::KeyConflict);
    QCOMPARE(h.receipt(late)->existing, first.input);
}

void aRepeatOfACancelledInputSaysSo()
{
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    h.cancel();
    h.endCancelled();
    QCOMPARE(h.outcome(first)->outcome, OutcomeClass::Cancelled);
    const Submitted again = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QCOMPARE(h.receipt(again)->verdict, AcceptReceipt::Verdict::Deduplicated);
    QCOMPARE(h.receipt(again)->existing, first.input);
    QCOMPARE(h.receipt(again)->work, Work::Ended);
    QCOMPARE(h.receipt(again)->endedAs, OutcomeClass::Cancelled);
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void aCancelOfAnEndedRunSparesTheCurrentOne()
{
    for (const CancelMode mode : {CancelMode::Boundary, CancelMode::Hard}) {
        CoreHarness h;
        h.attach();
        h.submit(prompt("a"));
        const Submitted b = h.submit(prompt("b"), WaitMode::Terminal);
        const RunId ended = h.openRun();
        h.succeed();
        const RunId current = h.openRun();
        const CommandReceipt *refused = h.reply(h.cancel(mode, ended));
        QVERIFY(!refused->ok());
        QCOMPARE(refused->refusal, Refusal::NotCurrent);
        QCOMPARE(refused->run, current);
        QVERIFY(h.cancels.empty());
        QCOMPARE(h.view().waitReason, WaitReason::Running);
        h.succeed();
        QCOMPARE(h.outcome(b)->outcome, OutcomeClass::Completed);
    }
}

const Scenario scenarios[] = {
    {"RX02: a head that staging always refuses blocks nobody and ends", aRefusedHeadBlocksNobody},
    {"RX03: a failed batch is retried one by one, and nobody pays for another", aFailedBatchIsRetriedOneByOne},
    {"RX04: a session that was stopped and started takes a binding to a new runtime",
     aStartedSessionTakesANewBinding},
    {"RX09: who stops later gets the same result, and an owed clean-up is done at the next start",
     anOwedCleanUpIsDoneAtTheNextStart},
    {"RX10: a command that comes while the executor stops is taken in turn", aCommandDuringAStopIsTakenInTurn},
    {"RX05: a key with other content is a conflict", aKeyWithOtherContentIsAConflict},
    {"RX05: a key with other content is a conflict after a restart too", aConflictSurvivesARestart},
    {"RX06: a repeat of a cancelled input says that it was cancelled", aRepeatOfACancelledInputSaysSo},
    {"RX08: a cancel that names an ended run spares the current one", aCancelOfAnEndedRunSparesTheCurrentOne},
};

} // namespace

class RowsRxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(RowsRxTest)
#include "area_rx_test.moc"
