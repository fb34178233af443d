// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QJsonArray>
#include <QtTest>

namespace {

const QByteArray good = R"(version: 1
executors:
  parrot: { plugin: echo }
  shouter: { plugin: echo, config: { uppercase: true } }
sessions:
  one: { executor: parrot }
  two: { executor: shouter }
  three: { executor: parrot }
)";

QJsonArray findingsOf(const Finished &finished)
{
    return finished.json().value("findings").toArray();
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The place and the code of every finding.
QByteArrayList headsOf(const QByteArray &text)
{
    QByteArrayList heads;
    for (const QByteArray &line : text.split('\n')) {
        if (const qsizetype end = line.indexOf("]: "); end > 0 && line.contains("error[BUR"))
            heads.append(line.first(end));
    }
    return heads;
}

} // namespace

class CheckTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsWhatAGoodFileHolds();
    void showsEveryFindingWithItsPlace_data();
    void showsEveryFindingWithItsPlace();
    void showsNineMistakesOfOneFileAtOnce();
    void printsFindingsAsOneJsonValue();
    void printsFindingsAsAnnotations();
    void findsAFileThatCannotBeRead();
    void showsWarningsAndSucceeds();
    void readsTheFilesOfOnStart_data();
    void readsTheFilesOfOnStart();
    void complainsAboutPluginFolders();
};

void CheckTest::countsWhatAGoodFileHolds()
{
    Program program;
    program.write("good.yaml", good);
    const Finished text = program.run({"check", "good.yaml"});
    QCOMPARE(text.err, QByteArray());
    QCOMPARE(text.out, QByteArray("good.yaml: ok, 3 sessions, 2 executors\n"));
    QCOMPARE(text.exitCode, 0);

    Program another;
    another.write("good.yaml", good);
    const Finished json = another.run({"check", "good.yaml", "--json"});
    QCOMPARE(json.exitCode, 0);
    QCOMPARE(json.err, QByteArray());
    QCOMPARE(json.json().value("ok"), QJsonValue(true));
    QCOMPARE(json.json().value("sessions"), QJsonValue(3));
    QCOMPARE(findingsOf(json), QJsonArray());
}

void CheckTest::showsEveryFindingWithItsPlace_data()
{
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QByteArrayList>("expected");
    QTest::newRow("unknown key") << QByteArray("version: 1\nlimit: {}\n")
                                 << QByteArrayList{"bad.yaml:2:1: error[BUR1042]", "did you mean \"limits\"?",
                                                   "1 error, 0 warnings in 1 file"};
    QTest::newRow("two mistakes in one run")
        << QByteArray("version: 1\nhost: { shutdown_timeout: 5 }\nstore: { kind: floppy }\n")
        << QByteArrayList{"bad.yaml:2:27: error[BUR1015]", "bad.yaml:3:16: error[BUR1020]", "2 errors"};
    QTest::newRow("a plugin that does not exist")
        << QByteArray("version: 1\nexecutors: { parrot: { plugin: ehco } }\n")
        << QByteArrayList{"bad.yaml:2:32: error[BUR1061]", "did you mean \"echo\"?"};
    QTest::newRow("a key that the plugin does not know")
        << QByteArray("version: 1\nexecutors: { parrot: { plugin: echo, config: { uppercas: true } } }\n")
        << QByteArrayList{"bad.yaml:2:48: error[BUR1042]", "did you mean \"uppercase\"?"};
    QTest::newRow("a session without its executor")
        << QByteArray("version: 1\nsessions: { one: { executor: nobody } }\n")
        << QByteArrayList{"bad.yaml:2:30: error[BUR1060]"};
    QTest::newRow("not YAML") << QByteArray("version: [1\n") << QByteArrayList{"bad.yaml:", "error[BUR1002]"};
}

void CheckTest::showsEveryFindingWithItsPlace()
{
    QFETCH(const QByteArray, yaml);
    QFETCH(const QByteArrayList, expected);
    for (const char *verb : {"check", "run"}) {
        Program program;
        program.write("bad.yaml", yaml);
        const Finished finished = program.run({verb, "bad.yaml"});
        QCOMPARE(finished.exitCode, 78);
        QCOMPARE(finished.out, QByteArray());
        for (const QByteArray &each : expected)
            QVERIFY2(finished.err.contains(each), each + "\nis missing in:\n" + finished.err);
        QVERIFY2(finished.err.endsWith("; nothing was started or changed.\n"), finished.err.constData());
    }
}

/// What config.findings compares word for word with a catalog of its own, with the plugins that are built.
void CheckTest::showsNineMistakesOfOneFileAtOnce()
{
    const QString golden =
        qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/tests/config/golden/");
    Program program;
    program.write("plugin_nine_mistakes.yaml", contentOf(golden + QStringLiteral("plugin_nine_mistakes.yaml")));
    const Finished finished = program.run({"check", "plugin_nine_mistakes.yaml"});
    QCOMPARE(finished.exitCode, 78);
    QCOMPARE(finished.out, QByteArray());
    const QByteArrayList places = headsOf(finished.err);
    QCOMPARE(places, headsOf(contentOf(golden + QStringLiteral("plugin_nine_mistakes.txt"))));
    QCOMPARE(places.size(), 9);
    QVERIFY2(finished.err.endsWith("\n9 errors, 0 warnings in 1 file; nothing was started or changed.\n"),
             finished.err.constData());
}

