// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QtTest>

namespace {

const QByteArray quickstart = R"(version: 1
host: { name: desk }
executors:
  parrot: { plugin: echo, config: { prefix: "> " } }
  lines: { plugin: command, config: { argv: [sort] } }
  slow: { plugin: command, config: { argv: [cat] } }
sessions:
  greeter: { executor: parrot, on_start: [hello, good day] }
  sorter: { executor: lines, on_start: "b\na\nc\n" }
  quiet: { executor: parrot }
  batch: { executor: slow }
)";

QByteArray failing(const QByteArray &argv)
{
    return R"(version: 1
executors:
  broken: { plugin: command, config: { argv: )"
           + argv + R"( } }
sessions:
  worker: { executor: broken, on_start: work, retry: { backoff: 1ms } }
)";
}

// The columns of the closing table's line about a session.
QStringList rowOf(const Finished &finished, const QByteArray &session)
{
    const QByteArray table = finished.out.mid(finished.out.indexOf("\nSESSION"));
    for (const QByteArray &line : table.split('\n')) {
        if (line.startsWith(session + ' '))
            return QString::fromUtf8(line).split(QRegularExpression("  +"));
    }
    return {};
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

class RunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void printsAnswersThenTheSessions();
    void printsOneJsonValue();
    void keepsStdoutCleanWithAllMessagesOn_data();
    void keepsStdoutCleanWithAllMessagesOn();
    void saysWhyAnInputFailed();
    void ranksFailuresAboveLeftLines();
    void saysWhichSessionIsStuck();
    void givesInputsOfOneRunOneAnswer();
    void runsAFileWithoutSessions();
    void refusesInputsOfUnknownSessions_data();
    void refusesInputsOfUnknownSessions();
};

