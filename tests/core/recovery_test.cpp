// SPDX-License-Identifier: Apache-2.0
// A session made from what the store knows of it goes on where it was, or is held and says why.
#include "core_harness.h"

#include "model/reserved_keys.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using namespace std::chrono_literals;

constexpr quint64 first_place = limits::admission_sequence_first;

/// An open input as a store gives it.
InputRow stored(Input input, quint64 sequence, quint64 admission, InputPhase phase = InputPhase::Queued)
{
    InputRow row;
    row.plan = resolvePlan({.kind = input.kind, .handling = input.handling});
    input.id = {Uuid::version7(1, 0, sequence)};
    row.payloadHash = payloadHash(input);
    row.input = std::make_shared<const Input>(std::move(input));
    row.sequence = sequence;
    row.registers.phase = phase;
    row.registers.admission = admission;
    row.registers.recoveryLane = row.plan.lane;
    row.registers.lane = phase == InputPhase::Queued ? row.plan.lane : Lane::None;
    return row;
}

HarnessOptions storing(std::vector<InputRow> rows)
{
    HarnessOptions options;
    options.openInputs = std::move(rows);
    return options;
}

std::vector<quint64> started(const CoreHarness &h)
{
    std::vector<quint64> sequences;
    for (const StartApply &apply : h.applies) {
        for (const Contributor &contributor : apply.primitive->contributors)
            sequences.push_back(sequenceOf(contributor.input));
    }
    return sequences;
}

using Sequences = std::vector<quint64>;

} // namespace

class RecoveryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whateverPhaseAnInputWasInItIsQueuedAgain_data();
    void whateverPhaseAnInputWasInItIsQueuedAgain();
    void inputsRunInTheirOldOrder();
    void steeredInputsReturnToTheirLane();
    void whatHadNoPlaceYetComesAfterThoseThatHad();
    void newInputsComeBehindAllThatWereRecovered();
    void ephemeralRowsAreDiscarded();
    void triesAreKept();
    void aGrantOfTheEarlierHostStartsNothing();
    void theNumberOfAGrantThatWasNeverUsedIsSkipped();
    void recoveredInputsRunOnceAnExecutorIsAttached();
    void aRetiredSessionDrainsItsInputs();
    void aStoppedSessionStaysStopped();
    void aDestroyedSessionTakesNothing();
    void whatCannotBeTrueHoldsTheSession_data();
    void whatCannotBeTrueHoldsTheSession();
    void whatWasRecoveredIsSaid();
    void theViewShowsCrashesOfWhatIsNext();
    void aNewSessionSaysNothing();
    void aCrashLosesNothingThatWasAcknowledged();
    void revisionsGoOn();
};

void RecoveryTest::whateverPhaseAnInputWasInItIsQueuedAgain_data()
{
    QTest::addColumn<int>("phase");
    for (const InputPhase phase : {InputPhase::Accepted, InputPhase::Queued, InputPhase::Staged,
                                   InputPhase::Applied, InputPhase::AppliedPendingConsumption})
        QTest::newRow(inputPhaseName(phase)) << static_cast<int>(phase);
}

void RecoveryTest::whateverPhaseAnInputWasInItIsQueuedAgain()
{
    QFETCH(int, phase);
    CoreHarness h(storing({stored(prompt(), 4, first_place + 9, static_cast<InputPhase>(phase))}));
    QCOMPARE(h.view().queued, 1U);
    QCOMPARE(h.view().open, 1U);
    QCOMPARE(h.view().waitReason, WaitReason::NoExecutor);
    h.attach();
    h.succeed();
    QCOMPARE(h.store.ended(4)->kind, TerminalKind::Consumed);
    QCOMPARE(h.view().open, 0U);
}

void RecoveryTest::inputsRunInTheirOldOrder()
{
    HarnessOptions options =
        storing({stored(prompt("third"), 3, first_place + 30),
                 stored(prompt("first"), 9, limits::priority_sequence_first - 4),
                 stored(prompt("second"), 5, first_place + 20), stored(prompt("fourth"), 2, first_place + 40)});
    options.apply = Answers::AtOnce;
    CoreHarness h(std::move(options));
    h.attach();
    QCOMPARE(started(h), (Sequences{9, 5, 3, 2}));
}

