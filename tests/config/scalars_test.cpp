// SPDX-License-Identifier: Apache-2.0
#include "config/nearest_name.h"
#include "config/scalar.h"
#include "config/source_text.h"

#include <QTest>

using namespace burrow;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(burrow::ScalarKind)
Q_DECLARE_METATYPE(burrow::Duration)

class TestScalars : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainScalarsFollowTheCoreSchema_data();
    void plainScalarsFollowTheCoreSchema();
    void onlyTrueAndFalseAreFlags();
    void durationsNeedAUnit_data();
    void durationsNeedAUnit();
    void sizesNeedAUnit();
    void countsAreDecimal();
    void integersAreReadInThreeBases();
    void realsMustBeFinite();
    void nearestNameToleratesTypingErrors_data();
    void nearestNameToleratesTypingErrors();
    void utf8IsCheckedToTheLetter_data();
    void utf8IsCheckedToTheLetter();
};

void TestScalars::plainScalarsFollowTheCoreSchema_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<ScalarKind>("kind");
    const auto rows = [](ScalarKind kind, const QByteArrayList &texts) {
        for (const QByteArray &each : texts)
            QTest::newRow(each.isEmpty() ? "(empty)" : each.constData()) << each << kind;
    };
    rows(ScalarKind::Null, {"", "~", "null", "Null", "NULL"});
    rows(ScalarKind::Boolean, {"true", "True", "TRUE", "false", "False", "FALSE"});
    rows(ScalarKind::Integer, {"0", "-1", "+12", "010", "0o17", "0xfF", "123456789012345678901234567890"});
    rows(ScalarKind::Real, {"1.5", ".5", "5.", "-1e3", "1E+2", "+.5e-1", ".inf", "-.Inf", ".nan"});
    rows(ScalarKind::Text,
         {"yes",  "no", "on", "off", "y", "nil", "tRUE",  "1_000", "0b1",        "0o8",   "0x",
          "1:30", "1e", "-",  "+",   ".", "e5",  "1.2.3", "5s",    "2024-01-01", "-.nan", "nULL"});
}

void TestScalars::plainScalarsFollowTheCoreSchema()
{
    QFETCH(QByteArray, text);
    QTEST(plainScalarKind(text), "kind");
}

void TestScalars::onlyTrueAndFalseAreFlags()
{
    QCOMPARE(readFlag("true").value, std::optional<bool>(true));
    QCOMPARE(readFlag("false").value, std::optional<bool>(false));
    for (const char *each : {"yes", "no", "on", "off", "True", "FALSE", "1", "0", ""}) {
        QVERIFY2(!readFlag(each).value, each);
        QCOMPARE(readFlag(each).code, FindingCode::NotAFlag);
    }
    QCOMPARE(readFlag("off").help, QStringLiteral("write false"));
}

void TestScalars::durationsNeedAUnit_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("good");
    QTest::addColumn<Duration>("value");
    QTest::newRow("milliseconds") << QByteArray("250ms") << true << Duration(250ms);
    QTest::newRow("seconds") << QByteArray("5s") << true << Duration(5s);
    QTest::newRow("minutes") << QByteArray("2m") << true << Duration(2min);
    QTest::newRow("hours") << QByteArray("1h") << true << Duration(1h);
    QTest::newRow("days") << QByteArray("30d") << true << Duration(720h);
    QTest::newRow("nothing") << QByteArray("0s") << true << Duration(0);
    QTest::newRow("the longest") << QByteArray("106751d") << true << Duration(106751 * 24h);
    for (const char *each :
         {"106752d", "30", "", "s", "-5s", "1.5h", "5 s", "5S", "5sec", "1h30m", "5us", "٣s"})
        QTest::newRow(each) << QByteArray(each) << false << Duration(0);
}

void TestScalars::durationsNeedAUnit()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, good);
    const ScalarReading<Duration> reading = readDuration(text);
    QCOMPARE(reading.value.has_value(), good);
    if (good)
        QTEST(*reading.value, "value");
    else
        QVERIFY(!reading.problem.isEmpty() && !reading.help.isEmpty());
}

