// SPDX-License-Identifier: Apache-2.0
// A newer input takes the place of an older one that is still queued, and of no other.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

namespace {

Input news(const QByteArray &text, const QByteArray &key = "s")
{
    return superseding(externalEvent("build", text), key);
}

Input aStep(const QByteArray &key = "s")
{
    return superseding(progress(), key);
}

} // namespace

class SupersessionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aNewerEventSupersedesTheQueuedOne();
    void newerProgressCoalescesTheQueuedOne();
    void nothingElseIsReplaced_data();
    void nothingElseIsReplaced();
    void whatRunsIsNotReplaced();
    void theNewInputTakesAPlaceOfItsOwn();
    void theOldestOfSeveralIsReplacedFirst();

    void aTargetInFlightIsWaitedFor();
    void aTargetThatWasNotWrittenIsNoTarget();
    void aChainOfReplacementsEndsWithTheLast();
    void othersBehindAWaitingReplacementWaitToo();
    void aBatchDoesNotTakeWhatIsBeingReplaced();
    void aReplacementThatFailsLeavesItsTarget_data();
    void aReplacementThatFailsLeavesItsTarget();
    void aGrantForTheReplacedInputIsNotUsed();

    void aDurableInputMayReplaceAnEphemeralOne();
    void anEphemeralInputDoesNotReplaceADurableOne();
    void aTargetThatIsBeingAbandonedIsWaitedFor_data();
    void aTargetThatIsBeingAbandonedIsWaitedFor();
};

void SupersessionTest::aNewerEventSupersedesTheQueuedOne()
{
    CoreHarness h;
    const Submitted older = h.submit(news("green"), WaitMode::Terminal);
    const Submitted newer = h.submit(news("red"));
    QVERIFY(h.receipt(newer)->accepted());
    QVERIFY(!h.isOpen(older) && h.isOpen(newer));
    QCOMPARE(h.outcome(older)->outcome, OutcomeClass::CompletedWithoutResult);
    QVERIFY(h.outcome(older)->reason.contains(QString::fromLatin1(newer.input.toText())));
    const std::vector<LifecycleEvent> said = h.eventsOf(EventCode::InputSuperseded);
    QCOMPARE(said.size(), std::size_t(1));
    QCOMPARE(said.front().other, newer.input);
    QCOMPARE(h.store.ended(older.sequence())->kind, TerminalKind::Superseded);
    QCOMPARE(h.store.ended(older.sequence())->replacedBy, newer.input);
    QCOMPARE(h.view().tally.replaced, quint64(1));
}

void SupersessionTest::newerProgressCoalescesTheQueuedOne()
{
    CoreHarness h;
    const Submitted older = h.submit(durable(aStep()));
    const Submitted newer = h.submit(durable(aStep()));
    QVERIFY(!h.isOpen(older));
    QCOMPARE(h.view().steering, 1U);
    QCOMPARE(h.eventsOf(EventCode::InputCoalesced).front().other, newer.input);
    QCOMPARE(h.store.ended(older.sequence())->kind, TerminalKind::Coalesced);
}

void SupersessionTest::nothingElseIsReplaced_data()
{
    QTest::addColumn<int>("at");
    QTest::newRow("another key") << 0;
    QTest::newRow("no key") << 1;
    QTest::newRow("another kind") << 2;
    QTest::newRow("a kind that is never replaced") << 3;
}

void SupersessionTest::nothingElseIsReplaced()
{
    QFETCH(int, at);
    const std::pair<Input, Input> pairs[] = {{news("a", "s"), news("b", "t")},
                                             {news("a", {}), news("b", {})},
                                             {news("a", "s"), aStep("s")},
                                             {superseding(prompt("a"), "s"), superseding(prompt("b"), "s")}};
    CoreHarness h;
    const Submitted older = h.submit(pairs[at].first);
    const Submitted newer = h.submit(pairs[at].second);
    QVERIFY(h.isOpen(older) && h.isOpen(newer));
}

