// SPDX-License-Identifier: Apache-2.0
// Stop, in every situation: the run ends, the executor comes to rest, Stopped is durable, then everybody is
// told.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using Receipt = CommandReceipt::Verdict;

} // namespace

class StopTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ofAnIdleSessionWithoutExecutor();
    void ofAnIdleSessionWithInputs();
    void ofAnAttachedSessionAtRest();
    void ofARetiredSessionStaysRetired();
    void ofARunThatHeedsTheCancel();
    void ofARunThatFinishesFirst();
    void ofARunThatFails();
    void ofARunThatIsStuck();
    void whileTheExecutorIsMade_data();
    void whileTheExecutorIsMade();
    void whileTheRunIsCommitted();
    void whileTheRunIsCommittedAndThatFails();
    void whileACheckpointIsOpen();
    void whileAGrantIsInFlight();
    void whileAnAcceptIsInFlight();
    void whileACancelIsPending();
    void whileAStagingAbandonIsInFlight();

    void ofAnExecutorThatDiesMeanwhile_data();
    void ofAnExecutorThatDiesMeanwhile();
};

void StopTest::ofAnIdleSessionWithoutExecutor()
{
    CoreHarness h;
    const CommandId stop = h.stop();
    QCOMPARE(h.reply(stop)->verdict, Receipt::Done);
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.store.row().phase, Phase::Stopped);
    QVERIFY(h.stops.empty());
    QCOMPARE(h.cleanups, (std::vector<CleanupCause>{CleanupCause::Stopped}));
    QVERIFY(h.core.parked());
}

void StopTest::ofAnIdleSessionWithInputs()
{
    CoreHarness h;
    const Submitted a = h.submit(prompt(), WaitMode::Terminal);
    const Submitted b = h.submit(steered(ephemeral(prompt())), WaitMode::Attempt);
    const CommandId stop = h.stop();
    QCOMPARE(h.reply(stop)->inputs, 2U);
    for (const Submitted &one : {a, b}) {
        QVERIFY(!h.isOpen(one));
        QCOMPARE(h.outcome(one)->outcome, OutcomeClass::RuntimeTerminated);
        QCOMPARE(h.outcome(one)->reason, QStringLiteral("runtime stopped"));
    }
    QCOMPARE(h.store.ended(a.sequence())->reason, AbandonReason::Stopped);
    QVERIFY(h.store.ended(b.sequence()) == nullptr);
}

void StopTest::ofAnAttachedSessionAtRest()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    const CommandId stop = h.stop();
    QVERIFY(!h.answered(stop));
    QCOMPARE(h.stops.size(), std::size_t(1));
    QCOMPARE(h.stops[0].kind, StopKind::SessionStop);
    QCOMPARE(h.stops[0].reason, QStringLiteral("asked"));
    QVERIFY(h.view().attached);
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.view().waitReason, WaitReason::Stopping);
    h.stopped();
    QVERIFY(h.answered(stop));
    QVERIFY(!h.view().attached);
    QVERIFY(!h.hasInstance());
}

void StopTest::ofARetiredSessionStaysRetired()
{
    HarnessOptions options;
    options.row.phase = Phase::Retired;
    CoreHarness h(options);
    QVERIFY(h.reply(h.stop())->ok());
    QCOMPARE(h.phase(), Phase::Retired);
    QCOMPARE(h.store.row().phase, Phase::Retired);
}

void StopTest::ofARunThatHeedsTheCancel()
{
    WithRun with;
    CoreHarness &h = with.h;
    const CommandId stop = h.stop();
    QCOMPARE(h.cancels.size(), std::size_t(1));
    QCOMPARE(h.cancels[0].run, with.run);
    QCOMPARE(h.cancels[0].mode, CancelMode::Boundary);
    QVERIFY(h.stops.empty());
    h.endCancelled();
    QVERIFY(h.answered(stop));
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Cancelled);
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.stops.size(), std::size_t(1));
}

void StopTest::ofARunThatFinishesFirst()
{
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted next = h.submit(prompt(), WaitMode::Terminal);
    h.stop();
    h.succeed();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.outcome(next)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.phase(), Phase::Stopped);
}

void StopTest::ofARunThatFails()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.stop();
    h.failRun();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.phase(), Phase::Stopped);
}

void StopTest::ofARunThatIsStuck()
{
    WithRun with;
    CoreHarness &h = with.h;
    const CommandId stop = h.stop();
    h.advance(limits::stop_grace_default);
    QCOMPARE(h.cancels.back().mode, CancelMode::Hard);
    QVERIFY(h.abandons.empty());
    h.advance(limits::abandon_after_hard);
    QCOMPARE(h.abandons.size(), std::size_t(1));
    QCOMPARE(h.phase(), Phase::Stopped);
    // The instance is not to be used again, so its stop hook is not called.
    QVERIFY(h.stops.empty());
    QVERIFY(!h.hasInstance());
    QCOMPARE(h.reply(stop)->verdict, Receipt::Deferred);
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Cancelled);
    QCOMPARE(h.cleanups.size(), std::size_t(1));
}

