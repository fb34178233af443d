// SPDX-License-Identifier: Apache-2.0
// What a stop promises to its callers, and to whoever comes behind it.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

namespace {

using Receipt = CommandReceipt::Verdict;

} // namespace

class StopRulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isNotVisibleBeforeItIsDurable();
    void isAnsweredAsDeferredWhenItTakesLong();
    void isJoinedByASecondCaller();
    void isJoinedWhileItIsWritten();
    void isRefusedOfAStoppedSession();
    void isRefusedOfADestroyedSession();
    void thatTheExecutorRefuses();
    void thatTheExecutorRefusesFreesTheSession();
    void keepsTheOrderOfItsSteps();
    void letsNoInputIn();
    void andAnAcceptBehindItsWrite_data();
    void andAnAcceptBehindItsWrite();
    void andAStartBehindItsWrite();
    void leavesNothingForTheNextStart();
    void afterALyingExecutorEndsEverything();
};

void StopRulesTest::isNotVisibleBeforeItIsDurable()
{
    CoreHarness h;
    h.attach();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    const CommandId stop = h.stop();
    QCOMPARE(h.phase(), Phase::Attached);
    QVERIFY(h.isOpen(queued));
    QVERIFY(h.outcome(queued) == nullptr);
    QVERIFY(!h.answered(stop));
    h.commit();
    QCOMPARE(h.phase(), Phase::Stopped);
}

void StopRulesTest::isAnsweredAsDeferredWhenItTakesLong()
{
    WithRun with;
    CoreHarness &h = with.h;
    const CommandId stop = h.stop();
    h.advance(limits::stop_answer_max - 1ns);
    QVERIFY(!h.answered(stop));
    h.advance(1ns);
    QCOMPARE(h.reply(stop)->verdict, Receipt::Deferred);
    QVERIFY(h.reply(stop)->ok());
    QCOMPARE(h.view().waitReason, WaitReason::CancelPending);
    h.endCancelled();
    QCOMPARE(h.phase(), Phase::Stopped);
}

void StopRulesTest::isJoinedByASecondCaller()
{
    WithRun with;
    CoreHarness &h = with.h;
    const CommandId first = h.stop();
    h.advance(100ms);
    const CommandId second = h.stop();
    QCOMPARE(h.cancels.size(), std::size_t(1));
    h.advance(100ms);
    QCOMPARE(h.reply(first)->verdict, Receipt::Deferred);
    QVERIFY(!h.answered(second));
    h.endCancelled();
    QCOMPARE(h.reply(second)->verdict, Receipt::Done);
    QCOMPARE(h.stops.size(), std::size_t(1));
}

void StopRulesTest::isJoinedWhileItIsWritten()
{
    CoreHarness h;
    h.submit(prompt());
    h.script.store = Answers::Held;
    const CommandId first = h.stop();
    const CommandId second = h.stop();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(first)->refusal, Refusal::NotWritten);
    QCOMPARE(h.reply(second)->refusal, Refusal::NotWritten);
}

void StopRulesTest::isRefusedOfAStoppedSession()
{
    CoreHarness h;
    h.stop();
    const CommandId again = h.stop();
    QCOMPARE(h.reply(again)->refusal, Refusal::Invalid);
    QCOMPARE(h.phase(), Phase::Stopped);
}

void StopRulesTest::isRefusedOfADestroyedSession()
{
    HarnessOptions options;
    options.row.phase = Phase::Destroyed;
    CoreHarness h(options);
    QCOMPARE(h.reply(h.stop())->refusal, Refusal::Destroyed);
}

void StopRulesTest::thatTheExecutorRefuses()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.stopping = Answers::Held;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    const CommandId stop = h.stop();
    h.endCancelled();
    h.stopped(false);
    QCOMPARE(h.reply(stop)->verdict, Receipt::Refused);
    QVERIFY(h.phase() != Phase::Stopped);
    QVERIFY(h.store.row().phase != Phase::Stopped);
    QCOMPARE(h.outcome(queued)->reason, QStringLiteral("runtime loop exited"));
    QVERIFY(h.isOpen(queued));
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY(h.cleanups.empty());
}

void StopRulesTest::thatTheExecutorRefusesFreesTheSession()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    h.stop();
    h.stopped(false);
    h.script.stopping = Answers::AtOnce;
    const Submitted next = h.submit(prompt());
    QVERIFY(h.receipt(next)->accepted());
    h.start();
    QVERIFY(h.applyOpen());
    h.succeed();
    QVERIFY(h.reply(h.stop())->ok());
    QCOMPARE(h.phase(), Phase::Stopped);
}

