// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"

#include <QHash>
#include <QRandomGenerator64>
#include <QSet>
#include <QTest>

#include <unordered_set>

namespace burrow {

using SomeId = Id<struct SomeIdTag>;

class UuidTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textRoundTrips_data()
    {
        QTest::addColumn<quint64>("high");
        QTest::addColumn<quint64>("low");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("null") << 0ULL << 0ULL << QByteArray("00000000-0000-0000-0000-000000000000");
        QTest::newRow("ones") << ~0ULL << ~0ULL << QByteArray("ffffffff-ffff-ffff-ffff-ffffffffffff");
        QTest::newRow("order") << 0x0123456789abcdefULL << 0xfedcba9876543210ULL
                               << QByteArray("01234567-89ab-cdef-fedc-ba9876543210");
        QTest::newRow("edges") << 0x8000000000000001ULL << 0x8000000000000001ULL
                               << QByteArray("80000000-0000-0001-8000-000000000001");
    }
    void textRoundTrips()
    {
        QFETCH(quint64, high);
        QFETCH(quint64, low);
        QFETCH(QByteArray, text);
        const Uuid uuid{high, low};
        QCOMPARE(uuid.toText(), text);
        QVERIFY(Uuid::fromText(text) == std::optional(uuid));
        QVERIFY(Uuid::fromText(text.toUpper()) == std::optional(uuid));
        QCOMPARE(uuid.isNull(), high == 0 && low == 0);
        QCOMPARE(static_cast<bool>(uuid), !uuid.isNull());
    }

    void anyValueRoundTrips()
    {
        QRandomGenerator64 random(20'240'607);
        for (int at = 0; at < 10'000; ++at) {
            const Uuid uuid{random.generate(), random.generate()};
            const std::optional<Uuid> back = Uuid::fromText(uuid.toText());
            QVERIFY2(back && *back == uuid, uuid.toText().constData());
        }
    }

    void otherTextIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QByteArray good("01234567-89ab-cdef-fedc-ba9876543210");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("short") << good.left(35);
        QTest::newRow("long") << good + '0';
        QTest::newRow("braces") << '{' + good + '}';
        QTest::newRow("no hyphens") << QByteArray("0123456789abcdeffedcba98765432100000");
        QTest::newRow("hyphen moved") << QByteArray("0123456-789ab-cdef-fedc-ba9876543210");
        QTest::newRow("hyphen for a digit") << QByteArray("0123456--89ab-cdef-fedc-ba9876543210");
        QTest::newRow("digit for a hyphen") << QByteArray("01234567089ab-cdef-fedc-ba9876543210");
        QTest::newRow("not hexadecimal") << QByteArray("0123456g-89ab-cdef-fedc-ba9876543210");
        QTest::newRow("blank") << QByteArray("01234567-89ab-cdef-fedc-ba987654321 ");
        QTest::newRow("zero byte") << good.left(35) + '\0';
        QTest::newRow("high bytes") << QByteArray(36, '\xff');
    }
    void otherTextIsRefused()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!Uuid::fromText(text));
    }

    void version7PlacesItsParts()
    {
        const Uuid uuid = Uuid::version7(0x0123456789ab, 0xabc, 0x123456789abcdef0ULL);
        QCOMPARE(uuid.toText(), QByteArray("01234567-89ab-7abc-9234-56789abcdef0"));
        // What does not fit is cut off and touches neither version nor variant.
        const Uuid cut = Uuid::version7(0x0123456789ab, 0xffff, ~0ULL);
        QCOMPARE(cut.toText(), QByteArray("01234567-89ab-7fff-bfff-ffffffffffff"));
    }

    void version7SortsByTimeThenTail()
    {
        const Uuid first = Uuid::version7(1'000, 9, ~0ULL);
        const Uuid sameTime = Uuid::version7(1'000, 10, 0);
        const Uuid later = Uuid::version7(1'001, 0, 0);
        QVERIFY(first < sameTime);
        QVERIFY(sameTime < later);
        // The order of the texts is the order of the values.
        QVERIFY(first.toText() < sameTime.toText());
        QVERIFY(sameTime.toText() < later.toText());
    }

    void idsOfOneKindCompareAndHash()
    {
        const SomeId a{{1, 2}};
        const SomeId same{{1, 2}};
        const SomeId other{{2, 1}};
        QCOMPARE(a, same);
        QVERIFY(a != other);
        QVERIFY(a < other);
        QVERIFY(SomeId().isNull());
        QVERIFY(SomeId::fromText(a.toText()) == std::optional(a));
        QVERIFY(!SomeId::fromText("nonsense"));
        QCOMPARE((QSet<SomeId>{a, same, other}.size()), 2);
        QCOMPARE((std::unordered_set<SomeId>{a, same, other}.size()), std::size_t(2));
    }

    void hashesOfCountedIdsSpread()
    {
        // Sessions are dealt to shards by the hash of their id; neighbours must not all meet on one.
        constexpr int shards = 8;
        std::array<int, shards> met{};
        QRandomGenerator64 random(7);
        for (int at = 0; at < 8'000; ++at)
            ++met[qHash(SomeId{Uuid::version7(1'700'000'000'000 + at / 100, static_cast<quint16>(at % 100),
                                              random.generate())})
                  % shards];
        for (const int count : met)
            QVERIFY2(count > 800 && count < 1'200, QByteArray::number(count).constData());
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::UuidTest)
#include "uuid_test.moc"
