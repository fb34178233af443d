// SPDX-License-Identifier: Apache-2.0
#include "config/input_file.h"
#include "config/load.h"

#include <QDirIterator>
#include <QTest>
#include <QTextStream>

using namespace burrow;

/// What the repository shows to newcomers is right.
class TestExamples : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyExampleLoadsWithoutFindings_data() { filesThatEndIn({QStringLiteral("*.yaml")}); }
    void everyExampleLoadsWithoutFindings();
    void everyInputFileIsRead_data() { filesThatEndIn({QStringLiteral("*.txt"), QStringLiteral("*.jsonl")}); }
    void everyInputFileIsRead();
    void theQuickstartGivesEverySessionWork();

private:
    static void filesThatEndIn(const QStringList &endings);
};

namespace {

QString examples()
{
    return qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/config/examples");
}

QString printed(const Findings &findings)
{
    QString text;
    QTextStream out(&text);
    printFindings(out, findings);
    return text;
}

} // namespace

void TestExamples::filesThatEndIn(const QStringList &endings)
{
    QTest::addColumn<QString>("file");
    QDirIterator each(examples(), endings, QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext()) {
        const QString file = each.next();
        QTest::newRow(qPrintable(file.mid(examples().size() + 1))) << file;
    }
}

void TestExamples::everyExampleLoadsWithoutFindings()
{
    QFETCH(QString, file);
    const LoadedConfiguration loaded = loadConfiguration(file);
    QCOMPARE(printed(loaded.findings), QString());
    QVERIFY(loaded.configuration);
    for (const auto &[name, session] : loaded.configuration->sessions)
        QCOMPARE(printed(startInputs(session).findings), QString());
}

void TestExamples::everyInputFileIsRead()
{
    QFETCH(QString, file);
    const InputFileContent content = readInputFile(file);
    QCOMPARE(printed(content.findings), QString());
    QVERIFY(!content.inputs.empty());
}

void TestExamples::theQuickstartGivesEverySessionWork()
{
    const LoadedConfiguration loaded = loadConfiguration(examples() + QStringLiteral("/quickstart.yaml"));
    QVERIFY(loaded.configuration);
    QVERIFY(loaded.configuration->sessions.size() >= 3);
    for (const auto &[name, session] : loaded.configuration->sessions)
        QVERIFY2(!startInputs(session).inputs.empty(), name.constData());
}

QTEST_GUILESS_MAIN(TestExamples)
#include "examples_test.moc"
