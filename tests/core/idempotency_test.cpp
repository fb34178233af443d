// SPDX-License-Identifier: Apache-2.0
// A key names one input: repeats find it, whatever has become of it and however far its write is.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using Received = AcceptReceipt::Verdict;

struct Ending
{
    const char *name;
    void (*bringAbout)(CoreHarness &);
    OutcomeClass endedAs;
};

// clang-format off
const Ending endings[] = {
    {"with a result",        [](CoreHarness &h) { h.succeed(); },                                     OutcomeClass::Completed},
    {"without a result",     [](CoreHarness &h) { h.succeed(RunTerminal::None); },                    OutcomeClass::CompletedWithoutResult},
    {"with a callback",      [](CoreHarness &h) { h.succeed(RunTerminal::CallbackPending); },         OutcomeClass::CallbackPending},
    {"cancelled",            [](CoreHarness &h) { h.cancel(); h.endCancelled(); },                    OutcomeClass::Cancelled},
    {"with its tries spent", [](CoreHarness &h) { h.failRun(); h.wake(); h.failRun(); h.wake(); h.failRun(); }, OutcomeClass::AbandonedWithError},
};
// clang-format on

} // namespace

class IdempotencyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRepeatNamesTheFirstAndChangesNothing();
    void aRepeatSaysWhatBecameOfTheWork();
    void aRepeatOfAnEndedInputSaysHowItEnded_data();
    void aRepeatOfAnEndedInputSaysHowItEnded();
    void aRepeatMayWaitForAnInputThatIsOpen();
    void aRepeatWhileTheEndIsBeingWrittenStillGetsIt();
    void aKeyWithOtherContentIsAConflict_data();
    void aKeyWithOtherContentIsAConflict();
    void metadataAndOriginAreNoPartOfTheContent();

    void aRepeatOfAKeyInFlightJoinsItsWrite();
    void aRepeatThatJoinedRunsAnewWhenTheWriteFails();
    void aConflictIsKnownOnlyWhenTheFirstIsDurable();
    void ofSeveralThatJoinedOneBecomesTheInput();
    void whatJoinedIsAnsweredWhenTheStoreIsLost_data();
    void whatJoinedIsAnsweredWhenTheStoreIsLost();

    void theKeyOfAnEphemeralInputEndsWithIt();
    void theKeyOfAnEphemeralOperationLeavesNothing();
    void theKeyOfAReplacedInputIsKept();
    void theKeysOfAStoppedSessionAreKept();
};

void IdempotencyTest::aRepeatNamesTheFirstAndChangesNothing()
{
    CoreHarness h;
    const Submitted first = h.submit(withKey(prompt(), "k"));
    h.core.takeSignal();
    const std::size_t writes = h.writes.size();
    const Submitted again = h.submit(withKey(prompt(), "k"));
    QCOMPARE(h.receipt(again)->verdict, Received::Deduplicated);
    QCOMPARE(h.receipt(again)->existing, first.input);
    QCOMPARE(h.receipt(again)->input, again.input);
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QCOMPARE(h.view().open, 1U);
    const std::vector<LifecycleEvent> said = h.eventsOf(EventCode::InputDeduplicated);
    QCOMPARE(said.size(), std::size_t(1));
    QCOMPARE(said.front().input, again.input);
    QCOMPARE(said.front().other, first.input);
}

void IdempotencyTest::aRepeatSaysWhatBecameOfTheWork()
{
    CoreHarness h;
    h.submit(withKey(prompt(), "k"));
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "k")))->work, Work::Pending);
    h.attach();
    QVERIFY(h.applyOpen());
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "k")))->work, Work::Delivered);
    h.succeed();
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "k")))->work, Work::Ended);
}

void IdempotencyTest::aRepeatOfAnEndedInputSaysHowItEnded_data()
{
    QTest::addColumn<int>("at");
    for (int at = 0; const Ending &ending : endings)
        QTest::newRow(ending.name) << at++;
}