void RunTest::printsAnswersThenTheSessions()
{
    Program program;
    program.write("quickstart.yaml", quickstart);
    const Finished finished = program.run({"run", "quickstart.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QVERIFY2(finished.out.contains("sorter  │ a\nsorter  │ b\nsorter  │ c\n"), finished.out.constData());
    const qsizetype hello = finished.out.indexOf("greeter │ > hello\n");
    const qsizetype day = finished.out.indexOf("greeter │ > good day\n");
    const qsizetype table = finished.out.indexOf("\n\nSESSION");
    QVERIFY2(hello >= 0 && hello < day && day < table, finished.out.constData());

    const QStringList greeter = rowOf(finished, "greeter");
    QCOMPARE(greeter.mid(2, 5), (QStringList{"parrot", "2", "2", "0", "0"}));
    QCOMPARE(rowOf(finished, "sorter").mid(2, 5), (QStringList{"lines", "1", "1", "0", "0"}));
    QCOMPARE(rowOf(finished, "quiet").mid(2, 5), (QStringList{"parrot", "0", "0", "0", "0"}));
}

void RunTest::printsOneJsonValue()
{
    Program program;
    program.write("quickstart.yaml", quickstart);
    const Finished finished = program.run({"run", "quickstart.yaml", "--until-idle", "--json"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    const QJsonObject json = finished.json();
    QCOMPARE(json.value("host").toObject().value("name"), QJsonValue("desk"));
    QCOMPARE(json.value("exit_code"), QJsonValue(0));
    QCOMPARE(json.value("findings"), QJsonValue(QJsonArray()));
    QCOMPARE(json.value("sessions").toArray().size(), 4);
    QCOMPARE(sessionIn(json, "greeter").value("consumed"), QJsonValue(2));
    QCOMPARE(sessionIn(json, "quiet").value("accepted"), QJsonValue(0));

    const QJsonArray answers = json.value("answers").toArray();
    QCOMPARE(answers.size(), 3);
    for (const QJsonValue &each : answers) {
        const QJsonObject answer = each.toObject();
        QCOMPARE(answer.value("outcome"), QJsonValue("completed"));
        QVERIFY(answer.value("place").toString().startsWith("on_start:"));
        QCOMPARE(answer.value("run").toString().size(), 36);
        if (answer.value("session") == QJsonValue("sorter"))
            QCOMPARE(answer.value("text"), QJsonValue("a\nb\nc\n"));
    }
}

void RunTest::keepsStdoutCleanWithAllMessagesOn_data()
{
    QTest::addColumn<QStringList>("more");
    QTest::newRow("text") << QStringList{};
    QTest::newRow("json") << QStringList{"--json"};
}

void RunTest::keepsStdoutCleanWithAllMessagesOn()
{
    QFETCH(const QStringList, more);
    Program program;
    program.write("quickstart.yaml", quickstart + "logging: { level: debug }\nplugins: { nowhere: {} }\n");
    program.setEnvironment(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*=true"));
    const Finished finished = program.run(QStringList{"run", "quickstart.yaml", "--until-idle"} + more);
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.err.contains("warning[BUR1202]"), finished.err.constData());
    if (!more.isEmpty()) {
        QVERIFY(!finished.json().isEmpty());
        return;
    }
    const QByteArray answers = finished.out.left(finished.out.indexOf("\n\nSESSION"));
    for (const QByteArray &line : answers.split('\n'))
        QVERIFY2(line.startsWith("greeter │ > ") || line.startsWith("sorter  │ "), line.constData());
}

void RunTest::saysWhyAnInputFailed()
{
    Program program;
    program.write("failing.yaml", failing(R"([sh, -c, "echo the disk is gone >&2; exit 7"])"));
    const Finished finished = program.run({"run", "failing.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 3);
    QVERIFY2(finished.err.startsWith("burrow: worker: on_start:1 failed: "), finished.err.constData());
    QVERIFY2(finished.err.contains("exited with status 7"), finished.err.constData());
    QVERIFY2(finished.err.contains("the disk is gone"), finished.err.constData());
    QCOMPARE(rowOf(finished, "worker").mid(3, 4), (QStringList{"1", "0", "1", "0"}));

    Program another;
    another.write("failing.yaml", failing(R"([sh, -c, "echo the disk is gone >&2; exit 7"])"));
    const Finished json = another.run({"run", "failing.yaml", "--until-idle", "--json"});
    QCOMPARE(json.exitCode, 3);
    QCOMPARE(json.json().value("exit_code"), QJsonValue(3));
    const QJsonObject answer = json.json().value("answers").toArray().at(0).toObject();
    QCOMPARE(answer.value("outcome"), QJsonValue("abandoned_with_error"));
    QVERIFY(answer.value("reason").toString().contains("the disk is gone"));
    QCOMPARE(sessionIn(json.json(), "worker").value("failed_runs"), QJsonValue(3));
}

void RunTest::ranksFailuresAboveLeftLines()
{
    Program program;
    program.write("failing.yaml", failing("[\"false\"]"));
    program.write("inputs.jsonl", "{\"txt\": \"no such field\"}\n");
    const Finished finished =
        program.run({"run", "failing.yaml", "--until-idle", "--input", "worker=inputs.jsonl"});
    QVERIFY2(finished.err.contains("inputs.jsonl:1:"), finished.err.constData());
    QCOMPARE(finished.exitCode, 3);
}

void RunTest::saysWhichSessionIsStuck()
{
    // The plugin is there and its section fits, but no instance can be made.
    const QByteArray stuck = R"(version: 1
limits: { queue_per_session: 2 }
executors:
  parrot: { plugin: echo }
  script: { plugin: scripted, config: { file: /nonexistent/script.json } }
sessions:
  bird: { executor: parrot, on_start: hello }
  one: { executor: script, on_start: [work, more, still more, and more] }
)";
    Program program;
    program.write("stuck.yaml", stuck);
    const Finished finished = program.run({"run", "stuck.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 1);
    QVERIFY2(finished.err.contains("burrow: one: 2 inputs stay open, because the executor was given up: "),
             finished.err.constData());
    QVERIFY2(finished.err.contains("script.json"), finished.err.constData());
    QVERIFY2(finished.err.contains("burrow: one: not all of its input was submitted\n"),
             finished.err.constData());
    QCOMPARE(rowOf(finished, "one").mid(3, 4), (QStringList{"2", "0", "0", "2"}));
    QVERIFY2(finished.out.startsWith("bird │ hello\n"), finished.out.constData());

    Program another;
    another.write("stuck.yaml", stuck);
    const Finished json = another.run({"run", "stuck.yaml", "--until-idle", "--json"});
    QCOMPARE(json.exitCode, 1);
    QCOMPARE(sessionIn(json.json(), "one").value("waiting"), QJsonValue("executor_failed"));
    QCOMPARE(sessionIn(json.json(), "one").value("open"), QJsonValue(2));
}

void RunTest::givesInputsOfOneRunOneAnswer()
{
    Program program;
    program.write("quickstart.yaml", quickstart);
    // What is no prompt is taken along with its like: while a program runs for the first, the others gather.
    QByteArray events;
    for (int number = 1; number <= 20; ++number) {
        events += R"({"kind": "external_event", "event_type": "tick", "text": "event )"
                  + QByteArray::number(number) + "\"}\n";
    }
    program.write("events.jsonl", events);
    const Finished finished =
        program.run({"run", "quickstart.yaml", "--until-idle", "--input", "batch=events.jsonl"});
    QCOMPARE(finished.exitCode, 0);
    for (int number = 1; number <= 20; ++number) {
        const QByteArray line = "batch   │ [External event: tick] event " + QByteArray::number(number) + '\n';
        QVERIFY2(finished.out.count(line) == 1, finished.out.constData());
    }
}

void RunTest::runsAFileWithoutSessions()
{
    Program program;
    program.write("empty.yaml", "version: 1\n");
    const Finished finished = program.run({"run", "empty.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
}

void RunTest::refusesInputsOfUnknownSessions_data()
{
    QTest::addColumn<QStringList>("inputs");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("sentence");
    QTest::newRow("unknown session") << QStringList{"--input", "quite=-"} << 2
                                     << QByteArray("did you mean \"quiet\"?");
    QTest::newRow("no session") << QStringList{"--input", "words.txt"} << 2 << QByteArray("SESSION=FILE");
    QTest::newRow("no file") << QStringList{"--input", "quiet="} << 2 << QByteArray("SESSION=FILE");
    QTest::newRow("stdin twice") << QStringList{"--input", "quiet=-", "--input", "greeter=-"} << 2
                                 << QByteArray("stdin can be read only once");
    QTest::newRow("absent file") << QStringList{"--input", "quiet=absent.txt"} << 1
                                 << QByteArray("cannot read \"absent.txt\"");
    QTest::newRow("a folder") << QStringList{"--input", "quiet=."} << 1 << QByteArray("cannot read \".\"");
}

void RunTest::refusesInputsOfUnknownSessions()
{
    QFETCH(const QStringList, inputs);
    QFETCH(const int, exitCode);
    QFETCH(const QByteArray, sentence);
    Program program;
    program.write("quickstart.yaml", quickstart);
    const Finished finished = program.run(QStringList{"run", "quickstart.yaml", "--until-idle"} + inputs);
    QCOMPARE(finished.exitCode, exitCode);
    QCOMPARE(finished.out, QByteArray());
    QVERIFY2(finished.err.contains(sentence), finished.err.constData());
}

QTEST_GUILESS_MAIN(RunTest)
#include "run_test.moc"
