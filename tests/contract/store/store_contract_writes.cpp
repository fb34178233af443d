// SPDX-License-Identifier: Apache-2.0
// What each operation writes, and that a refused one writes nothing.
#include "store_contract.h"

namespace burrow::test {

namespace {

const InputRow *rowWith(const StoredSession &stored, const InputPointer &input)
{
    for (const InputRow &row : stored.openInputs) {
        if (row.sequence == sequenceOf(input->id))
            return &row;
    }
    return nullptr;
}

} // namespace

void StoreContract::anAcceptedInputIsOpenWithEverythingItCameWith()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput("the text", "the key");
    WriteSet set = sets.accept(input);
    auto &row = std::get<AcceptOperation>(set.operation).row;
    row.plan.lane = Lane::Steer;
    row.plan.wakeIfIdle = true;
    row.starts = 1;
    const InputRow expected = row;
    QCOMPARE(verdictOf(std::move(set)), Verdict::Committed);

    const StoredSession stored = afterReopening("alpha");
    const InputRow *found = rowWith(stored, input);
    QVERIFY(found != nullptr);
    QCOMPARE(found->input->id, input->id);
    QCOMPARE(found->input->kind, InputKind::Prompt);
    QCOMPARE(found->input->idempotencyKey, QByteArray("the key"));
    QCOMPARE(std::get<PromptBody>(found->input->body).text, QByteArray("the text"));
    QCOMPARE(found->payloadHash, payloadHash(*input));
    QVERIFY(found->plan == expected.plan);
    QVERIFY(found->registers == expected.registers);
    QCOMPARE(found->starts, 1U);
}

void StoreContract::anAcceptIsRefusedForASequenceThatIsStored()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer open = freshInput();
    QCOMPARE(verdictOf(sets.accept(open)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.accept(open)), Verdict::Refused);

    openSession("alpha");
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {open})), Verdict::Committed);
    QVERIFY2(verdictOf(sets.accept(open)) == Verdict::Refused, "it has ended and may not come back");
}

void StoreContract::anAcceptCanReplaceAnOpenInput()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer first = freshInput("first");
    const InputPointer second = freshInput("second");
    QCOMPARE(verdictOf(sets.accept(first)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.accept(second, {superseded(first, second)})), Verdict::Committed);

    QCOMPARE(sequencesOf(afterReopening("alpha")), sequencesOf({second}));
    const std::optional<StoredOutcome> ended = outcomeOf(alpha.id, first->id);
    QVERIFY(ended);
    QCOMPARE(ended->input.kind, TerminalKind::Superseded);
    QCOMPARE(ended->input.replacedBy, second->id);
}

void StoreContract::anAcceptThatReplacesAnUnknownInputWritesNothing()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer open = freshInput("open");
    const InputPointer never = freshInput("never accepted");
    const InputPointer fresh = freshInput("fresh");
    QCOMPARE(verdictOf(sets.accept(open)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.accept(fresh, {superseded(open, fresh), superseded(never, fresh)})),
             Verdict::Refused);
    QCOMPARE(sequencesOf(afterReopening("alpha")), sequencesOf({open}));
    QVERIFY(!outcomeOf(alpha.id, open->id));
}

void StoreContract::anInputConsumedOnAcceptIsNotOpen()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput("noted", "key-1");
    QCOMPARE(verdictOf(sets.acceptConsumed(input)), Verdict::Committed);
    QVERIFY(afterReopening("alpha").openInputs.empty());
    const std::optional<StoredOutcome> ended = outcomeOf(alpha.id, input->id);
    QVERIFY(ended);
    QCOMPARE(ended->input.outcome.outcome, OutcomeClass::CompletedWithoutResult);
    QCOMPARE(ended->input.idempotencyKey, QByteArray("key-1"));
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Refused);
}

