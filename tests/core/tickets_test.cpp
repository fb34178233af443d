// SPDX-License-Identifier: Apache-2.0
// Writes in flight: they pipeline, are published in order, and are undone from the last to the first.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

class TicketsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptsPipelineAndArePublishedInOrder();
    void nobodyIsToldBeforeTheWriteIsDurable();
    void anAcceptOnItsWayIsInvisible();
    void anEphemeralAcceptKeepsItsPlaceBehindStoredOnes();
    void anEphemeralAcceptAloneNeedsNoWrite();
    void aFailedAcceptLeavesTheOthersAlone();
    void aLostStoreUndoesFromTheLastToTheFirst();
    void aVerdictForNoWriteInFlightIsIgnored();
    void aLaterVerdictOfALostStoreIsIgnored();
    void revisionsRiseWhateverFails();
    void acceptsGoOnWhileARunIsCommitted();
    void theEndOfARunGoesBehindAcceptsInFlight();
    void nothingStartsBeforeAGrantIsAnswered();
};

void TicketsTest::acceptsPipelineAndArePublishedInOrder()
{
    CoreHarness h(heldStore());
    std::vector<Submitted> all;
    for (int at = 0; at < 20; ++at)
        all.push_back(h.submit(prompt()));
    QCOMPARE(h.writesInFlight(), all.size());
    for (const Submitted &each : all) {
        QVERIFY(!h.answered(each.command));
        h.commit();
        QVERIFY(h.receipt(each)->accepted());
    }
    const InputRecord *before = h.record(all.front());
    for (std::size_t at = 1; at < all.size(); ++at) {
        QCOMPARE(before->next, h.record(all[at]));
        before = h.record(all[at]);
    }
}

void TicketsTest::nobodyIsToldBeforeTheWriteIsDurable()
{
    CoreHarness h(heldStore());
    h.submit(prompt(), WaitMode::Attempt);
    QVERIFY(h.events.empty() || h.eventsOf(EventCode::InputAccepted).empty());
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QCOMPARE(h.view().waiters, 0U);
    h.commit();
    QCOMPARE(h.view().waiters, 1U);
}

void TicketsTest::anAcceptOnItsWayIsInvisible()
{
    CoreHarness h(heldStore());
    const Submitted writing = h.submit(prompt());
    QCOMPARE(h.view().open, 0U);
    QCOMPARE(h.view().queued, 0U);
    QVERIFY(!h.view().idle);
    QVERIFY(!h.core.parked());
    QCOMPARE(h.phaseOf(writing), InputPhase::Accepted);
    const Submitted early = h.waitFor(writing.input, WaitMode::Terminal);
    QCOMPARE(h.reply(early.command)->refusal, Refusal::NotFound);
    h.commit();
    QCOMPARE(h.view().open, 1U);
}

void TicketsTest::anEphemeralAcceptKeepsItsPlaceBehindStoredOnes()
{
    CoreHarness h(heldStore());
    const Submitted a = h.submit(prompt("a"));
    const Submitted b = h.submit(ephemeral(prompt("b")));
    const Submitted c = h.submit(prompt("c"));
    const Submitted d = h.submit(ephemeral(prompt("d")));
    QVERIFY(!h.answered(b.command));
    h.commit();
    QVERIFY(h.answered(a.command) && h.answered(b.command));
    QVERIFY(!h.answered(c.command) && !h.answered(d.command));
    h.commit();
    QVERIFY(h.answered(c.command) && h.answered(d.command));
    QCOMPARE(h.record(a)->next, h.record(b));
    QCOMPARE(h.record(b)->next, h.record(c));
    QCOMPARE(h.record(c)->next, h.record(d));
}

void TicketsTest::anEphemeralAcceptAloneNeedsNoWrite()
{
    CoreHarness h(heldStore());
    const Submitted now = h.submit(ephemeral(prompt()));
    QVERIFY(h.receipt(now)->accepted());
    QVERIFY(h.writes.empty());
}

void TicketsTest::aFailedAcceptLeavesTheOthersAlone()
{
    CoreHarness h(heldStore());
    const Submitted a = h.submit(prompt("a"));
    const Submitted b = h.submit(prompt("b"), WaitMode::Terminal);
    const Submitted c = h.submit(ephemeral(prompt("c")));
    const Submitted d = h.submit(prompt("d"));
    h.commit();
    h.answer(Verdict::NotWritten);
    h.commit();
    QVERIFY(h.isOpen(a) && !h.isOpen(b) && h.isOpen(c) && h.isOpen(d));
    QVERIFY(!h.receipt(b)->willResolve);
    QCOMPARE(h.record(a)->next, h.record(c));
}

