// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"

#include "plugin/plugin_search.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace burrow;
using namespace burrow::test;

class SearchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { qunsetenv("BURROW_PLUGIN_PATH"); }
    void foldersComeInTheirOrder();
    void theCurrentDirectoryIsNeverSearched();
    void theFirstIdWins();
    void brokenManifestsAreComplaints();
    void aMissingPluginSaysWhereItWasLookedFor();
    void descriptionsCarryWhatConfigurationNeeds();

private:
    static void put(const QString &folder, const QString &id, const QString &version = QStringLiteral("1.0.0"));
};

void SearchTest::put(const QString &folder, const QString &id, const QString &version)
{
    QJsonObject manifest = plainManifest(id);
    manifest[QStringLiteral("version")] = version;
    writeJson(folder + QLatin1Char('/') + id + QStringLiteral(".burrow-plugin.json"), manifest);
}

void SearchTest::foldersComeInTheirOrder()
{
    qputenv("BURROW_PLUGIN_PATH", "/env/one:/env/two");
    const PluginSearchPath path = pluginSearchPath({QStringLiteral("/yaml/one"), QStringLiteral("/yaml/two")},
                                                   QStringLiteral("/opt/plugins"));
    const QStringList expected{QStringLiteral("/yaml/one"),
                               QStringLiteral("/yaml/two"),
                               QStringLiteral("/env/one"),
                               QStringLiteral("/env/two"),
                               QDir::homePath() + QStringLiteral("/.local/lib/burrow/plugins"),
                               QStringLiteral("/opt/plugins"),
                               QStringLiteral("/usr/lib/burrow/plugins")};
    QCOMPARE(path.folders, expected);
    QVERIFY(path.complaints.isEmpty());
}

void SearchTest::theCurrentDirectoryIsNeverSearched()
{
    qputenv("BURROW_PLUGIN_PATH", ":.:plugins:/absolute:");
    const PluginSearchPath path = pluginSearchPath({QStringLiteral("relative")}, {});
    for (const QString &folder : path.folders)
        QVERIFY2(QDir::isAbsolutePath(folder), qPrintable(folder));
    QVERIFY(path.folders.contains(QStringLiteral("/absolute")));
    QCOMPARE(path.complaints.size(), 3);
    QVERIFY(path.complaints.constFirst().contains(QStringLiteral("relative")));
}

void SearchTest::theFirstIdWins()
{
    QTemporaryDir first;
    QTemporaryDir second;
    put(first.path(), QStringLiteral("demo"), QStringLiteral("2.0.0"));
    put(second.path(), QStringLiteral("demo"), QStringLiteral("1.0.0"));
    put(second.path(), QStringLiteral("other"));
    const PluginSearch search({{first.path(), second.path()}, {}});
    QCOMPARE(search.find("demo")->version, QByteArray("2.0.0"));
    QCOMPARE(search.all().size(), 2U);
    QCOMPARE(search.complaints().size(), 1);
    QVERIFY(search.complaints().constFirst().contains(second.path()));
    QVERIFY(search.complaints().constFirst().contains(first.path()));
}

void SearchTest::brokenManifestsAreComplaints()
{
    QTemporaryDir folder;
    put(folder.path(), QStringLiteral("good"));
    QFile broken(folder.filePath(QStringLiteral("broken.burrow-plugin.json")));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{") == 1);
    broken.close();
    QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("folder.burrow-plugin.json")));
    const PluginSearch search({{folder.path()}, {}});
    QCOMPARE(search.all().size(), 1U);
    QCOMPARE(search.complaints().size(), 2);
    // Who asks for it by name hears what is wrong with it, not that it is missing.
    QVERIFY(search.find("broken").error().message.contains(QStringLiteral("no JSON object")));
}

void SearchTest::aMissingPluginSaysWhereItWasLookedFor()
{
    QTemporaryDir folder;
    const PluginSearch search({{folder.path(), QStringLiteral("/nowhere")}, {}});
    const Error error = search.find("absent").error();
    QCOMPARE(error.kind, ErrorKind::NotFound);
    QVERIFY(error.message.contains(folder.path()) && error.message.contains(QStringLiteral("/nowhere")));
    QVERIFY(error.message.contains(QStringLiteral("absent.burrow-plugin.json")));
}

void SearchTest::descriptionsCarryWhatConfigurationNeeds()
{
    QTemporaryDir folder;
    put(folder.path(), QStringLiteral("demo"));
    const PluginSearch search({{folder.path()}, {}});
    const PluginCatalog &catalog = search;
    const Result<PluginDescription> found = catalog.find("demo");
    QVERIFY(found.ok());
    QCOMPARE(found->kinds, QByteArrayList{"executor"});
    QCOMPARE(found->libraryPath, folder.filePath(QStringLiteral("libdemo.so")));
    QCOMPARE(found->manifestPath, folder.filePath(QStringLiteral("demo.burrow-plugin.json")));
}

QTEST_GUILESS_MAIN(SearchTest)
#include "search_test.moc"
