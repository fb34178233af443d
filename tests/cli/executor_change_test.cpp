// SPDX-License-Identifier: Apache-2.0
// A configuration that gives a session another executor between two runs.
#include "program.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

namespace {

const QByteArray yaml = R"(version: 1
store: { path: pets.db }
executors:
  talker: { plugin: scripted, config: { script: [ { answer: "talked", snapshot: "what was said" } ] } }
  teller: { plugin: scripted, config: { script: [ { state: true } ], repeat: last } }
  parrot: { plugin: echo }
sessions:
  bird: { executor: EXECUTOR, on_start: INPUT }
)";

/// Runs it with that executor and one input that no run before had.
Finished runWith(Program &program, const QByteArray &executor, const QByteArray &input,
                 const QStringList &options = {})
{
    program.write("pets.yaml", QByteArray(yaml).replace("EXECUTOR", executor).replace("INPUT", input));
    return program.again().run(QStringList{"run", "pets.yaml", "--until-idle"} + options);
}

QList<QJsonObject> eventsOf(const Finished &finished, const QString &code)
{
    QList<QJsonObject> events;
    for (const QByteArray &line : finished.outLines()) {
        const QJsonObject event = QJsonDocument::fromJson(line).object();
        if (event.value("event") == code)
            events.append(event);
    }
    return events;
}

QJsonObject identity(const char *name, const char *plugin)
{
    return {{"name", name}, {"plugin", plugin}};
}

} // namespace

class ExecutorChangeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isAnEventOfTheRunThatFollows();
    void isToldToPeopleAndInTheLog();
    void isShownWithTheSession();
    void leavesTheSnapshotToItsPlugin();
    void isNoneWhileAllStaysAsItWas();
};

void ExecutorChangeTest::isAnEventOfTheRunThatFollows()
{
    Program program;
    QVERIFY(eventsOf(runWith(program, "talker", "first", {"--jsonl"}), "executor.changed").isEmpty());
    const Finished second = runWith(program, "parrot", "second", {"--jsonl"});
    QCOMPARE(second.exitCode, 0);
    const QList<QJsonObject> changes = eventsOf(second, "executor.changed");
    QCOMPARE(changes.size(), 1);
    QCOMPARE(changes[0].value("session"), QJsonValue("bird"));
    QCOMPARE(changes[0].value("from"), QJsonValue("talker"));
    QCOMPARE(changes[0].value("from_plugin"), QJsonValue("scripted"));
    QCOMPARE(changes[0].value("to"), QJsonValue("parrot"));
    QCOMPARE(changes[0].value("to_plugin"), QJsonValue("echo"));
    QVERIFY(changes[0].value("detail").toString().contains("the snapshot of plugin scripted is kept"));
    QCOMPARE(eventsOf(second, "answer").size(), 1);
    QCOMPARE(eventsOf(second, "answer")[0].value("text"), QJsonValue("second"));
    QVERIFY2(eventsOf(runWith(program, "parrot", "third", {"--jsonl"}), "executor.changed").isEmpty(),
             "it is told once");
}

void ExecutorChangeTest::isToldToPeopleAndInTheLog()
{
    Program program;
    runWith(program, "talker", "first");
    const Finished second = runWith(program, "parrot", "second", {"--log-level=info"});
    QVERIFY2(
        second.err.contains("burrow: bird: the executor is another one: \"parrot\" (plugin echo) runs it from "
                            "now on; before, \"talker\" (plugin scripted) did"),
        second.err.constData());
    QVERIFY2(second.err.contains("executor.changed"), second.err.constData());
}

void ExecutorChangeTest::isShownWithTheSession()
{
    Program program;
    runWith(program, "talker", "first");
    program.write("pets.yaml", QByteArray(yaml).replace("EXECUTOR", "parrot").replace("INPUT", "second"));
    const Finished text = program.again().run({"session", "show", "bird", "--config", "pets.yaml"});
    QCOMPARE(text.exitCode, 0);
    QVERIFY2(text.out.contains("so far run by talker (plugin scripted)"), text.out.constData());
    const QJsonObject before = program.again()
                                   .run({"session", "show", "bird", "--config", "pets.yaml", "--json"})
                                   .json()
                                   .value("session")
                                   .toObject();
    QCOMPARE(before.value("executor"), QJsonValue("parrot"));
    QCOMPARE(before.value("last_executor"), QJsonValue(identity("talker", "scripted")));
    runWith(program, "parrot", "second");
    const Finished after = program.again().run({"session", "show", "bird", "--config", "pets.yaml"});
    QVERIFY2(!after.out.contains("so far run by"), after.out.constData());
    QCOMPARE(program.again().run({"storage", "check", "--config", "pets.yaml"}).exitCode, 0);
}

void ExecutorChangeTest::leavesTheSnapshotToItsPlugin()
{
    Program program;
    runWith(program, "talker", "first");
    runWith(program, "parrot", "second");
    const Finished third = runWith(program, "teller", "third", {"--jsonl"});
    QCOMPARE(eventsOf(third, "executor.changed").size(), 1);
    QCOMPARE(eventsOf(third, "answer").size(), 1);
    QCOMPARE(eventsOf(third, "answer")[0].value("text"), QJsonValue("what was said"));
}

void ExecutorChangeTest::isNoneWhileAllStaysAsItWas()
{
    Program program;
    runWith(program, "talker", "first");
    QVERIFY(eventsOf(runWith(program, "talker", "second", {"--jsonl"}), "executor.changed").isEmpty());
}

QTEST_GUILESS_MAIN(ExecutorChangeTest)
#include "executor_change_test.moc"
