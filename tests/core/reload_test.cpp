// SPDX-License-Identifier: Apache-2.0
// After a write that was refused, or whose fate nobody knows, the session is held and read again, once.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using namespace std::chrono_literals;

/// A session with its executor, whose writes are answered by the test.
HarnessOptions answeredByHand()
{
    HarnessOptions options;
    options.store = Answers::Held;
    options.reload = Answers::Held;
    options.settings.retryBackoff = 1s;
    return options;
}

void letTheStoreAnswer(CoreHarness &h)
{
    h.script.store = Answers::AtOnce;
    h.tick();
}

} // namespace

class ReloadTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRefusedWriteIsFollowedByOneReading_data();
    void aRefusedWriteIsFollowedByOneReading();
    void anInputOfUnknownFateIsFoundAgain();
    void whoWaitsForAnOpenInputGoesOnWaiting();
    void whoWaitsForAnInputThatIsGoneIsToldToAsk();
    void aRunWhoseEndWasRefusedRunsAgainUnderANewNumber();
    void theExecutorStaysWhenNoRunWasLost();
    void aSecondRefusalStaysHeld();
    void aWriteThatWorksEarnsAnotherReading();
    void aFailedReadingStaysHeld();
    void anImageThatCannotBeTrueStaysHeld();
    void inputsThatAreNotStoredStay();
    void readingWaitsForEveryVerdict();
    void aFencedHostReadsNothing();
    void aShutdownDoesNotWaitForTheReading();
    void aShutdownForgetsTheReadingThatIsDue();
    void keysAreAskedForAgain();
};

void ReloadTest::aRefusedWriteIsFollowedByOneReading_data()
{
    QTest::addColumn<int>("verdict");
    QTest::newRow("refused") << static_cast<int>(Verdict::Refused);
    QTest::newRow("unknown") << static_cast<int>(Verdict::Unknown);
}

void ReloadTest::aRefusedWriteIsFollowedByOneReading()
{
    QFETCH(int, verdict);
    CoreHarness h(answeredByHand());
    h.submit(prompt());
    h.answer(static_cast<Verdict>(verdict));
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QVERIFY2(!h.core.settled(), "it will move by itself");
    QVERIFY(!h.askedToReload());
    h.advance(999ms);
    QVERIFY(!h.askedToReload());
    h.advance(1ms);
    QVERIFY(h.askedToReload());
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Held);
    h.reloaded();
    QVERIFY(h.view().waitReason != WaitReason::Held);
    QCOMPARE(h.view().note, QString());
    QCOMPARE(h.eventsOf(EventCode::RuntimeRecovered).size(), std::size_t(1));
    letTheStoreAnswer(h);
    QVERIFY(h.receipt(h.submit(prompt()))->accepted());
}

void ReloadTest::anInputOfUnknownFateIsFoundAgain()
{
    HarnessOptions options = answeredByHand();
    options.unknownIsDurable = true;
    CoreHarness h(std::move(options));
    const Submitted lost = h.submit(withKey(prompt(), "k"));
    h.answer(Verdict::Unknown);
    QCOMPARE(h.receipt(lost)->refusal, Refusal::OutcomeUnknown);
    h.advance(1s);
    h.reloaded();
    QVERIFY(h.isOpen(lost));
    const Submitted again = h.submit(withKey(prompt(), "k"));
    QCOMPARE(h.receipt(again)->verdict, AcceptReceipt::Verdict::Deduplicated);
    QCOMPARE(h.receipt(again)->existing, lost.input);
}

void ReloadTest::whoWaitsForAnOpenInputGoesOnWaiting()
{
    CoreHarness h(answeredByHand());
    const Submitted first = h.submit(prompt(), WaitMode::Terminal);
    h.commit();
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.advance(1s);
    h.reloaded();
    QCOMPARE(h.view().waiters, 1U);
    letTheStoreAnswer(h);
    h.attach();
    h.succeed();
    QCOMPARE(h.outcome(first)->outcome, OutcomeClass::Completed);
}

