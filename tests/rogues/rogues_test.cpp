// SPDX-License-Identifier: Apache-2.0
// Runs every row of the table of misbehaviours, a few at a time, and prints what became of each.
#include "rogue_trial.h"

#include <QTest>

#include <deque>

using namespace burrow::test;

namespace {

/// Rows mostly wait for the host's time limits, so a few at a time cost little.
constexpr std::size_t at_once = 6;

/// What must have a row. 32 needs a host in checking mode; 36 and beyond are about children and drains.
constexpr int numbers[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17,
                           18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35};

QString tablePath()
{
    return qEnvironmentVariable("BURROW_TEST_SOURCE_DIR")
           + QStringLiteral("/tests/fixtures/plugins/misbehaviours.tsv");
}

} // namespace

class RoguesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyNumberHasARow();
    void everyRowEndsAsTheTableSays();

private:
    std::vector<RogueRow> m_rows;
};

void RoguesTest::initTestCase()
{
    QString problem;
    m_rows = readRogueTable(tablePath(), problem);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void RoguesTest::everyNumberHasARow()
{
    for (const int number : numbers) {
        const bool found = std::any_of(m_rows.begin(), m_rows.end(),
                                       [&](const RogueRow &row) { return row.number == number; });
        QVERIFY2(found, qPrintable(QStringLiteral("misbehaviour %1 has no row").arg(number)));
    }
}

void RoguesTest::everyRowEndsAsTheTableSays()
{
    // For whoever looks into some of them: the rows whose act begins so.
    const QString only = qEnvironmentVariable("BURROW_ROGUE");
    std::deque<std::unique_ptr<RogueTrial>> running;
    QStringList failed;
    const auto finishOldest = [&] {
        const std::unique_ptr<RogueTrial> trial = std::move(running.front());
        running.pop_front();
        const QStringList problems = trial->problems();
        const RogueRow &row = trial->row();
        qInfo().noquote() << QStringLiteral("%1 %2 %3 %4 %5 %6")
                                 .arg(problems.isEmpty() ? u"ok  " : u"FAIL")
                                 .arg(row.number, 2)
                                 .arg(row.act, -28)
                                 .arg(row.plugin, -8)
                                 .arg(row.code, -8)
                                 .arg(trial->said());
        for (const QString &problem : problems)
            qWarning().noquote() << row.act << "expected that" << problem;
        if (!problems.isEmpty())
            failed.append(row.act);
    };
    for (const RogueRow &row : m_rows) {
        if (!only.isEmpty() && !row.act.startsWith(only))
            continue;
        if (running.size() == at_once)
            finishOldest();
        running.push_back(std::make_unique<RogueTrial>(row));
        running.back()->start();
    }
    while (!running.empty())
        finishOldest();
    QVERIFY2(failed.isEmpty(), qPrintable(failed.join(u' ')));
}

QTEST_GUILESS_MAIN(RoguesTest)
#include "rogues_test.moc"
