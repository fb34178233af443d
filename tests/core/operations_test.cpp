// SPDX-License-Identifier: Apache-2.0
// What a session makes of its asynchronous operations where writes fail, sessions end and epochs begin.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

OperationId operationId(quint64 number)
{
    return {Uuid{7, number}};
}

OperationStatus statusOf(const CoreHarness &h, quint64 number)
{
    return h.core.operations()->status(operationId(number));
}

/// One operation of the host's and one of the executor's, both under way, and an executor at rest.
struct WithOperations
{
    WithOperations()
    {
        h.attach();
        h.submit(prompt());
        h.addOperation(1);
        h.startOperation(1);
        h.addOperation(2, OperationKind::MobMemberChild, executor_operation_source);
        h.startOperation(2);
        h.succeed();
    }
    CoreHarness h;
};

} // namespace

class OperationsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyVerdictHasItsAnswer_data()
    {
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<OperationRefusal>("refusal");
        QTest::newRow("committed") << Verdict::Committed << OperationRefusal::None;
        QTest::newRow("not written") << Verdict::NotWritten << OperationRefusal::NotWritten;
        QTest::newRow("refused") << Verdict::Refused << OperationRefusal::Unavailable;
        QTest::newRow("fenced") << Verdict::Fenced << OperationRefusal::Unavailable;
        QTest::newRow("unknown") << Verdict::Unknown << OperationRefusal::Unavailable;
    }
    void everyVerdictHasItsAnswer();
    void whatIsUnknownIsKnownAfterReadingAgain_data();
    void whatIsUnknownIsKnownAfterReadingAgain();
    void aCancelIsForTheExecutorThatHasBegunIt();
    void nobodyIsAskedToCancelWhileTheSessionIsHeld();
    void aStopWritesTheEndsOfItsExecutor();
    void aStopThatIsNotWrittenEndsThemBehindIt();
    void aDestroyLeavesWhatOthersHaveBegun();
    void aDestroyThatIsNotWrittenTerminatesOnlyWhatTheExecutorHadBegun();
    void unregisteringEndsThemAndIsForgotten();
    void unregisteringKeepsTheEndsOfASessionThatHadEnded();
    void unregisteringThatIsNotWrittenEndsNothing();
    void unregisteringWithoutAWriteLetsGoOfThem();
    void nothingIsBegunWhileTheSessionLeaves();
    void aSessionThatHasLeftAnswers();
    void theEpochIsThatOfTheBindings();
    void theEpochOutlivesAStart();
    void aResetWritesWhatWaitsBehindIt();
};

void OperationsTest::everyVerdictHasItsAnswer()
{
    QFETCH(Verdict, verdict);
    QFETCH(OperationRefusal, refusal);
    CoreHarness h;
    h.script.reload = Answers::Held;
    h.addOperation(1);
    h.startOperation(1);
    const WaiterId watching = h.watchOperation(1);
    h.script.store = Answers::Held;
    const CommandId end = h.endOperation(1);
    const CommandId again = h.endOperation(1);
    QCOMPARE(h.operationReceipt(again)->refusal, OperationRefusal::EndInFlight);
    QVERIFY(h.operationReceipt(end) == nullptr && h.operationsAnswer(watching) == nullptr);
    h.answer(verdict);
    QCOMPARE(h.operationReceipt(end)->refusal, refusal);
    const bool ended = verdict == Verdict::Committed;
    QCOMPARE(statusOf(h, 1), ended ? OperationStatus::Completed : OperationStatus::Running);
    QCOMPARE(h.view().waitReason == WaitReason::Held, !ended && verdict != Verdict::NotWritten);
    // After a write that was only not written the wait goes on; when nobody knows any more it ends.
    QCOMPARE(h.operationsAnswer(watching) == nullptr, verdict == Verdict::NotWritten);
    if (h.operationsAnswer(watching) != nullptr)
        QCOMPARE(h.operationsAnswer(watching)->ok(), ended);
}

void OperationsTest::whatIsUnknownIsKnownAfterReadingAgain_data()
{
    QTest::addColumn<bool>("durable");
    QTest::newRow("it was durable") << true;
    QTest::newRow("it was not") << false;
}

void OperationsTest::whatIsUnknownIsKnownAfterReadingAgain()
{
    QFETCH(bool, durable);
    CoreHarness h;
    h.addOperation(1);
    h.startOperation(1);
    h.script.store = Answers::Held;
    h.script.unknownIsDurable = durable;
    h.endOperation(1);
    h.answer(Verdict::Unknown);
    h.script.store = Answers::AtOnce;
    h.advance(limits::retry_backoff_max);
    QVERIFY(h.view().waitReason != WaitReason::Held);
    QCOMPARE(statusOf(h, 1), durable ? OperationStatus::Completed : OperationStatus::Running);
    QCOMPARE(h.core.operations()->cursor(FeedCursor::AgentApplied).value(), quint64(0));
    const OperationRefusal again = durable ? OperationRefusal::InvalidTransition : OperationRefusal::None;
    QCOMPARE(h.operationReceipt(h.endOperation(1))->refusal, again);
}