void CheckTest::printsFindingsAsOneJsonValue()
{
    for (const char *verb : {"check", "run"}) {
        Program program;
        program.write("bad.yaml", "version: 1\nlimit: {}\nsessions: { one: { executor: nobody } }\n");
        const Finished finished = program.run({verb, "bad.yaml", "--json"});
        QCOMPARE(finished.exitCode, 78);
        const QJsonArray findings = findingsOf(finished);
        QCOMPARE(findings.size(), 2);
        QCOMPARE(findings.at(0).toObject().value("code"), QJsonValue("BUR1042"));
        QCOMPARE(findings.at(0).toObject().value("line"), QJsonValue(2));
        QCOMPARE(findings.at(1).toObject().value("code"), QJsonValue("BUR1060"));
    }
}

void CheckTest::printsFindingsAsAnnotations()
{
    Program program;
    program.write("a,b.yaml", "version: 1\nlimit: {}\nhost: { name: \"50%\" }\nplugins: { nowhere: {} }\n");
    const Finished finished = program.run({"check", "a,b.yaml", "--format", "github"});
    QCOMPARE(finished.exitCode, 78);
    QCOMPARE(finished.err, QByteArray());
    const QByteArrayList lines = finished.outLines();
    QCOMPARE(lines.size(), 3);
    QCOMPARE(lines[0], QByteArray("::error file=a%2Cb.yaml,line=2,col=1,endColumn=5,title=BUR1042::unknown key "
                                  "\"limit\" at the top level%0Ahelp: did you mean \"limits\"?"));
    QVERIFY2(lines[1].contains("host.name is \"50%25\""), lines[1].constData());
    QVERIFY2(lines[2].startsWith("::warning file=a%2Cb.yaml,line=4,col=12,endColumn=18,title=BUR1202::"),
             lines[2].constData());
    QCOMPARE(program.again().run({"check", "absent.yaml", "--format=github"}).out.first(39),
             QByteArray("::error file=absent.yaml,title=BUR1001:"));
    QCOMPARE(program.again().run({"check", "a,b.yaml", "--format=github", "--json"}).exitCode, 2);
}

void CheckTest::findsAFileThatCannotBeRead()
{
    for (const char *verb : {"check", "run"}) {
        const Finished finished = Program().run({verb, "absent.yaml"});
        QCOMPARE(finished.exitCode, 78);
        QCOMPARE(finished.out, QByteArray());
        QVERIFY2(finished.err.startsWith("absent.yaml: error[BUR1001]"), finished.err.constData());
    }
}

void CheckTest::showsWarningsAndSucceeds()
{
    Program program;
    program.write("warned.yaml", good + "plugins: { nowhere: { enabled: true } }\n");
    const Finished finished = program.run({"check", "warned.yaml"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.err.contains("warning[BUR1202]"), finished.err.constData());
    QVERIFY2(finished.err.endsWith("0 errors, 1 warning in 1 file.\n"), finished.err.constData());
    QCOMPARE(finished.out, QByteArray("warned.yaml: ok, 3 sessions, 2 executors\n"));
}

void CheckTest::readsTheFilesOfOnStart_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("absent") << QByteArray() << QByteArray("start.yaml:5:46: error[BUR2001]");
    QTest::newRow("a bad line") << QByteArray("{\"text\": \"good\"}\n{\"text\": 1}\n")
                                << QByteArray("inputs.jsonl:2:10: error[BUR2006]");
}

void CheckTest::readsTheFilesOfOnStart()
{
    QFETCH(const QByteArray, content);
    QFETCH(const QByteArray, expected);
    for (const char *verb : {"check", "run"}) {
        Program program;
        program.write("start.yaml", "version: 1\nexecutors:\n  parrot: { plugin: echo }\nsessions:\n"
                                    "  one: { executor: parrot, on_start: { file: inputs.jsonl } }\n");
        if (!content.isEmpty())
            program.write("inputs.jsonl", content);
        const Finished finished = program.run({verb, "start.yaml"});
        QCOMPARE(finished.exitCode, 78);
        QCOMPARE(finished.out, QByteArray());
        QVERIFY2(finished.err.contains(expected), finished.err.constData());
    }
}

void CheckTest::complainsAboutPluginFolders()
{
    for (const bool json : {false, true}) {
        Program program;
        program.write("good.yaml", good);
        program.setEnvironment(QStringLiteral("BURROW_PLUGIN_PATH"),
                               QStringLiteral("here:") + qEnvironmentVariable("BURROW_TEST_BUILD_DIR")
                                   + QStringLiteral("/plugins"));
        const Finished finished =
            program.run(QStringList{"check", "good.yaml"} + (json ? QStringList{"--json"} : QStringList{}));
        QCOMPARE(finished.exitCode, 0);
        if (json)
            QCOMPARE(finished.json().value("complaints").toArray().size(), 1);
        else
            QVERIFY2(finished.err.contains("here"), finished.err.constData());
    }
}

QTEST_GUILESS_MAIN(CheckTest)
#include "check_test.moc"
