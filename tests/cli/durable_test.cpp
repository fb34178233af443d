// SPDX-License-Identifier: Apache-2.0
// What a second run finds of the first one.
#include "program.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <csignal>

namespace {

const QByteArray greeter = R"(version: 1
host: { name: desk }
store: { path: greeter.db }
executors:
  parrot: { plugin: echo, config: { prefix: "> " } }
sessions:
  bird: { executor: parrot, on_start: [hello, good day] }
)";

// Each input runs a program that hangs for as long as the file "hold" is there, and afterwards is one like
// `cat`.
const QByteArray holding = R"(version: 1
host: { shutdown_timeout: 100ms }
store: { path: work.db }
executors:
  holder:
    plugin: command
    config:
      grace_ms: 0
      argv: [sh, -c, "if [ -e hold ]; then exec sleep 1000; fi; cat"]
sessions:
  left: { executor: holder }
  right: { executor: holder }
)";

QByteArray prompts(const QByteArray &name, int count)
{
    QByteArray lines;
    for (int number = 1; number <= count; ++number)
        lines += name + ' ' + QByteArray::number(number) + '\n';
    return lines;
}

QJsonObject sessionIn(const QJsonObject &json, const QString &name)
{
    for (const QJsonValue &session : json.value("sessions").toArray()) {
        if (session.toObject().value("name") == name)
            return session.toObject();
    }
    return {};
}

} // namespace

class DurableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsKeptAnswersTheSecondTime();
    void runsWhatIsNewInTheConfiguration();
    void tellsWhatItTookOverAsJson();
    void goesOnAfterCtrlC();
    void givesWhatIsOpenToTheExecutorThatIsConfiguredNow();
    void leavesASessionAloneThatTheConfigurationLost();
    void saysWhatFailedBefore();
    void refusesASecondHostOfTheFile();
    void keepsNothingInMemory();
    void refusesAPathItCannotUse_data();
    void refusesAPathItCannotUse();
};

void DurableTest::showsKeptAnswersTheSecondTime()
{
    Program program;
    program.write("greeter.yaml", greeter);
    const Finished first = program.run({"run", "greeter.yaml", "--until-idle"});
    QCOMPARE(first.exitCode, 0);
    QCOMPARE(first.err, QByteArray());
    QVERIFY2(first.out.startsWith("bird │ > hello\nbird │ > good day\n"), first.out.constData());
    const QString path = program.path(".local/state/burrow/greeter.db");
    QVERIFY(QFile::exists(path));

    Program &again = program.again();
    const Finished second = again.run({"run", "greeter.yaml", "--until-idle"});
    QCOMPARE(second.exitCode, 0);
    QCOMPARE(QString::fromUtf8(second.err),
             QStringLiteral("burrow: going on with 1 session from %1, 0 inputs open\n").arg(path));
    QVERIFY2(second.out.startsWith(
                 "bird (kept) │ > hello\nbird (kept) │ > good day\n\nSESSION  STATE     EXECUTOR  KEPT"),
             second.out.constData());
}

void DurableTest::runsWhatIsNewInTheConfiguration()
{
    Program program;
    program.write("greeter.yaml", greeter);
    QCOMPARE(program.run({"run", "greeter.yaml", "--until-idle"}).exitCode, 0);
    program.write("greeter.yaml", QByteArray(greeter).replace("[hello, good day]", "[good evening, good day]"));
    const Finished second = program.again().run({"run", "greeter.yaml", "--until-idle"});
    QCOMPARE(second.exitCode, 0);
    QVERIFY2(second.out.contains("bird │ > good evening\n"), second.out.constData());
    QVERIFY2(second.out.contains("bird (kept) │ > good day\n"), second.out.constData());
    QVERIFY2(!second.out.contains("hello"), second.out.constData());
}

