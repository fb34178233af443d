// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"
#include "fixture_catalog.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace burrow;
using namespace std::chrono_literals;

/// A configuration in several files: which are read, what counts, and that every finding names its file.
class TestIncludes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void patternsAreReadInTheOrderOfTheirNames();
    void mappingsMergeAndListsAreReplaced();
    void whatIsIncludedCountsMore();
    void includesMayInclude();
    void pathsAndReferencesStartAtTheirFile();
    void onlyTheFirstFileNeedsAVersion();
    void aPatternMayMatchNothing();
    void emptyFilesAndSectionsSayNothing();
    void findingsNameTheFileTheyAreIn();
    void aMistakeThatIsOverruledIsFound();
    void nothingIsMissedForAFileThatCannotBeRead();
    void cyclesAreFound_data();
    void cyclesAreFound();
    void depthAndNumberHaveLimits();
    void aliasesAreNotMergedInto();
    void foldersMayHaveSignsOfPatterns();
    void aFifoIsNotWaitedFor();
};

namespace {

/// Files in a folder of their own, `burrow.yaml` first.
class Files
{
public:
    Files(std::initializer_list<std::pair<const char *, QByteArray>> files)
    {
        for (const auto &[name, content] : files)
            write(QString::fromLatin1(name), content);
    }

    void write(const QString &name, const QByteArray &content) const
    {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(file.fileName()));
    }

    QString path(const QString &name) const { return m_folder.filePath(name); }

    LoadedConfiguration load() const
    {
        const auto variable = [](const QByteArray &name) -> std::optional<QByteArray> {
            return name == "PART" ? std::optional<QByteArray>("parts") : std::nullopt;
        };
        LoadedConfiguration loaded =
            loadConfiguration(path(QStringLiteral("burrow.yaml")), {m_folder.path(), {}, variable});
        addCatalogFindings(loaded, FixtureCatalog());
        return loaded;
    }

    /// "file:line:column code", the folder left out.
    QStringList findings() const
    {
        QStringList places;
        for (const Finding &each : load().findings)
            places.append(QStringLiteral("%1:%2:%3 %4")
                              .arg(each.file.mid(m_folder.path().size() + 1))
                              .arg(each.line)
                              .arg(each.column)
                              .arg(codeText(each.code)));
        return places;
    }

private:
    QTemporaryDir m_folder;
};

const QStringList none;

} // namespace

void TestIncludes::patternsAreReadInTheOrderOfTheirNames()
{
    const Files files{
        {"burrow.yaml", "version: 1\ninclude: [ \"conf.d/*.yaml\", last.yaml ]\n"},
        {"conf.d/20.yaml", "host: { name: twenty }\nlimits: { sessions: 20 }\n"},
        {"conf.d/10.yaml", "host: { name: ten }\nlimits: { sessions: 10, queue_per_session: 10 }\n"},
        {"conf.d/.hidden.yaml", "host: { name: hidden }\n"},
        {"conf.d/30.yaml.bak", "host: { name: backup }\n"},
        {"conf.d/below.yaml/x.yaml", "host: { name: below }\n"},
        {"last.yaml", "host: { name: last }\n"}};
    const LoadedConfiguration loaded = files.load();
    QCOMPARE(files.findings(), none);
    QCOMPARE(loaded.configuration->host.name, QByteArray("last"));
    QCOMPARE(loaded.configuration->limits.sessions, 20);
    QCOMPARE(loaded.configuration->limits.queuePerSession, 10);
    QStringList read;
    for (const char *each : {"burrow.yaml", "conf.d/10.yaml", "conf.d/20.yaml", "last.yaml"})
        read.append(files.path(QString::fromLatin1(each)));
    QCOMPARE(loaded.files, read);
    QCOMPARE(loaded.configuration->file, read[0]);
}

