// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <csignal>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

const QByteArray parrot = R"(version: 1
executors:
  parrot: { plugin: echo }
  script: { plugin: scripted, config: { directives: true } }
limits: { queue_per_session: 10 }
sessions:
  bird: { executor: parrot }
  actor: { executor: script, retry: { backoff: 1ms } }
)";

QByteArray numbered(int count)
{
    QByteArray lines;
    for (int number = 1; number <= count; ++number)
        lines += "line " + QByteArray::number(number) + '\n';
    return lines;
}

// The answers on stdout, without the closing table.
QByteArray answersOf(const Finished &finished)
{
    const qsizetype table = finished.out.indexOf("\nSESSION");
    return table < 0 ? finished.out : finished.out.left(table);
}

QByteArray spoken(const QByteArray &session, const QByteArray &lines)
{
    QByteArray out;
    for (const QByteArray &line : lines.split('\n'))
        out += line.isEmpty() ? QByteArray() : session + " │ " + line + '\n';
    return out;
}

const QStringList untilIdle{"run", "parrot.yaml", "--until-idle"};

} // namespace

class InputsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void feedsAFile();
    void feedsStdinAsItComes();
    void feedsFilesOfASessionOneAfterTheOther();
    void feedsANamedPipe();
    void leavesBadLinesOut();
    void answersAThousandInputsInOrderWithASmallQueue();
    void answersARepeatedKeyOnce();
    void refusesAKeyWithOtherContent();
    void keepsTheLinesOfAnAnswerTogether();
    void tellsWhatWasCancelled();
    void waitsForRoomThatOthersTake();
    void hearsSignalsWhileItsReaderPauses();
};

void InputsTest::feedsAFile()
{
    Program program;
    program.write("parrot.yaml", parrot);
    // CRLF, blank lines and a last line without its end.
    program.write("words.txt", "one\r\n\n  two  \n\t\nthree");
    const Finished finished = program.run(untilIdle + QStringList{"--input", "bird=words.txt"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QCOMPARE(answersOf(finished), QByteArray("bird  │ one\nbird  │   two  \nbird  │ three\n"));
}

void InputsTest::feedsStdinAsItComes()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.start(untilIdle + QStringList{"--input", "bird=-"});
    program.feed("one\nhal");
    QVERIFY(program.waitForOut("bird  │ one\n"));
    program.feed("f\n");
    QVERIFY(program.waitForOut("bird  │ half\n"));
    QVERIFY(program.isRunning());
    program.feed("end", Program::Stdin::Close);
    const Finished finished = program.finish();
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(answersOf(finished), QByteArray("bird  │ one\nbird  │ half\nbird  │ end\n"));
}

void InputsTest::feedsFilesOfASessionOneAfterTheOther()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.write("first.txt", numbered(200));
    program.write("second.txt", "second\n");
    const Finished finished = program.run(
        untilIdle + QStringList{"--input", "bird=first.txt", "--input", "bird=-", "--input", "bird=second.txt"},
        "between\n");
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(answersOf(finished), spoken("bird ", numbered(200) + "between\nsecond\n"));
}

void InputsTest::feedsANamedPipe()
{
    Program program;
    program.write("parrot.yaml", parrot);
    const QString pipe = program.path("pipe");
    QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
    program.start(untilIdle + QStringList{"--input", "bird=pipe"});
    QFile writer(pipe);
    // Opens when the program has opened the other end.
    QVERIFY(writer.open(QIODevice::WriteOnly));
    writer.write("through a pipe\n");
    writer.flush();
    QVERIFY(program.waitForOut("bird  │ through a pipe\n"));
    QVERIFY(program.isRunning());
    writer.close();
    QCOMPARE(program.finish().exitCode, 0);
}

void InputsTest::leavesBadLinesOut()
{
    const QByteArray lines =
        "{\"text\": \"one\"}\n{\"text\": \"two\", \"txet\": 1}\nnot json\n{\"text\": \"four\"}\n";
    for (const bool json : {false, true}) {
        Program program;
        program.write("parrot.yaml", parrot);
        program.write("lines.jsonl", lines);
        const Finished finished = program.run(untilIdle + QStringList{"--input", "bird=lines.jsonl"}
                                              + (json ? QStringList{"--json"} : QStringList{}));
        QCOMPARE(finished.exitCode, 1);
        QVERIFY2(finished.err.contains("lines.jsonl:2:17: error[BUR2005]"), finished.err.constData());
        QVERIFY2(finished.err.contains("lines.jsonl:3:"), finished.err.constData());
        if (json) {
            QCOMPARE(finished.json().value("answers").toArray().size(), 2);
            QCOMPARE(finished.json().value("findings").toArray().size(), 2);
            QCOMPARE(finished.json().value("answers").toArray().at(1).toObject().value("place"),
                     QJsonValue("lines.jsonl:4"));
        } else {
            QCOMPARE(answersOf(finished), QByteArray("bird  │ one\nbird  │ four\n"));
        }
    }
}

