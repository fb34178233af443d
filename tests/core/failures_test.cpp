// SPDX-License-Identifier: Apache-2.0
// What happens to inputs whose run does not succeed.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using Ids = std::vector<InputId>;

Ids contributorsOf(const StartApply &apply)
{
    Ids ids;
    for (const Contributor &contributor : apply.primitive->contributors)
        ids.push_back(contributor.input);
    return ids;
}

/// Refuses what says "bad" for as long as `refusing` is set.
HarnessOptions withGate(const bool *refusing)
{
    HarnessOptions options;
    options.settings.stagingGate = [refusing](const Input &input) -> std::optional<QString> {
        const auto *prompt = std::get_if<PromptBody>(&input.body);
        const auto *peer = std::get_if<PeerBody>(&input.body);
        const QByteArray text = prompt != nullptr ? prompt->text : peer != nullptr ? peer->text : QByteArray();
        if (*refusing && text == "bad")
            return QStringLiteral("its workspace is locked");
        return std::nullopt;
    };
    return options;
}

HarnessOptions givenUpAtOnce()
{
    HarnessOptions options;
    options.settings.restart.policy = RestartPolicy::Never;
    return options;
}

} // namespace

class FailuresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theThirdFailureEndsAnInput();
    void aKnownCauseReachesWhoeverWaits_data();
    void aKnownCauseReachesWhoeverWaits();
    void aTerminalThatWasNotObservedFailsClosed_data();
    void aTerminalThatWasNotObservedFailsClosed();
    void aFailedInputGoesBehindTheBacklog();
    void aSteeredInputThatFailedIsSteeredAgain();
    void aRunCancelledByItsExecutorEndsItsInputs();

    void aFailedBatchIsTriedOneByOne();
    void onlyTheMemberAtFaultIsAbandoned();
    void aMemberThatWasCancelledIsNotDeferred();
    void anInputThatFailedInABatchStaysAlone();

    void aRefusedHeadLetsTheOthersRunAndEnds();
    void aRefusedMemberDoesNotStopItsBatch();
    void aRefusedEphemeralInputEndsWithoutAWrite();
    void aRefusalIsNoTry();

    void anExecutorThatDiesFailsTheRunAndIsGivenUp();
    void anExecutorThatDiesAtRestIsGivenUp();
    void anExecutorThatDiesWhileItsRunIsWrittenIsGivenUpAfterwards();
    void anExecutorThatDiesWhileItIsMadeIsGivenUp();
    void aRunThatIsGivenUpIsReported();
    void anAttachDuringTheWriteOfALostRunIsKept();
    void aStaleDeathIsIgnored();
};

void FailuresTest::theThirdFailureEndsAnInput()
{
    CoreHarness h;
    h.attach();
    const Submitted failing = h.submit(prompt(), WaitMode::Terminal);
    for (quint32 tries = 1; tries < limits::tries_max; ++tries) {
        h.failRun();
        QCOMPARE(h.phaseOf(failing), InputPhase::Queued);
        QCOMPARE(h.record(failing)->registers.tries, tries);
        QVERIFY(h.outcome(failing) == nullptr);
        h.wake();
    }
    h.failRun(FailureCause::HookDenied, QStringLiteral("no"));
    QVERIFY(!h.isOpen(failing));
    QCOMPARE(h.outcome(failing)->outcome, OutcomeClass::AbandonedWithError);
    QCOMPARE(h.store.ended(failing.sequence())->reason, AbandonReason::MaxAttemptsExhausted);
    QCOMPARE(h.applies.size(), std::size_t(3));
    QCOMPARE(h.view().tally.abandoned, quint64(1));
    QCOMPARE(h.view().tally.runsFailed, quint64(3));
    QVERIFY(h.core.parked());
}

void FailuresTest::aKnownCauseReachesWhoeverWaits_data()
{
    QTest::addColumn<FailureCause>("cause");
    for (std::size_t at = 1; at < failureCauseName.names.size(); ++at)
        QTest::newRow(failureCauseName.names[at]) << static_cast<FailureCause>(at);
}

void FailuresTest::aKnownCauseReachesWhoeverWaits()
{
    QFETCH(FailureCause, cause);
    CoreHarness h;
    h.attach();
    const Submitted failing = h.submit(prompt(), WaitMode::Attempt);
    h.failRun(cause, QStringLiteral("the reason"));
    QCOMPARE(h.outcome(failing)->outcome, OutcomeClass::AbandonedWithError);
    QCOMPARE(h.outcome(failing)->cause, cause);
    QVERIFY(h.outcome(failing)->reason.contains(QStringLiteral("the reason")));
    QVERIFY(h.isOpen(failing));
}

void FailuresTest::aTerminalThatWasNotObservedFailsClosed_data()
{
    QTest::addColumn<FailureCause>("cause");
    QTest::addColumn<bool>("claimed");
    QTest::newRow("an unknown cause") << FailureCause::Unknown << false;
    QTest::newRow("a claimed terminal") << FailureCause::RuntimeTurn << true;
    QTest::newRow("both") << FailureCause::Unknown << true;
}