void TestIncludes::mappingsMergeAndListsAreReplaced()
{
    const Files files{
        {"burrow.yaml", "version: 1\ninclude: [ a.yaml ]\nsecurity: { plugin_dirs: [ /one, /two ] }\n"
                        "executors:\n  e: { plugin: openai-chat, config: { base_url: x, stop: [ a, b ], "
                        "headers: { a: \"1\" } } }\n"},
        {"a.yaml",
         "security: { plugin_dirs: [ /three ] }\n"
         "executors: { e: { config: { stop: [ c ], headers: { b: \"2\" } } }, f: { plugin: echo } }\n"}};
    QCOMPARE(files.findings(), none);
    const LoadedConfiguration loaded = files.load();
    const Configuration &c = *loaded.configuration;
    QCOMPARE(c.pluginDirectories.size(), std::size_t(1));
    QCOMPARE(c.pluginDirectories[0].value, QStringLiteral("/three"));
    const QJsonObject config = c.executors.at("e").config.value;
    QCOMPARE(config.value("base_url").toString(), QStringLiteral("x"));
    QCOMPARE(config.value("stop"), QJsonValue(QJsonArray{"c"}));
    QCOMPARE(config.value("headers"), QJsonValue(QJsonObject{{"a", "1"}, {"b", "2"}}));
    QVERIFY(c.executors.contains("f"));
}

void TestIncludes::whatIsIncludedCountsMore()
{
    const Files files{
        {"burrow.yaml", "version: 1\nhost: { name: main }\ninclude: [ a.yaml ]\nlimits: { sessions: 1 }\n"},
        {"a.yaml", "host: { name: included }\nlimits: { sessions: 2 }\n"}};
    QCOMPARE(files.findings(), none);
    QCOMPARE(files.load().configuration->host.name, QByteArray("included"));
    QCOMPARE(files.load().configuration->limits.sessions, 2);
}

void TestIncludes::includesMayInclude()
{
    const Files files{{"burrow.yaml", "version: 1\ninclude: [ a/a.yaml, c.yaml ]\n"},
                      {"a/a.yaml", "include: [ b.yaml ]\nhost: { name: a }\nlimits: { sessions: 1 }\n"},
                      {"a/b.yaml", "host: { name: b }\n"},
                      {"c.yaml", "limits: { sessions: 3 }\n"}};
    QCOMPARE(files.findings(), none);
    QCOMPARE(files.load().configuration->host.name, QByteArray("b"));
    QCOMPARE(files.load().configuration->limits.sessions, 3);
}

void TestIncludes::pathsAndReferencesStartAtTheirFile()
{
    const Files files{
        {"burrow.yaml", "version: 1\ninclude: [ \"${env:PART}/a.yaml\", \"~/home.yaml\" ]\n"},
        {"parts/a.yaml", "plugins: { echo: { path: ./libecho.so } }\nhost: { name: \"${file:name}\" }\n"},
        {"parts/name", "file-beside\n"},
        {"home.yaml", "limits: { sessions: 7 }\n"}};
    QCOMPARE(::chmod(QFile::encodeName(files.path(QStringLiteral("parts/name"))).constData(), 0600), 0);
    QCOMPARE(files.findings(), none);
    const LoadedConfiguration loaded = files.load();
    QCOMPARE(loaded.configuration->plugins.at("echo").path.value,
             files.path(QStringLiteral("parts/libecho.so")));
    QCOMPARE(loaded.configuration->host.name, QByteArray("file-beside"));
    QCOMPARE(loaded.configuration->limits.sessions, 7);
}

void TestIncludes::onlyTheFirstFileNeedsAVersion()
{
    QCOMPARE((Files{{"burrow.yaml", "include: [ a.yaml ]\n"}, {"a.yaml", "version: 1\n"}}.findings()),
             QStringList{QStringLiteral("burrow.yaml:1:1 BUR1041")});
    QCOMPARE(
        (Files{{"burrow.yaml", "version: 1\ninclude: [ a.yaml ]\n"}, {"a.yaml", "version: 1\n"}}.findings()),
        none);
    QCOMPARE((Files{{"burrow.yaml", "version: 1\ninclude: [ a.yaml ]\n"}, {"a.yaml", "version: 2\nx: 1\n"}}
                  .findings()),
             QStringList{QStringLiteral("a.yaml:1:10 BUR1024")});
    QCOMPARE(
        (Files{{"burrow.yaml", "version: 1\ninclude: [ a.yaml ]\n"}, {"a.yaml", "version: one\n"}}.findings()),
        QStringList{QStringLiteral("a.yaml:1:10 BUR1018")});
}