void RecoveryTest::steeredInputsReturnToTheirLane()
{
    HarnessOptions options = storing(
        {stored(prompt("queued"), 1, first_place), stored(steered(prompt("steered")), 2, first_place + 1)});
    options.apply = Answers::AtOnce;
    CoreHarness h(std::move(options));
    QCOMPARE(h.view().steering, 1U);
    QCOMPARE(h.view().queued, 1U);
    h.attach();
    QCOMPARE(started(h), (Sequences{2, 1}));
}

void RecoveryTest::whatHadNoPlaceYetComesAfterThoseThatHad()
{
    HarnessOptions options =
        storing({stored(prompt(), 8, 0, InputPhase::Accepted), stored(prompt(), 6, 0, InputPhase::Accepted),
                 stored(prompt(), 7, first_place + 3)});
    options.row.nextAdmission = first_place + 2;
    options.apply = Answers::AtOnce;
    CoreHarness h(std::move(options));
    h.attach();
    QCOMPARE(started(h), (Sequences{7, 6, 8}));
}

void RecoveryTest::newInputsComeBehindAllThatWereRecovered()
{
    // An accept leaves the session's row alone, so the row may be behind.
    HarnessOptions options = storing({stored(prompt(), 1, first_place + 77)});
    options.row.nextAdmission = first_place + 5;
    CoreHarness h(std::move(options));
    const Submitted newer = h.submit(prompt());
    QCOMPARE(h.record(newer)->registers.admission, first_place + 78);
    // And it may be ahead, of inputs that have ended.
    options = storing({stored(prompt(), 1, first_place + 2)});
    options.row.nextAdmission = first_place + 50;
    CoreHarness ahead(std::move(options));
    QCOMPARE(ahead.record(ahead.submit(prompt()))->registers.admission, first_place + 50);
}

void RecoveryTest::ephemeralRowsAreDiscarded()
{
    CoreHarness h(storing({stored(ephemeral(prompt()), 1, first_place)}));
    QCOMPARE(h.view().open, 0U);
    QCOMPARE(h.view().recovered, 0U);
    h.attach();
    QVERIFY(h.applies.empty());
}

void RecoveryTest::triesAreKept()
{
    InputRow row = stored(prompt(), 1, first_place);
    row.registers.tries = limits::tries_max - 1;
    row.starts = 5;
    CoreHarness h(storing({row}));
    h.attach();
    h.failRun();
    QCOMPARE(h.store.ended(1)->reason, AbandonReason::MaxAttemptsExhausted);
    QCOMPARE(h.store.ended(1)->attempt, 6U);
}

void RecoveryTest::aGrantOfTheEarlierHostStartsNothing()
{
    HarnessOptions options = storing({stored(prompt(), 1, first_place)});
    options.openInputs.front().starts = 1;
    options.row.grant = {1, {1}};
    options.store = Answers::Held;
    CoreHarness h(std::move(options));
    h.attach();
    QVERIFY(h.applies.empty());
    QCOMPARE(h.writes.size(), std::size_t(1));
    QCOMPARE(std::get<GrantOperation>(h.writes.front().operation).session.grant, (StartGrant{2, {1}}));
    h.commit();
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.applies.front().attempt, 2U);
}

void RecoveryTest::theNumberOfAGrantThatWasNeverUsedIsSkipped()
{
    // The row names the grant and the input has not heard of it.
    HarnessOptions options = storing({stored(prompt(), 1, first_place)});
    options.row.grant = {4, {1}};
    CoreHarness h(std::move(options));
    h.attach();
    QCOMPARE(h.applies.front().attempt, 5U);
}

void RecoveryTest::recoveredInputsRunOnceAnExecutorIsAttached()
{
    CoreHarness h;
    h.submitWithoutWake(prompt());
    h.crash();
    QVERIFY(!h.core.turnDue());
    h.attach();
    QVERIFY(h.applyOpen());
}

void RecoveryTest::aRetiredSessionDrainsItsInputs()
{
    HarnessOptions options = storing({stored(prompt(), 1, first_place)});
    options.row.phase = Phase::Retired;
    CoreHarness h(std::move(options));
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::NotReady);
    h.attach();
    h.succeed();
    QCOMPARE(h.view().open, 0U);
    QCOMPARE(h.phase(), Phase::Retired);
}

void RecoveryTest::aStoppedSessionStaysStopped()
{
    CoreHarness h;
    h.attach();
    h.stop();
    h.crash();
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.view().attached);
    h.start();
    QCOMPARE(h.phase(), Phase::Attached);
}

