// SPDX-License-Identifier: Apache-2.0
#include "port/plugin_fault.h"

#include <QRegularExpression>
#include <QTest>

#include <set>

using namespace burrow;

/// The table of reasons is what people and scripts look things up in.
class FaultTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyRowCanBeLookedUp();
    void numbersRiseAndWordsAreUnique();
    void aFaultIsAnErrorWithItsRemedy();
    void aResultForgetsTheCodeAndKeepsTheSentence();
};

void FaultTest::everyRowCanBeLookedUp()
{
    for (const PluginFaultExplanation &row : pluginFaultExplanations()) {
        QCOMPARE(parsePluginFaultCode(codeText(row.code)), std::optional(row.code));
        QCOMPARE(parsePluginFaultCode(codeText(row.code).toLower()), std::optional(row.code));
        QCOMPARE(&explanationOf(row.code), &row);
        QVERIFY2(QString::fromUtf8(row.sentence).endsWith(u'.'), row.word);
        QVERIFY2(*row.remedy && !QString::fromUtf8(row.remedy).endsWith(u'.'), row.word);
    }
    QVERIFY(!parsePluginFaultCode(QStringLiteral("BUR2199")));
    QVERIFY(!parsePluginFaultCode(QStringLiteral("BUR1042")));
}

void FaultTest::numbersRiseAndWordsAreUnique()
{
    const QRegularExpression form(QStringLiteral("^[a-z][a-z_]*$"));
    std::set<QString> words;
    int last = 2100;
    for (const PluginFaultExplanation &row : pluginFaultExplanations()) {
        QVERIFY2(static_cast<int>(row.code) > last && static_cast<int>(row.code) < 2200, row.word);
        last = static_cast<int>(row.code);
        const QString word = QString::fromLatin1(row.word);
        QVERIFY2(form.match(word).hasMatch() && words.insert(word).second, row.word);
    }
}

void FaultTest::aFaultIsAnErrorWithItsRemedy()
{
    const PluginFault fault(PluginFaultCode::Truncated, QStringLiteral("is cut off"));
    QCOMPARE(fault.kind, ErrorKind::Plugin);
    QCOMPARE(fault.message, QStringLiteral("is cut off; install it again"));
    const PluginFault longer = fault.after(QStringLiteral("the plugin x "));
    QCOMPARE(longer.code, PluginFaultCode::Truncated);
    QCOMPARE(longer.cause, QStringLiteral("the plugin x is cut off"));
    QCOMPARE(longer.message, QStringLiteral("the plugin x is cut off; install it again"));
    QCOMPARE(longer.withRemedy(QStringLiteral("wait")).message,
             QStringLiteral("the plugin x is cut off; wait"));
}

void FaultTest::aResultForgetsTheCodeAndKeepsTheSentence()
{
    const PluginResult<int> bad = PluginFault(PluginFaultCode::NoEntry, QStringLiteral("has none"));
    const Result<int> plain = bad;
    QVERIFY(!plain.ok());
    QCOMPARE(plain.error().message, bad.error().message);
    const Result<int> good = PluginResult<int>(7);
    QCOMPARE(*good, 7);
}

QTEST_GUILESS_MAIN(FaultTest)
#include "fault_test.moc"
