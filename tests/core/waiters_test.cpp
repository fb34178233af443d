// SPDX-License-Identifier: Apache-2.0
// Who waits for an input hears of its end exactly once.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

struct Sweep
{
    const char *name;
    void (*bringAbout)(CoreHarness &);
    const char *reason;
};

// clang-format off
const Sweep sweeps[] = {
    {"a stop",                [](CoreHarness &h) { h.stop(); },                                                   "runtime stopped"},
    {"a refused stop",        [](CoreHarness &h) { h.script.stopping = Answers::Held; h.stop(); h.stopped(false); }, "runtime loop exited"},
    {"a shutdown",            [](CoreHarness &h) { h.shutDown(); },                                               "host shutting down"},
};
// clang-format on

} // namespace

class WaitersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAttemptWaiterHearsOfTheFirstAttempt();
    void aTerminalWaiterHearsOnlyOfTheEnd();
    void severalWaitersOfOneInputAllHear();
    void everyMemberOfABatchHearsForItself();
    void aWaiterMayComeLater();
    void nobodyCanWaitForWhatIsNotOpen();
    void aWaiterThatComesDuringARunHearsOfThatRun();
    void aWaiterThatComesAfterAnAttemptHearsOfTheNext();
    void theWaiterOfARejectedInputIsForgotten();
    void theWaiterIsThereBeforeTheRunCanEnd();
    void waitersOfQueuedInputsAreSweptBy_data();
    void waitersOfQueuedInputsAreSweptBy();
    void nobodyIsTakenOnAfterAShutdown();
    void anAttemptWaiterOfABatchMemberHearsOfTheBatch();
    void waitersSurviveARollBack();
};

void WaitersTest::anAttemptWaiterHearsOfTheFirstAttempt()
{
    CoreHarness h;
    h.attach();
    const Submitted one = h.submit(prompt(), WaitMode::Attempt);
    h.failRun();
    QCOMPARE(h.outcome(one)->outcome, OutcomeClass::AbandonedWithError);
    QVERIFY(h.outcome(one)->reason.startsWith(QStringLiteral("apply failed: ")));
    QVERIFY(h.isOpen(one));
    h.wake();
    h.succeed();
    QCOMPARE(h.view().waiters, 0U);
}

void WaitersTest::aTerminalWaiterHearsOnlyOfTheEnd()
{
    CoreHarness h;
    h.attach();
    const Submitted one = h.submit(prompt(), WaitMode::Terminal);
    h.failRun();
    QVERIFY(h.outcome(one) == nullptr);
    h.wake();
    h.succeed();
    QCOMPARE(h.outcome(one)->outcome, OutcomeClass::Completed);
}

void WaitersTest::severalWaitersOfOneInputAllHear()
{
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    const Submitted repeat = h.submit(withKey(prompt(), "k"), WaitMode::Attempt);
    const Submitted later = h.waitFor(first.input, WaitMode::Terminal);
    QCOMPARE(h.view().waiters, 3U);
    h.succeed();
    for (const Submitted &one : {first, repeat, later})
        QCOMPARE(h.outcome(one)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.view().waiters, 0U);
}

void WaitersTest::everyMemberOfABatchHearsForItself()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"), WaitMode::Terminal);
    const Submitted b = h.submit(peerMessage("b"), WaitMode::Attempt);
    h.attach();
    h.succeed();
    QCOMPARE(h.outcome(a)->run, h.applies.back().run);
    QCOMPARE(h.outcome(b)->run, h.applies.back().run);
}

void WaitersTest::aWaiterMayComeLater()
{
    CoreHarness h;
    const Submitted one = h.submit(prompt());
    const Submitted waiting = h.waitFor(one.input, WaitMode::Terminal);
    QVERIFY(h.reply(waiting.command)->ok());
    h.attach();
    h.succeed();
    QCOMPARE(h.outcome(waiting)->outcome, OutcomeClass::Completed);
}

void WaitersTest::nobodyCanWaitForWhatIsNotOpen()
{
    CoreHarness h;
    h.attach();
    const Submitted ended = h.submit(prompt());
    h.succeed();
    const Submitted open = h.submit(prompt());
    InputId other = open.input;
    other.uuid.high += 1; // The same sequence under another id is another input.
    for (const InputId id : {ended.input, other, InputId{Uuid::version7(1, 0, 999)}}) {
        const Submitted waiting = h.waitFor(id, WaitMode::Terminal);
        QCOMPARE(h.reply(waiting.command)->refusal, Refusal::NotFound);
    }
    QCOMPARE(h.view().waiters, 0U);
}