void StoreContract::aFinishedRunEndsItsInputsAndKeepsTheSnapshot()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const std::vector<InputPointer> inputs{freshInput("one"), freshInput("two"), freshInput("three")};
    for (const InputPointer &input : inputs)
        QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {inputs[0], inputs[2]}, "snapshot 1",
                                      {1, sequencesOf({inputs[1]})})),
             Verdict::Committed);

    const StoredSession stored = afterReopening("alpha");
    QCOMPARE(sequencesOf(stored), sequencesOf({inputs[1]}));
    QVERIFY(stored.snapshot);
    QCOMPARE(*stored.snapshot, QByteArray("snapshot 1"));
    QCOMPARE(stored.row.lastRun, runIdOf(1));
    QCOMPARE(stored.row.revision, 1U);
    QCOMPARE(stored.row.grant, (StartGrant{1, sequencesOf({inputs[1]})}));
    QVERIFY(outcomeOf(alpha.id, inputs[0]->id));
    QVERIFY(outcomeOf(alpha.id, inputs[2]->id));
}

void StoreContract::aSnapshotThatIsNotGivenStaysAndAnEmptyOneIsEmpty()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const std::vector<InputPointer> inputs{freshInput(), freshInput(), freshInput()};
    for (const InputPointer &input : inputs)
        QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {inputs[0]}, "snapshot 1")), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(2), {inputs[1]})), Verdict::Committed);
    QCOMPARE(openSession("alpha").snapshot.value_or("none"), QByteArray("snapshot 1"));
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(3), {inputs[2]}, QByteArray(""))), Verdict::Committed);
    const StoredSession stored = afterReopening("alpha");
    QVERIFY2(stored.snapshot, "an empty snapshot is one");
    QVERIFY(stored.snapshot->isEmpty());
}

void StoreContract::aRefusedFinishWritesNothing()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer open = freshInput("open");
    const InputPointer never = freshInput("never accepted");
    QCOMPARE(verdictOf(sets.accept(open)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {open, never}, "snapshot 1")), Verdict::Refused);

    const StoredSession stored = afterReopening("alpha");
    QCOMPARE(sequencesOf(stored), sequencesOf({open}));
    QVERIFY(!stored.snapshot);
    QVERIFY(stored.row.lastRun.isNull());
    QVERIFY(!outcomeOf(alpha.id, open->id));
}

void StoreContract::anInputEndsOnce()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {input})), Verdict::Committed);
    QCOMPARE(verdictOf(sets.lifecycle("stop", Phase::Stopped, {abandoned(input, AbandonReason::Stopped)})),
             Verdict::Refused);
    QCOMPARE(openSession("alpha").row.phase, Phase::Idle);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(2), {input})), Verdict::Refused);
    QCOMPARE(outcomeOf(alpha.id, input->id)->input.run, runIdOf(1));
}

void StoreContract::anInputIsNamedOnceInOneSet_data()
{
    QTest::addColumn<QString>("operation");
    for (const char *operation : {"accept", "finish", "fail", "fail-requeue-twice", "fail-both", "lifecycle"})
        QTest::newRow(operation) << QString::fromLatin1(operation);
}

void StoreContract::anInputIsNamedOnceInOneSet()
{
    QFETCH(QString, operation);
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    const InputPointer fresh = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    const FinishedInput end = abandoned(input, AbandonReason::Stopped);
    const RequeuedInput again = requeued(input, 1, 5);
    WriteSet set;
    if (operation == u"accept")
        set = sets.accept(fresh, {superseded(input, fresh), superseded(input, fresh)});
    else if (operation == u"finish")
        set = sets.finishRun(runIdOf(1), {input, input});
    else if (operation == u"fail")
        set = sets.failRun(runIdOf(1), {}, {end, end});
    else if (operation == u"fail-requeue-twice")
        set = sets.failRun(runIdOf(1), {again, again});
    else if (operation == u"fail-both")
        set = sets.failRun(runIdOf(1), {again}, {end});
    else
        set = sets.lifecycle("stop", Phase::Stopped, {end, end});
    QCOMPARE(verdictOf(std::move(set)), Verdict::Refused);

    const StoredSession stored = afterReopening("alpha");
    QCOMPARE(sequencesOf(stored), sequencesOf({input}));
    QCOMPARE(stored.openInputs[0].registers.tries, 0U);
    QCOMPARE(stored.row.phase, Phase::Idle);
}

