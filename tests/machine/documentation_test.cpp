// SPDX-License-Identifier: Apache-2.0
#include "machine/describe.h"
#include "support.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <QTest>

/// docs/machine.md holds what the tables say. With BURROW_UPDATE_DOCS=1 the page is rewritten instead of
/// compared.
namespace burrow {
namespace {

QString pagePath()
{
    return qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/docs/machine.md");
}

QByteArray readPage()
{
    QFile file(pagePath());
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The page with the text between the two marks of `name` replaced; empty when a mark is missing.
QByteArray withSection(const QByteArray &page, const QByteArray &name, const QByteArray &content)
{
    const QByteArray begin = "<!-- begin " + name + ", generated -->\n";
    const QByteArray end = "<!-- end " + name + " -->\n";
    const qsizetype from = page.indexOf(begin);
    const qsizetype to = page.indexOf(end);
    if (from < 0 || to < from)
        return {};
    return page.left(from + begin.size()) + content + page.mid(to);
}

QByteArray freshPage(const QByteArray &page)
{
    const QByteArray withDiagrams = withSection(page, "diagrams", '\n' + machinesAsMermaid() + '\n');
    return withSection(withDiagrams, "tables", "\n```text\n" + machinesAsText() + "```\n\n");
}

} // namespace

class DocumentationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thePageHoldsWhatTheTablesSay()
    {
        const QByteArray page = readPage();
        QVERIFY2(!page.isEmpty(), qPrintable(pagePath()));
        const QByteArray fresh = freshPage(page);
        QVERIFY2(!fresh.isEmpty(), "a mark of a generated section is missing");
        if (qEnvironmentVariableIntValue("BURROW_UPDATE_DOCS") == 1 && fresh != page) {
            QSaveFile file(pagePath());
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(fresh), fresh.size());
            QVERIFY(file.commit());
            return;
        }
        QVERIFY2(fresh == page, "docs/machine.md is stale: run this test with BURROW_UPDATE_DOCS=1");
    }

    void everyMachineIsDescribedWhole()
    {
        const std::vector<MachineDescription> machines = describeMachines();
        const QByteArrayList names{"session",          "input",      "turn",
                                   "operation",        "admission",  "plan_shape",
                                   "admission_signal", "input_kind", "operation_kind"};
        QCOMPARE(machines.size(), static_cast<std::size_t>(names.size()));
        for (std::size_t at = 0; at < machines.size(); ++at) {
            QCOMPARE(machines[at].name, names[static_cast<qsizetype>(at)]);
            QVERIFY(machines[at].title.endsWith('.'));
            QCOMPARE(machines[at].mermaid.startsWith("stateDiagram-v2\n"), at < 4);
            std::set<QByteArray> ids;
            for (const auto &row : machines[at].rows) {
                QCOMPARE(row.size(), machines[at].columns.size());
                QVERIFY2(ids.insert(row[0]).second, row[0].constData());
            }
        }
    }

    void theTextFitsOnAPage()
    {
        for (const QByteArray &line : machinesAsText().split('\n')) {
            QVERIFY2(line.size() <= 120, line.constData());
            QVERIFY2(!line.endsWith(' '), line.constData());
        }
    }

    void theJsonHoldsEveryRow()
    {
        const QJsonArray machines = machinesAsJson().value(QStringLiteral("machines")).toArray();
        const std::vector<MachineDescription> expected = describeMachines();
        QCOMPARE(static_cast<std::size_t>(machines.size()), expected.size());
        for (std::size_t at = 0; at < expected.size(); ++at) {
            const QJsonObject machine = machines[static_cast<qsizetype>(at)].toObject();
            const QJsonArray rows = machine.value(QStringLiteral("rows")).toArray();
            QCOMPARE(static_cast<std::size_t>(rows.size()), expected[at].rows.size());
            for (const QJsonValue &row : rows)
                QCOMPARE(static_cast<std::size_t>(row.toObject().size()), expected[at].columns.size());
        }
    }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::DocumentationTest)
#include "documentation_test.moc"
