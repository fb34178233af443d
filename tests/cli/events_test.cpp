// SPDX-License-Identifier: Apache-2.0
// `run --jsonl`: what happens, one object a line, as it happens.
#include "program.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <csignal>

namespace {

const QByteArray pets = R"(version: 1
executors:
  parrot: { plugin: echo }
  broken: { plugin: command, config: { argv: ["false"] } }
  chatty: { plugin: scripted, config: { repeat: last, script: [ { answer: two words, chunks: 2 } ] } }
sessions:
  bird: { executor: parrot, on_start: hello }
  cat: { executor: chatty, on_start: hello }
  mole: { executor: broken, on_start: dig, retry: { backoff: 1ms } }
)";

QList<QJsonObject> eventsOf(const QByteArray &out)
{
    QList<QJsonObject> events;
    for (const QByteArray &line : Finished{.out = out}.outLines()) {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(line, &error);
        if (!document.isObject())
            qWarning("not an object: %s", line.constData());
        events.append(document.object());
    }
    return events;
}

QStringList namesOf(const QList<QJsonObject> &events, const QString &session)
{
    QStringList names;
    for (const QJsonObject &event : events) {
        if (event.value("session") == session)
            names += event.value("event").toString();
    }
    return names;
}

QJsonObject first(const QList<QJsonObject> &events, const QString &name, const QString &session = {})
{
    for (const QJsonObject &event : events) {
        if (event.value("event") == name && (session.isEmpty() || event.value("session") == session))
            return event;
    }
    return {};
}

} // namespace

class EventsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsTheLifeOfAnInputInOrder();
    void tellsWhatAnExecutorSaysMeanwhile();
    void tellsWhatFailed();
    void comesAsItHappens();
    void saysWhatWasRecovered();
    void endsWithASummaryAlsoWhenNothingRan();
    void isNotBothFormsAtOnce();
    void losesNoInputWhenNobodyReads();
    void aSlowReaderGetsTheAnswersAndTheSummary();
};

void EventsTest::tellsTheLifeOfAnInputInOrder()
{
    Program program;
    program.write("pets.yaml", pets);
    const Finished finished = program.run({"run", "pets.yaml", "--until-idle", "--jsonl"});
    QCOMPARE(finished.exitCode, 3);
    const QList<QJsonObject> events = eventsOf(finished.out);
    for (const QJsonObject &event : events) {
        QVERIFY(!event.value("event").toString().isEmpty());
        QVERIFY(QDateTime::fromString(event.value("time").toString(), Qt::ISODateWithMs).isValid());
    }
    QCOMPARE(events.front().value("event"), QJsonValue("started"));
    QCOMPARE(events.front().value("sessions").toArray().size(), 3);
    QStringList life = namesOf(events, "bird");
    life.removeAll("runtime.state_changed");
    life.removeAll("progress.begun");
    life.removeAll("progress.text_delta");
    life.removeAll("answer"); // Comes by another way, once the input has been consumed.
    QCOMPARE(life, (QStringList{"input.accepted", "input.queued", "input.staged", "run.started",
                                "input.applied", "input.consumed", "run.completed"}));
    const QJsonObject answer = first(events, "answer", "bird");
    QCOMPARE(answer.value("text"), QJsonValue("hello"));
    QCOMPARE(answer.value("outcome"), QJsonValue("completed"));
    QCOMPARE(answer.value("input"), first(events, "input.accepted", "bird").value("input"));
    QCOMPARE(answer.value("run"), first(events, "run.started", "bird").value("run"));
    const QJsonObject changed = first(events, "runtime.state_changed", "bird");
    QCOMPARE(changed.value("from"), QJsonValue("initializing"));
    QCOMPARE(changed.value("to"), QJsonValue("idle"));
    QCOMPARE(events.back().value("event"), QJsonValue("summary"));
    QCOMPARE(events.back().value("exit_code"), QJsonValue(3));
    QCOMPARE(events.back().value("sessions").toArray().size(), 3);
    QVERIFY(!events.back().contains("answers"));
}

void EventsTest::tellsWhatAnExecutorSaysMeanwhile()
{
    Program program;
    program.write("pets.yaml", pets);
    const QList<QJsonObject> events =
        eventsOf(program.run({"run", "pets.yaml", "--until-idle", "--jsonl"}).out);
    QString text;
    for (const QJsonObject &event : events) {
        if (event.value("session") == "cat" && event.value("event") == "progress.text_delta") {
            QCOMPARE(event.value("run"), first(events, "run.started", "cat").value("run"));
            text += event.value("text").toString();
        }
    }
    QCOMPARE(text, QStringLiteral("two words"));
}

void EventsTest::tellsWhatFailed()
{
    Program program;
    program.write("pets.yaml", pets);
    const QList<QJsonObject> events =
        eventsOf(program.run({"run", "pets.yaml", "--until-idle", "--jsonl"}).out);
    const QStringList life = namesOf(events, "mole");
    QCOMPARE(life.count("run.failed"), 3);
    QCOMPARE(life.count("input.abandoned"), 1);
    QVERIFY(!first(events, "run.failed", "mole").value("detail").toString().isEmpty());
    QCOMPARE(first(events, "answer", "mole").value("outcome"), QJsonValue("abandoned_with_error"));
}

