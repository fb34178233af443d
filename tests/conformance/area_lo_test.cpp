// SPDX-License-Identifier: Apache-2.0
// Area LO: what the loop runs, in which order, and how a run that works ends.
#include "scenarios.h"

#include "core/batch.h"
#include "core/primitive_builder.h"

using namespace burrow;
using namespace burrow::test;

namespace {

Ids idsOf(const Batch &batch)
{
    Ids ids;
    for (const InputRecord *record : batch)
        ids.push_back(record->input->id);
    return ids;
}

void attachedPromptIsAppliedAndConsumed()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt());
    QVERIFY(h.applyOpen());
    QCOMPARE(h.phaseOf(input), InputPhase::Staged);
    QCOMPARE(h.phase(), Phase::Running);
    h.succeed();
    QVERIFY(!h.isOpen(input));
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.codesFor(input), (Codes{EventCode::InputAccepted, EventCode::InputQueued, EventCode::InputStaged,
                                       EventCode::InputApplied, EventCode::InputConsumed}));
    QCOMPARE(h.store.ended(input.sequence())->kind, TerminalKind::Consumed);
}

void successLeavesAReceipt()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt());
    const RunId run = h.openRun();
    QCOMPARE(h.store.receipts(), std::size_t(0));
    h.succeed(RunTerminal::Result, "snapshot");
    QCOMPARE(h.store.receipts(), std::size_t(1));
    const auto *finish = std::get_if<FinishRunOperation>(&h.writes.back().operation);
    QVERIFY(finish != nullptr);
    QCOMPARE(finish->run, run);
    QCOMPARE(finish->receipt.run, run);
    QCOMPARE(finish->receipt.boundary, Boundary::RunStart);
    QCOMPARE(finish->receipt.contributors, (Ids{input.input}));
    QCOMPARE(finish->receiptSequence, quint64(0));
    QCOMPARE(h.store.snapshot(), std::optional<QByteArray>("snapshot"));
    QCOMPARE(h.store.ended(input.sequence())->run, run);
}

void aRunHasOneTerminalWrite()
{
    CoreHarness h;
    h.attach();
    h.submit(peerMessage("a"));
    const std::size_t before = h.writes.size();
    h.script.store = Answers::Held;
    h.succeed();
    QCOMPARE(h.writes.size(), before + 1);
    h.commitAll();
    QCOMPARE(h.writes.size(), before + 1);
    QCOMPARE(countWrites<FinishRunOperation>(h), std::ptrdiff_t(1));
    QCOMPARE(countWrites<FailRunOperation>(h), std::ptrdiff_t(0));
}

void theHookComesAfterTheCommit()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    const RunId run = h.openRun();
    h.script.store = h.script.checkpoint = Answers::Held;
    h.succeed(RunTerminal::Result, "state");
    QVERIFY(h.checkpoints.empty());
    QVERIFY(h.isOpen(input));
    h.commit();
    QCOMPARE(h.checkpoints.size(), std::size_t(1));
    QCOMPARE(h.checkpoints.front().run, run);
    QCOMPARE(h.checkpoints.front().snapshot, QByteArray("state"));
    QVERIFY(!h.isOpen(input));
    QVERIFY(h.view().run.isNull());
    QVERIFY(h.outcome(input) == nullptr);
    h.checkpointed();
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::Completed);
}

void steerIsSelectedFirst()
{
    CoreHarness h;
    const Submitted queued = h.submit(prompt("queued"));
    const Submitted steer = h.submit(steered(prompt("steered")));
    h.attach();
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{steer.input}));
    h.succeed();
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{queued.input}));
}

void sameBoundaryInputsAreOneBatch()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"));
    const Submitted b = h.submit(flowStep("b"));
    const Submitted c = h.submit(externalEvent("c"));
    h.attach();
    QCOMPARE(contributorsOf(h.applies.front()), (Ids{a.input, b.input, c.input}));
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.view().tally.consumed, quint64(3));
}

void aPromptRunsByItself()
{
    CoreHarness h;
    const Submitted first = h.submit(prompt("a"));
    const Submitted second = h.submit(prompt("b"));
    const Submitted third = h.submit(peerMessage("c"));
    h.attach();
    for (const Submitted &one : {first, second, third}) {
        QCOMPARE(contributorsOf(h.applies.back()), (Ids{one.input}));
        h.succeed();
    }
    QCOMPARE(h.applies.size(), std::size_t(3));
}

void whatCameWithoutWakeGoesAlong()
{
    CoreHarness h;
    h.attach();
    const Submitted quiet = h.submitWithoutWake(peerMessage("quiet"));
    QVERIFY(!h.applyOpen());
    const Submitted loud = h.submit(peerMessage("loud"));
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{quiet.input, loud.input}));
}

