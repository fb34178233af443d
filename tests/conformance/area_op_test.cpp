// SPDX-License-Identifier: Apache-2.0
// Area OP: the operations registry, and what a session makes of it.
#include "registry_rig.h"
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using enum OperationVerb;

void oneLifeFromBeginToEnd()
{
    RegistryRig rig;
    QCOMPARE(rig.add(1, OperationKind::MobMemberChild).status, OperationStatus::Provisioning);
    QCOMPARE(rig.start(1).status, OperationStatus::Running);
    QVERIFY(rig.registry.advance(operation(1), ReportProgress).ok());
    QVERIFY(rig.registry.advance(operation(1), PeerReady).ok());
    QVERIFY(rig.registry.watch(operation(1), 5)->empty());
    const OperationNews news = rig.end(1);
    QCOMPARE(news.notices.size(), std::size_t(1));
    QCOMPARE(news.notices[0].waiter, WaiterId(5));
    const EndedOperation ended = endsOf(news.notices[0]).at(0);
    QCOMPARE(ended.outcome, OperationOutcome(OperationCompleted{"done", {}}));
    QCOMPARE(ended.sequence, quint64(1));
    QCOMPARE(ended.progress, 1U);
    QCOMPARE(RegistryRig::refusalOf(rig.end(1)), OperationRefusal::InvalidTransition);
}

void anIdIsUsedOnce()
{
    RegistryRig rig;
    QVERIFY(rig.add(1).ok());
    QCOMPARE(rig.add(1).refusal, OperationRefusal::AlreadyRegistered);
    rig.start(1);
    rig.end(1);
    QCOMPARE(rig.add(1).refusal, OperationRefusal::AlreadyRegistered);
}

void capacityIsBoundOrNot()
{
    RegistryRig bounded({.concurrent = 2, .retained = 256});
    bounded.begin(1);
    bounded.begin(2);
    const OperationReceipt third = bounded.add(3);
    QCOMPARE(third.refusal, OperationRefusal::MaxConcurrentExceeded);
    QCOMPARE(third.limit, 2U);
    QCOMPARE(third.active, 2U);
    bounded.end(1);
    QVERIFY(bounded.add(3).ok());
    RegistryRig free;
    for (quint64 at = 1; at <= 2000; ++at)
        QVERIFY(free.add(at).ok());
}

void whatHasNotBegunIsNotCompleted()
{
    RegistryRig rig;
    rig.add(1);
    QCOMPARE(RegistryRig::refusalOf(rig.stage(1)), OperationRefusal::InvalidTransition);
    QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Provisioning);
}

void aPeerIsReadyOnceWhereOneIsExpected()
{
    RegistryRig rig;
    rig.begin(1, OperationKind::BackgroundTool);
    rig.begin(2, OperationKind::MobMemberChild);
    QCOMPARE(rig.registry.advance(operation(1), PeerReady).refusal, OperationRefusal::PeerNotExpected);
    QVERIFY(rig.registry.advance(operation(2), PeerReady).ok());
    QCOMPARE(rig.registry.advance(operation(2), PeerReady).refusal, OperationRefusal::AlreadyPeerReady);
}

void whatIsRetiringGoesOnAndEnds()
{
    RegistryRig rig;
    rig.begin(1);
    QCOMPARE(rig.registry.advance(operation(1), RequestRetire).status, OperationStatus::Retiring);
    QVERIFY(rig.registry.advance(operation(1), ReportProgress).ok());
    QCOMPARE(rig.end(1).replies[0].receipt.status, OperationStatus::Completed);
}

void anOwnerEndsWhatHasNotEndedAndOnce()
{
    RegistryRig rig;
    rig.add(1);
    rig.begin(2);
    rig.begin(3);
    rig.registry.advance(operation(3), RequestRetire);
    rig.begin(4);
    rig.end(4);
    rig.registry.terminateOwner({}, QStringLiteral("its session is unregistered"));
    QCOMPARE(rig.registry.write().ended.size(), std::size_t(4));
    rig.registry.commit();
    for (const quint64 at : {1, 2, 3})
        QCOMPARE(rig.registry.status(operation(at)), OperationStatus::Terminated);
    QCOMPARE(rig.registry.status(operation(4)), OperationStatus::Completed);
    rig.registry.terminateOwner({}, QStringLiteral("again"));
    QVERIFY(!rig.registry.hasStaged());
}