void EventsTest::comesAsItHappens()
{
    Program program;
    program.write("pets.yaml", pets);
    program.start({"run", "pets.yaml", "--jsonl", "--input", "bird=-"});
    program.feed("while you watch\n");
    QVERIFY(program.waitForOut("\"text\":\"while you watch\""));
    QVERIFY(program.isRunning());
    program.signal(SIGINT);
    const Finished finished = program.finish();
    QCOMPARE(eventsOf(finished.out).back().value("event"), QJsonValue("summary"));
}

void EventsTest::saysWhatWasRecovered()
{
    Program program;
    program.write("pets.yaml", pets);
    QVERIFY(
        !program.run({"run", "pets.yaml", "--until-idle", "--jsonl"}).out.contains("\"event\":\"recovered\""));
    const QList<QJsonObject> events =
        eventsOf(program.again().run({"run", "pets.yaml", "--until-idle", "--jsonl"}).out);
    const QJsonObject recovered = first(events, "recovered");
    QCOMPARE(recovered.value("sessions"), QJsonValue(3));
    QCOMPARE(recovered.value("orderly"), QJsonValue(true));
    QCOMPARE(first(events, "answer", "bird").value("kept"), QJsonValue(true));
}

void EventsTest::endsWithASummaryAlsoWhenNothingRan()
{
    Program program;
    program.write("wrong.yaml", "version: 1\nsessions: { a: { executor: nobody } }\n");
    const Finished finished = program.run({"run", "wrong.yaml", "--jsonl"});
    QCOMPARE(finished.exitCode, 78);
    const QList<QJsonObject> events = eventsOf(finished.out);
    QCOMPARE(events.size(), 1);
    QCOMPARE(events.front().value("event"), QJsonValue("summary"));
    QCOMPARE(events.front().value("findings").toArray().size(), 1);
}

void EventsTest::isNotBothFormsAtOnce()
{
    const Finished finished = Program().run({"run", "x.yaml", "--json", "--jsonl"});
    QCOMPARE(finished.exitCode, 2);
    QCOMPARE(finished.out, QByteArray());
}

void EventsTest::losesNoInputWhenNobodyReads()
{
    Program program;
    program.write(
        "pets.yaml",
        "version: 1\nexecutors: { parrot: { plugin: echo } }\nsessions: { bird: { executor: parrot } }\n");
    QByteArray lines;
    for (int number = 0; number < 300; ++number)
        lines += "{\"text\": \"input " + QByteArray::number(number) + "\", \"idempotency_key\": \"k"
                 + QByteArray::number(number) + "\"}\n";
    program.write("many.jsonl", lines);
    // The reader takes one line and leaves; the shell tells how the program ended.
    program.startInShell(QStringLiteral("{ \"$@\"; echo \"ended $?\" >&2; } | head -n 1"),
                         {"run", "pets.yaml", "--until-idle", "--jsonl", "--input", "bird=many.jsonl"});
    program.feed({}, Program::Stdin::Close);
    const Finished cut = program.finish();
    QVERIFY2(cut.err.contains("nobody reads the answers any more; shutting down"), cut.err.constData());
    QVERIFY2(cut.err.contains("ended 4") || cut.err.contains("ended 0"), cut.err.constData());

    // The same again: what was accepted before is there, and every input has ended once.
    const Finished again =
        program.again().run({"run", "pets.yaml", "--until-idle", "--jsonl", "--input", "bird=many.jsonl"});
    QCOMPARE(again.exitCode, 0);
    const QJsonArray inputs = program.again()
                                  .run({"session", "show", "bird", "--config", "pets.yaml", "--json"})
                                  .json()
                                  .value("session")
                                  .toObject()
                                  .value("input_list")
                                  .toArray();
    QCOMPARE(inputs.size(), 300);
    for (const QJsonValue &input : inputs)
        QCOMPARE(input.toObject().value("outcome"), QJsonValue("completed"));
}

void EventsTest::aSlowReaderGetsTheAnswersAndTheSummary()
{
    Program program;
    // Far more is said than may wait for a reader.
    program.write(
        "flood.yaml",
        "version: 1\nexecutors:\n  e: { plugin: scripted, config: { repeat: last, script: [ { answer: \""
            + QByteArray(100'000, 'x')
            + "\", chunks: 500 } ] } }\n"
              "sessions: { s: { executor: e } }\n");
    QByteArray lines;
    for (int number = 0; number < 60; ++number)
        lines += "go " + QByteArray::number(number) + '\n';
    program.write("many.txt", lines);
    // The reader takes one line and then none, until the shell's own stdin ends.
    program.startInShell(QStringLiteral("exec 3<&0; \"$@\" < /dev/null | "
                                        "{ read -r first; echo \"$first\"; read -r word <&3; cat; }"),
                         {"run", "flood.yaml", "--until-idle", "--jsonl", "--input", "s=many.txt"});
    QVERIFY(program.waitForOut("started"));
    program.feed({}, Program::Stdin::Close);
    const QList<QJsonObject> events = eventsOf(program.finish().out);
    QCOMPARE(events.back().value("event"), QJsonValue("summary"));
    QCOMPARE(events.back().value("exit_code"), QJsonValue(0));
}

QTEST_GUILESS_MAIN(EventsTest)
#include "events_test.moc"