void DurableTest::tellsWhatItTookOverAsJson()
{
    Program program;
    program.write("greeter.yaml", greeter);
    const QStringList arguments{"run", "greeter.yaml", "--until-idle", "--json"};
    const QJsonObject first = program.run(arguments).json().value("recovered").toObject();
    QCOMPARE(first.value("created"), QJsonValue(true));
    QCOMPARE(first.value("sessions"), QJsonValue(0));

    const QJsonObject all = program.again().run(arguments).json();
    const QJsonObject second = all.value("recovered").toObject();
    QCOMPARE(second.value("created"), QJsonValue(false));
    QCOMPARE(second.value("orderly"), QJsonValue(true));
    QCOMPARE(second.value("sessions"), QJsonValue(1));
    QCOMPARE(second.value("open_inputs"), QJsonValue(0));
    QCOMPARE(second.value("crashed_inputs"), QJsonValue(0));
    QCOMPARE(second.value("path"), QJsonValue(program.path(".local/state/burrow/greeter.db")));
    const QJsonArray answers = all.value("answers").toArray();
    QCOMPARE(answers.size(), 2);
    QCOMPARE(answers.at(0).toObject().value("kept"), QJsonValue(true));
    QCOMPARE(answers.at(0).toObject().value("text"), QJsonValue("> hello"));
}

