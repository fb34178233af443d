// SPDX-License-Identifier: Apache-2.0
#include "session/slot_map.h"

#include <QSet>
#include <QTest>

#include <memory>

namespace burrow {

class SlotMapTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aValueIsTakenOnce()
    {
        SlotMap<int> map;
        const quint64 id = map.insert(5);
        QVERIFY(id != 0);
        QCOMPARE(map.count(), std::size_t(1));
        QVERIFY(map.take(id) == std::optional(5));
        QVERIFY(!map.take(id));
        QCOMPARE(map.count(), std::size_t(0));
    }

    void anIdThatNamesNothingFindsNothing_data()
    {
        QTest::addColumn<quint64>("id");
        QTest::newRow("nobody") << 0ULL;
        QTest::newRow("generation without a slot") << (1ULL << 32 | 17);
        QTest::newRow("slot in a later generation") << (2ULL << 32);
        QTest::newRow("slot in no generation") << 1ULL;
        QTest::newRow("everything") << ~0ULL;
    }
    void anIdThatNamesNothingFindsNothing()
    {
        QFETCH(quint64, id);
        SlotMap<int> map;
        const quint64 only = map.insert(5);
        QVERIFY(!map.take(id));
        QVERIFY(map.take(only));
        QVERIFY(!map.take(id));
    }

    void aSlotThatIsUsedAgainHasAnotherId()
    {
        SlotMap<int> map;
        QSet<quint64> seen;
        for (int at = 0; at < 10'000; ++at) {
            const quint64 id = map.insert(at);
            QVERIFY(!seen.contains(id));
            seen.insert(id);
            QVERIFY(map.take(id) == std::optional(at));
        }
        for (const quint64 id : std::as_const(seen))
            QVERIFY(!map.take(id));
    }

    void manyValuesAtOnceKeepTheirPlaces()
    {
        SlotMap<int> map;
        std::vector<quint64> ids;
        for (int at = 0; at < 1'000; ++at)
            ids.push_back(map.insert(at));
        for (std::size_t at = 0; at < ids.size(); at += 2)
            QVERIFY(map.take(ids[at]) == std::optional(static_cast<int>(at)));
        QCOMPARE(map.count(), std::size_t(500));
        for (int at = 0; at < 500; ++at)
            map.insert(10'000 + at);
        for (std::size_t at = 1; at < ids.size(); at += 2)
            QVERIFY(map.take(ids[at]) == std::optional(static_cast<int>(at)));
        for (std::size_t at = 0; at < ids.size(); at += 2)
            QVERIFY(!map.take(ids[at]));
        QCOMPARE(map.count(), std::size_t(500));
    }

    void aCounterThatComesRoundNeverGivesTheIdOfNobody()
    {
        // With a counter of eight bits the one slot comes round three times here.
        SlotMap<int, quint8> map;
        quint64 before = 0;
        for (int at = 0; at < 1'000; ++at) {
            const quint64 id = map.insert(at);
            QVERIFY(id != 0);
            QVERIFY2(!map.take(before), "the value before this one is gone");
            QVERIFY(map.take(id) == std::optional(at));
            before = id;
        }
    }

    void takeAllLeavesNothingBehind()
    {
        SlotMap<std::unique_ptr<int>> map;
        const quint64 first = map.insert(std::make_unique<int>(1));
        const quint64 second = map.insert(std::make_unique<int>(2));
        map.insert(std::make_unique<int>(3));
        map.take(first);
        QCOMPARE(map.takeAll().size(), std::size_t(2));
        QCOMPARE(map.count(), std::size_t(0));
        QVERIFY(!map.take(second));
        QVERIFY(map.takeAll().empty());
        QVERIFY(map.take(map.insert(std::make_unique<int>(4))));
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::SlotMapTest)
#include "slot_map_test.moc"
