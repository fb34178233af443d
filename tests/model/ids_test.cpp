// SPDX-License-Identifier: Apache-2.0
#include "model/ids.h"

#include <QTest>

#include <type_traits>

namespace burrow {

// An id of one kind is not taken for one of another.
static_assert(!std::is_convertible_v<SessionId, InputId>);
static_assert(!std::is_convertible_v<RunId, InputId>);
static_assert(!std::is_constructible_v<SessionId, RunId>);

class IdsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theSequenceIsReadBackFromTheId_data()
    {
        QTest::addColumn<quint64>("sequence");
        QTest::newRow("first") << 1ULL;
        QTest::newRow("some") << 123'456'789ULL;
        QTest::newRow("32 bits") << 0xffffffffULL;
        QTest::newRow("largest") << 0x3fffffffffffffffULL;
    }
    void theSequenceIsReadBackFromTheId()
    {
        QFETCH(quint64, sequence);
        const InputId id{Uuid::version7(1'700'000'000'000, 0, sequence)};
        QCOMPARE(sequenceOf(id), sequence);
        QVERIFY(InputId::fromText(id.toText()) == std::optional(id));
        QCOMPARE(sequenceOf(*InputId::fromText(id.toText())), sequence);
    }

    void inputsOfOneMillisecondAreDistinctBySequence()
    {
        const InputId first{Uuid::version7(1'000, 0, 1)};
        const InputId second{Uuid::version7(1'000, 0, 2)};
        QVERIFY(first != second);
        QVERIFY(first < second);
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::IdsTest)
#include "ids_test.moc"