void SupersessionTest::whatRunsIsNotReplaced()
{
    CoreHarness h;
    h.attach();
    const Submitted running = h.submit(news("a"), WaitMode::Terminal);
    QVERIFY(h.applyOpen());
    const Submitted newer = h.submit(news("b"));
    QCOMPARE(h.phaseOf(running), InputPhase::Staged);
    QCOMPARE(h.phaseOf(newer), InputPhase::Queued);
    h.succeed();
    QCOMPARE(h.outcome(running)->outcome, OutcomeClass::Completed);
}

void SupersessionTest::theNewInputTakesAPlaceOfItsOwn()
{
    CoreHarness h;
    h.submit(news("a"));
    const Submitted between = h.submit(externalEvent("other", "x"));
    const Submitted newer = h.submit(news("b"));
    h.attach();
    QCOMPARE(h.applies.front().primitive->contributors.size(), std::size_t(2));
    QCOMPARE(h.applies.front().primitive->contributors[0].input, between.input);
    QCOMPARE(h.applies.front().primitive->contributors[1].input, newer.input);
}

void SupersessionTest::theOldestOfSeveralIsReplacedFirst()
{
    // Two of one key stand queued when the first could not be replaced because it ran and came back.
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(news("a"));
    const Submitted second = h.submit(news("b"));
    h.script.turns = Answers::Held;
    h.failRun();
    QCOMPARE(h.phaseOf(first), InputPhase::Queued);
    QCOMPARE(h.phaseOf(second), InputPhase::Queued);
    // The failed one went behind the backlog, so the other one is the older in the lane.
    h.submit(news("c"));
    QVERIFY(!h.isOpen(second) && h.isOpen(first));
}

void SupersessionTest::aTargetInFlightIsWaitedFor()
{
    CoreHarness h(heldStore());
    const Submitted older = h.submit(news("a"));
    const Submitted newer = h.submit(news("b"));
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.receipt(older)->accepted());
    QVERIFY(!h.answered(newer.command));
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.receipt(newer)->accepted());
    QVERIFY(!h.isOpen(older));
}

void SupersessionTest::aTargetThatWasNotWrittenIsNoTarget()
{
    CoreHarness h(heldStore());
    const Submitted older = h.submit(news("a"));
    const Submitted newer = h.submit(news("b"));
    h.answer(Verdict::NotWritten);
    h.commit();
    QCOMPARE(h.receipt(older)->refusal, Refusal::NotWritten);
    QVERIFY(h.isOpen(newer));
    QVERIFY(std::get<AcceptOperation>(h.writes.back().operation).replaced.empty());
}

void SupersessionTest::aChainOfReplacementsEndsWithTheLast()
{
    CoreHarness h(heldStore());
    const Submitted a = h.submit(news("a"));
    const Submitted b = h.submit(news("b"));
    const Submitted c = h.submit(news("c"));
    h.commitAll();
    QVERIFY(!h.isOpen(a) && !h.isOpen(b) && h.isOpen(c));
    QCOMPARE(h.store.ended(a.sequence())->replacedBy, b.input);
    QCOMPARE(h.store.ended(b.sequence())->replacedBy, c.input);
}

void SupersessionTest::othersBehindAWaitingReplacementWaitToo()
{
    CoreHarness h(heldStore());
    h.submit(news("a"));
    h.submit(news("b"));
    const Submitted other = h.submit(prompt());
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QCOMPARE(h.writesInFlight(), std::size_t(2));
    h.commitAll();
    QVERIFY(h.isOpen(other));
}

void SupersessionTest::aBatchDoesNotTakeWhatIsBeingReplaced()
{
    CoreHarness h;
    const Submitted older = h.submit(news("a"));
    h.script.store = Answers::Held;
    const Submitted newer = h.submit(news("b"));
    h.attach();
    QCOMPARE(h.phaseOf(older), InputPhase::Queued);
    QVERIFY(!h.applyOpen());
    QCOMPARE(h.view().waitReason, WaitReason::WaitingForWrite);
    h.commitAll();
    QCOMPARE(h.applies.front().primitive->contributors.size(), std::size_t(1));
    QCOMPARE(h.applies.front().primitive->contributors[0].input, newer.input);
}