void StopTest::whileTheExecutorIsMade_data()
{
    QTest::addColumn<bool>("works");
    QTest::newRow("and it works") << true;
    QTest::newRow("and it does not") << false;
}

void StopTest::whileTheExecutorIsMade()
{
    QFETCH(bool, works);
    CoreHarness h;
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    const CommandId stop = h.stop();
    QVERIFY(!h.answered(stop));
    h.created(works);
    QCOMPARE(h.reply(stop)->verdict, Receipt::Done);
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.stops.size(), works ? std::size_t(1) : std::size_t(0));
    QVERIFY(h.outcome(queued) != nullptr);
    QVERIFY(h.applies.empty());
}

void StopTest::whileTheRunIsCommitted()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.succeed();
    const CommandId stop = h.stop();
    QVERIFY(h.stops.empty());
    h.commit();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.stops.size(), std::size_t(1));
    QVERIFY(!h.answered(stop));
    h.commit();
    QVERIFY(h.reply(stop)->ok());
}

void StopTest::whileTheRunIsCommittedAndThatFails()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.succeed();
    const CommandId stop = h.stop();
    h.answer(Verdict::NotWritten);
    QVERIFY(h.answered(stop));
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    // Stopped holds for this process only; the store has the input queued.
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.writesInFlight(), std::size_t(0));
    QVERIFY(h.store.hasOpen(with.input.sequence()));
}

void StopTest::whileACheckpointIsOpen()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.checkpoint = Answers::Held;
    h.succeed(RunTerminal::Result, QByteArray("s"));
    const CommandId stop = h.stop();
    QVERIFY(h.stops.empty());
    h.checkpointed();
    QVERIFY(h.answered(stop));
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
}

void StopTest::whileAGrantIsInFlight()
{
    CoreHarness h;
    h.submit(peerMessage("a"));
    h.submit(peerMessage("b"));
    h.script.store = Answers::Held;
    h.attach();
    const CommandId stop = h.stop();
    h.commit();
    QVERIFY(h.applies.empty());
    h.commitAll();
    QVERIFY(h.answered(stop));
    QCOMPARE(h.phase(), Phase::Stopped);
}

void StopTest::whileAnAcceptIsInFlight()
{
    CoreHarness h;
    h.attach();
    h.script.store = Answers::Held;
    const Submitted writing = h.submit(prompt(), WaitMode::Terminal);
    const CommandId stop = h.stop();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.receipt(writing)->accepted());
    QVERIFY(h.applies.empty());
    h.commit();
    QVERIFY(h.answered(stop));
    QCOMPARE(h.outcome(writing)->reason, QStringLiteral("runtime stopped"));
    QVERIFY(h.store.ended(writing.sequence()) != nullptr);
}

void StopTest::whileACancelIsPending()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.cancel();
    h.stop();
    h.advance(limits::stop_grace_default);
    QCOMPARE(h.cancels.back().mode, CancelMode::Hard);
    h.endCancelled();
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Cancelled);
}

void StopTest::whileAStagingAbandonIsInFlight()
{
    HarnessOptions options;
    options.settings.stagingGate = [](const Input &) {
        return std::optional<QString>(QStringLiteral("not now"));
    };
    CoreHarness h(options);
    const Submitted refused = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.attach();
    const CommandId stop = h.stop();
    h.commitAll();
    QVERIFY(h.answered(stop));
    QCOMPARE(h.store.ended(refused.sequence())->reason, AbandonReason::NeverExecuted);
    QCOMPARE(h.outcome(refused)->outcome, OutcomeClass::AbandonedWithError);
}

void StopTest::ofAnExecutorThatDiesMeanwhile_data()
{
    QTest::addColumn<int>("when");
    QTest::newRow("while it stops") << 0;
    QTest::newRow("while its run ends") << 1;
    QTest::newRow("while stopped is written") << 2;
}

void StopTest::ofAnExecutorThatDiesMeanwhile()
{
    QFETCH(int, when);
    WithRun with;
    CoreHarness &h = with.h;
    h.script.stopping = when == 0 ? Answers::Held : Answers::AtOnce;
    const CommandId stop = h.stop();
    if (when != 1)
        h.endCancelled();
    if (when == 0) {
        h.feed(ExecutorDied{QStringLiteral("signal 9")});
    } else if (when == 1) {
        h.die();
    } else {
        QVERIFY(h.answered(stop));
    }
    QVERIFY(h.answered(stop));
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.hasInstance());
}

QTEST_APPLESS_MAIN(StopTest)
#include "stop_test.moc"