void TestIncludes::aPatternMayMatchNothing()
{
    QCOMPARE((Files{{"burrow.yaml", "version: 1\ninclude: [ \"conf.d/*.yaml\", \"x?.yaml\", \"[ab].yaml\" ]\n"}}
                  .findings()),
             none);
    const Files files{
        {"burrow.yaml", "version: 1\ninclude:\n  - absent.yaml\n  - folder\n  - 5\n  - [ x ]\n  -\n"},
        {"folder/a.yaml", ""}};
    const QStringList expected{
        QStringLiteral("burrow.yaml:2:1 BUR1010"), QStringLiteral("burrow.yaml:3:5 BUR1050"),
        QStringLiteral("burrow.yaml:4:5 BUR1050"), QStringLiteral("burrow.yaml:5:5 BUR1050"),
        QStringLiteral("burrow.yaml:6:5 BUR1010")};
    QStringList sorted = files.findings();
    QCOMPARE(sorted.size(), expected.size());
    QCOMPARE(sorted.mid(1), expected.mid(1));
    QCOMPARE(files.load().findings.at(1).message,
             QStringLiteral("include names \"absent.yaml\", which does not exist"));
    QCOMPARE((Files{{"burrow.yaml", "version: 1\ninclude: a.yaml\n"}}.findings()),
             QStringList{QStringLiteral("burrow.yaml:2:10 BUR1010")});
    QCOMPARE((Files{{"burrow.yaml", "version: 1\ninclude:\n"}}.findings()), none);
}

void TestIncludes::emptyFilesAndSectionsSayNothing()
{
    const Files files{{"burrow.yaml", "version: 1\ninclude: [ \"[abc].yaml\" ]\nlimits: { sessions: 5 }\n"},
                      {"a.yaml", ""},
                      {"b.yaml", "# limits: { sessions: 6 }\n"},
                      {"c.yaml", "limits:\n  # sessions: 6\n"}};
    QCOMPARE(files.findings(), none);
    QCOMPARE(files.load().configuration->limits.sessions, 5);
}

void TestIncludes::findingsNameTheFileTheyAreIn()
{
    const Files files{
        {"burrow.yaml",
         "version: 1\ninclude: [ a.yaml, b.yaml ]\nlimt: {}\nsessions: { s: { executor: e } }\n"},
        {"a.yaml", "limit: {}\nlimits: { sessions: x }\nlimits: {}\n"},
        {"b.yaml",
         "executors: { e: { plugin: echo, config: { prefx: x } } }\nsessions: { s: { executor: f } }\n"}};
    const QStringList expected{
        QStringLiteral("a.yaml:1:1 BUR1042"),  QStringLiteral("a.yaml:2:21 BUR1018"),
        QStringLiteral("a.yaml:3:1 BUR1007"),  QStringLiteral("b.yaml:1:43 BUR1042"),
        QStringLiteral("b.yaml:2:28 BUR1060"), QStringLiteral("burrow.yaml:3:1 BUR1042")};
    QCOMPARE(files.findings(), expected);
    QCOMPARE(findingsSummary(files.load().findings), QStringLiteral("6 errors, 0 warnings in 3 files"));
}

void TestIncludes::aMistakeThatIsOverruledIsFound()
{
    const Files files{{"burrow.yaml",
                       "version: 1\ninclude: [ a.yaml ]\nlimits: { turn_timeout: 30 }\nlogging: { levl: x }\n"},
                      {"a.yaml", "limits: { turn_timeout: 30s }\nlogging: 5\n"}};
    const QStringList expected{QStringLiteral("a.yaml:2:10 BUR1010"),
                               QStringLiteral("burrow.yaml:3:25 BUR1015"),
                               QStringLiteral("burrow.yaml:4:12 BUR1042")};
    QCOMPARE(files.findings(), expected);
}

/// What stands in it may be what seems to be missing elsewhere.
void TestIncludes::nothingIsMissedForAFileThatCannotBeRead()
{
    const Files files{{"burrow.yaml", "version: 1\ninclude: [ a.yaml ]\nsessions: { s: { executor: e, labels: "
                                      "5 } }\nexecutors: { f: {} }\n"},
                      {"a.yaml", "executors: { e: { plugin: echo }\n"}};
    const QStringList expected{QStringLiteral("a.yaml:1:12 BUR1002"),
                               QStringLiteral("burrow.yaml:3:39 BUR1010")};
    QCOMPARE(files.findings(), expected);
    QVERIFY(files.load().draft);
}