void SupersessionTest::aReplacementThatFailsLeavesItsTarget_data()
{
    QTest::addColumn<bool>("lost");
    QTest::newRow("not written") << false;
    QTest::newRow("refused") << true;
}

void SupersessionTest::aReplacementThatFailsLeavesItsTarget()
{
    QFETCH(bool, lost);
    CoreHarness h;
    const Submitted older = h.submit(news("a"));
    h.attach();
    h.failRun();
    h.script.turns = Answers::Held;
    h.script.store = Answers::Held;
    h.submit(news("b"));
    h.wake();
    h.turn();
    QVERIFY(!h.applyOpen());
    h.answer(lost ? Verdict::Refused : Verdict::NotWritten);
    QCOMPARE(h.phaseOf(older), InputPhase::Queued);
    // The failure itself is a reason to look again.
    QCOMPARE(h.core.turnDue(), !lost);
}

void SupersessionTest::aGrantForTheReplacedInputIsNotUsed()
{
    CoreHarness h;
    const Submitted older = h.submitWithoutWake(news("a"));
    h.submitWithoutWake(externalEvent("other", "x"));
    h.script.store = Answers::Held;
    h.attach();
    QVERIFY(std::holds_alternative<GrantOperation>(h.writes.back().operation));
    const Submitted newer = h.submit(news("b"));
    h.commit();
    QVERIFY(!h.applyOpen());
    h.commit();
    QVERIFY(!h.isOpen(older));
    h.commitAll();
    QCOMPARE(h.applies.front().primitive->contributors.back().input, newer.input);
}

void SupersessionTest::aDurableInputMayReplaceAnEphemeralOne()
{
    CoreHarness h;
    const Submitted older = h.submit(ephemeral(news("a")), WaitMode::Terminal);
    const Submitted newer = h.submit(news("b"));
    QVERIFY(!h.isOpen(older) && h.isOpen(newer));
    QVERIFY(h.outcome(older) != nullptr);
    QVERIFY(std::get<AcceptOperation>(h.writes.back().operation).replaced.empty());
}

void SupersessionTest::anEphemeralInputDoesNotReplaceADurableOne()
{
    // The promise to keep the older one would be gone after a crash, together with the newer.
    CoreHarness h;
    const Submitted older = h.submit(news("a"));
    const Submitted newer = h.submit(ephemeral(news("b")));
    QVERIFY(h.isOpen(older) && h.isOpen(newer));
    h.stop();
    QCOMPARE(h.phase(), Phase::Stopped);
}

void SupersessionTest::aTargetThatIsBeingAbandonedIsWaitedFor_data()
{
    QTest::addColumn<bool>("written");
    QTest::newRow("and is gone when that is durable") << true;
    QTest::newRow("and is replaced when that fails") << false;
}

void SupersessionTest::aTargetThatIsBeingAbandonedIsWaitedFor()
{
    QFETCH(bool, written);
    HarnessOptions options;
    options.settings.stagingGate = [](const Input &input) -> std::optional<QString> {
        const auto *body = std::get_if<ExternalEventBody>(&input.body);
        if (body != nullptr && body->text == "bad")
            return QStringLiteral("it is bad");
        return std::nullopt;
    };
    CoreHarness h(options);
    const Submitted bad = h.submit(news("bad"));
    h.script.store = Answers::Held;
    h.attach();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    const Submitted newer = h.submit(news("good"));
    QVERIFY(!h.answered(newer.command));
    h.answer(written ? Verdict::Committed : Verdict::NotWritten);
    h.commitAll();
    QVERIFY(h.receipt(newer)->accepted());
    QVERIFY(!h.isOpen(bad));
    QCOMPARE(h.store.ended(bad.sequence())->kind, written ? TerminalKind::Abandoned : TerminalKind::Superseded);
    QVERIFY(h.applyOpen());
}

QTEST_APPLESS_MAIN(SupersessionTest)
#include "supersession_test.moc"