void ReloadTest::whoWaitsForAnInputThatIsGoneIsToldToAsk()
{
    HarnessOptions options = answeredByHand();
    options.unknownIsDurable = true;
    CoreHarness h(std::move(options));
    const Submitted older = h.submit(superseding(externalEvent(), "s"), WaitMode::Terminal);
    h.commit();
    h.submit(superseding(externalEvent(), "s"));
    h.answer(Verdict::Unknown);
    QVERIFY(h.outcome(older) == nullptr);
    h.advance(1s);
    h.reloaded();
    QCOMPARE(h.outcome(older)->waitFailure, WaitFailure::None);
    QCOMPARE(h.outcome(older)->outcome, OutcomeClass::RuntimeTerminated);
    QVERIFY(h.outcome(older)->reason.startsWith(QStringLiteral("recovered input no longer pending")));
    QVERIFY(h.outcome(older)->reason.contains(QStringLiteral("by id")));
}

void ReloadTest::aRunWhoseEndWasRefusedRunsAgainUnderANewNumber()
{
    CoreHarness h(answeredByHand());
    h.attach();
    const Submitted input = h.submit(prompt());
    h.commit();
    QCOMPARE(h.applies.back().attempt, 1U);
    h.succeed();
    h.answer(Verdict::Refused);
    QVERIFY(!h.hasInstance());
    h.advance(1s);
    h.reloaded();
    QCOMPARE(h.phase(), Phase::Idle);
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(h.isOpen(input));
    letTheStoreAnswer(h);
    h.start();
    QCOMPARE(h.applies.back().attempt, 2U);
    h.succeed();
    QCOMPARE(h.store.ended(input.sequence())->kind, TerminalKind::Consumed);
}

void ReloadTest::theExecutorStaysWhenNoRunWasLost()
{
    CoreHarness h(answeredByHand());
    h.attach();
    h.submit(prompt("a"));
    h.commit();
    h.succeed();
    h.commit();
    const int made = h.creations;
    h.submit(prompt("b"));
    h.answer(Verdict::Refused);
    h.advance(1s);
    h.reloaded();
    QCOMPARE(h.phase(), Phase::Attached);
    letTheStoreAnswer(h);
    h.submit(prompt("c"));
    QVERIFY(h.applyOpen());
    QCOMPARE(h.creations, made);
}

void ReloadTest::aSecondRefusalStaysHeld()
{
    CoreHarness h(answeredByHand());
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.advance(1s);
    h.reloaded();
    h.submit(prompt());
    h.answer(Verdict::Refused);
    QVERIFY(h.core.settled());
    QVERIFY(h.core.parked());
    h.advance(1h);
    QVERIFY(!h.askedToReload());
    QCOMPARE(h.view().waitReason, WaitReason::Held);
}

void ReloadTest::aWriteThatWorksEarnsAnotherReading()
{
    CoreHarness h(answeredByHand());
    for (int round = 0; round < 3; ++round) {
        h.submit(prompt());
        h.answer(Verdict::Refused);
        h.advance(1s);
        h.reloaded();
        h.submit(prompt());
        h.commit();
    }
    QCOMPARE(h.view().open, 3U);
}

void ReloadTest::aFailedReadingStaysHeld()
{
    CoreHarness h(answeredByHand());
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.advance(1s);
    h.reloaded(false);
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QVERIFY(h.view().note.contains(QStringLiteral("the disk does not answer")));
    QVERIFY(h.core.settled());
    h.advance(1h);
    QVERIFY(!h.askedToReload());
}

void ReloadTest::anImageThatCannotBeTrueStaysHeld()
{
    CoreHarness h(answeredByHand());
    const Submitted open = h.submit(prompt(), WaitMode::Terminal);
    h.commit();
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.script.corruption = QStringLiteral("input row 1 has a wrong checksum");
    h.advance(1s);
    h.reloaded();
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QCOMPARE(h.view().note, h.script.corruption);
    QCOMPARE(h.outcome(open)->waitFailure, WaitFailure::AuthorityUnavailable);
    QCOMPARE(h.outcome(open)->reason, h.script.corruption);
}

