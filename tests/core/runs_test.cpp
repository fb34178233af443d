// SPDX-License-Identifier: Apache-2.0
// A run from its start grant to its commit.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using Codes = std::vector<EventCode>;

struct Terminal
{
    const char *name;
    RunTerminal terminal;
    OutcomeClass outcome;
};

const Terminal terminals[] = {
    {"a result", RunTerminal::Result, OutcomeClass::Completed},
    {"no result", RunTerminal::None, OutcomeClass::CompletedWithoutResult},
    {"nothing pending", RunTerminal::NoPendingBoundary, OutcomeClass::CompletedWithoutResult},
    {"a callback", RunTerminal::CallbackPending, OutcomeClass::CallbackPending},
};

} // namespace

class RunsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRunIsCommittedInOneWrite();

    void theOutcomeSaysWhatTheTerminalWas_data();
    void theOutcomeSaysWhatTheTerminalWas();
    void theViewFollowsTheRun();
    void anInstanceIsMadeOnceAndKept();
    void anExecutorThatIsNotMadeFailsTheSession();
    void aWakeThatCannotBeServedIsKept();

    void aSnapshotIsHandedBackAfterTheCommit();
    void aRunIsNotOverBeforeItsCheckpointIs();
    void aHookThatFailsStopsTheSessionButNotTheCommit();
    void anInstanceThatIsGoneNeedsNoCheckpoint();

    void aReceiptMustMatchTheRun_data();
    void aReceiptMustMatchTheRun();
    void anotherRunsCompletionChangesNothing();
    void aSecondCompletionChangesNothing();
};

void RunsTest::aRunIsCommittedInOneWrite()
{
    CoreHarness h;
    h.attach();
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    const RunId run = h.openRun();
    const std::size_t before = h.writes.size();
    h.succeed(RunTerminal::Result, QByteArray("snapshot"));
    QCOMPARE(h.writes.size(), before + 1);
    const auto &finish = std::get<FinishRunOperation>(h.writes.back().operation);
    QCOMPARE(finish.run, run);
    QCOMPARE(finish.snapshot, QByteArray("snapshot"));
    QCOMPARE(finish.session.lastRun, run);
    QCOMPARE(finish.session.phase, Phase::Idle);
    QCOMPARE(finish.inputs.size(), std::size_t(1));
    QCOMPARE(finish.inputs[0].kind, TerminalKind::Consumed);
    QCOMPARE(finish.inputs[0].run, run);
    QCOMPARE(finish.inputs[0].attempt, 1U);
    QCOMPARE(finish.inputs[0].outcome.text, QByteArray("the answer"));
    QCOMPARE(h.outcome(done)->run, run);
    QCOMPARE(h.view().tally.consumed, quint64(1));
    QVERIFY(h.view().idle);
}

void RunsTest::theOutcomeSaysWhatTheTerminalWas_data()
{
    QTest::addColumn<int>("at");
    for (int at = 0; const Terminal &terminal : terminals)
        QTest::newRow(terminal.name) << at++;
}

void RunsTest::theOutcomeSaysWhatTheTerminalWas()
{
    QFETCH(int, at);
    CoreHarness h;
    h.attach();
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    h.succeed(terminals[at].terminal);
    QCOMPARE(h.outcome(done)->outcome, terminals[at].outcome);
    QCOMPARE(h.store.ended(done.sequence())->outcome.outcome, terminals[at].outcome);
}

void RunsTest::theViewFollowsTheRun()
{
    CoreHarness h;
    QCOMPARE(h.view().waitReason, WaitReason::Nothing);
    h.submit(prompt());
    QCOMPARE(h.view().waitReason, WaitReason::NoExecutor);
    h.script.creation = Answers::Held;
    h.attach();
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.view().waitReason, WaitReason::CreatingExecutor);
    h.created();
    QCOMPARE(h.phase(), Phase::Running);
    QCOMPARE(h.view().waitReason, WaitReason::Running);
    QCOMPARE(h.view().run, h.openRun());
    h.cancel();
    QCOMPARE(h.view().waitReason, WaitReason::CancelPending);
    h.script.store = Answers::Held;
    h.succeed();
    QCOMPARE(h.phase(), Phase::Running);
    QCOMPARE(h.view().waitReason, WaitReason::Committing);
    h.commit();
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.view().waitReason, WaitReason::Nothing);
    QVERIFY(h.core.parked());
}

void RunsTest::anInstanceIsMadeOnceAndKept()
{
    CoreHarness h;
    h.attach();
    QCOMPARE(h.creations, 0);
    for (int at = 0; at < 3; ++at) {
        h.submit(prompt());
        h.succeed();
    }
    QCOMPARE(h.creations, 1);
    QCOMPARE(h.destructions, 0);
}

void RunsTest::anExecutorThatIsNotMadeFailsTheSession()
{
    HarnessOptions options;
    options.settings.restart.policy = RestartPolicy::Never;
    CoreHarness h(options);
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted waiting = h.submit(prompt());
    h.created(false);
    QCOMPARE(h.phase(), Phase::Idle);
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(h.view().note.contains(QStringLiteral("does not start")));
    QCOMPARE(h.phaseOf(waiting), InputPhase::Queued);
    h.script.creation = Answers::AtOnce;
    QVERIFY(h.reply(h.start())->ok());
    QVERIFY(h.applyOpen());
    QVERIFY(h.view().note.isEmpty());
}

