// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "registry_rig.h"

using namespace burrow;
using namespace burrow::test;

/// Steps, capacity, ends in two steps, owners and eviction.
class RegistryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEndIsSeenOnlyWhenItIsCommitted()
    {
        RegistryRig rig;
        rig.begin(1);
        QVERIFY(rig.stage(1).replies.empty());
        QVERIFY(rig.registry.hasStaged());
        const StoredOperations image = rig.registry.write();
        QCOMPARE(image.ended.size(), std::size_t(1));
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Running);
        QCOMPARE(rig.registry.active(), 1U);
        QCOMPARE(rig.registry.feed().watermark(), quint64(0));
        const OperationNews news = rig.registry.commit();
        QCOMPARE(news.replies.size(), std::size_t(1));
        QCOMPARE(news.replies[0].command, CommandId(1));
        QCOMPARE(news.replies[0].receipt.status, OperationStatus::Completed);
        QCOMPARE(rig.registry.active(), 0U);
        QCOMPARE(rig.registry.feed().watermark(), image.ended[0].sequence);
    }

    void anEndThatWasNotWrittenHasNotHappened()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.stage(1);
        rig.registry.write();
        const OperationNews news = rig.registry.undo(OperationRefusal::NotWritten, QStringLiteral("full"));
        QCOMPARE(RegistryRig::refusalOf(news), OperationRefusal::NotWritten);
        QVERIFY(news.replies[0].receipt.message.contains(QStringLiteral("full")));
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Running);
        QVERIFY(!rig.registry.ended(operation(1)));
        QVERIFY(rig.registry.advance(operation(1), OperationVerb::ReportProgress).ok());
        QCOMPARE(rig.end(1).replies[0].receipt.status, OperationStatus::Completed);
    }

    void nothingElseHappensWhileAnEndIsWritten()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.stage(1);
        QCOMPARE(RegistryRig::refusalOf(rig.stage(1)), OperationRefusal::EndInFlight);
        rig.registry.write();
        QCOMPARE(RegistryRig::refusalOf(rig.stage(1, OperationVerb::Cancel, OperationCancelled{})),
                 OperationRefusal::EndInFlight);
        QCOMPARE(rig.registry.advance(operation(1), OperationVerb::ReportProgress).refusal,
                 OperationRefusal::EndInFlight);
        QVERIFY(rig.registry.terminateOwner({}, QStringLiteral("gone")).replies.empty());
        QVERIFY(!rig.registry.hasStaged());
        rig.registry.commit();
        QCOMPARE(RegistryRig::refusalOf(rig.stage(1)), OperationRefusal::InvalidTransition);
    }

    void endsThatComeDuringAWriteGoIntoTheNext()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.begin(2);
        rig.begin(3);
        rig.stage(1);
        QCOMPARE(rig.registry.write().ended.size(), std::size_t(1));
        rig.stage(2);
        rig.stage(3);
        rig.registry.commit();
        const StoredOperations image = rig.registry.write();
        QCOMPARE(image.ended.size(), std::size_t(3));
        QCOMPARE(rig.registry.commit().replies.size(), std::size_t(2));
    }

    void aCapacitySlotIsNeitherWrittenNorTold()
    {
        RegistryRig rig;
        rig.begin(1, OperationKind::CapacitySlot);
        const OperationNews news = rig.stage(1);
        QVERIFY(!rig.registry.hasStaged());
        QCOMPARE(news.replies[0].receipt.status, OperationStatus::Completed);
        QCOMPARE(rig.registry.feed().watermark(), quint64(0));
        rig.begin(2);
        rig.end(2);
        QCOMPARE(rig.stored.ended.size(), std::size_t(1));
        QCOMPARE(rig.stored.ended[0].spec.id, operation(2));
    }

    void anOwnerTakesItsOwnAlong()
    {
        RegistryRig rig;
        QVERIFY(rig.add(1, OperationKind::BackgroundTool, "a").ok());
        QVERIFY(rig.add(2, OperationKind::BackgroundTool, "b").ok());
        QVERIFY(rig.add(3, OperationKind::CapacitySlot, "a").ok());
        rig.registry.terminateOwner("a", QStringLiteral("gone"));
        QVERIFY(rig.registry.hasStaged());
        rig.registry.write();
        rig.registry.commit();
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Terminated);
        QCOMPARE(rig.registry.status(operation(2)), OperationStatus::Provisioning);
        QCOMPARE(rig.registry.status(operation(3)), OperationStatus::Terminated);
        rig.registry.terminateOwner("a", QStringLiteral("again"));
        QVERIFY(!rig.registry.hasStaged());
    }

    void whatLosesItsOwnerDuringAWriteDoesNotOutliveIt()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.begin(2);
        rig.stage(1);
        rig.registry.write();
        rig.stage(2);
        rig.registry.terminateOwner("instance", QStringLiteral("gone"));
        rig.registry.undo(OperationRefusal::NotWritten, QStringLiteral("full"));
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Running);
        QVERIFY(rig.registry.hasStaged());
        rig.registry.write();
        rig.registry.commit();
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Terminated);
        QCOMPARE(rig.registry.ended(operation(1))->outcome,
                 OperationOutcome(OperationTerminated{QStringLiteral("gone")}));
        QCOMPARE(rig.registry.status(operation(2)), OperationStatus::Completed); // Its own end was quicker.
    }

    void anOwnerThatGoesWhileNothingIsTrustedTakesItsOwnAlongLater()
    {
        RegistryRig rig;
        rig.begin(1);
        QVERIFY(rig.add(2, OperationKind::BackgroundTool, "other").ok());
        QVERIFY(rig.add(3, OperationKind::CapacitySlot).ok());
        rig.stage(1);
        StoredOperations before = rig.registry.write();
        before.ended.clear();
        before.feed.clear();
        before.newestWake = 0;
        rig.registry.poison(QStringLiteral("the store refused"));
        rig.registry.terminateOwner("instance", QStringLiteral("gone"));
        QCOMPARE(rig.registry.active(), 3U);
        QVERIFY(rig.registry.reload(before).ok());
        QCOMPARE(rig.registry.status(operation(3)), OperationStatus::Terminated);
        rig.registry.write();
        rig.registry.commit();
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Terminated);
        QCOMPARE(rig.registry.status(operation(2)), OperationStatus::Provisioning);
    }

    void whatHasEndedIsCollectedOnceInOrder()
    {
        RegistryRig rig;
        for (quint64 at = 1; at <= 3; ++at)
            rig.begin(at);
        rig.end(2);
        rig.end(1);
        const std::vector<EndedOperation> all = rig.registry.collect();
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[0].spec.id, operation(2));
        QCOMPARE(all[1].spec.id, operation(1));
        QVERIFY(rig.registry.collect().empty());
        QCOMPARE(rig.registry.size(), std::size_t(1));
    }

    void onlyWhoHasBegunWhatLivesCanBeAskedToCancelIt()
    {
        RegistryRig rig;
        QCOMPARE(rig.registry.cancellable(operation(1), "instance").refusal, OperationRefusal::NotFound);
        rig.add(1);
        QVERIFY(rig.registry.cancellable(operation(1), "instance").ok());
        rig.start(1);
        const OperationReceipt allowed = rig.registry.cancellable(operation(1), "instance");
        QVERIFY(allowed.ok());
        QCOMPARE(allowed.operation, operation(1));
        QCOMPARE(allowed.status, OperationStatus::Running);
        const OperationReceipt other = rig.registry.cancellable(operation(1), "another");
        QCOMPARE(other.refusal, OperationRefusal::Unavailable);
        QVERIFY2(other.message.contains(QStringLiteral("was begun by \"instance\"")),
                 qPrintable(other.message));
        rig.stage(1);
        QCOMPARE(rig.registry.cancellable(operation(1), "instance").refusal, OperationRefusal::EndInFlight);
        rig.registry.write();
        rig.registry.commit();
        QCOMPARE(rig.registry.cancellable(operation(1), "instance").refusal,
                 OperationRefusal::InvalidTransition);
        rig.begin(2);
        rig.registry.poison(QStringLiteral("nobody knows"));
        QCOMPARE(rig.registry.cancellable(operation(2), "instance").refusal, OperationRefusal::Unavailable);
    }

    void whatLivesIsListed()
    {
        RegistryRig rig;
        QVERIFY(rig.registry.live().empty());
        rig.begin(2);
        rig.registry.advance(operation(2), OperationVerb::ReportProgress);
        rig.add(1, OperationKind::CapacitySlot);
        rig.begin(3);
        rig.end(3);
        const std::vector<LiveOperation> live = rig.registry.live();
        QCOMPARE(live.size(), std::size_t(2));
        QCOMPARE(live[0].spec.id, operation(1));
        QCOMPARE(live[0].status, OperationStatus::Provisioning);
        QCOMPARE(live[1].spec.id, operation(2));
        QCOMPARE(live[1].status, OperationStatus::Running);
        QCOMPARE(live[1].progress, 1U);
    }

    void whatIsTooLargeIsRefused()
    {
        RegistryRig rig;
        rig.begin(1);
        const QByteArray large(limits::operation_outcome_bytes_max + 1, 'x');
        QCOMPARE(RegistryRig::refusalOf(rig.stage(1, OperationVerb::Complete, OperationCompleted{large, {}})),
                 OperationRefusal::TooLarge);
        QCOMPARE(rig.registry.add({operation(2), OperationKind::BackgroundTool, large, "instance"}).refusal,
                 OperationRefusal::TooLarge);
    }

    void theEndOfAnUnknownOperationIsRefused()
    {
        RegistryRig rig;
        QCOMPARE(RegistryRig::refusalOf(rig.stage(1)), OperationRefusal::NotFound);
    }
};

QTEST_APPLESS_MAIN(RegistryTest)
#include "registry_test.moc"