void OperationsTest::aCancelIsForTheExecutorThatHasBegunIt()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const auto asked = [&h](quint64 number) {
        return *h.operationReceipt(h.ask(CancelOperation{operationId(number), CancelMode::Hard}));
    };
    const std::size_t before = h.writes.size();
    QVERIFY(asked(2).ok());
    QCOMPARE(asked(2).status, OperationStatus::Running);
    QCOMPARE(asked(1).refusal, OperationRefusal::Unavailable);
    QCOMPARE(asked(3).refusal, OperationRefusal::NotFound);
    // A request is no state.
    QCOMPARE(h.writes.size(), before);
    QCOMPARE(statusOf(h, 2), OperationStatus::Running);
    h.stop();
    QCOMPARE(asked(2).refusal, OperationRefusal::InvalidTransition);
    QCOMPARE(asked(2).status, OperationStatus::Terminated);
}

void OperationsTest::nobodyIsAskedToCancelWhileTheSessionIsHeld()
{
    WithOperations with;
    CoreHarness &h = with.h;
    h.script.reload = Answers::Held;
    h.script.store = Answers::Held;
    h.endOperation(1);
    h.answer(Verdict::Unknown);
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    const CommandId asked = h.ask(CancelOperation{operationId(2), CancelMode::Hard});
    QCOMPARE(h.operationReceipt(asked)->refusal, OperationRefusal::Unavailable);
}

void OperationsTest::aStopWritesTheEndsOfItsExecutor()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const std::size_t before = h.writes.size();
    h.stop();
    QCOMPARE(statusOf(h, 2), OperationStatus::Terminated);
    QCOMPARE(statusOf(h, 1), OperationStatus::Running);
    // In the very write that makes it Stopped.
    QVERIFY(std::holds_alternative<LifecycleOperation>(h.writes[before].operation));
    QVERIFY(h.writes[before].operations != nullptr);
    QVERIFY(h.store.operationEnded(operationId(2)));
}

void OperationsTest::aStopThatIsNotWrittenEndsThemBehindIt()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const WaiterId watching = h.watchOperation(2);
    h.script.store = Answers::Held;
    const CommandId stop = h.stop();
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(stop)->refusal, Refusal::NotWritten);
    QVERIFY(h.operationsAnswer(watching) == nullptr);
    h.script.store = Answers::AtOnce;
    h.commitAll();
    h.advance(limits::retry_backoff_max);
    QCOMPARE(statusOf(h, 2), OperationStatus::Terminated);
    QCOMPARE(statusOf(h, 1), OperationStatus::Running);
    QVERIFY(h.operationsAnswer(watching)->ok());
}

void OperationsTest::aDestroyLeavesWhatOthersHaveBegun()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const WaiterId all = h.waitForOperations({1, 2});
    h.command(LifecycleVerb::Destroy);
    QCOMPARE(h.phase(), Phase::Destroyed);
    QCOMPARE(statusOf(h, 2), OperationStatus::Terminated);
    QVERIFY(h.operationsAnswer(all) == nullptr);
    QCOMPARE(h.operationReceipt(h.addOperation(3))->refusal, OperationRefusal::Unavailable);
    QVERIFY(h.operationReceipt(h.endOperation(1))->ok());
    QVERIFY(h.operationsAnswer(all)->ok());
    QVERIFY(h.store.operationEnded(operationId(1)));
    QCOMPARE(h.applies.size(), std::size_t(1)); // Nobody is woken in a session that is gone.
}

void OperationsTest::aDestroyThatIsNotWrittenTerminatesOnlyWhatTheExecutorHadBegun()
{
    WithOperations with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.command(LifecycleVerb::Destroy);
    h.answer(Verdict::NotWritten);
    h.script.store = Answers::AtOnce;
    h.commitAll();
    h.advance(limits::retry_backoff_max);
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(statusOf(h, 1), OperationStatus::Running);
    QCOMPARE(statusOf(h, 2), OperationStatus::Terminated); // Its instance has come to rest all the same.
    QVERIFY(h.operationReceipt(h.addOperation(3))->ok());
}

void OperationsTest::unregisteringEndsThemAndIsForgotten()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const EpochId epoch = h.core.operations()->epoch();
    const WaiterId all = h.waitForOperations({1, 2});
    QVERIFY(h.reply(h.command(LifecycleVerb::Unregister))->ok());
    QVERIFY(h.released());
    QVERIFY(h.operationsAnswer(all)->ok());
    for (const EndedOperation &one : **h.operationsAnswer(all))
        QVERIFY(std::holds_alternative<OperationTerminated>(one.outcome));
    QVERIFY(h.store.operations() == nullptr);
    h.reopen();
    QVERIFY(h.core.operations() == nullptr);
    QVERIFY(h.operationReceipt(h.addOperation(1))->ok());
    QVERIFY(h.core.operations()->epoch() != epoch);
}

