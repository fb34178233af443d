// SPDX-License-Identifier: Apache-2.0
#include "registry_rig.h"

using namespace burrow;
using namespace burrow::test;

/// Watchers of one operation, and the one wait for several.
class WaitsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyWatcherIsToldOnceAndALateOneAtOnce()
    {
        RegistryRig rig;
        rig.begin(1);
        QVERIFY(rig.registry.watch(operation(1), 11)->empty());
        QVERIFY(rig.registry.watch(operation(1), 12)->empty());
        const OperationNews news = rig.end(1);
        QCOMPARE(news.notices.size(), std::size_t(2));
        QCOMPARE(endsOf(news.notices[1])[0].outcome, OperationOutcome(OperationCompleted{"done", {}}));
        const Result<OperationNotices> late = rig.registry.watch(operation(1), 13);
        QCOMPARE(late->size(), std::size_t(1));
        QCOMPARE(late->front().waiter, WaiterId(13));
        QCOMPARE(rig.registry.waiters(), std::size_t(0));
    }

    void anUnknownOperationIsNotWatched()
    {
        RegistryRig rig;
        QCOMPARE(rig.registry.watch(operation(1), 1).error().kind, ErrorKind::NotFound);
    }

    void aWaitIsRefusedForWhatCanNeverResolveIt()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.begin(2);
        QCOMPARE(rig.registry.waitForAll({operation(1), operation(1)}, 1).error().kind,
                 ErrorKind::InvalidArgument);
        QCOMPARE(rig.registry.waitForAll({operation(1), operation(9)}, 1).error().kind, ErrorKind::NotFound);
        QVERIFY(rig.registry.waitForAll({operation(1)}, 1).ok());
        QCOMPARE(rig.registry.waitForAll({operation(2)}, 2).error().kind, ErrorKind::Conflict);
    }

    void aWaitForWhatHasEndedResolvesAtOnce()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.end(1);
        const Result<OperationNotices> notices = rig.registry.waitForAll({operation(1)}, 5);
        QCOMPARE(notices->size(), std::size_t(1));
        QCOMPARE(endsOf(notices->front()).size(), std::size_t(1));
        QCOMPARE(rig.registry.waitForAll({}, 6)->size(), std::size_t(1));
    }

    void whatIsEvictedMeanwhileIsToldAllTheSame()
    {
        RegistryRig rig({.concurrent = {}, .retained = 1});
        for (quint64 at = 1; at <= 3; ++at)
            rig.begin(at);
        QVERIFY(rig.registry.waitForAll({operation(3), operation(1)}, 5).ok());
        rig.end(1);
        rig.end(2);
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Absent);
        const OperationNews news = rig.end(3);
        QCOMPARE(news.notices.size(), std::size_t(1));
        const std::vector<EndedOperation> all = endsOf(news.notices[0]);
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[0].spec.id, operation(3));
        QCOMPARE(all[1].spec.id, operation(1));
    }

    void aWatcherThatLeftIsNotTold()
    {
        RegistryRig rig;
        rig.begin(1);
        QVERIFY(rig.registry.watch(operation(1), 11).ok());
        QVERIFY(rig.registry.endWait(11));
        QVERIFY(!rig.registry.endWait(11));
        QVERIFY(rig.end(1).notices.empty());
    }

    void whoWaitsHearsOfAFault()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.begin(2);
        rig.stage(2);
        QVERIFY(rig.registry.watch(operation(1), 11).ok());
        QVERIFY(rig.registry.waitForAll({operation(1)}, 12).ok());
        const OperationNews news = rig.registry.poison(QStringLiteral("memory and store differ"));
        QCOMPARE(news.notices.size(), std::size_t(2));
        for (const OperationNotice &notice : news.notices)
            QVERIFY(!notice.answer.ok());
        QCOMPARE(RegistryRig::refusalOf(news), OperationRefusal::Unavailable);
        QCOMPARE(rig.add(3).refusal, OperationRefusal::Unavailable);
        QCOMPARE(rig.registry.watch(operation(1), 13).error().kind, ErrorKind::NotReady);
        QCOMPARE(rig.registry.waitForAll({operation(1)}, 13).error().kind, ErrorKind::NotReady);
    }
};

QTEST_APPLESS_MAIN(WaitsTest)
#include "waits_test.moc"