void IdempotencyTest::aRepeatOfAnEndedInputSaysHowItEnded()
{
    QFETCH(int, at);
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    endings[at].bringAbout(h);
    QCOMPARE(h.outcome(first)->outcome, endings[at].endedAs);
    const Submitted again = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QCOMPARE(h.receipt(again)->verdict, Received::Deduplicated);
    QCOMPARE(h.receipt(again)->work, Work::Ended);
    QCOMPARE(h.receipt(again)->endedAs, endings[at].endedAs);
    QVERIFY(!h.receipt(again)->willResolve);
}

void IdempotencyTest::aRepeatMayWaitForAnInputThatIsOpen()
{
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(withKey(prompt(), "k"));
    const Submitted again = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QVERIFY(h.receipt(again)->willResolve);
    QVERIFY(h.outcome(again) == nullptr);
    h.succeed();
    QCOMPARE(h.outcome(again)->outcome, OutcomeClass::Completed);
    QVERIFY(!h.isOpen(first));
}

void IdempotencyTest::aRepeatWhileTheEndIsBeingWrittenStillGetsIt()
{
    CoreHarness h;
    h.attach();
    h.submit(withKey(prompt(), "k"));
    h.script.store = Answers::Held;
    h.succeed();
    const Submitted again = h.submit(withKey(prompt(), "k"), WaitMode::Attempt);
    QCOMPARE(h.receipt(again)->work, Work::Delivered);
    QVERIFY(h.receipt(again)->willResolve);
    h.commit();
    QCOMPARE(h.outcome(again)->text, QByteArray("the answer"));
}

void IdempotencyTest::aKeyWithOtherContentIsAConflict_data()
{
    QTest::addColumn<bool>("ended");
    QTest::newRow("while the first is open") << false;
    QTest::newRow("after the first has ended") << true;
}

void IdempotencyTest::aKeyWithOtherContentIsAConflict()
{
    QFETCH(bool, ended);
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(withKey(prompt("a"), "k"), WaitMode::Terminal);
    if (ended)
        h.succeed();
    for (const Input &other : {prompt("b"), flowStep("a"), peerMessage("a")}) {
        const Submitted conflict = h.submit(withKey(other, "k"), WaitMode::Terminal);
        QCOMPARE(h.receipt(conflict)->refusal, Refusal::KeyConflict);
        QCOMPARE(h.receipt(conflict)->existing, first.input);
        QVERIFY(!h.receipt(conflict)->willResolve);
    }
    QCOMPARE(h.isOpen(first), !ended);
}

void IdempotencyTest::metadataAndOriginAreNoPartOfTheContent()
{
    CoreHarness h;
    h.submit(withKey(prompt("a"), "k"));
    Input retold = withKey(prompt("a"), "k");
    retold.correlationId = "c-1";
    retold.submittedAt.sinceEpoch = std::chrono::milliseconds(5);
    QCOMPARE(h.receipt(h.submit(retold))->verdict, Received::Deduplicated);
}

void IdempotencyTest::aRepeatOfAKeyInFlightJoinsItsWrite()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    const Submitted first = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    const Submitted again = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    QVERIFY(!h.answered(first.command) && !h.answered(again.command));
    h.commit();
    QVERIFY(h.receipt(first)->accepted());
    QCOMPARE(h.receipt(again)->verdict, Received::Deduplicated);
    QCOMPARE(h.receipt(again)->existing, first.input);
    QVERIFY(h.receipt(again)->willResolve);
    h.script.store = Answers::AtOnce;
    h.attach();
    h.succeed();
    QVERIFY(h.outcome(first) != nullptr && h.outcome(again) != nullptr);
}

void IdempotencyTest::aRepeatThatJoinedRunsAnewWhenTheWriteFails()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    const Submitted first = h.submit(withKey(prompt(), "k"));
    const Submitted again = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.receipt(first)->refusal, Refusal::NotWritten);
    QVERIFY(!h.answered(again.command));
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.receipt(again)->accepted());
    QVERIFY(h.receipt(again)->willResolve);
    QVERIFY(h.isOpen(again));
}

