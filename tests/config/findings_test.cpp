// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"
#include "fixture_catalog.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <QTextStream>

#include <sys/stat.h>

using namespace burrow;

namespace {

QDir goldenFolder()
{
    return QDir(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/tests/config/golden"));
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The environment of every golden file. No expected text holds the first three.
std::optional<QByteArray> variable(const QByteArray &name)
{
    if (name == "SECRET")
        return QByteArray("hunter2secret");
    if (name == "NUMBER")
        return QByteArray("8675309");
    if (name == "LATIN")
        return QByteArray("caf\xe9");
    return std::nullopt;
}

LoadedConfiguration load(const QString &name, const QByteArray &yaml)
{
    LoadedConfiguration loaded = loadConfigurationText(name, yaml, {QStringLiteral("/srv/me"), {}, variable});
    if (name.startsWith(QLatin1String("plugin_")))
        addCatalogFindings(loaded, FixtureCatalog());
    return loaded;
}

QString printed(const Findings &findings)
{
    QString text;
    QTextStream out(&text);
    printFindings(out, findings);
    return text;
}

} // namespace

/// Every message, word for word and place for place. `golden/NAME.yaml` gives `golden/NAME.txt`; a name that
/// begins with "plugin_" is also checked against a catalog. With BURROW_UPDATE_GOLDEN set the .txt files are
/// written anew.
class TestFindings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What a golden file includes or refers to is found beside it.
    void initTestCase();
    void everyMessageIsAsWritten_data();
    void everyMessageIsAsWritten();
};

void TestFindings::initTestCase()
{
    QVERIFY(QDir::setCurrent(goldenFolder().path()));
    // A checkout may keep files from others; this one is found to be open to them.
    QVERIFY(::chmod("parts/open.key", 0644) == 0);
}

void TestFindings::everyMessageIsAsWritten_data()
{
    QTest::addColumn<QString>("file");
    for (const QString &each : goldenFolder().entryList({QStringLiteral("*.yaml")}))
        QTest::newRow(qPrintable(each)) << each;
}

void TestFindings::everyMessageIsAsWritten()
{
    QFETCH(QString, file);
    const LoadedConfiguration loaded = load(file, contentOf(goldenFolder().filePath(file)));
    const QString expectedPath =
        goldenFolder().filePath(QString(file).replace(QLatin1String(".yaml"), QLatin1String(".txt")));
    const QString actual = printed(loaded.findings) + findingsSummary(loaded.findings) + u'\n';
    if (qEnvironmentVariableIsSet("BURROW_UPDATE_GOLDEN")) {
        QFile expected(expectedPath);
        QVERIFY(expected.open(QIODevice::WriteOnly));
        expected.write(actual.toUtf8());
    }
    QCOMPARE(actual, QString::fromUtf8(contentOf(expectedPath)));
    QCOMPARE(loaded.configuration.has_value(), !hasErrors(loaded.findings));
}

QTEST_GUILESS_MAIN(TestFindings)
#include "findings_test.moc"