void ReloadTest::inputsThatAreNotStoredStay()
{
    CoreHarness h(answeredByHand());
    const Submitted kept = h.submit(withKey(ephemeral(prompt()), "e"), WaitMode::Terminal);
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.advance(1s);
    h.reloaded();
    QVERIFY(h.isOpen(kept));
    QCOMPARE(h.receipt(h.submit(withKey(ephemeral(prompt()), "e")))->existing, kept.input);
    letTheStoreAnswer(h);
    h.attach();
    h.succeed();
    QCOMPARE(h.outcome(kept)->outcome, OutcomeClass::Completed);
}

void ReloadTest::readingWaitsForEveryVerdict()
{
    CoreHarness h(answeredByHand());
    h.submit(prompt("a"));
    h.submit(prompt("b"));
    const TicketNumber first = h.writes[0].ticket;
    const TicketNumber second = h.writes[1].ticket;
    // The store answers the first alone: the second is still on its way to it.
    CoreActions actions;
    MonotonicTime now = h.now();
    h.core.handle(StoreVerdict{first, Verdict::Refused, QStringLiteral("a row differs")}, now, actions);
    const auto asks = [&actions] {
        return std::any_of(actions.begin(), actions.end(), [](const CoreAction &action) {
            return std::holds_alternative<ReloadSession>(action);
        });
    };
    now = h.core.deadline();
    h.core.handle(Tick{}, now, actions);
    QVERIFY(!asks());
    h.core.handle(StoreVerdict{second, Verdict::Refused, QStringLiteral("after an earlier one")}, now, actions);
    QVERIFY(asks());
}

void ReloadTest::aFencedHostReadsNothing()
{
    CoreHarness h(answeredByHand());
    h.submit(prompt());
    h.answer(Verdict::Fenced);
    h.advance(1h);
    QVERIFY(!h.askedToReload());
    QVERIFY(h.core.settled());
}

void ReloadTest::aShutdownDoesNotWaitForTheReading()
{
    CoreHarness h(answeredByHand());
    h.submit(prompt());
    h.answer(Verdict::Refused);
    h.advance(1s);
    QVERIFY(h.askedToReload());
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 1);
    h.reloaded();
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::ShuttingDown);
}

void ReloadTest::aShutdownForgetsTheReadingThatIsDue()
{
    CoreHarness h(answeredByHand());
    h.submit(prompt("a"));
    h.submit(prompt("b"));
    const TicketNumber second = h.writes[1].ticket;
    CoreActions actions;
    h.core.handle(StoreVerdict{h.writes[0].ticket, Verdict::Refused, QStringLiteral("a row differs")}, h.now(),
                  actions);
    const MonotonicTime due = h.core.deadline();
    h.core.handle(Tick{}, due, actions);
    h.core.handle(ShutdownCommand{}, due, actions);
    actions.clear();
    h.core.handle(StoreVerdict{second, Verdict::Refused, QStringLiteral("after an earlier one")}, due, actions);
    QVERIFY(actions.empty());
    QVERIFY(h.core.settled());
    QVERIFY(h.core.parked());
}

void ReloadTest::keysAreAskedForAgain()
{
    HarnessOptions options = answeredByHand();
    options.keys = Answers::Held;
    CoreHarness h(std::move(options));
    h.submit(withKey(prompt(), "k"));
    h.answer(Verdict::Refused);
    h.advance(1s);
    h.reloaded();
    QVERIFY(h.askedForKeys());
    const Submitted again = h.submit(withKey(prompt(), "k"));
    QVERIFY(h.receipt(again) == nullptr);
    h.keysLoaded();
    h.commit();
    QVERIFY(h.receipt(again)->accepted());
}

QTEST_APPLESS_MAIN(ReloadTest)
#include "reload_test.moc"
