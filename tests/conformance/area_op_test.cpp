// SPDX-License-Identifier: Apache-2.0
// Area OP: the operations registry. A store that says yes is part of the rig; what it says otherwise, the core
// hears.
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
    {"OP16: a payload of another end is refused", thePayloadBelongsToTheEnd},
    {"OP18: a poisoned cursor is an error and not none", aCursorThatNobodyKnowsIsAnError},
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