void RunsTest::aWakeThatCannotBeServedIsKept()
{
    CoreHarness h;
    h.submitWithoutWake(prompt());
    h.script.creation = Answers::Held;
    h.attach();
    h.wake();
    h.wake();
    QVERIFY(h.creating());
    h.created();
    QVERIFY(h.applyOpen());
}

void RunsTest::aSnapshotIsHandedBackAfterTheCommit()
{
    CoreHarness h;
    h.attach();
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.succeed(RunTerminal::Result, QByteArray("s1"));
    QVERIFY(h.checkpoints.empty());
    h.commit();
    QCOMPARE(h.checkpoints.size(), std::size_t(1));
    QCOMPARE(h.checkpoints[0].snapshot, QByteArray("s1"));
    QCOMPARE(h.outcome(done)->outcome, OutcomeClass::Completed);
}

void RunsTest::aRunIsNotOverBeforeItsCheckpointIs()
{
    CoreHarness h;
    h.script.checkpoint = Answers::Held;
    h.attach();
    const Submitted done = h.submit(prompt("a"), WaitMode::Terminal);
    const Submitted next = h.submit(prompt("b"));
    h.succeed(RunTerminal::Result, QByteArray("s1"));
    QVERIFY(h.outcome(done) == nullptr);
    QVERIFY(!h.applyOpen());
    QCOMPARE(h.view().waitReason, WaitReason::Committing);
    h.feed(CheckpointFinished{{Uuid{7, 7}}, {}});
    QVERIFY(h.outcome(done) == nullptr);
    const Submitted again = h.waitFor(done.input, WaitMode::Terminal);
    QCOMPARE(h.reply(again.command)->refusal, Refusal::NotFound);
    h.checkpointed();
    QCOMPARE(h.outcome(done)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.applies.back().primitive->contributors[0].input, next.input);
}

void RunsTest::aHookThatFailsStopsTheSessionButNotTheCommit()
{
    CoreHarness h;
    h.script.checkpoint = Answers::Held;
    h.attach();
    const Submitted done = h.submit(prompt("a"), WaitMode::Terminal);
    const Submitted queued = h.submit(prompt("b"), WaitMode::Terminal);
    h.succeed(RunTerminal::Result, QByteArray("s1"));
    h.checkpointed(false);
    QCOMPARE(h.outcome(done)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QVERIFY(h.outcome(done)->text.isEmpty());
    QCOMPARE(h.store.ended(done.sequence())->kind, TerminalKind::Consumed);
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.outcome(queued)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.stops.size(), std::size_t(1));
}

void RunsTest::anInstanceThatIsGoneNeedsNoCheckpoint()
{
    CoreHarness h;
    h.attach();
    const Submitted done = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.succeed(RunTerminal::Result, QByteArray("s1"));
    h.die();
    h.commit();
    QVERIFY(h.checkpoints.empty());
    QCOMPARE(h.outcome(done)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.phase(), Phase::Attached);
    QVERIFY(!h.hasInstance());
}

void RunsTest::aReceiptMustMatchTheRun_data()
{
    QTest::addColumn<int>("lie");
    QTest::newRow("another run") << 0;
    QTest::newRow("a contributor less") << 1;
    QTest::newRow("a contributor more") << 2;
    QTest::newRow("another order") << 3;
    QTest::newRow("no contributors") << 4;
}

void RunsTest::aReceiptMustMatchTheRun()
{
    QFETCH(int, lie);
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"), WaitMode::Terminal);
    const Submitted b = h.submit(peerMessage("b"), WaitMode::Attempt);
    h.attach();
    const RunId run = h.openRun();
    const std::size_t before = h.writes.size();
    h.script.stopping = Answers::Held;
    RunOutput output = h.output();
    output.snapshot = QByteArray("forged");
    std::vector<InputId> &named = output.receipt.contributors;
    if (lie == 0)
        output.receipt.run = {Uuid{9, 9}};
    else if (lie == 1)
        named.pop_back();
    else if (lie == 2)
        named.push_back(a.input);
    else if (lie == 3)
        std::swap(named[0], named[1]);
    else
        named.clear();
    h.end(output);
    QCOMPARE(h.writes.size(), before);
    QVERIFY(!h.store.snapshot().has_value());
    for (const Submitted &one : {a, b}) {
        QCOMPARE(h.outcome(one)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
        QCOMPARE(h.outcome(one)->run, run);
        QVERIFY(h.outcome(one)->text.isEmpty());
        QCOMPARE(h.phaseOf(one), InputPhase::Queued);
    }
    QCOMPARE(h.eventsOf(EventCode::RuntimeMisbehaviour).size(), std::size_t(1));
    h.stopped();
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.store.ended(a.sequence())->reason, AbandonReason::Stopped);
}

void RunsTest::anotherRunsCompletionChangesNothing()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    h.endRun({Uuid{9, 9}}, h.output());
    QVERIFY(h.applyOpen());
    QVERIFY(h.outcome(mine) == nullptr);
    QCOMPARE(h.eventsOf(EventCode::RuntimeMisbehaviour).size(), std::size_t(1));
    h.succeed();
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Completed);
}

void RunsTest::aSecondCompletionChangesNothing()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    const RunId run = h.openRun();
    const RunOutput output = h.output();
    h.script.store = Answers::Held;
    h.end(output);
    h.endRun(run, RunError{});
    h.endRun(run, output);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    h.endRun(run, RunCancelled{});
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.eventsOf(EventCode::RuntimeMisbehaviour).size(), std::size_t(3));
}

QTEST_APPLESS_MAIN(RunsTest)
#include "runs_test.moc"