void aHeadWithoutSemanticsIsVisible()
{
    const std::unique_ptr<InputRecord> bare = recordOf(peerMessage("a"), 1);
    const std::unique_ptr<InputRecord> good = recordOf(peerMessage("b"), 2);
    InputLane steer;
    InputLane queue;
    queue.insert(*bare);
    queue.insert(*good);
    QCOMPARE(idsOf(selectBatch(steer, queue)), (Ids{bare->input->id, good->input->id}));
    bare->plan.lane = Lane::None;
    QCOMPARE(idsOf(selectBatch(steer, queue)), (Ids{bare->input->id}));
    const Result<PrimitivePointer> built = buildPrimitive(selectBatch(steer, queue));
    QVERIFY(!built.ok());
    QVERIFY(built.error().message.contains(QString::fromLatin1(bare->input->id.toText())));
}

void conflictingWishesAreTyped()
{
    TurnMetadata one, other;
    one.model = "m";
    other.model = "n";
    CoreHarness h;
    const Submitted a = h.submit(withMetadata(peerMessage("a"), one), WaitMode::Attempt);
    const Submitted b = h.submit(withMetadata(peerMessage("b"), other), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.attach();
    h.commit();
    // The batch is rejected before the executor hears of it, and nobody pays for it with a try.
    QVERIFY(h.applies.empty());
    h.script.store = Answers::AtOnce;
    h.commit();
    QCOMPARE(h.outcome(a)->outcome, OutcomeClass::AbandonedWithError);
    QCOMPARE(h.outcome(a)->cause, FailureCause::PrimitiveRejected);
    QVERIFY(h.outcome(a)->reason.contains(QStringLiteral("\"model\"")));
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{a.input}));
    QCOMPARE(h.record(a)->registers.tries, 0U);
    QCOMPARE(h.record(b)->registers.tries, 0U);
}

void mixedKindsAreRejected()
{
    const std::unique_ptr<InputRecord> content = recordOf(steered(prompt()), 1);
    const std::unique_ptr<InputRecord> resume = recordOf(continuation(), 2);
    for (const Batch &batch : {Batch{content.get(), resume.get()}, Batch{resume.get(), content.get()}}) {
        const Result<PrimitivePointer> built = buildPrimitive(batch);
        QVERIFY(!built.ok());
        QVERIFY(built.error().message.contains(QStringLiteral("resume_pending")));
        QVERIFY(built.error().message.contains(QString::fromLatin1(batch.back()->input->id.toText())));
    }
    // Nor does selection bring them together.
    InputLane steer;
    InputLane queue;
    steer.insert(*content);
    steer.insert(*resume);
    QCOMPARE(idsOf(selectBatch(steer, queue)), (Ids{content->input->id}));
}

void aSteeredRequestRunsThroughTheLoop()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(steered(peerRequest()), WaitMode::Terminal);
    QCOMPARE(contributorsOf(h.applies.back()), (Ids{input.input}));
    QCOMPARE(h.applies.back().primitive->boundary, Boundary::RunCheckpoint);
    QCOMPARE(h.record(input)->plan.executionHandling, HandlingMode::Queue);
    h.succeed();
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.store.receipts(), std::size_t(1));
}

const Scenario scenarios[] = {
    {"LO01: a prompt to an attached session is applied and consumed", attachedPromptIsAppliedAndConsumed},
    {"LO05: success leaves a receipt and its inputs at the boundary", successLeavesAReceipt},
    {"LO08: a completed run has exactly one terminal write", aRunHasOneTerminalWrite},
    {"LO12: the hook hears of a snapshot after the commit", theHookComesAfterTheCommit},
    {"LO27: steered work is selected before queued work", steerIsSelectedFirst},
    {"LO28: inputs of one boundary are one batch in order", sameBoundaryInputsAreOneBatch},
    {"LO30: a prompt at the head runs by itself", aPromptRunsByItself},
    {"LO32: what was queued without wake goes along with the next run", whatCameWithoutWakeGoesAlong},
    {"LO33: a head without semantics is a visible batch of one", aHeadWithoutSemanticsIsVisible},
    {"LO34: conflicting metadata is a typed conflict", conflictingWishesAreTyped},
    {"LO35: mixed execution kinds are rejected", mixedKindsAreRejected},
    {"LO38: a peer's steered request runs through the normal loop", aSteeredRequestRunsThroughTheLoop},
};

} // namespace

class AreaLoTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaLoTest)
#include "area_lo_test.moc"