void theOldestEndIsForgottenFirst()
{
    RegistryRig rig({.concurrent = {}, .retained = 2});
    for (const quint64 at : {1, 2, 3}) {
        rig.begin(at);
        rig.end(at);
    }
    QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Absent);
    QCOMPARE(rig.registry.status(operation(2)), OperationStatus::Completed);
    QCOMPARE(rig.registry.status(operation(3)), OperationStatus::Completed);
}

void aWaitForAllGivesAllOutcomes()
{
    RegistryRig rig;
    rig.begin(1);
    rig.begin(2);
    QVERIFY(rig.registry.waitForAll({operation(2), operation(1)}, 7)->empty());
    QVERIFY(rig.end(1).notices.empty());
    const OperationNews last = rig.end(2, Fail, OperationFailed{QStringLiteral("broke")});
    QCOMPARE(last.notices.size(), std::size_t(1));
    const std::vector<EndedOperation> all = endsOf(last.notices[0]);
    QCOMPARE(all.size(), std::size_t(2));
    QCOMPARE(all[0].outcome, OperationOutcome(OperationFailed{QStringLiteral("broke")}));
    QCOMPARE(all[1].outcome, OperationOutcome(OperationCompleted{"done", {}}));
}

void aWaitThatWasDroppedMakesRoom()
{
    RegistryRig rig;
    rig.begin(1);
    QVERIFY(rig.registry.waitForAll({operation(1)}, 7).ok());
    QCOMPARE(rig.registry.waitForAll({operation(1)}, 8).error().kind, ErrorKind::Conflict);
    QVERIFY(rig.registry.endWait(7));
    QVERIFY(rig.registry.waitForAll({operation(1)}, 8).ok());
    const OperationNews news = rig.end(1);
    QCOMPARE(news.notices.size(), std::size_t(1));
    QCOMPARE(news.notices[0].waiter, WaiterId(8));
}

void thePayloadBelongsToTheEnd()
{
    RegistryRig rig;
    rig.begin(1);
    QCOMPARE(RegistryRig::refusalOf(rig.stage(1, Complete, OperationFailed{QStringLiteral("no")})),
             OperationRefusal::OutcomeMismatch);
    QCOMPARE(RegistryRig::refusalOf(rig.stage(1, Cancel, OperationCompleted{})),
             OperationRefusal::OutcomeMismatch);
    QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Running);
}

void aCursorThatNobodyKnowsIsAnError()
{
    RegistryRig rig;
    QCOMPARE(rig.registry.cursor(FeedCursor::RuntimeObserved).value(), quint64(0));
    rig.registry.poison(QStringLiteral("memory and store differ"));
    const Result<quint64> cursor = rig.registry.cursor(FeedCursor::RuntimeObserved);
    QVERIFY(!cursor.ok());
    QCOMPARE(cursor.error().kind, ErrorKind::NotReady);
}

void aClosedStoreEndsNothing()
{
    CoreHarness h;
    h.script.reload = Answers::Held;
    h.addOperation(1);
    h.startOperation(1);
    const WaiterId watching = h.watchOperation(1);
    h.script.store = Answers::Held;
    const CommandId end = h.endOperation(1);
    QVERIFY(h.operationReceipt(end) == nullptr);
    h.answer(Verdict::Fenced);
    QCOMPARE(h.operationReceipt(end)->refusal, OperationRefusal::Unavailable);
    QCOMPARE(h.core.operations()->status(operation(1)), OperationStatus::Running);
    QVERIFY(!h.operationsAnswer(watching)->ok());
    QCOMPARE(h.operationReceipt(h.endOperation(1))->refusal, OperationRefusal::Unavailable);
}

void anEndThatIsNotWrittenIsToldAndCanBeTriedAgain()
{
    CoreHarness h;
    h.addOperation(1);
    h.startOperation(1);
    const WaiterId watching = h.watchOperation(1);
    h.script.store = Answers::Held;
    const CommandId end = h.endOperation(1);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.operationReceipt(end)->refusal, OperationRefusal::NotWritten);
    QVERIFY(h.operationReceipt(end)->message.contains(QStringLiteral("no space is left")));
    QCOMPARE(h.core.operations()->status(operation(1)), OperationStatus::Running);
    QVERIFY(h.operationsAnswer(watching) == nullptr);
    const CommandId again = h.endOperation(1);
    h.commit();
    QVERIFY(h.operationReceipt(again)->ok());
    QVERIFY(h.operationsAnswer(watching)->ok());
}