void TestIncludes::cyclesAreFound_data()
{
    QTest::addColumn<QByteArray>("main");
    QTest::addColumn<QByteArray>("a");
    QTest::addColumn<QString>("where");
    QTest::newRow("itself") << QByteArray("[ burrow.yaml ]") << QByteArray("")
                            << QStringLiteral("burrow.yaml:2:12 BUR1051");
    QTest::newRow("by a pattern") << QByteArray("[ \"*.yaml\" ]") << QByteArray("")
                                  << QStringLiteral("burrow.yaml:2:12 BUR1051");
    QTest::newRow("through another") << QByteArray("[ a.yaml ]") << QByteArray("include: [ ./burrow.yaml ]\n")
                                     << QStringLiteral("a.yaml:1:12 BUR1051");
    QTest::newRow("the other one itself") << QByteArray("[ a.yaml ]") << QByteArray("include: [ a.yaml ]\n")
                                          << QStringLiteral("a.yaml:1:12 BUR1051");
}

void TestIncludes::cyclesAreFound()
{
    QFETCH(QByteArray, main);
    QFETCH(QByteArray, a);
    QFETCH(QString, where);
    const Files files{{"burrow.yaml", "version: 1\ninclude: " + main + "\n"}, {"a.yaml", a}};
    QCOMPARE(files.findings(), QStringList{where});
    QVERIFY(!files.load().configuration);
}

void TestIncludes::depthAndNumberHaveLimits()
{
    const Files deep{{"burrow.yaml", "version: 1\ninclude: [ 1.yaml ]\n"}};
    for (int level = 1; level < 10; ++level)
        deep.write(QStringLiteral("%1.yaml").arg(level),
                   QStringLiteral("include: [ %1.yaml ]\n").arg(level + 1).toLatin1());
    QCOMPARE(deep.findings(), QStringList{QStringLiteral("8.yaml:1:12 BUR1052")});
    // Each file includes the next one twice: without a limit that is a million.
    const Files wide{{"burrow.yaml", "version: 1\ninclude: [ 1.yaml, 1.yaml, 1.yaml, 1.yaml ]\n"}};
    for (int level = 1; level < 8; ++level)
        wide.write(
            QStringLiteral("%1.yaml").arg(level),
            QStringLiteral("include: [ %1.yaml, %1.yaml, %1.yaml, %1.yaml ]\n").arg(level + 1).toLatin1());
    wide.write(QStringLiteral("8.yaml"), "host: { name: x }\n");
    const QStringList findings = wide.findings();
    QCOMPARE(findings.size(), 1);
    QVERIFY2(findings[0].endsWith(QLatin1String("BUR1052")), qPrintable(findings[0]));
}

void TestIncludes::aliasesAreNotMergedInto()
{
    const Files files{{"burrow.yaml", "version: 1\ninclude: [ a.yaml ]\nexecutors:\n"
                                      "  a: &base { plugin: echo, config: { prefix: x } }\n  b: *base\n"},
                      {"a.yaml", "executors: { a: { config: { prefix: y } } }\n"}};
    QCOMPARE(files.findings(), none);
    const LoadedConfiguration loaded = files.load();
    const auto prefixOf = [&loaded](const char *name) {
        return loaded.configuration->executors.at(name).config.value.value("prefix").toString();
    };
    QCOMPARE(prefixOf("a"), QStringLiteral("y"));
    QCOMPARE(prefixOf("b"), QStringLiteral("x"));
}

void TestIncludes::foldersMayHaveSignsOfPatterns()
{
    const Files files{{"burrow.yaml", "version: 1\ninclude: [ \"a[b]/main.yaml\" , \"a?b?/main.yaml\" ]\n"},
                      {"a[b]/main.yaml", "include: [ \"*.yml\" ]\n"},
                      {"a[b]/x.yml", "host: { name: found }\n"}};
    // The first item is a pattern that matches "ab/main.yaml" and nothing else.
    QCOMPARE(files.findings(), none);
    QCOMPARE(files.load().configuration->host.name, QByteArray("found"));
}

void TestIncludes::aFifoIsNotWaitedFor()
{
    const Files files{{"burrow.yaml", "version: 1\ninclude: [ pipe, \"pi*\" ]\n"}};
    QCOMPARE(::mkfifo(QFile::encodeName(files.path(QStringLiteral("pipe"))).constData(), 0600), 0);
    QCOMPARE(files.findings(), QStringList{QStringLiteral("burrow.yaml:2:12 BUR1050")});
}

QTEST_GUILESS_MAIN(TestIncludes)
#include "includes_test.moc"
