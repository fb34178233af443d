// SPDX-License-Identifier: Apache-2.0
// Area RE: what a session is after its host has ended and another one opens it.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

/// A prompt as a store gives it, before the scenario lies about it.
InputRow storedPrompt()
{
    const std::unique_ptr<InputRecord> record = recordOf(prompt(), 1);
    InputRow row;
    row.input = record->input;
    row.plan = record->plan;
    row.sequence = 1;
    row.registers.phase = InputPhase::Queued;
    row.registers.lane = row.registers.recoveryLane = row.plan.lane;
    row.registers.admission = record->registers.admission;
    return row;
}

/// The session is held and says why; nothing of it is run, written or guessed.
void isHeld(const InputRow &row)
{
    HarnessOptions options;
    options.openInputs = {row};
    CoreHarness h(std::move(options));
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QVERIFY(h.view().note.contains(QStringLiteral("input 1 ")));
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Held);
    h.attach();
    h.wake();
    QVERIFY(h.applies.empty());
    QVERIFY(h.writes.empty());
}

void queuedInputsReturnInOrder()
{
    CoreHarness h;
    const Submitted a = h.submit(prompt("a"));
    const Submitted b = h.submit(prompt("b"));
    const Submitted c = h.submit(prompt("c"));
    h.crash();
    QCOMPARE(h.view().queued, 3U);
    h.script.apply = Answers::AtOnce;
    h.attach();
    QCOMPARE(h.applies.size(), std::size_t(3));
    QCOMPARE(contributorsOf(h.applies[0]), (Ids{a.input}));
    QCOMPARE(contributorsOf(h.applies[1]), (Ids{b.input}));
    QCOMPARE(contributorsOf(h.applies[2]), (Ids{c.input}));
}

void ephemeralInputsAreGone()
{
    CoreHarness h;
    const Submitted gone = h.submit(ephemeral(prompt()));
    const Submitted kept = h.submit(prompt());
    h.crash();
    QVERIFY(!h.isOpen(gone));
    QVERIFY(h.isOpen(kept));
}

void whatWasAppliedIsNotReplayed()
{
    CoreHarness h;
    h.attach();
    const Submitted applied = h.submit(ephemeral(prompt()), WaitMode::Terminal);
    h.succeed();
    h.script.store = Answers::Held;
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.advance(limits::retry_backoff_max);
    QVERIFY(h.view().waitReason != WaitReason::Held);
    QCOMPARE(h.outcome(applied)->outcome, OutcomeClass::Completed);
    QVERIFY(!h.isOpen(applied));
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void aFailedRecoveryLeavesWhatIsThere()
{
    HarnessOptions options;
    options.reload = Answers::Held;
    CoreHarness h(std::move(options));
    const Submitted open = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.advance(limits::retry_backoff_max);
    h.reloaded(false);
    QVERIFY(h.isOpen(open));
    QCOMPARE(h.view().queued, 1U);
    QCOMPARE(h.view().waiters, 1U);
    QCOMPARE(h.view().waitReason, WaitReason::Held);
}

void missingWitnessesHold()
{
    InputRow row = storedPrompt();
    row.plan.lane = Lane::None;
    isHeld(row);
    row = storedPrompt();
    row.registers.recoveryLane = Lane::None;
    isHeld(row);
    row = storedPrompt();
    Input input = *row.input;
    input.body = FlowStepBody{};
    row.input = std::make_shared<const Input>(input);
    isHeld(row);
}

void aPromptIsNeverResumedWork()
{
    InputRow row = storedPrompt();
    row.plan.execution = ExecutionKind::ResumePending;
    isHeld(row);
}

void anImmediateBoundaryIsNeverQueued()
{
    InputRow row = storedPrompt();
    row.plan.boundary = Boundary::Immediate;
    isHeld(row);
}

void aDestroyedSessionStaysDestroyed()
{
    CoreHarness h(storedAs(Phase::Destroyed));
    QVERIFY(!h.reply(h.attach())->ok());
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Destroyed);
    QVERIFY(h.writes.empty());
    h.crash();
    QCOMPARE(h.phase(), Phase::Destroyed);
}

