// SPDX-License-Identifier: Apache-2.0
// Every answer of a store but the good one, for every kind of write.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

namespace {

/// Every answer of a store but the good one.
void verdictRows()
{
    QTest::addColumn<Verdict>("verdict");
    QTest::newRow("not written") << Verdict::NotWritten;
    QTest::newRow("refused") << Verdict::Refused;
    QTest::newRow("fenced") << Verdict::Fenced;
    QTest::newRow("unknown") << Verdict::Unknown;
}

/// Whether a session goes on after such an answer.
void compareTrust(const CoreHarness &h, Verdict verdict)
{
    const bool trusted = verdict == Verdict::NotWritten;
    QCOMPARE(h.view().waitReason == WaitReason::Held, !trusted);
    QCOMPARE(h.fences.empty(), verdict != Verdict::Fenced);
}

Refusal expectedRefusal(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Refused:
        return Refusal::Held;
    case Verdict::Fenced:
        return Refusal::Fenced;
    case Verdict::Unknown:
        return Refusal::OutcomeUnknown;
    default:
        return Refusal::NotWritten;
    }
}

} // namespace

class VerdictsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAcceptThatIsNotDurable_data() { verdictRows(); }
    void anAcceptThatIsNotDurable();
    void aGrantThatIsNotDurable_data() { verdictRows(); }
    void aGrantThatIsNotDurable();
    void aFinishThatIsNotDurable_data() { verdictRows(); }
    void aFinishThatIsNotDurable();
    void aFailureThatIsNotDurable_data() { verdictRows(); }
    void aFailureThatIsNotDurable();
    void aStagingAbandonThatIsNotDurable_data() { verdictRows(); }
    void aStagingAbandonThatIsNotDurable();
    void aStopThatIsNotDurable_data() { verdictRows(); }
    void aStopThatIsNotDurable();
    void aStartThatIsNotDurable_data() { verdictRows(); }
    void aStartThatIsNotDurable();
    void aRunThatEndsInAHeldSessionWritesNothing_data();
    void aRunThatEndsInAHeldSessionWritesNothing();
    void aStopOfAHeldSessionWritesNothing();
    void aStopUnderWayWritesNothingOnceTheStoreIsLost();
};

void VerdictsTest::anAcceptThatIsNotDurable()
{
    QFETCH(Verdict, verdict);
    CoreHarness h(heldStore());
    const Submitted lost = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    h.answer(verdict);
    QCOMPARE(h.receipt(lost)->refusal, expectedRefusal(verdict));
    QVERIFY(!h.receipt(lost)->willResolve);
    QVERIFY(!h.isOpen(lost));
    compareTrust(h, verdict);
    if (verdict == Verdict::NotWritten) {
        QVERIFY(h.receipt(lost)->retryable());
        const Submitted again = h.submit(withKey(prompt(), "k"));
        h.commit();
        QVERIFY(h.receipt(again)->accepted());
    }
}

void VerdictsTest::aGrantThatIsNotDurable()
{
    QFETCH(Verdict, verdict);
    WithGrant with;
    CoreHarness &h = with.h;
    h.answer(verdict);
    QVERIFY(h.applies.empty());
    QVERIFY(h.outcome(with.first) == nullptr);
    QCOMPARE(h.phaseOf(with.first), InputPhase::Queued);
    compareTrust(h, verdict);
    if (verdict != Verdict::NotWritten)
        return;
    // The store may have recovered when the backoff is over.
    QCOMPARE(h.view().waitReason, WaitReason::WaitingForWrite);
    h.advance(limits::retry_backoff_default);
    h.commit();
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void VerdictsTest::aFinishThatIsNotDurable()
{
    QFETCH(Verdict, verdict);
    WithHeldRun with;
    CoreHarness &h = with.h;
    h.succeed();
    h.answer(verdict);
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QVERIFY(h.outcome(with.input)->text.isEmpty());
    QCOMPARE(h.stops.size(), std::size_t(1));
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.phaseOf(with.input), InputPhase::Queued);
    QVERIFY(h.store.hasOpen(with.input.sequence()));
    QVERIFY(h.cleanups.empty());
    compareTrust(h, verdict);
    h.script.store = Answers::AtOnce;
    const CommandId start = h.start();
    if (verdict != Verdict::NotWritten) {
        QCOMPARE(h.reply(start)->refusal, Refusal::Held);
        return;
    }
    // Stopped was only this process's word; started again the input runs, under another attempt number.
    QVERIFY(h.reply(start)->ok());
    QVERIFY(h.applyOpen());
    QCOMPARE(h.applies.back().attempt, 2U);
    h.succeed();
    QVERIFY(h.store.ended(with.input.sequence()) != nullptr);
}