void OperationsTest::unregisteringKeepsTheEndsOfASessionThatHadEnded()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const EpochId epoch = h.core.operations()->epoch();
    h.command(LifecycleVerb::Retire);
    h.command(LifecycleVerb::Unregister);
    QVERIFY(h.released());
    QVERIFY(h.store.operations() != nullptr);
    h.reopen();
    QCOMPARE(h.core.operations()->epoch(), epoch);
    QCOMPARE(statusOf(h, 1), OperationStatus::Terminated);
    QCOMPARE(statusOf(h, 2), OperationStatus::Terminated);
}

void OperationsTest::unregisteringThatIsNotWrittenEndsNothing()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const WaiterId watching = h.watchOperation(1);
    h.script.store = Answers::Held;
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(unregister)->refusal, Refusal::NotWritten);
    h.script.store = Answers::AtOnce;
    h.commitAll();
    h.advance(limits::retry_backoff_max);
    QVERIFY(!h.released());
    QCOMPARE(statusOf(h, 1), OperationStatus::Running);
    QVERIFY(h.operationsAnswer(watching) == nullptr);
    h.endOperation(1);
    QVERIFY(h.operationsAnswer(watching)->ok());
}

void OperationsTest::unregisteringWithoutAWriteLetsGoOfThem()
{
    WithOperations with;
    CoreHarness &h = with.h;
    h.submit(prompt());
    const WaiterId watching = h.watchOperation(2);
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::NotWritten); // The end of its run: the executor is given up, and nothing more is written.
    QCOMPARE(h.writesInFlight(), std::size_t(0));
    QVERIFY(h.answered(unregister) && h.released());
    QVERIFY(!h.operationsAnswer(watching)->ok());
    QVERIFY(!h.store.operationEnded(operationId(2)));
}

void OperationsTest::nothingIsBegunWhileTheSessionLeaves()
{
    WithOperations with;
    CoreHarness &h = with.h;
    h.script.stopping = Answers::Held;
    h.command(LifecycleVerb::Unregister);
    const CommandId late = h.addOperation(3);
    QCOMPARE(h.operationReceipt(late)->refusal, OperationRefusal::Unavailable);
    QVERIFY(h.operationReceipt(late)->message.contains(QStringLiteral("being unregistered")));
    // What is under way may still end by itself.
    QVERIFY(h.operationReceipt(h.endOperation(1))->ok());
    QCOMPARE(statusOf(h, 1), OperationStatus::Completed);
}

void OperationsTest::aSessionThatHasLeftAnswers()
{
    WithOperations with;
    CoreHarness &h = with.h;
    h.command(LifecycleVerb::Unregister);
    QVERIFY(h.released());
    QCOMPARE(h.operationReceipt(h.endOperation(1))->refusal, OperationRefusal::Unavailable);
    QVERIFY(!h.operationsAnswer(h.watchOperation(1))->ok());
    QVERIFY(!h.operationsAnswer(h.waitForOperations({1}))->ok());
}

void OperationsTest::theEpochIsThatOfTheBindings()
{
    CoreHarness bound;
    const EpochId epoch = bound.reply(bound.bind("rt:a"))->epoch;
    bound.runOperation(1);
    QCOMPARE(bound.core.operations()->epoch(), epoch);
    CoreHarness begun;
    begun.runOperation(1);
    QCOMPARE(begun.reply(begun.bind("rt:a"))->epoch, begun.core.operations()->epoch());
}

void OperationsTest::theEpochOutlivesAStart()
{
    WithOperations with;
    CoreHarness &h = with.h;
    const EpochId epoch = h.core.operations()->epoch();
    h.stop();
    h.start();
    QCOMPARE(h.core.epoch(), epoch);
    h.runOperation(3);
    h.crash();
    QCOMPARE(h.core.epoch(), epoch);
    QCOMPARE(h.reply(h.bind("rt:a"))->epoch, epoch);
}

void OperationsTest::aResetWritesWhatWaitsBehindIt()
{
    CoreHarness h;
    h.addOperation(1);
    h.startOperation(1);
    h.script.store = Answers::Held;
    h.submitWithoutWake(prompt());
    h.command(LifecycleVerb::Reset); // Waits for the accept.
    const CommandId end = h.endOperation(1);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    QVERIFY(h.writes.back().operations != nullptr);
    h.commit();
    QCOMPARE(h.writesInFlight(), std::size_t(0));
    QVERIFY(h.operationReceipt(end)->ok());
}

QTEST_APPLESS_MAIN(OperationsTest)
#include "operations_test.moc"
