// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_ledger.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace burrow;
using namespace std::chrono_literals;

/// What is remembered of plugins, in a file that hosts and people work on.
class LedgerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void nothingIsKnownAtFirst();
    void switchesAreKept();
    void tooManyCrashesInTimePutAPluginAway();
    void crashesFarApartDoNot();
    void aTrialEndsWithTheNextCrash();
    void aTrialIsPassedByThoseThatServed();
    void clearingForgetsCrashesAndKeepsTheSwitch();
    void whatIsNotThereCannotBeChanged();
    void aDamagedFileIsKeptAside();
    void withoutAPlaceNothingIsChanged();

private:
    QString path() const { return m_folder->filePath(QStringLiteral("state/ledger.json")); }
    PluginLedger ledger() const { return PluginLedger(path()); }
    static PluginCrash crashAt(std::chrono::milliseconds time)
    {
        return {{time}, ForeignStage::Apply, QStringLiteral("SIGSEGV"), "1.0"};
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void LedgerTest::nothingIsKnownAtFirst()
{
    QVERIFY(ledger().all().empty());
    QVERIFY(ledger().of("demo").isPlain());
    QVERIFY(!QFile::exists(path()));
}

void LedgerTest::switchesAreKept()
{
    QVERIFY(ledger().setDisabled("demo", true).ok());
    QVERIFY(ledger().of("demo").disabled);
    QVERIFY(!ledger().of("other").disabled);
    QVERIFY(ledger().setDisabled("demo", false).ok());
    QVERIFY(ledger().all().empty());
}

void LedgerTest::tooManyCrashesInTimePutAPluginAway()
{
    const CrashPolicy policy{.quarantineAfter = 3, .within = 10min};
    QVERIFY(!ledger().addCrash("demo", crashAt(0min), policy)->isPutAway());
    QVERIFY(!ledger().addCrash("demo", crashAt(5min), policy)->isPutAway());
    QVERIFY(ledger().addCrash("demo", crashAt(10min), policy)->isPutAway());
    const PluginStanding standing = ledger().of("demo");
    QVERIFY(standing.isPutAway());
    QCOMPARE(standing.crashes.size(), 3U);
    QCOMPARE(standing.crashes[0].stage, ForeignStage::Apply);
    QCOMPARE(standing.crashes[0].how, QStringLiteral("SIGSEGV"));
    QCOMPARE(standing.crashes[2].at.sinceEpoch, std::chrono::milliseconds(10min));
    QVERIFY(!ledger().of("other").isPutAway());
}

void LedgerTest::crashesFarApartDoNot()
{
    const CrashPolicy policy{.quarantineAfter = 2, .within = 10min};
    for (int at = 0; at < 40; ++at)
        QVERIFY(!ledger().addCrash("demo", crashAt(at * 11min), policy)->isPutAway());
    QVERIFY(ledger().of("demo").crashes.size() <= 16U);
}

void LedgerTest::aTrialEndsWithTheNextCrash()
{
    const CrashPolicy once{.quarantineAfter = 1, .within = 10min};
    QVERIFY(ledger().addCrash("demo", crashAt(0min), once)->isPutAway());
    QVERIFY(ledger().tryAgain("demo").ok());
    QVERIFY(!ledger().of("demo").isPutAway());
    // However patient the policy is by now.
    const CrashPolicy patient{.quarantineAfter = 16, .within = 10min};
    QVERIFY(ledger().addCrash("demo", crashAt(24h), patient)->isPutAway());
    QVERIFY(!ledger().of("demo").onTrial);
}

void LedgerTest::aTrialIsPassedByThoseThatServed()
{
    const CrashPolicy once{.quarantineAfter = 1, .within = 10min};
    for (const char *id : {"one", "two", "three"})
        QVERIFY(ledger().addCrash(id, crashAt(0min), once).ok());
    QVERIFY(ledger().tryAgain("one").ok());
    QVERIFY(ledger().tryAgain("two").ok());
    QVERIFY(ledger().passTrials({"one", "three"}).ok());
    QVERIFY(ledger().of("one").isPlain());
    QVERIFY(ledger().of("two").onTrial);
    QVERIFY(ledger().of("three").isPutAway());
}

void LedgerTest::clearingForgetsCrashesAndKeepsTheSwitch()
{
    QVERIFY(ledger().addCrash("demo", crashAt(0min), {.quarantineAfter = 1, .within = 1min}).ok());
    QVERIFY(ledger().setDisabled("demo", true).ok());
    QVERIFY(ledger().clear("demo").ok());
    QVERIFY(!ledger().of("demo").isPutAway());
    QVERIFY(ledger().of("demo").crashes.empty());
    QVERIFY(ledger().of("demo").disabled);
}

void LedgerTest::whatIsNotThereCannotBeChanged()
{
    QCOMPARE(ledger().tryAgain("demo").error().kind, ErrorKind::NotFound);
    QCOMPARE(ledger().clear("demo").error().kind, ErrorKind::NotFound);
    QVERIFY(ledger().all().empty());
}

void LedgerTest::aDamagedFileIsKeptAside()
{
    QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("state")));
    QFile file(path());
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{ no") == 4);
    file.close();
    QVERIFY(ledger().all().empty());
    QVERIFY(ledger().setDisabled("demo", true).ok());
    QVERIFY(ledger().of("demo").disabled);
    QFile kept(path() + QStringLiteral(".damaged"));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), QByteArray("{ no"));
}

void LedgerTest::withoutAPlaceNothingIsChanged()
{
    PluginLedger nowhere({});
    QVERIFY(nowhere.all().empty());
    QCOMPARE(nowhere.setDisabled("demo", true).error().kind, ErrorKind::Configuration);
}

QTEST_GUILESS_MAIN(LedgerTest)
#include "ledger_test.moc"