void sessionsHaveRegistriesOfTheirOwn()
{
    CoreHarness a;
    CoreHarness b;
    a.addOperation(1);
    QVERIFY(b.core.operations() == nullptr);
    QVERIFY(b.operationReceipt(b.addOperation(1))->ok());
    a.startOperation(1);
    QCOMPARE(a.core.operations()->status(operation(1)), OperationStatus::Running);
    QCOMPARE(b.core.operations()->status(operation(1)), OperationStatus::Provisioning);
    QVERIFY(a.core.operations() != b.core.operations());
}

void whatAnExecutorHasBegunEndsWithIt()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.addOperation(1, OperationKind::BackgroundTool, executor_operation_source);
    h.addOperation(2);
    const WaiterId watching = h.watchOperation(1);
    h.succeed();
    h.stop();
    QCOMPARE(h.core.operations()->status(operation(1)), OperationStatus::Terminated);
    QCOMPARE(h.core.operations()->status(operation(2)), OperationStatus::Provisioning);
    QVERIFY(h.operationsAnswer(watching)->ok());
}

void whatAnExecutorHasBegunEndsAlsoWhenTheStoreIsFull()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.addOperation(1, OperationKind::BackgroundTool, executor_operation_source);
    h.succeed();
    h.script.store = Answers::Held;
    h.die();
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.core.operations()->status(operation(1)), OperationStatus::Provisioning);
    h.script.store = Answers::AtOnce;
    h.advance(limits::retry_backoff_max);
    QCOMPARE(h.core.operations()->status(operation(1)), OperationStatus::Terminated);
}

void whatEndsDuringAShutdownIsCommitted()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.addOperation(1);
    h.startOperation(1);
    h.shutDown();
    QVERIFY(h.operationReceipt(h.endOperation(1))->ok());
    h.endCancelled();
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.store.operationEnded(operation(1)));
    QCOMPARE(h.operationReceipt(h.endOperation(1))->refusal, OperationRefusal::Unavailable);
}

void aShutdownAnswersWhoWaits()
{
    CoreHarness h;
    h.attach();
    h.addOperation(1);
    const WaiterId watching = h.watchOperation(1);
    const WaiterId all = h.waitForOperations({1});
    h.shutDown();
    QVERIFY(!h.operationsAnswer(watching)->ok());
    QVERIFY(!h.operationsAnswer(all)->ok());
    QCOMPARE(h.shutdownsFinished, 1);
    QCOMPARE(h.operationReceipt(h.addOperation(2))->refusal, OperationRefusal::Unavailable);
}

const Scenario scenarios[] = {
    {"OP01: an operation has one outcome, and its watcher is told", oneLifeFromBeginToEnd},
    {"OP02: an id that is registered is refused", anIdIsUsedOnce},
    {"OP03: no more are under way than the limit says, or as many as there are", capacityIsBoundOrNot},
    {"OP04: what is being provisioned is not completed", whatHasNotBegunIsNotCompleted},
    {"OP06: a peer where none is expected, or twice, is refused by its name",
     aPeerIsReadyOnceWhereOneIsExpected},
    {"OP07: what is retiring reports progress and completes", whatIsRetiringGoesOnAndEnds},
    {"OP08: an owner that goes ends what has not ended, once", anOwnerEndsWhatHasNotEndedAndOnce},
    {"OP10: beyond the retention the oldest end is evicted", theOldestEndIsForgottenFirst},
    {"OP11: a wait for all gives all outcomes when the last one is there", aWaitForAllGivesAllOutcomes},
    {"OP13: after a wait that was dropped the next one is accepted", aWaitThatWasDroppedMakesRoom},
    {"OP14: a store that is closed to this host ends nothing", aClosedStoreEndsNothing},
    {"OP15: an end that is not written has not happened and says why",
     anEndThatIsNotWrittenIsToldAndCanBeTriedAgain},
    {"OP16: a payload of another end is refused", thePayloadBelongsToTheEnd},
    {"OP17: two sessions have two registries", sessionsHaveRegistriesOfTheirOwn},
    {"OP18: a poisoned cursor is an error and not none", aCursorThatNobodyKnowsIsAnError},
    {"OP08: what an executor has begun ends with its instance", whatAnExecutorHasBegunEndsWithIt},
    {"OP15: what an executor has begun ends when the store takes it",
     whatAnExecutorHasBegunEndsAlsoWhenTheStoreIsFull},
    {"OP14: a shutdown leaves nobody waiting for operations", aShutdownAnswersWhoWaits},
    {"OP14: what ends while the host goes down is committed", whatEndsDuringAShutdownIsCommitted},
};

} // namespace

class AreaOpTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaOpTest)
#include "area_op_test.moc"