void IdempotencyTest::aConflictIsKnownOnlyWhenTheFirstIsDurable()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    h.submit(withKey(prompt("a"), "k"));
    const Submitted other = h.submit(withKey(prompt("b"), "k"));
    QVERIFY(!h.answered(other.command));
    h.commit();
    QCOMPARE(h.receipt(other)->refusal, Refusal::KeyConflict);

    const Submitted lost = h.submit(withKey(prompt("c"), "l"));
    const Submitted kept = h.submit(withKey(prompt("d"), "l"));
    h.answer(Verdict::NotWritten);
    h.commit();
    QCOMPARE(h.receipt(lost)->refusal, Refusal::NotWritten);
    QVERIFY(h.receipt(kept)->accepted());
}

void IdempotencyTest::ofSeveralThatJoinedOneBecomesTheInput()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    h.submit(withKey(prompt(), "k"));
    const Submitted second = h.submit(withKey(prompt(), "k"));
    const Submitted third = h.submit(withKey(prompt(), "k"));
    const Submitted fourth = h.submit(withKey(prompt(), "k"));
    h.answer(Verdict::NotWritten);
    h.commit();
    QVERIFY(h.receipt(second)->accepted());
    QCOMPARE(h.receipt(third)->existing, second.input);
    QCOMPARE(h.receipt(fourth)->existing, second.input);
    QCOMPARE(h.view().open, 1U);
}

void IdempotencyTest::whatJoinedIsAnsweredWhenTheStoreIsLost_data()
{
    QTest::addColumn<Verdict>("verdict");
    QTest::newRow("refused") << Verdict::Refused;
    QTest::newRow("fenced") << Verdict::Fenced;
    QTest::newRow("unknown") << Verdict::Unknown;
}

void IdempotencyTest::whatJoinedIsAnsweredWhenTheStoreIsLost()
{
    QFETCH(Verdict, verdict);
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    h.submit(withKey(prompt(), "k"));
    const Submitted again = h.submit(withKey(prompt(), "k"));
    h.submit(withKey(prompt(), "l"));
    const Submitted other = h.submit(withKey(prompt(), "l"));
    h.answer(verdict);
    QCOMPARE(h.receipt(again)->refusal, Refusal::Held);
    QCOMPARE(h.receipt(other)->refusal, Refusal::Held);
    QCOMPARE(h.unansweredCommands(), std::size_t(0));
}

void IdempotencyTest::theKeyOfAnEphemeralInputEndsWithIt()
{
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(withKey(ephemeral(prompt()), "k"));
    QCOMPARE(h.receipt(h.submit(withKey(ephemeral(prompt()), "k")))->existing, first.input);
    h.succeed();
    QVERIFY(h.receipt(h.submit(withKey(ephemeral(prompt()), "k")))->accepted());
}

void IdempotencyTest::theKeyOfAnEphemeralOperationLeavesNothing()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    h.submit(prompt());
    const Submitted first = h.submit(withKey(ephemeral(operation()), "k"));
    const Submitted again = h.submit(withKey(ephemeral(operation()), "k"));
    QVERIFY(!h.answered(first.command));
    h.commit();
    QVERIFY(h.receipt(first)->consumedOnAccept);
    QVERIFY(h.receipt(again)->consumedOnAccept);
}

void IdempotencyTest::theKeyOfAReplacedInputIsKept()
{
    CoreHarness h;
    h.submit(withKey(superseding(externalEvent(), "s"), "k"));
    h.submit(superseding(externalEvent("build", "red"), "s"));
    const Submitted again = h.submit(withKey(superseding(externalEvent(), "s"), "k"));
    QCOMPARE(h.receipt(again)->work, Work::Ended);
    QCOMPARE(h.receipt(again)->endedAs, OutcomeClass::CompletedWithoutResult);
}

void IdempotencyTest::theKeysOfAStoppedSessionAreKept()
{
    CoreHarness h;
    const Submitted first = h.submit(withKey(prompt(), "k"));
    h.stop();
    QCOMPARE(h.phase(), Phase::Stopped);
    h.start();
    const Submitted again = h.submit(withKey(prompt(), "k"));
    QCOMPARE(h.receipt(again)->existing, first.input);
    QCOMPARE(h.receipt(again)->endedAs, OutcomeClass::RuntimeTerminated);
}

QTEST_APPLESS_MAIN(IdempotencyTest)
#include "idempotency_test.moc"