void InputsTest::answersAThousandInputsInOrderWithASmallQueue()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.write("many.txt", numbered(1000));
    const Finished finished = program.run(untilIdle + QStringList{"--input", "bird=many.txt"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QCOMPARE(answersOf(finished), spoken("bird ", numbered(1000)));
}

void InputsTest::answersARepeatedKeyOnce()
{
    Program program;
    program.write("parrot.yaml", parrot);
    const QByteArray line = "{\"text\": \"once\", \"idempotency_key\": \"k\"}\n";
    program.write("keys.jsonl", line + line + "{\"text\": \"more\"}\n" + line);
    const Finished finished = program.run(untilIdle + QStringList{"--input", "bird=keys.jsonl", "--json"});
    QCOMPARE(finished.exitCode, 0);
    const QJsonArray answers = finished.json().value("answers").toArray();
    QCOMPARE(answers.size(), 4);
    int accepted = 0;
    for (const QJsonValue &each : answers) {
        const QJsonObject answer = each.toObject();
        QCOMPARE(answer.value("outcome"), QJsonValue("completed"));
        accepted += answer.value("verdict") == QJsonValue("accepted") ? 1 : 0;
    }
    QCOMPARE(accepted, 2);

    Program another;
    another.write("parrot.yaml", parrot);
    another.write("keys.jsonl", line + line + line);
    const Finished text = another.run(untilIdle + QStringList{"--input", "bird=keys.jsonl"});
    QCOMPARE(text.exitCode, 0);
    QCOMPARE(answersOf(text), QByteArray("bird  │ once\n"));
}

void InputsTest::refusesAKeyWithOtherContent()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.write("keys.jsonl", "{\"text\": \"one\", \"idempotency_key\": \"k\"}\n"
                                "{\"text\": \"two\", \"idempotency_key\": \"k\"}\n");
    const Finished finished = program.run(untilIdle + QStringList{"--input", "bird=keys.jsonl"});
    QCOMPARE(finished.exitCode, 7);
    QVERIFY2(finished.err.contains("bird: keys.jsonl:2 was refused: "), finished.err.constData());
    QCOMPARE(answersOf(finished), QByteArray("bird  │ one\n"));
}

void InputsTest::keepsTheLinesOfAnAnswerTogether()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.write("lines.jsonl", "{\"text\": \"first\\n\\nthird\\n\"}\n");
    program.write("calls.txt", "!callback ask {\"who\": 1}\n!none\n");
    const Finished finished =
        program.run(untilIdle + QStringList{"--input", "bird=lines.jsonl", "--input", "actor=calls.txt"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.out.contains("bird  │ first\nbird  │ \nbird  │ third\n"), finished.out.constData());
    // What an executor asks to be called back for is its answer.
    QVERIFY2(finished.out.contains("actor │ {"), finished.out.constData());
    QCOMPARE(answersOf(finished).count("actor │"), 1);
}

void InputsTest::tellsWhatWasCancelled()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.write("lines.txt", "!cancelled\nnext\n");
    const Finished finished = program.run(untilIdle + QStringList{"--input", "actor=lines.txt", "--json"});
    const QJsonArray answers = finished.json().value("answers").toArray();
    QCOMPARE(answers.size(), 2);
    QCOMPARE(answers.at(1).toObject().value("outcome"), QJsonValue("completed"));
    const QString first = answers.at(0).toObject().value("outcome").toString();
    QCOMPARE(finished.exitCode, first == QLatin1String("cancelled") ? 4 : 3);
}

void InputsTest::waitsForRoomThatOthersTake()
{
    // on_start alone has more inputs than the queue holds.
    QByteArray starts;
    for (int number = 1; number <= 25; ++number)
        starts += (number > 1 ? ", " : "") + QByteArray("start ") + QByteArray::number(number);
    Program program;
    program.write("full.yaml",
                  "version: 1\nlimits: { queue_per_session: 1 }\nexecutors: { parrot: { plugin: echo } }\n"
                  "sessions: { bird: { executor: parrot, on_start: ["
                      + starts + "] } }\n");
    program.write("words.txt", numbered(25));
    const Finished finished = program.run({"run", "full.yaml", "--until-idle", "--input", "bird=words.txt"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QCOMPARE(answersOf(finished), spoken("bird", starts.replace(", ", "\n") + '\n' + numbered(25)));
}

void InputsTest::hearsSignalsWhileItsReaderPauses()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.write("many.txt", QByteArray(1000, 'x').append('\n').repeated(4000));
    const QByteArray pipe = QFile::encodeName(program.path("out"));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    const int reader = ::open(pipe.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    program.startInShell(QStringLiteral("exec \"$@\" > out"),
                         {"run", "parrot.yaml", "--input", "bird=many.txt", "--until-idle"});
    const auto waiting = [reader] {
        int bytes = 0;
        return ::ioctl(reader, FIONREAD, &bytes) == 0 ? bytes : 0;
    };
    constexpr int nearly_full = 60'000;
    QTRY_VERIFY_WITH_TIMEOUT(waiting() >= nearly_full, 30'000);

    program.signal(SIGINT);
    QVERIFY(program.waitForErr("shutting down; press again"));
    // What is left to do is to write; that is waited for, until somebody insists.
    program.signal(SIGINT);
    QVERIFY(program.waitForErr("leaving at once"));
    const Finished finished = program.finish();
    QCOMPARE(finished.exitCode, 4);
    ::close(reader);
}

QTEST_GUILESS_MAIN(InputsTest)
#include "inputs_test.moc"