void TestScalars::sizesNeedAUnit()
{
    QCOMPARE(readSize("64KiB").value, std::optional<qint64>(65536));
    QCOMPARE(readSize("8MiB").value, std::optional<qint64>(8 << 20));
    QCOMPARE(readSize("2GiB").value, std::optional<qint64>(2LL << 30));
    QCOMPARE(readSize("8").code, FindingCode::MissingUnit);
    QCOMPARE(readSize("8").help, QStringLiteral("8KiB or 8MiB?"));
    for (const char *each : {"8M", "8mb", "8 MiB", "8mib"}) {
        QVERIFY2(!readSize(each).value, each);
        QCOMPARE(readSize(each).help, QStringLiteral("write 8MiB"));
    }
    QVERIFY(!readSize("9999999999GiB").value);
    QVERIFY(!readSize("MiB").value);
}

void TestScalars::countsAreDecimal()
{
    QCOMPARE(readCount("0").value, std::optional<qint64>(0));
    QCOMPARE(readCount("1000000").value, std::optional<qint64>(1'000'000));
    for (const char *each : {"", "010", "0x10", "-1", "+1", "1_000", "1.0", "1e3", "99999999999999999999"})
        QVERIFY2(!readCount(each).value, each);
}

void TestScalars::integersAreReadInThreeBases()
{
    QCOMPARE(coreInteger("010"), std::optional<qint64>(10));
    QCOMPARE(coreInteger("+7"), std::optional<qint64>(7));
    QCOMPARE(coreInteger("-7"), std::optional<qint64>(-7));
    QCOMPARE(coreInteger("0o17"), std::optional<qint64>(15));
    QCOMPARE(coreInteger("0xff"), std::optional<qint64>(255));
    QVERIFY(!coreInteger("9223372036854775808"));
    QVERIFY(!coreInteger("1.0"));
}

void TestScalars::realsMustBeFinite()
{
    QCOMPARE(coreReal("1.5"), std::optional<double>(1.5));
    QCOMPARE(coreReal("5."), std::optional<double>(5.0));
    QCOMPARE(coreReal("+.5e1"), std::optional<double>(5.0));
    QVERIFY(!coreReal(".inf"));
    QVERIFY(!coreReal("1e999"));
}

void TestScalars::nearestNameToleratesTypingErrors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("nearest");
    QTest::newRow("a letter too few") << QByteArray("sesions") << QByteArray("sessions");
    QTest::newRow("a letter too many") << QByteArray("limitss") << QByteArray("limits");
    QTest::newRow("swapped") << QByteArray("stroe") << QByteArray("store");
    QTest::newRow("case and hyphen") << QByteArray("Turn-Timeout") << QByteArray("turn_timeout");
    QTest::newRow("a beginning") << QByteArray("turn_time") << QByteArray("turn_timeout");
    QTest::newRow("nothing near") << QByteArray("elephant") << QByteArray();
    QTest::newRow("empty") << QByteArray("") << QByteArray();
    QTest::newRow("far too long") << QByteArray(1000, 'x') << QByteArray();
}

void TestScalars::nearestNameToleratesTypingErrors()
{
    QFETCH(QByteArray, text);
    QTEST(nearestName(text, {"sessions", "limits", "store", "slot", "turn_timeout"}), "nearest");
}

void TestScalars::utf8IsCheckedToTheLetter_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<qsizetype>("invalid");
    QTest::newRow("ASCII") << QByteArray("abc") << qsizetype(-1);
    QTest::newRow("two to four bytes") << QByteArray("\u00e4\u20ac\U0001F600") << qsizetype(-1);
    QTest::newRow("Latin-1") << QByteArray("caf\xe9 ") << qsizetype(3);
    QTest::newRow("overlong slash") << QByteArray("\xc0\xaf") << qsizetype(0);
    QTest::newRow("overlong three") << QByteArray("\xe0\x80\xaf") << qsizetype(0);
    QTest::newRow("surrogate") << QByteArray("a\xed\xa0\x80") << qsizetype(1);
    QTest::newRow("beyond the last") << QByteArray("\xf4\x90\x80\x80") << qsizetype(0);
    QTest::newRow("cut off") << QByteArray("ab\xe2\x82") << qsizetype(2);
    QTest::newRow("stray continuation") << QByteArray("\x80") << qsizetype(0);
}

void TestScalars::utf8IsCheckedToTheLetter()
{
    QFETCH(QByteArray, bytes);
    QTEST(firstInvalidUtf8(bytes), "invalid");
}

QTEST_GUILESS_MAIN(TestScalars)
#include "scalars_test.moc"