void WaitersTest::aWaiterThatComesDuringARunHearsOfThatRun()
{
    CoreHarness h;
    h.attach();
    const Submitted one = h.submit(prompt());
    const Submitted waiting = h.waitFor(one.input, WaitMode::Attempt);
    h.failRun();
    QCOMPARE(h.outcome(waiting)->run, h.applies.back().run);
}

void WaitersTest::aWaiterThatComesAfterAnAttemptHearsOfTheNext()
{
    CoreHarness h;
    h.attach();
    const Submitted one = h.submit(prompt());
    h.failRun();
    const Submitted waiting = h.waitFor(one.input, WaitMode::Attempt);
    QVERIFY(h.outcome(waiting) == nullptr);
    h.wake();
    h.succeed();
    QCOMPARE(h.outcome(waiting)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.outcome(waiting)->run, h.applies.back().run);
}

void WaitersTest::theWaiterOfARejectedInputIsForgotten()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const Submitted lost = h.submit(prompt(), WaitMode::Terminal);
    h.answer(Verdict::NotWritten);
    QVERIFY(!h.receipt(lost)->willResolve);
    h.shutDown();
    QVERIFY(h.outcome(lost) == nullptr);
}

void WaitersTest::theWaiterIsThereBeforeTheRunCanEnd()
{
    // Everything that can happen does so in one go: accept, start, end.
    HarnessOptions options;
    options.apply = Answers::AtOnce;
    CoreHarness h(options);
    h.attach();
    const Submitted quick = h.submit(ephemeral(prompt()), WaitMode::Terminal);
    QCOMPARE(h.outcome(quick)->outcome, OutcomeClass::Completed);
}

void WaitersTest::waitersOfQueuedInputsAreSweptBy_data()
{
    QTest::addColumn<int>("at");
    for (int at = 0; const Sweep &sweep : sweeps)
        QTest::newRow(sweep.name) << at++;
}

void WaitersTest::waitersOfQueuedInputsAreSweptBy()
{
    QFETCH(int, at);
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.endCancelled();
    const Submitted a = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    const Submitted b = h.submitWithoutWake(ephemeral(prompt()), WaitMode::Attempt);
    sweeps[at].bringAbout(h);
    for (const Submitted &one : {a, b}) {
        QCOMPARE(h.outcome(one)->outcome, OutcomeClass::RuntimeTerminated);
        QCOMPARE(h.outcome(one)->reason, QString::fromLatin1(sweeps[at].reason));
    }
    QCOMPARE(h.view().waiters, 0U);
}

void WaitersTest::nobodyIsTakenOnAfterAShutdown()
{
    CoreHarness h;
    const Submitted one = h.submit(prompt());
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 1);
    const Submitted late = h.waitFor(one.input, WaitMode::Terminal);
    QCOMPARE(h.reply(late.command)->refusal, Refusal::ShuttingDown);
}

void WaitersTest::anAttemptWaiterOfABatchMemberHearsOfTheBatch()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"), WaitMode::Attempt);
    const Submitted b = h.submit(peerMessage("b"), WaitMode::Terminal);
    h.attach();
    h.failRun();
    QVERIFY(h.outcome(a) != nullptr);
    QVERIFY(h.outcome(b) == nullptr);
    h.succeed();
    h.succeed();
    QCOMPARE(h.outcome(b)->outcome, OutcomeClass::Completed);
}

void WaitersTest::waitersSurviveARollBack()
{
    CoreHarness h;
    h.attach();
    const Submitted one = h.submit(prompt(), WaitMode::Attempt);
    h.script.stopping = Answers::Held;
    h.shutDown();
    h.endCancelled();
    // No attempt has ended: the run was taken back, so that a restart goes on where it was.
    QVERIFY(h.outcome(one) == nullptr);
    h.stopped();
    QCOMPARE(h.outcome(one)->reason, QStringLiteral("host shutting down"));
}

QTEST_APPLESS_MAIN(WaitersTest)
#include "waiters_test.moc"
