// SPDX-License-Identifier: Apache-2.0
#include "base/enum_names.h"

#include <QTest>

namespace burrow {

enum class Fruit : quint8 { Apple, Pear, SourCherry };
inline constexpr EnumNames<Fruit, 3> fruitName{{"apple", "pear", "sour_cherry"}};

class EnumNamesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyNameParsesToItsValue()
    {
        for (const Fruit fruit : {Fruit::Apple, Fruit::Pear, Fruit::SourCherry})
            QVERIFY(fruitName.parse(fruitName(fruit)) == std::optional(fruit));
        QCOMPARE(QByteArray(fruitName(Fruit::SourCherry)), QByteArray("sour_cherry"));
    }

    void otherTextIsNoName_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("other case") << QByteArray("Apple");
        QTest::newRow("prefix") << QByteArray("app");
        QTest::newRow("longer") << QByteArray("apples");
        QTest::newRow("zero byte behind") << QByteArray("pear\0", 5);
        QTest::newRow("number") << QByteArray("1");
    }
    void otherTextIsNoName()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!fruitName.parse(text));
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::EnumNamesTest)
#include "enum_names_test.moc"