void attachedBecomesIdle()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    QCOMPARE(h.phase(), Phase::Attached);
    h.crash();
    QCOMPARE(h.phase(), Phase::Idle);
    QVERIFY(!h.view().attached);
}

void theEpochIsThatOfTheStore()
{
    CoreHarness h;
    h.runOperation(1);
    const EpochId epoch = h.core.operations()->epoch();
    h.crash();
    QCOMPARE(h.core.operations()->epoch(), epoch);
    h.runOperation(2);
    QCOMPARE(h.core.operations()->epoch(), epoch);
    // Another session without durable operations has another one.
    CoreHarness fresh;
    fresh.addOperation(1);
    fresh.crash();
    fresh.addOperation(1);
    QVERIFY(fresh.core.operations()->epoch() != EpochId{});
}

void operationsThatCannotBeTrueHold()
{
    CoreHarness h;
    h.runOperation(1);
    auto lie = std::make_shared<StoredOperations>(*h.store.operations());
    lie->feed.back().sequence = lie->sequence + 1;
    h.store.setOperations(lie);
    h.crash();
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QVERIFY(h.view().note.contains(QStringLiteral("feed")));
    QCOMPARE(h.reply(h.attach())->refusal, Refusal::Held);
    QCOMPARE(h.operationReceipt(h.addOperation(2))->refusal, OperationRefusal::Unavailable);
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Held);
}

void whatTheAgentWasNotToldOfIsStillThere()
{
    CoreHarness h;
    h.runOperation(1, OperationKind::MobMemberChild);
    h.runOperation(2, OperationKind::MobMemberChild);
    h.addOperation(3);
    h.ask(AcknowledgeCompletions{1});
    h.crash();
    const OperationRegistry &operations = *h.core.operations();
    QCOMPARE(operations.cursor(FeedCursor::AgentApplied).value(), quint64(1));
    const std::vector<EndedOperation> unsurfaced = operations.unsurfaced();
    QCOMPARE(unsurfaced.size(), std::size_t(1));
    QCOMPARE(unsurfaced[0].sequence, quint64(2));
    QCOMPARE(operations.active(), 0U); // What had not ended is gone.
}

void aWakeIsNeitherLostNorRepeatedByACrash()
{
    CoreHarness h;
    h.runOperation(1);
    h.crash();
    h.attach();
    QCOMPARE(h.applies.size(), std::size_t(1)); // It ended and nobody was woken for it.
    h.crash();
    h.attach();
    QCOMPARE(h.applies.size(), std::size_t(2)); // The same continuation once more.
    QCOMPARE(contributorsOf(h.applies[1]), contributorsOf(h.applies[0]));
    h.succeed();
    h.crash();
    h.attach();
    QCOMPARE(h.applies.size(), std::size_t(2));
}

const Scenario scenarios[] = {
    {"RE01: queued inputs are recovered in their order", queuedInputsReturnInOrder},
    {"RE02: ephemeral inputs are discarded", ephemeralInputsAreGone},
    {"RE05: what is not stored and was applied is not replayed by a recovery", whatWasAppliedIsNotReplayed},
    {"RE06: a recovery that fails leaves the live projection", aFailedRecoveryLeavesWhatIsThere},
    {"RE09: missing semantics, payload or lane hold the session", missingWitnessesHold},
    {"RE10: a prompt stamped as resumed work holds the session", aPromptIsNeverResumedWork},
    {"RE11: an immediate boundary on the queue lane holds the session", anImmediateBoundaryIsNeverQueued},
    {"RE12: a destroyed session is not registered again, and its state is kept",
     aDestroyedSessionStaysDestroyed},
    {"RE14: the epoch of the operations is the stored one", theEpochIsThatOfTheStore},
    {"RE15: operations that cannot be true hold the session", operationsThatCannotBeTrueHold},
    {"RE16: what the agent was not told of is still listed after a restart",
     whatTheAgentWasNotToldOfIsStillThere},
    {"RE16: a wake is neither lost nor repeated by a crash", aWakeIsNeitherLostNorRepeatedByACrash},
    {"RE17: a session that was attached is idle after a restart", attachedBecomesIdle},
};

} // namespace

class AreaReTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaReTest)
#include "area_re_test.moc"
