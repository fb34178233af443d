// SPDX-License-Identifier: Apache-2.0
#include "registry_rig.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using Lie = void (*)(StoredOperations &);

StoredOperations twoEnds()
{
    RegistryRig rig;
    rig.begin(1);
    rig.begin(2, OperationKind::MobMemberChild);
    rig.begin(3);
    rig.end(1);
    rig.end(2, OperationVerb::Fail, OperationFailed{QStringLiteral("no")});
    return rig.stored;
}

} // namespace

/// What of a registry outlives its process, and which images are not believed.
class ImageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatHasEndedComesBackAndNothingElse()
    {
        const Result<OperationRegistry> back = OperationRegistry::restored(twoEnds(), {{}, 256});
        QVERIFY(back.ok());
        QCOMPARE(back->epoch(), registry_epoch);
        QCOMPARE(back->size(), std::size_t(2));
        QCOMPARE(back->active(), 0U);
        QCOMPARE(back->ended(operation(2))->outcome, OperationOutcome(OperationFailed{QStringLiteral("no")}));
        QCOMPARE(back->status(operation(3)), OperationStatus::Absent);
        QCOMPARE(back->feed().since(0).size(), std::size_t(2));
    }

    void sequencesGoOnWhereTheyWere()
    {
        Result<OperationRegistry> back = OperationRegistry::restored(twoEnds(), {{}, 256});
        QVERIFY(back->add({operation(4), OperationKind::BackgroundTool, {}, "instance"}).ok());
        back->stage({operation(4), OperationVerb::Cancel, OperationCancelled{}, 0});
        QCOMPARE(back->write().ended.back().sequence, quint64(3));
    }

    void anImageKeepsNoMoreThanIsRetained()
    {
        RegistryRig rig({.concurrent = {}, .retained = 2});
        for (quint64 at = 1; at <= 4; ++at) {
            rig.begin(at);
            rig.end(at);
        }
        QCOMPARE(rig.stored.ended.size(), std::size_t(2));
        QCOMPARE(rig.stored.ended[0].spec.id, operation(3));
    }

    void lies_data()
    {
        QTest::addColumn<Lie>("lie");
        const auto add = [](const char *name, Lie lie) { QTest::newRow(name) << lie; };
        add("no epoch", [](StoredOperations &s) { s.epoch = {}; });
        add("twice", [](StoredOperations &s) { s.ended[1].spec.id = s.ended[0].spec.id; });
        add("no source", [](StoredOperations &s) { s.ended[0].spec.source.clear(); });
        add("a slot", [](StoredOperations &s) { s.ended[0].spec.kind = OperationKind::CapacitySlot; });
        add("out of order", [](StoredOperations &s) { std::swap(s.ended[0], s.ended[1]); });
        add("beyond the sequence", [](StoredOperations &s) { s.sequence = 1; });
        add("the feed beyond the sequence", [](StoredOperations &s) { s.feed.back().sequence = 99; });
        add("the feed out of order", [](StoredOperations &s) { std::swap(s.feed[0], s.feed[1]); });
        add("a slot in the feed", [](StoredOperations &s) { s.feed[0].kind = OperationKind::CapacitySlot; });
        add("a live one in the feed", [](StoredOperations &s) { s.feed[0].status = OperationStatus::Running; });
        add("a wake beyond the feed", [](StoredOperations &s) { s.newestWake = 3; });
        add("a cursor beyond the feed", [](StoredOperations &s) { s.cursors[1] = 3; });
    }

    void lies()
    {
        QFETCH(Lie, lie);
        StoredOperations stored = twoEnds();
        QVERIFY(OperationRegistry::restored(stored, {{}, 256}).ok());
        lie(stored);
        QVERIFY(!OperationRegistry::restored(stored, {{}, 256}).ok());
    }

    void readingAgainKeepsWhatLivesAndTellsWhoWaits()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.begin(2);
        rig.stage(1);
        const StoredOperations unknown = rig.registry.write();
        QVERIFY(rig.registry.watch(operation(1), 11).ok());
        rig.registry.poison(QStringLiteral("the store cannot tell"));
        QVERIFY(!rig.registry.cursor(FeedCursor::AgentApplied).ok());
        QVERIFY(rig.registry.reload(unknown).ok());
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Completed);
        QCOMPARE(rig.registry.status(operation(2)), OperationStatus::Running);
        QCOMPARE(rig.registry.active(), 1U);
        QVERIFY(rig.registry.cursor(FeedCursor::AgentApplied).ok());
        QCOMPARE(rig.end(2).replies[0].receipt.status, OperationStatus::Completed);
    }

    void readingAgainKeepsNoMoreThanIsRetained()
    {
        RegistryRig rig({.concurrent = {}, .retained = 2});
        rig.begin(1, OperationKind::CapacitySlot);
        rig.end(1);
        rig.begin(2);
        rig.end(2);
        rig.begin(3);
        rig.stage(3);
        const StoredOperations unknown = rig.registry.write();
        rig.registry.poison(QStringLiteral("the store cannot tell"));
        QVERIFY(rig.registry.reload(unknown).ok());
        QCOMPARE(rig.registry.size(), std::size_t(2));
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Absent); // The oldest, which no image has.
    }

    void readingAgainTellsAWaitForSeveralNothingTwice()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.begin(2);
        rig.end(1);
        QVERIFY(rig.registry.waitForAll({operation(1), operation(2)}, 7)->empty());
        QVERIFY(rig.registry.reload(rig.stored)->empty());
        const OperationNews last = rig.end(2);
        QCOMPARE(last.notices.size(), std::size_t(1));
        QCOMPARE(endsOf(last.notices[0]).size(), std::size_t(2));
    }

    void readingAgainWithoutTheEndLeavesItOpen()
    {
        RegistryRig rig;
        rig.begin(1);
        rig.end(1);
        rig.begin(2);
        rig.stage(2);
        rig.registry.write();
        rig.registry.poison(QStringLiteral("the store refused"));
        QVERIFY(rig.registry.reload(rig.stored).ok());
        QCOMPARE(rig.registry.status(operation(1)), OperationStatus::Completed);
        QCOMPARE(rig.registry.status(operation(2)), OperationStatus::Running);
        QCOMPARE(rig.end(2).replies[0].receipt.status, OperationStatus::Completed);
    }
};

QTEST_APPLESS_MAIN(ImageTest)
#include "image_test.moc"