void StoreContract::aFailedRunRaisesTriesAndMovesBehind()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    const InputPointer other = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.accept(other)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.failRun(runIdOf(1), {requeued(input, 1, 77)}, {}, {1, sequencesOf({other})})),
             Verdict::Committed);
    const StoredSession stored = afterReopening("alpha");
    const InputRow *row = rowWith(stored, input);
    QVERIFY(row != nullptr);
    QCOMPARE(row->registers.tries, 1U);
    QCOMPARE(row->registers.admission, 77U);
    QCOMPARE(row->registers.phase, InputPhase::Queued);
    QCOMPARE(rowWith(stored, other)->registers.tries, 0U);
    QCOMPARE(stored.row.grant.inputs, sequencesOf({other}));
}

void StoreContract::aFailedRunCanEndAnInput()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.failRun(runIdOf(1), {}, {abandoned(input, AbandonReason::MaxAttemptsExhausted)})),
             Verdict::Committed);
    QVERIFY(afterReopening("alpha").openInputs.empty());
    const std::optional<StoredOutcome> ended = outcomeOf(alpha.id, input->id);
    QVERIFY(ended);
    QCOMPARE(ended->input.kind, TerminalKind::Abandoned);
    QCOMPARE(ended->input.reason, AbandonReason::MaxAttemptsExhausted);
    QCOMPARE(ended->input.outcome.reason, QStringLiteral("it was given up"));
}

void StoreContract::aLifecycleWriteEndsInputsAndKeepsPhaseAndBinding()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const std::vector<InputPointer> inputs{freshInput(), freshInput()};
    std::vector<FinishedInput> ends;
    for (const InputPointer &input : inputs) {
        QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
        ends.push_back(abandoned(input, AbandonReason::Stopped));
    }
    QCOMPARE(verdictOf(sets.lifecycle("stop", Phase::Stopped, ends)), Verdict::Committed);
    const StoredSession stored = afterReopening("alpha");
    QCOMPARE(stored.row.phase, Phase::Stopped);
    QVERIFY(stored.openInputs.empty());
    QVERIFY(stored.binding);
    QCOMPARE(stored.binding->runtimeId, QByteArray("rt:stop"));
}

void StoreContract::whatIsOwedIsKeptUntilALifecycleWriteSaysOtherwise()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    OwedCleanup owed;
    owed.cause = CleanupCause::Crashed;
    owed.instanceId = "instance 1";
    owed.openRuns = {runIdOf(1), runIdOf(2)};
    owed.attempts = 3;
    owed.executor = {"talker", "org.example.talker"};
    owed.since = {std::chrono::milliseconds(1'795'000'000'000)};
    owed.reason = QStringLiteral("its disk was full");
    WriteSet stop = sets.lifecycle("stop", Phase::Stopped);
    std::get<LifecycleOperation>(stop.operation).owed = std::make_shared<const OwedCleanup>(owed);
    QCOMPARE(verdictOf(std::move(stop)), Verdict::Committed);

    const StoredSession stopped = afterReopening("alpha", {"writer", "org.example.writer"});
    QVERIFY(stopped.owed);
    QVERIFY(*stopped.owed == owed);
    const StoredSession again = afterReopening("alpha");
    QVERIFY2(again.owed && *again.owed == owed, "another executor runs it now");
    QCOMPARE(verdictOf(sets.lifecycle("cleanup", Phase::Stopped)), Verdict::Committed);
    QVERIFY(!afterReopening("alpha").owed);
}

void StoreContract::operationsAreKeptBesideTheBinding()
{
    const StoredSession alpha = openSession("alpha");
    QVERIFY(!alpha.operations);
    SetBuilder sets(alpha.id);
    QCOMPARE(verdictOf(sets.operations(1)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.lifecycle("start", Phase::Idle)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.operations(2)), Verdict::Committed);
    const StoredSession stored = afterReopening("alpha");
    QVERIFY(stored.corruption.isEmpty());
    QVERIFY(stored.binding);
    QCOMPARE(stored.binding->runtimeId, QByteArray("rt:start"));
    QVERIFY(stored.operations);
    QCOMPARE(stored.operations->sequence, quint64(2));
    QCOMPARE(stored.operations->cursors, (FeedCursors{0, 1, 2}));
    QCOMPARE(stored.operations->newestWake, quint64(2));
    QCOMPARE(stored.operations->ended.size(), std::size_t(2));
    QCOMPARE(stored.operations->ended[1].outcome, OperationOutcome(OperationCompleted{"done", {}}));
}