void RecoveryTest::aDestroyedSessionTakesNothing()
{
    HarnessOptions options;
    options.row.phase = Phase::Destroyed;
    CoreHarness h(std::move(options));
    QVERIFY(!h.reply(h.attach())->ok());
    QVERIFY(!h.reply(h.start())->ok());
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Destroyed);
    QCOMPARE(h.phase(), Phase::Destroyed);
    QVERIFY(h.writes.empty());
}

void RecoveryTest::whatCannotBeTrueHoldsTheSession_data()
{
    QTest::addColumn<int>("at");
    QTest::newRow("an input that lies") << 0;
    QTest::newRow("a phase that is never stored") << 1;
    QTest::newRow("open inputs in a stopped session") << 2;
    QTest::newRow("a binding that breaks its invariant") << 3;
}

void RecoveryTest::whatCannotBeTrueHoldsTheSession()
{
    QFETCH(int, at);
    HarnessOptions options =
        storing({stored(prompt("good"), 1, first_place), stored(prompt(), 2, first_place + 1)});
    if (at == 0)
        options.openInputs.back().plan.execution = ExecutionKind::ResumePending;
    if (at == 1)
        options.row.phase = Phase::Running;
    if (at == 2)
        options.row.phase = Phase::Stopped;
    if (at == 3) {
        RuntimeBinding binding;
        binding.fence = 3;
        options.binding = std::make_shared<const RuntimeBinding>(binding);
    }
    CoreHarness h(std::move(options));
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QVERIFY2(h.view().note.contains(QStringLiteral("burrow storage check")), qPrintable(h.view().note));
    QCOMPARE(h.eventsOf(EventCode::RuntimeHeld).size(), std::size_t(1));
    // Not even the inputs that look right are touched.
    QCOMPARE(h.view().open, 0U);
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Held);
    QCOMPARE(h.reply(h.attach())->refusal, Refusal::Held);
    h.wake();
    QVERIFY(h.applies.empty());
    QVERIFY(h.writes.empty());
}

void RecoveryTest::whatWasRecoveredIsSaid()
{
    InputRow interrupted = stored(prompt(), 2, first_place + 1);
    interrupted.crashes = 2;
    CoreHarness h(storing({stored(prompt(), 1, first_place), interrupted}));
    const std::vector<LifecycleEvent> said = h.eventsOf(EventCode::RuntimeRecovered);
    QCOMPARE(said.size(), std::size_t(1));
    QCOMPARE(said.front().detail,
             QStringLiteral("2 open inputs were recovered; a host ended while it worked on 1 "
                            "of them"));
    QCOMPARE(h.view().recovered, 2U);
    QCOMPARE(h.view().interrupted, 1U);
}

void RecoveryTest::theViewShowsCrashesOfWhatIsNext()
{
    InputRow poison = stored(prompt("poison"), 1, first_place);
    poison.crashes = 2;
    CoreHarness h(storing({poison, stored(prompt(), 2, first_place + 1)}));
    QCOMPARE(h.view().headCrashes, 2U);
    h.attach();
    QCOMPARE(h.view().headCrashes, 2U);
    h.succeed();
    QCOMPARE(h.view().headCrashes, 0U);
}

void RecoveryTest::aNewSessionSaysNothing()
{
    CoreHarness h;
    QVERIFY(h.eventsOf(EventCode::RuntimeRecovered).empty());
    QCOMPARE(h.view().recovered, 0U);
}

void RecoveryTest::aCrashLosesNothingThatWasAcknowledged()
{
    CoreHarness h;
    h.attach();
    const Submitted running = h.submit(prompt("a"));
    const Submitted waiting = h.submit(prompt("b"));
    const Submitted gone = h.submit(ephemeral(prompt("c")));
    const RunId run = h.openRun();
    h.crash();
    QCOMPARE(h.phase(), Phase::Idle);
    QVERIFY(h.isOpen(running));
    QVERIFY(h.isOpen(waiting));
    QVERIFY(!h.isOpen(gone));
    QCOMPARE(h.record(running)->registers.tries, 0U);
    h.attach();
    QVERIFY(h.openRun() != run);
    QCOMPARE(h.applies.back().attempt, 2U);
    h.succeed();
    h.succeed();
    QVERIFY(h.store.ended(running.sequence()) != nullptr && h.store.ended(waiting.sequence()) != nullptr);
}

void RecoveryTest::revisionsGoOn()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    const quint64 before = h.store.row().revision;
    h.crash();
    h.attach();
    h.submit(prompt());
    h.succeed();
    QVERIFY(h.store.row().revision > before);
}

QTEST_APPLESS_MAIN(RecoveryTest)
#include "recovery_test.moc"