void FailuresTest::aTerminalThatWasNotObservedFailsClosed()
{
    QFETCH(FailureCause, cause);
    QFETCH(bool, claimed);
    CoreHarness h;
    h.attach();
    const Submitted failing = h.submit(prompt(), WaitMode::Terminal);
    h.end(RunError{.cause = cause, .message = QStringLiteral("trust me"), .machineTerminal = claimed});
    QCOMPARE(h.outcome(failing)->waitFailure, WaitFailure::AuthorityUnavailable);
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(h.eventsOf(EventCode::RunFailed).empty());
    QCOMPARE(h.store.ended(failing.sequence())->reason, AbandonReason::Stopped);
    QCOMPARE(h.stops.size(), std::size_t(1));
}

void FailuresTest::aFailedInputGoesBehindTheBacklog()
{
    CoreHarness h;
    h.attach();
    const Submitted failing = h.submit(prompt("a"));
    const Submitted b = h.submit(prompt("b"));
    const Submitted c = h.submit(prompt("c"));
    h.failRun();
    QCOMPARE(contributorsOf(h.applies.back()), Ids{b.input});
    QCOMPARE(h.record(c)->next, h.record(failing));
    const auto &written = std::get<FailRunOperation>(h.writes.back().operation);
    QCOMPARE(written.requeued[0].admission, h.record(failing)->registers.admission);
    h.succeed();
    h.succeed();
    QCOMPARE(contributorsOf(h.applies.back()), Ids{failing.input});
}

void FailuresTest::aSteeredInputThatFailedIsSteeredAgain()
{
    CoreHarness h;
    h.attach();
    const Submitted failing = h.submit(steered(prompt()));
    h.failRun();
    QCOMPARE(h.record(failing)->registers.lane, Lane::Steer);
    QCOMPARE(h.view().steering, 1U);
}

void FailuresTest::aRunCancelledByItsExecutorEndsItsInputs()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    h.end(RunCancelled{QStringLiteral("I was told to")});
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Cancelled);
    QCOMPARE(h.store.ended(mine.sequence())->reason, AbandonReason::Cancelled);
    QCOMPARE(h.eventsOf(EventCode::RunCancelled).size(), std::size_t(1));
}

void FailuresTest::aFailedBatchIsTriedOneByOne()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"), WaitMode::Attempt);
    const Submitted b = h.submit(peerMessage("b"), WaitMode::Terminal);
    h.attach();
    QCOMPARE(h.applies.size(), std::size_t(1));
    h.failRun();
    QVERIFY(h.outcome(a) != nullptr);
    QCOMPARE(contributorsOf(h.applies.back()), Ids{a.input});
    QCOMPARE(h.record(a)->registers.tries, 0U);
    QCOMPARE(h.record(b)->registers.tries, 0U);
    h.succeed();
    QCOMPARE(contributorsOf(h.applies.back()), Ids{b.input});
    h.succeed();
    QCOMPARE(h.outcome(b)->outcome, OutcomeClass::Completed);
}

void FailuresTest::onlyTheMemberAtFaultIsAbandoned()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"), WaitMode::Terminal);
    const Submitted bad = h.submit(peerMessage("bad"), WaitMode::Terminal);
    const Submitted c = h.submit(peerMessage("c"), WaitMode::Terminal);
    h.attach();
    for (int round = 0; round < 10; ++round) {
        if (!h.applyOpen())
            h.wake();
        if (!h.applyOpen())
            break;
        const Ids ids = contributorsOf(h.applies.back());
        if (std::find(ids.begin(), ids.end(), bad.input) != ids.end())
            h.failRun();
        else
            h.succeed();
    }
    QCOMPARE(h.outcome(a)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.outcome(c)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.outcome(bad)->outcome, OutcomeClass::AbandonedWithError);
    QCOMPARE(h.store.ended(bad.sequence())->reason, AbandonReason::MaxAttemptsExhausted);
}

void FailuresTest::aMemberThatWasCancelledIsNotDeferred()
{
    CoreHarness h;
    h.attach();
    const Submitted cancelled = h.submit(prompt("a"));
    const Submitted next = h.submit(prompt("b"));
    h.cancel();
    h.endCancelled();
    QVERIFY(!h.isOpen(cancelled));
    const auto &written = std::get<FailRunOperation>(h.writes.back().operation);
    QVERIFY(written.requeued.empty());
    QCOMPARE(written.finished.size(), std::size_t(1));
    QCOMPARE(contributorsOf(h.applies.back()), Ids{next.input});
}

void FailuresTest::anInputThatFailedInABatchStaysAlone()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"));
    h.submit(peerMessage("b"));
    h.attach();
    h.failRun();
    const Submitted late = h.submit(peerMessage("late"));
    h.failRun();
    h.succeed();
    QCOMPARE(contributorsOf(h.applies.back()), Ids{late.input});
    h.succeed();
    QCOMPARE(contributorsOf(h.applies.back()), Ids{a.input});
}