void VerdictsTest::aFailureThatIsNotDurable()
{
    QFETCH(Verdict, verdict);
    WithHeldRun with;
    CoreHarness &h = with.h;
    h.failRun();
    h.answer(verdict);
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(h.outcome(with.input)->reason.startsWith(QStringLiteral("runtime failure snapshot failed")));
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.phaseOf(with.input), InputPhase::Queued);
    QCOMPARE(h.record(with.input)->registers.tries, 0U);
    compareTrust(h, verdict);
}

void VerdictsTest::aStagingAbandonThatIsNotDurable()
{
    QFETCH(Verdict, verdict);
    HarnessOptions options;
    options.settings.stagingGate = [](const Input &) {
        return std::optional<QString>(QStringLiteral("not now"));
    };
    CoreHarness h(options);
    const Submitted refused = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.attach();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.answer(verdict);
    QCOMPARE(h.phaseOf(refused), InputPhase::Queued);
    QVERIFY(h.outcome(refused) == nullptr);
    compareTrust(h, verdict);
    if (verdict != Verdict::NotWritten)
        return;
    h.advance(limits::retry_backoff_default);
    h.commitAll();
    QVERIFY(!h.isOpen(refused));
    QCOMPARE(h.store.ended(refused.sequence())->reason, AbandonReason::NeverExecuted);
}

void VerdictsTest::aStopThatIsNotDurable()
{
    QFETCH(Verdict, verdict);
    CoreHarness h;
    h.attach();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    const CommandId stop = h.stop();
    h.answer(verdict);
    QVERIFY(h.phase() != Phase::Stopped);
    QCOMPARE(h.reply(stop)->verdict, CommandReceipt::Verdict::Refused);
    // A retryable answer for a write that may be there would be a lie.
    QCOMPARE(h.reply(stop)->refusal, expectedRefusal(verdict));
    QCOMPARE(h.phaseOf(queued), InputPhase::Queued);
    QCOMPARE(h.outcome(queued)->outcome, OutcomeClass::RuntimeTerminated);
    QVERIFY(h.cleanups.empty());
    compareTrust(h, verdict);
    if (verdict != Verdict::NotWritten)
        return;
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    h.start();
    h.commitAll();
    QVERIFY(h.applyOpen());
}

void VerdictsTest::aStartThatIsNotDurable()
{
    QFETCH(Verdict, verdict);
    HarnessOptions options;
    options.row.phase = Phase::Stopped;
    options.store = Answers::Held;
    CoreHarness h(options);
    const CommandId start = h.start();
    h.answer(verdict);
    QCOMPARE(h.reply(start)->refusal, expectedRefusal(verdict));
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.view().attached);
    compareTrust(h, verdict);
}

void VerdictsTest::aRunThatEndsInAHeldSessionWritesNothing_data()
{
    QTest::addColumn<int>("ending");
    QTest::newRow("with success") << 0;
    QTest::newRow("with a failure") << 1;
    QTest::newRow("cancelled") << 2;
}

void VerdictsTest::aRunThatEndsInAHeldSessionWritesNothing()
{
    QFETCH(int, ending);
    WithHeldRun with;
    CoreHarness &h = with.h;
    h.submit(prompt());
    h.answer(Verdict::Refused);
    QVERIFY(h.applyOpen());
    const std::size_t writes = h.writes.size();
    if (ending == 0)
        h.succeed();
    else if (ending == 1)
        h.failRun();
    else
        h.endCancelled();
    QCOMPARE(h.writes.size(), writes);
    QVERIFY(h.outcome(with.input) != nullptr);
    QVERIFY(!h.outcome(with.input)->succeeded());
    QVERIFY(!h.hasInstance());
}

void VerdictsTest::aStopOfAHeldSessionWritesNothing()
{
    CoreHarness h;
    h.attach();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.submit(prompt());
    h.answer(Verdict::Refused);
    const CommandId stop = h.stop();
    QVERIFY(h.answered(stop));
    QCOMPARE(h.writesInFlight(), std::size_t(0));
    QVERIFY(h.outcome(queued) != nullptr);
    QVERIFY(h.store.hasOpen(queued.sequence()));
}

void VerdictsTest::aStopUnderWayWritesNothingOnceTheStoreIsLost()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.endCancelled();
    h.script.store = Answers::Held;
    h.script.stopping = Answers::Held;
    h.submit(prompt());
    const CommandId stop = h.stop();
    QVERIFY(h.stopping());
    h.answer(Verdict::Unknown);
    h.stopped();
    QVERIFY(h.answered(stop));
    QCOMPARE(h.writesInFlight(), std::size_t(0));
}

QTEST_APPLESS_MAIN(VerdictsTest)
#include "verdicts_test.moc"
