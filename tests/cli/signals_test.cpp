// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QJsonArray>
#include <QtTest>

#include <csignal>

namespace {

// A session whose one input runs a program that ends only when it is killed. `pipe` is held by that program.
QByteArray hanging(const QString &holder, const QByteArray &shutdownTimeout)
{
    return "version: 1\nhost: { shutdown_timeout: " + shutdownTimeout + R"( }
executors:
  stuck:
    plugin: command
    config:
      grace_ms: 0
      argv: [sh, -c, ")"
           + holder.toUtf8() + R"( exec sleep 1000"]
sessions:
  patient: { executor: stuck, on_start: work }
)";
}

const QByteArray parrot = R"(version: 1
executors:
  parrot: { plugin: echo }
sessions:
  bird: { executor: parrot }
)";

} // namespace

class SignalsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void servesUntilToldToLeave_data();
    void servesUntilToldToLeave();
    void endsHangingWorkInOrder();
    void leavesAtOnceWhenAskedTwice();
    void keepsOnlyAnswersOnStdoutWhenInterrupted();
    void shutsDownWhenNobodyReads();
    void staysIgnorantOfASignalThatWasIgnored();
};

void SignalsTest::servesUntilToldToLeave_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("INT") << SIGINT;
    QTest::newRow("TERM") << SIGTERM;
    QTest::newRow("HUP") << SIGHUP;
}

void SignalsTest::servesUntilToldToLeave()
{
    QFETCH(const int, number);
    Program program;
    program.write("parrot.yaml", parrot);
    program.start({"run", "parrot.yaml", "--input", "bird=-"});
    program.feed("hello\n");
    QVERIFY(program.waitForOut("bird │ hello\n"));
    program.feed("again\n", Program::Stdin::Close);
    QVERIFY(program.waitForOut("bird │ again\n"));
    QVERIFY(program.isRunning());

    program.signal(number);
    const Finished finished = program.finish();
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.out, QByteArray("bird │ hello\nbird │ again\n"));
    QCOMPARE(finished.err, QByteArray("burrow: shutting down; press again to leave at once\n"));
}

void SignalsTest::endsHangingWorkInOrder()
{
    Program program;
    LifeLine lifeLine(program.path("alive"));
    program.write("hanging.yaml", hanging(lifeLine.holder(), "100ms"));
    program.start({"run", "hanging.yaml"});
    QVERIFY(lifeLine.waitUntilAlive());

    program.signal(SIGINT);
    const Finished finished = program.finish();
    QCOMPARE(finished.exitCode, 4);
    QVERIFY2(finished.err.contains("shutting down; press again"), finished.err.constData());
    QVERIFY2(finished.err.contains("patient: 1 input left open"), finished.err.constData());
    QCOMPARE(finished.out, QByteArray());
    QVERIFY(lifeLine.waitUntilGone());
}

void SignalsTest::leavesAtOnceWhenAskedTwice()
{
    Program program;
    LifeLine lifeLine(program.path("alive"));
    program.write("hanging.yaml", hanging(lifeLine.holder(), "1h"));
    program.start({"run", "hanging.yaml", "--until-idle"});
    QVERIFY(lifeLine.waitUntilAlive());

    program.signal(SIGINT);
    QVERIFY(program.waitForErr("press again"));
    QVERIFY(program.isRunning());
    program.signal(SIGINT);
    const Finished finished = program.finish();
    QCOMPARE(finished.exitCode, 4);
    QVERIFY2(finished.err.contains("leaving at once"), finished.err.constData());
    QVERIFY(lifeLine.waitUntilGone());
}

void SignalsTest::keepsOnlyAnswersOnStdoutWhenInterrupted()
{
    Program program;
    LifeLine lifeLine(program.path("alive"));
    program.write("hanging.yaml", hanging(lifeLine.holder(), "100ms"));
    program.start({"run", "hanging.yaml", "--json"});
    QVERIFY(lifeLine.waitUntilAlive());
    program.signal(SIGTERM);
    const Finished finished = program.finish();
    const QJsonObject patient = finished.json().value("sessions").toArray().at(0).toObject();
    QCOMPARE(patient.value("name"), QJsonValue("patient"));
    QCOMPARE(patient.value("open"), QJsonValue(1));
    QCOMPARE(finished.json().value("exit_code"), QJsonValue(4));
}

void SignalsTest::shutsDownWhenNobodyReads()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.write("many.txt", QByteArray("line\n").repeated(10'000));
    // `head` leaves after the first line; the status of the program itself goes to stderr.
    program.startInShell(QStringLiteral("{ \"$@\"; echo \"status $?\" >&2; } | head -n 1"),
                         {"run", "parrot.yaml", "--input", "bird=many.txt"});
    const Finished finished = program.finish();
    QCOMPARE(finished.out, QByteArray("bird │ line\n"));
    QVERIFY2(finished.err.contains("nobody reads the answers any more; shutting down\n"),
             finished.err.constData());
    QVERIFY2(finished.err.contains("status 4\n"), finished.err.constData());
}

void SignalsTest::staysIgnorantOfASignalThatWasIgnored()
{
    Program program;
    program.write("parrot.yaml", parrot);
    program.startInShell(QStringLiteral("trap '' HUP; exec \"$@\""),
                         {"run", "parrot.yaml", "--input", "bird=-"});
    program.feed("one\n");
    QVERIFY(program.waitForOut("one\n"));
    program.signal(SIGHUP);
    program.feed("two\n");
    QVERIFY(program.waitForOut("two\n"));
    program.signal(SIGINT);
    QCOMPARE(program.finish().exitCode, 0);
}

QTEST_GUILESS_MAIN(SignalsTest)
#include "signals_test.moc"
