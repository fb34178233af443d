// SPDX-License-Identifier: Apache-2.0
#include "bundled_plugins.h"

#include "config/key_page.h"
#include "config/load.h"
#include "config/schema.h"

#include <QSaveFile>
#include <QTest>

using namespace burrow;

/// What is published of the key table is what the table says. With BURROW_UPDATE_DOCS=1 the files are written
/// anew instead of compared.
class TestPublished : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPluginOfTheProjectIsFound();
    void theSchemaIsThatOfTheTable();
    void thePageHoldsWhatTheTableSays();
    void everyExampleIsRight_data();
    void everyExampleIsRight();
};

namespace {

QByteArray contentOf(const QString &name)
{
    QFile file(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + u'/' + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Compares a file of the project with what was generated, or replaces it.
void publish(const QString &name, const QByteArray &generated)
{
    const QString path = qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + u'/' + name;
    const QByteArray content = contentOf(name);
    if (qEnvironmentVariableIntValue("BURROW_UPDATE_DOCS") == 1 && content != generated) {
        QSaveFile file(path);
        QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
        QCOMPARE(file.write(generated), generated.size());
        QVERIFY(file.commit());
        return;
    }
    QVERIFY2(content == generated,
             qPrintable(name + QStringLiteral(" is stale: run this test with BURROW_UPDATE_DOCS=1")));
}

} // namespace

void TestPublished::everyPluginOfTheProjectIsFound()
{
    QByteArrayList ids;
    for (const PluginDescription &each : bundledPlugins())
        ids.append(each.id);
    for (const char *id : {"command", "echo", "scripted"})
        QVERIFY2(ids.contains(id), id);
}

void TestPublished::theSchemaIsThatOfTheTable()
{
    publish(QStringLiteral("config/schema/burrow-1.json"),
            QJsonDocument(configurationSchema(bundledPlugins())).toJson());
}

void TestPublished::thePageHoldsWhatTheTableSays()
{
    const QString name = QStringLiteral("docs/configuration.md");
    const QByteArray page = contentOf(name);
    const QByteArray begin = "<!-- begin keys, generated -->\n";
    const qsizetype from = page.indexOf(begin);
    const qsizetype to = page.indexOf("<!-- end keys -->\n");
    QVERIFY2(from > 0 && to > from, "a mark of the generated section is missing");
    publish(name, page.first(from + begin.size()) + '\n' + keyPage() + '\n' + page.mid(to));
}

void TestPublished::everyExampleIsRight_data()
{
    QTest::addColumn<QByteArray>("line");
    for (const KeyRow &each : keyTable()) {
        if (each.type == KeyType::NotServed || each.type == KeyType::Mapping)
            continue;
        QVERIFY2(exampleOf(each), each.path);
        if (each.type != KeyType::NamedMapping)
            QTest::newRow(each.path) << exampleLine(each);
    }
}

/// But for what one key alone cannot say: its neighbours that must be given, and the executor that it names.
void TestPublished::everyExampleIsRight()
{
    QFETCH(QByteArray, line);
    const QByteArray version = line.startsWith("version") ? "" : "version: 1\n";
    const LoadedConfiguration loaded =
        loadConfigurationText(QStringLiteral("x.yaml"), version + line + '\n', {QStringLiteral("/srv/me"), {}});
    for (const Finding &each : loaded.findings)
        QVERIFY2(each.code == FindingCode::MissingKey || each.code == FindingCode::UnknownExecutor,
                 qPrintable(each.message));
}

QTEST_GUILESS_MAIN(TestPublished)
#include "published_test.moc"