void StoreContract::operationsRideInAnyWriteAndFallWithIt()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    WriteSet accept = sets.accept(input);
    accept.operations = SetBuilder::someOperations(1);
    QCOMPARE(verdictOf(accept), Verdict::Committed);
    WriteSet again = sets.accept(input);
    again.operations = SetBuilder::someOperations(2);
    QCOMPARE(verdictOf(again), Verdict::Refused);
    const StoredSession stored = afterReopening("alpha");
    QCOMPARE(sequencesOf(stored), sequencesOf({input}));
    QVERIFY(stored.operations);
    QCOMPARE(stored.operations->sequence, quint64(1));
}

void StoreContract::aGrantIsKeptWithItsAttempt()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.grant(1, {input})), Verdict::Committed);
    const StoredSession stored = afterReopening("alpha");
    QCOMPARE(stored.row.grant, (StartGrant{1, sequencesOf({input})}));
    QCOMPARE(sequencesOf(stored), sequencesOf({input}));
}

void StoreContract::anAttemptNumberIsNeverHandedOutTwice()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    const InputPointer other = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.accept(other)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.grant(1, {input})), Verdict::Committed);
    QCOMPARE(verdictOf(sets.failRun(runIdOf(1), {requeued(input, 1, 5)}, {}, {2, sequencesOf({input})})),
             Verdict::Committed);
    // The second attempt was handed out as well; a write that grants nothing does not take that back.
    QCOMPARE(verdictOf(sets.failRun(runIdOf(2), {requeued(input, 2, 6)}, {}, {1, sequencesOf({other})})),
             Verdict::Committed);
    const StoredSession stored = afterReopening("alpha");
    QVERIFY(rowWith(stored, input) != nullptr && rowWith(stored, other) != nullptr);
    QCOMPARE(rowWith(stored, input)->starts, 2U);
    QCOMPARE(rowWith(stored, other)->starts, 1U);
}

void StoreContract::aGrantForAnUnknownInputIsRefused_data()
{
    QTest::addColumn<QString>("operation");
    for (const char *operation : {"grant", "finish", "fail"})
        QTest::newRow(operation) << QString::fromLatin1(operation);
}

void StoreContract::aGrantForAnUnknownInputIsRefused()
{
    QFETCH(QString, operation);
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    const InputPointer never = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    const StartGrant grant{1, sequencesOf({never})};
    WriteSet set;
    if (operation == u"grant")
        set = sets.grant(1, {never});
    else if (operation == u"finish")
        set = sets.finishRun(runIdOf(1), {input}, std::nullopt, grant);
    else
        set = sets.failRun(runIdOf(1), {requeued(input, 1, 5)}, {}, grant);
    QCOMPARE(verdictOf(std::move(set)), Verdict::Refused);
    const StoredSession stored = afterReopening("alpha");
    QCOMPARE(sequencesOf(stored), sequencesOf({input}));
    QVERIFY(stored.row.grant == StartGrant{});
}

void StoreContract::afterARefusalEverythingOfThatSessionIsRefusedUntilItIsReopened()
{
    const StoredSession alpha = openSession("alpha");
    const StoredSession beta = openSession("beta");
    SetBuilder ofAlpha(alpha.id);
    SetBuilder ofBeta(beta.id);
    const InputPointer never = freshInput();
    const InputPointer behind = freshInput("behind the refused one");
    const InputPointer elsewhere = freshInput("of another session");
    QCOMPARE(verdictOf(ofAlpha.finishRun(runIdOf(1), {never})), Verdict::Refused);
    QCOMPARE(verdictOf(ofAlpha.accept(behind)), Verdict::Refused);
    QCOMPARE(verdictOf(ofAlpha.lifecycle("stop", Phase::Stopped)), Verdict::Refused);
    QCOMPARE(verdictOf(ofBeta.accept(elsewhere)), Verdict::Committed);

    const StoredSession stored = openSession("alpha");
    QVERIFY(stored.openInputs.empty());
    QCOMPARE(stored.row.phase, Phase::Idle);
    QCOMPARE(verdictOf(ofAlpha.accept(behind)), Verdict::Committed);
    QCOMPARE(sequencesOf(openSession("beta")), sequencesOf({elsewhere}));
}

} // namespace burrow::test