void TicketsTest::aLostStoreUndoesFromTheLastToTheFirst()
{
    CoreHarness h(heldStore());
    const Submitted a = h.submit(prompt("a"));
    const Submitted b = h.submit(ephemeral(prompt("b")));
    const Submitted c = h.submit(withKey(prompt("c"), "k"));
    h.answer(Verdict::Refused);
    for (const Submitted &one : {a, b, c}) {
        QCOMPARE(h.receipt(one)->verdict, AcceptReceipt::Verdict::Rejected);
        QVERIFY(!h.isOpen(one));
    }
    QCOMPARE(h.view().open, 0U);
    QCOMPARE(h.replies, (std::vector<CommandId>{c.command, b.command, a.command}));
}

void TicketsTest::aVerdictForNoWriteInFlightIsIgnored()
{
    CoreHarness h(heldStore());
    h.feed(StoreVerdict{7, Verdict::Committed, {}});
    const Submitted a = h.submit(prompt());
    h.feed(StoreVerdict{h.writes.back().ticket + 1, Verdict::Refused, QStringLiteral("of another life")});
    QVERIFY(!h.answered(a.command));
    h.commit();
    QVERIFY(h.receipt(a)->accepted());
}

void TicketsTest::aLaterVerdictOfALostStoreIsIgnored()
{
    CoreHarness h(heldStore());
    h.submit(prompt());
    h.submit(prompt());
    h.submit(prompt());
    // The harness delivers the verdicts of all three; the first of them has ended all tickets.
    h.answer(Verdict::Fenced);
    QCOMPARE(h.fences.size(), std::size_t(1));
    QCOMPARE(h.eventsOf(EventCode::RuntimeHeld).size(), std::size_t(1));
}

void TicketsTest::revisionsRiseWhateverFails()
{
    // The store model refuses a session row whose revision does not rise; this is the order that tries it.
    WithHeldRun with;
    CoreHarness &h = with.h;
    h.submit(prompt("a"));
    h.submit(ephemeral(prompt("b")));
    h.succeed();
    h.answer(Verdict::NotWritten);
    h.commit();
    QVERIFY(!h.applyOpen() || h.writesInFlight() == 0);
    h.script.store = Answers::AtOnce;
    h.submit(prompt("c"));
    while (h.applyOpen())
        h.succeed();
    h.stop();
    QCOMPARE(h.phase(), Phase::Stopped);
}

void TicketsTest::acceptsGoOnWhileARunIsCommitted()
{
    WithHeldRun with;
    CoreHarness &h = with.h;
    h.succeed();
    const Submitted during = h.submit(prompt());
    QCOMPARE(h.writesInFlight(), std::size_t(2));
    h.commit();
    QVERIFY(h.outcome(with.input) != nullptr);
    h.commit();
    QVERIFY(h.receipt(during)->accepted());
}

void TicketsTest::theEndOfARunGoesBehindAcceptsInFlight()
{
    WithHeldRun with;
    CoreHarness &h = with.h;
    const Submitted during = h.submit(prompt());
    h.succeed();
    QCOMPARE(h.writesInFlight(), std::size_t(2));
    QVERIFY(h.outcome(with.input) == nullptr);
    h.commit();
    QVERIFY(h.receipt(during)->accepted());
    QVERIFY(h.outcome(with.input) == nullptr);
    QCOMPARE(h.view().waitReason, WaitReason::Committing);
    h.commit();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
}

void TicketsTest::nothingStartsBeforeAGrantIsAnswered()
{
    WithGrant with;
    CoreHarness &h = with.h;
    QCOMPARE(h.view().waitReason, WaitReason::WaitingForWrite);
    h.wake();
    h.turn();
    h.submit(prompt());
    QVERIFY(!h.applyOpen());
    QCOMPARE(h.writesInFlight(), std::size_t(2));
    h.commit();
    QCOMPARE(h.applies.back().primitive->contributors.size(), std::size_t(2));
}

QTEST_APPLESS_MAIN(TicketsTest)
#include "tickets_test.moc"