void DurableTest::goesOnAfterCtrlC()
{
    Program program;
    program.write("holding.yaml", holding);
    program.write("hold", "");
    program.write("left.txt", prompts("left", 50));
    program.write("right.txt", prompts("right", 50));
    program.start({"run", "holding.yaml", "--input", "left=left.txt", "--input", "right=right.txt"});
    Program other;
    other.setEnvironment("HOME", program.path({}));
    const QStringList list{"session", "list", "--config", program.path("holding.yaml"), "--json"};
    const auto openInputs = [&other, &list] {
        const QJsonObject json = other.again().run(list).json();
        return sessionIn(json, "left").value("open").toInt() + sessionIn(json, "right").value("open").toInt();
    };
    QTRY_COMPARE_WITH_TIMEOUT(openInputs(), 100, 60'000);
    QCOMPARE(other.again().run(list).json().value("live"), QJsonValue(true));

    program.signal(SIGINT);
    const Finished first = program.finish();
    QCOMPARE(first.exitCode, 4);
    QVERIFY2(first.err.contains("left: 50 inputs left open"), first.err.constData());
    const QJsonObject closed = other.again().run(list).json();
    QCOMPARE(closed.value("live"), QJsonValue(false));
    QCOMPARE(sessionIn(closed, "right").value("open"), QJsonValue(50));

    QVERIFY(QFile::remove(program.path("hold")));
    const Finished second = program.again().run({"run", "holding.yaml", "--until-idle", "--json"});
    QCOMPARE(second.exitCode, 0);
    const QJsonObject recovered = second.json().value("recovered").toObject();
    QCOMPARE(recovered.value("open_inputs"), QJsonValue(100));
    QCOMPARE(recovered.value("crashed_inputs"), QJsonValue(0));
    QCOMPARE(recovered.value("orderly"), QJsonValue(true));
    for (const char *name : {"left", "right"}) {
        const QJsonObject session = sessionIn(second.json(), QString::fromLatin1(name));
        QCOMPARE(session.value("consumed"), QJsonValue(50));
        QCOMPARE(session.value("failed_runs"), QJsonValue(0));
        QCOMPARE(session.value("open"), QJsonValue(0));
    }
}

void DurableTest::givesWhatIsOpenToTheExecutorThatIsConfiguredNow()
{
    Program program;
    program.write("holding.yaml", holding);
    program.write("hold", "");
    program.write("left.txt", prompts("left", 2));
    program.start({"run", "holding.yaml", "--input", "left=left.txt"});
    Program other;
    other.setEnvironment("HOME", program.path({}));
    const QStringList list{"session", "list", "--config", program.path("holding.yaml"), "--json"};
    QTRY_COMPARE_WITH_TIMEOUT(sessionIn(other.again().run(list).json(), "left").value("open"), QJsonValue(2),
                              60'000);
    program.signal(SIGINT);
    QCOMPARE(program.finish().exitCode, 4);

    program.write("holding.yaml",
                  QByteArray(holding)
                      .replace("sessions:", R"(  parrot: { plugin: echo, config: { prefix: "> " } }
sessions:)")
                      .replace("left: { executor: holder }", "left: { executor: parrot }"));
    const Finished second = program.again().run({"run", "holding.yaml", "--until-idle"});
    QCOMPARE(second.exitCode, 0);
    QVERIFY2(second.out.startsWith("left  │ > left 1\nleft  │ > left 2\n"), second.out.constData());
}

void DurableTest::leavesASessionAloneThatTheConfigurationLost()
{
    Program program;
    program.write("greeter.yaml", greeter);
    QCOMPARE(program.run({"run", "greeter.yaml", "--until-idle"}).exitCode, 0);
    program.write("greeter.yaml", QByteArray(greeter).replace("  bird:", "  cat:"));
    const Finished second = program.again().run({"run", "greeter.yaml", "--until-idle"});
    QCOMPARE(second.exitCode, 0);
    QVERIFY2(
        second.err.contains("1 session in the store but not in the configuration, kept and not run: bird\n"),
        second.err.constData());
    QVERIFY2(!second.out.contains("bird"), second.out.constData());
}

void DurableTest::saysWhatFailedBefore()
{
    Program program;
    program.write("failing.yaml", R"(version: 1
executors:
  broken: { plugin: command, config: { argv: ["false"] } }
sessions:
  worker: { executor: broken, on_start: work, retry: { backoff: 1ms } }
)");
    QCOMPARE(program.run({"run", "failing.yaml", "--until-idle"}).exitCode, 3);
    const Finished second = program.again().run({"run", "failing.yaml", "--until-idle"});
    QCOMPARE(second.exitCode, 0);
    QVERIFY2(second.err.contains("worker: on_start:1 failed in an earlier run and is not repeated: "),
             second.err.constData());
}

void DurableTest::refusesASecondHostOfTheFile()
{
    Program program;
    program.write("greeter.yaml", greeter);
    program.start({"run", "greeter.yaml"});
    QVERIFY(program.waitForOut("bird │ > good day\n"));
    Program second;
    second.setEnvironment("HOME", program.path({}));
    const Finished refused = second.run({"run", program.path("greeter.yaml")});
    QCOMPARE(refused.exitCode, 7);
    QCOMPARE(refused.out, QByteArray());
    QVERIFY2(refused.err.contains("desk"), refused.err.constData());
    program.signal(SIGINT);
    QCOMPARE(program.finish().exitCode, 0);
}

void DurableTest::keepsNothingInMemory()
{
    Program program;
    program.write("greeter.yaml", QByteArray(greeter).replace("path: greeter.db", "kind: memory"));
    const QStringList arguments{"run", "greeter.yaml", "--until-idle", "--json"};
    for (int time = 0; time < 2; ++time) {
        const Finished finished = program.again().run(arguments);
        QCOMPARE(finished.exitCode, 0);
        QCOMPARE(finished.json().value("recovered"), QJsonValue());
        QCOMPARE(sessionIn(finished.json(), "bird").value("consumed"), QJsonValue(2));
    }
    // The control socket may have its folder there, but nothing is kept.
    QDirIterator kept(program.path(".local"), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (kept.hasNext())
        QVERIFY2(!kept.next().endsWith(QLatin1String(".db")), qPrintable(kept.filePath()));
}

void DurableTest::refusesAPathItCannotUse_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("below a file") << QByteArray("greeter.yaml/x.db") << 1;
    QTest::newRow("a folder") << QByteArray("folder") << 1;
    QTest::newRow("no database") << QByteArray("greeter.yaml") << 7;
}

void DurableTest::refusesAPathItCannotUse()
{
    QFETCH(const QByteArray, path);
    QFETCH(const int, exitCode);
    Program program;
    QVERIFY(QDir(program.path({})).mkdir("folder"));
    const QByteArray whole = QFile::encodeName(program.path(QString::fromUtf8(path)));
    program.write("greeter.yaml", QByteArray(greeter).replace("greeter.db", whole));
    const Finished finished = program.run({"run", "greeter.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, exitCode);
    QCOMPARE(finished.out, QByteArray());
    QVERIFY2(finished.err.contains(QFile::encodeName(QFileInfo(program.path(QString::fromUtf8(path))).path())),
             finished.err.constData());
}

QTEST_GUILESS_MAIN(DurableTest)
#include "durable_test.moc"
