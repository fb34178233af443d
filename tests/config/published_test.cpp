// SPDX-License-Identifier: Apache-2.0
#include "bundled_plugins.h"

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
};

namespace {

/// Compares a file of the project with what was generated, or replaces it.
void publish(const QString &name, const QByteArray &generated)
{
    const QString path = qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + u'/' + name;
    QFile published(path);
    const QByteArray content = published.open(QIODevice::ReadOnly) ? published.readAll() : QByteArray();
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

QTEST_GUILESS_MAIN(TestPublished)
#include "published_test.moc"