void FailuresTest::aRefusedHeadLetsTheOthersRunAndEnds()
{
    bool refusing = true;
    CoreHarness h(withGate(&refusing));
    const Submitted head = h.submit(prompt("bad"), WaitMode::Terminal);
    const Submitted b = h.submit(prompt("b"), WaitMode::Terminal);
    const Submitted c = h.submit(prompt("c"), WaitMode::Terminal);
    h.attach();
    QCOMPARE(contributorsOf(h.applies.back()), Ids{b.input});
    QVERIFY(h.isOpen(head));
    h.succeed();
    h.succeed();
    QCOMPARE(h.outcome(c)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.outcome(head)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(h.outcome(head)->reason.contains(QStringLiteral("never executed")));
    QCOMPARE(h.store.ended(head.sequence())->reason, AbandonReason::NeverExecuted);
    QCOMPARE(h.eventsOf(EventCode::InputDeferred).size(), std::size_t(limits::staging_refusals_max));
    QVERIFY(h.core.parked());
}

void FailuresTest::aRefusedMemberDoesNotStopItsBatch()
{
    bool refusing = true;
    CoreHarness h(withGate(&refusing));
    const Submitted a = h.submit(peerMessage("a"));
    const Submitted bad = h.submit(peerMessage("bad"));
    const Submitted c = h.submit(peerMessage("c"));
    h.attach();
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{a.input, c.input}));
    h.succeed();
    QVERIFY(!h.isOpen(bad));
}

void FailuresTest::aRefusedEphemeralInputEndsWithoutAWrite()
{
    bool refusing = true;
    CoreHarness h(withGate(&refusing));
    const Submitted bad = h.submit(ephemeral(prompt("bad")), WaitMode::Terminal);
    h.attach();
    QVERIFY(!h.isOpen(bad));
    QVERIFY(h.outcome(bad) != nullptr);
    QVERIFY(h.writes.empty());
}

void FailuresTest::aRefusalIsNoTry()
{
    bool refusing = true;
    CoreHarness h(withGate(&refusing));
    h.attach();
    const Submitted bad = h.submit(prompt("bad"), WaitMode::Terminal);
    QCOMPARE(h.view().tally.runsFailed, quint64(0));
    QVERIFY(h.applies.empty());
    QVERIFY(!h.isOpen(bad));
}

void FailuresTest::anExecutorThatDiesFailsTheRunAndIsGivenUp()
{
    CoreHarness h(givenUpAtOnce());
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Attempt);
    h.die(QStringLiteral("signal 9"));
    QCOMPARE(h.outcome(mine)->cause, FailureCause::ExecutorStopped);
    QCOMPARE(h.phase(), Phase::Idle);
    QVERIFY(!h.view().attached);
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(h.view().note.contains(QStringLiteral("signal 9")));
    QVERIFY(!h.hasInstance());
    QVERIFY(h.isOpen(mine));
    h.start();
    QCOMPARE(h.creations, 2);
    h.succeed();
    QVERIFY(!h.isOpen(mine));
}

void FailuresTest::anExecutorThatDiesAtRestIsGivenUp()
{
    CoreHarness h(givenUpAtOnce());
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.die();
    QCOMPARE(h.phase(), Phase::Idle);
    QCOMPARE(h.destructions, 1);
    QVERIFY(h.core.parked());
}

void FailuresTest::anExecutorThatDiesWhileItsRunIsWrittenIsGivenUpAfterwards()
{
    CoreHarness h(givenUpAtOnce());
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.succeed();
    h.die();
    QCOMPARE(h.phase(), Phase::Running);
    h.commit();
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.phase(), Phase::Idle);
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
}

void FailuresTest::anExecutorThatDiesWhileItIsMadeIsGivenUp()
{
    CoreHarness h(givenUpAtOnce());
    h.script.creation = Answers::Held;
    h.attach();
    h.submit(prompt());
    h.die();
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(!h.hasInstance());
}

void FailuresTest::aRunThatIsGivenUpIsReported()
{
    CoreHarness h(givenUpAtOnce());
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Attempt);
    h.end(RunAbandoned{QStringLiteral("its process hangs")});
    QCOMPARE(h.outcome(mine)->cause, FailureCause::ExecutorStopped);
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(!h.hasInstance());
    QCOMPARE(h.record(mine)->registers.tries, 1U);
}

void FailuresTest::anAttachDuringTheWriteOfALostRunIsKept()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.end(RunAbandoned{QStringLiteral("its process hangs")});
    h.feed(ExecutorDied{QStringLiteral("it is gone")});
    QVERIFY(h.reply(h.attach())->ok());
    h.script.store = Answers::AtOnce;
    h.commit();
    QVERIFY(h.view().attached);
    h.advance(limits::retry_backoff_default);
    QVERIFY(h.applyOpen());
    h.succeed();
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Completed);
}

void FailuresTest::aStaleDeathIsIgnored()
{
    CoreHarness h;
    h.attach();
    h.feed(ExecutorDied{QStringLiteral("of an instance that is gone already")});
    QVERIFY(h.view().attached);
    QCOMPARE(h.destructions, 0);
    h.submit(prompt());
    QVERIFY(h.applyOpen());
}

QTEST_APPLESS_MAIN(FailuresTest)
#include "failures_test.moc"