void StopRulesTest::keepsTheOrderOfItsSteps()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.stopping = h.script.store = Answers::Held;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    h.commit();
    const CommandId stop = h.stop();
    h.endCancelled();
    QVERIFY(h.stops.empty()); // The run is not published yet.
    h.commit();
    QCOMPARE(h.stops.size(), std::size_t(1));
    QCOMPARE(h.writesInFlight(), std::size_t(0)); // Nothing is written before the executor rests.
    h.stopped();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    QVERIFY(h.outcome(queued) == nullptr && h.destructions == 0 && h.cleanups.empty());
    h.commit();
    QVERIFY(h.outcome(queued) != nullptr);
    QCOMPARE(h.destructions, 1);
    QCOMPARE(h.cleanups.size(), std::size_t(1));
    QVERIFY(h.answered(stop));
}

void StopRulesTest::letsNoInputIn()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.stop();
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::NotReady);
    h.endCancelled();
    const Submitted after = h.submit(prompt());
    QCOMPARE(h.receipt(after)->refusal, Refusal::NotReady);
    QCOMPARE(h.receipt(after)->phase, Phase::Stopped);
}

void StopRulesTest::andAnAcceptBehindItsWrite_data()
{
    QTest::addColumn<bool>("durable");
    QTest::newRow("is refused when stopped is durable") << true;
    QTest::newRow("is taken when it is not") << false;
}

void StopRulesTest::andAnAcceptBehindItsWrite()
{
    QFETCH(bool, durable);
    CoreHarness h;
    h.script.store = Answers::Held;
    h.stop();
    const Submitted behind = h.submit(prompt(), WaitMode::Terminal);
    const Submitted passing = h.submit(ephemeral(prompt()));
    QVERIFY(!h.answered(behind.command) && !h.answered(passing.command));
    h.answer(durable ? Verdict::Committed : Verdict::NotWritten);
    h.commitAll();
    if (durable) {
        QCOMPARE(h.receipt(behind)->refusal, Refusal::NotReady);
        QCOMPARE(h.receipt(behind)->phase, Phase::Stopped);
        QCOMPARE(h.receipt(passing)->phase, Phase::Stopped);
    } else {
        QVERIFY(h.receipt(behind)->accepted());
        QVERIFY(h.receipt(passing)->accepted());
    }
}

void StopRulesTest::andAStartBehindItsWrite()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const CommandId stop = h.stop();
    const CommandId start = h.start();
    const Submitted behind = h.submit(prompt());
    QVERIFY(!h.answered(start));
    h.commit();
    QVERIFY(h.reply(stop)->ok());
    QVERIFY(!h.answered(behind.command));
    h.commit(); // That its clean-up is done.
    QVERIFY(!h.answered(start));
    h.commit();
    QVERIFY(h.reply(start)->ok());
    h.commit();
    QVERIFY(h.receipt(behind)->accepted());
    QVERIFY(h.applyOpen());
}

void StopRulesTest::leavesNothingForTheNextStart()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.submit(prompt());
    h.stop();
    h.endCancelled();
    QCOMPARE(h.phase(), Phase::Stopped);
    h.start();
    QCOMPARE(h.phase(), Phase::Attached);
    QVERIFY(!h.applyOpen());
    const Submitted fresh = h.submit(prompt(), WaitMode::Terminal);
    QCOMPARE(h.creations, 2);
    h.succeed();
    QCOMPARE(h.outcome(fresh)->outcome, OutcomeClass::Completed);
    QVERIFY(h.cancels.size() <= 2);
}

void StopRulesTest::afterALyingExecutorEndsEverything()
{
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    RunOutput lie = h.output();
    lie.receipt.run = {Uuid{9, 9}};
    h.end(lie);
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.store.row().phase, Phase::Stopped);
    QVERIFY(h.view().note.contains(QStringLiteral("receipt")));
    QCOMPARE(h.outcome(queued)->outcome, OutcomeClass::RuntimeTerminated);
    QVERIFY(h.reply(h.start())->ok());
    QVERIFY(h.view().note.isEmpty());
}

QTEST_APPLESS_MAIN(StopRulesTest)
#include "stop_rules_test.moc"
