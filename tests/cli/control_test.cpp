// SPDX-License-Identifier: Apache-2.0
// A host that runs, and what another process tells it and asks of it.
#include "program.h"

#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <csignal>

namespace {

const QByteArray deskYaml = R"(version: 1
host: { name: desk, data_dir: ./data }
limits: { queue_per_session: 2 }
executors: { script: { plugin: scripted, config: { directives: true } } }
sessions:
  alpha: { executor: script, on_start: hello }
  beta: { executor: script }
)";

/// A host that serves, and a client beside it. Each call of ask() is a process of its own.
class Desk
{
public:
    explicit Desk(const QByteArray &yaml = deskYaml)
    {
        host.write(QStringLiteral("desk.yaml"), yaml);
        client.setEnvironment(QStringLiteral("HOME"), host.path({}));
        host.start({"run", "desk.yaml"});
        // What a session is given at its start is answered once all are open.
        if (!host.waitForOut("hello"))
            qFatal("the host did not start");
    }

    Finished ask(QStringList line, const QByteArray &input = {})
    {
        return client.again().run(line << QStringLiteral("--config") << host.path(QStringLiteral("desk.yaml")),
                                  input);
    }
    QJsonObject json(const QStringList &line, int exitCode = 0)
    {
        const Finished finished = ask(line + QStringList{"--json"});
        if (finished.exitCode != exitCode)
            qWarning("%s: %d: %s%s", qPrintable(line.join(u' ')), finished.exitCode, finished.out.constData(),
                     finished.err.constData());
        return finished.exitCode == exitCode ? finished.json() : QJsonObject();
    }
    QJsonObject session(const QString &name)
    {
        for (const QJsonValue &each : json({"status"}).value("sessions").toArray()) {
            if (each.toObject().value("name") == name)
                return each.toObject();
        }
        return {};
    }
    QString socket() const { return host.path(QStringLiteral(".local/state/burrow/run/desk.sock")); }

    Program host;
    Program client;
};

} // namespace

class ControlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aHostTellsItsStatus();
    void anInputIsSentAndItsReceiptPrinted();
    void anAnswerIsWaitedFor();
    void anInputComesFromAFileOrFromStdin();
    void aKeyIsUsedOnce();
    void aRunIsCancelledAndAnotherInterrupted();
    void aFullQueueExitsWithItsCode();
    void waitingEndsInTime();
    void aSessionIsStoppedAndStartedAgain();
    void sessionsAreMeantByTheirBeginning();
    void theListSaysWhatIsNow();
    void everyVerbPrintsItsReceipt_data();
    void everyVerbPrintsItsReceipt();
    void aHostIsToldToGoDown();
    void aHostThatDoesNotAnswerIsGivenUp();
    void whatIsNoInputIsNotSent_data();
    void whatIsNoInputIsNotSent();
    void memoryIsNotTakenForTheStoreOfAnotherHost();
    void withoutAHostTheCommandsSaySo_data();
    void withoutAHostTheCommandsSaySo();
    void anotherHostIsNotTakenForTheOneThatIsMeant();
    void aSocketThatIsTakenKeepsNobodyFromWorking();
    void aNamedSocketThatIsTakenIsAnError();
    void aHostThatWasKilledLeavesNoObstacle();
    void offMeansNoSocket();
    void wrongLinesAreUsageErrors_data();
    void wrongLinesAreUsageErrors();
};

void ControlTest::aHostTellsItsStatus()
{
    Desk desk;
    const Finished finished = desk.ask({"status"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.out.startsWith("host desk (process "), finished.out.constData());
    QVERIFY2(finished.out.contains("\nalpha"), finished.out.constData());
    const QJsonObject status = desk.json({"status"});
    QVERIFY(status.value("live").toBool());
    QCOMPARE(status.value("host").toObject().value("name").toString(), QStringLiteral("desk"));
    QCOMPARE(status.value("sessions").toArray().size(), 2);
}

void ControlTest::anInputIsSentAndItsReceiptPrinted()
{
    Desk desk;
    const Finished finished = desk.ask({"send", "beta", "some", "words"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.out.startsWith("beta: accepted as "), finished.out.constData());
    QTRY_COMPARE_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("consumed").toInt(), 1, 30'000);
    const QJsonObject receipt = desk.json({"send", "beta", "more"});
    QCOMPARE(receipt.value("verdict").toString(), QStringLiteral("accepted"));
    QCOMPARE(receipt.value("session").toString(), QStringLiteral("beta"));
    QCOMPARE(receipt.value("input").toString().size(), 36);
}

void ControlTest::anAnswerIsWaitedFor()
{
    Desk desk;
    const Finished finished = desk.ask({"send", "beta", "hi there", "--wait", "terminal"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.out, QByteArray("hi there\n"));
    QVERIFY2(finished.err.contains("beta: accepted as "), finished.err.constData());
    const QJsonObject receipt = desk.json({"send", "beta", "hi", "--wait", "terminal"});
    QCOMPARE(receipt.value("outcome").toObject().value("text").toString(), QStringLiteral("hi"));
}

void ControlTest::anInputComesFromAFileOrFromStdin()
{
    Desk desk;
    const Finished piped = desk.ask({"send", "beta", "-", "--wait", "terminal"}, "two\nlines\n");
    QCOMPARE(piped.out, QByteArray("two\nlines\n"));
    desk.client.write(QStringLiteral("text.txt"), "from a file\n");
    QCOMPARE(desk.ask({"send", "beta", "--input", "text.txt", "--wait", "terminal"}).out,
             QByteArray("from a file\n"));
    desk.client.write(QStringLiteral("input.json"),
                      R"({"kind":"prompt","text":"as fields","idempotency_key":"k"})");
    QCOMPARE(desk.ask({"send", "beta", "--input", "input.json", "--wait", "terminal"}).out,
             QByteArray("as fields\n"));
    desk.client.write(QStringLiteral("wrong.json"), R"({"kind":"promt","text":"x"})");
    const Finished wrong = desk.ask({"send", "beta", "--input", "wrong.json"});
    QCOMPARE(wrong.exitCode, 2);
    QVERIFY2(wrong.err.contains("prompt"), wrong.err.constData());
}

void ControlTest::aKeyIsUsedOnce()
{
    Desk desk;
    const QStringList line{"send", "beta", "once", "--key", "k", "--wait", "terminal"};
    const QJsonObject first = desk.json(line);
    const QJsonObject again = desk.json(line);
    QCOMPARE(again.value("verdict").toString(), QStringLiteral("deduplicated"));
    QCOMPARE(again.value("existing"), first.value("input"));
    QCOMPARE(again.value("outcome"), first.value("outcome"));
    const QJsonObject other = desk.json({"send", "beta", "other", "--key", "k"}, 7);
    QCOMPARE(other.value("refusal").toString(), QStringLiteral("key_conflict"));
}

void ControlTest::aRunIsCancelledAndAnotherInterrupted()
{
    Desk desk;
    QCOMPARE(desk.ask({"send", "beta", "!hang"}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("state").toString(),
                              QStringLiteral("running"), 30'000);
    const QString run = desk.session(QStringLiteral("beta")).value("run").toString();
    const QJsonObject other = desk.json({"cancel", "beta", "--run", "01890000-0000-7000-8000-000000000000"}, 7);
    QCOMPARE(other.value("refusal").toString(), QStringLiteral("not_current"));
    QCOMPARE(other.value("run").toString(), run);
    const Finished cancelled = desk.ask({"cancel", "beta", "--run", run, "--reason", "enough"});
    QCOMPARE(cancelled.exitCode, 0);
    QVERIFY2(cancelled.out.startsWith("beta: cancel "), cancelled.out.constData());
    QTRY_VERIFY_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("idle").toBool(), 30'000);
    QCOMPARE(desk.ask({"send", "beta", "!hang boundary"}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("state").toString(),
                              QStringLiteral("running"), 30'000);
    QCOMPARE(desk.ask({"interrupt", "beta"}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("idle").toBool(), 30'000);
}

void ControlTest::aFullQueueExitsWithItsCode()
{
    Desk desk;
    QCOMPARE(desk.ask({"send", "beta", "!hang"}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("state").toString(),
                              QStringLiteral("running"), 30'000);
    Finished last;
    for (int count = 0; count < 4 && last.exitCode != 7; ++count)
        last = desk.ask({"send", "beta", "more"});
    QCOMPARE(last.exitCode, 7);
    QVERIFY2(last.err.contains("queue_full"), last.err.constData());
    QVERIFY(last.out.isEmpty());
}

void ControlTest::waitingEndsInTime()
{
    Desk desk;
    const Finished finished = desk.ask({"send", "beta", "!hang", "--wait", "terminal", "--within", "10ms"});
    QCOMPARE(finished.exitCode, 5);
    QVERIFY2(finished.err.contains("goes on"), finished.err.constData());
}

void ControlTest::aSessionIsStoppedAndStartedAgain()
{
    Desk desk;
    QCOMPARE(desk.ask({"stop", "beta", "--reason", "for now"}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("state").toString(),
                              QStringLiteral("stopped"), 30'000);
    const QJsonObject refused = desk.json({"send", "beta", "hello"}, 7);
    QCOMPARE(refused.value("refusal").toString(), QStringLiteral("not_ready"));
    QCOMPARE(refused.value("state").toString(), QStringLiteral("stopped"));
    QCOMPARE(desk.ask({"start", "beta"}).exitCode, 0);
    QCOMPARE(desk.ask({"send", "beta", "again", "--wait", "terminal"}).out, QByteArray("again\n"));
}

void ControlTest::sessionsAreMeantByTheirBeginning()
{
    Desk desk;
    QCOMPARE(desk.json({"send", "be", "x", "--wait", "terminal"}).value("session").toString(),
             QStringLiteral("beta"));
    QCOMPARE(desk.json({"send", "last", "x"}).value("session").toString(), QStringLiteral("beta"));
    const Finished finished = desk.ask({"stop", "gamma"});
    QCOMPARE(finished.exitCode, 1);
    QVERIFY2(finished.err.contains("there is no session \"gamma\""), finished.err.constData());
}

void ControlTest::theListSaysWhatIsNow()
{
    Desk desk;
    QCOMPARE(desk.ask({"send", "beta", "!hang"}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(desk.session(QStringLiteral("beta")).value("state").toString(),
                              QStringLiteral("running"), 30'000);
    const Finished text = desk.ask({"session", "list"});
    QVERIFY2(text.out.contains(": live, as of ") && text.out.contains("; served by desk, process "),
             text.out.constData());
    QJsonObject session;
    const auto isRunning = [&] {
        const QJsonObject shown = desk.json({"session", "show", "beta"});
        session = shown.value("session").toObject();
        return shown.value("live").toBool() && session.value("state") == "running";
    };
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(), 30'000);
    QCOMPARE(session.value("now").toObject().value("wait_reason").toString(), QStringLiteral("running"));
    desk.host.signal(SIGKILL);
    desk.host.finish();
    const QJsonObject stored = desk.json({"session", "show", "beta"});
    QVERIFY(!stored.value("live").toBool(true));
    QVERIFY(stored.value("session").toObject().value("now").isNull());
}

void ControlTest::everyVerbPrintsItsReceipt_data()
{
    QTest::addColumn<QString>("verb");
    for (const char *verb : {"retire", "reset", "recycle", "recover", "destroy", "unregister"})
        QTest::newRow(verb) << QString::fromLatin1(verb);
}

/// What they do is shown elsewhere; here they reach the host, and what it says comes back in both forms.
void ControlTest::everyVerbPrintsItsReceipt()
{
    QFETCH(const QString, verb);
    Desk desk;
    const Finished text = desk.ask({verb, "beta", "--reason", "a test"});
    QVERIFY2(text.exitCode == 0 || text.exitCode == 1 || text.exitCode == 7, text.err.constData());
    const QByteArray sentence = text.exitCode == 0 ? text.out : text.err;
    QVERIFY2(sentence.contains("beta: " + verb.toUtf8() + ' '), sentence.constData());
    const Finished json = desk.ask({verb, "alpha", "--json"});
    QCOMPARE(json.json().value("command").toString(), verb);
    QVERIFY(json.json().contains("verdict"));
}

void ControlTest::aHostIsToldToGoDown()
{
    Desk desk;
    QCOMPARE(desk.ask({"send", "beta", "!hang"}).exitCode, 0);
    const Finished told = desk.ask({"host", "shutdown"});
    QCOMPARE(told.exitCode, 0);
    QVERIFY2(told.out.startsWith("desk (process "), told.out.constData());
    const Finished host = desk.host.finish();
    QVERIFY2(host.err.contains("a client asked for it"), host.err.constData());
    QVERIFY(host.exitCode == 0 || host.exitCode == 4);
    QVERIFY(!QFile::exists(desk.socket()));
    QCOMPARE(desk.ask({"status"}).exitCode, 6);
}

void ControlTest::aHostThatDoesNotAnswerIsGivenUp()
{
    Desk desk;
    desk.host.suspend();
    // Side by side: each waits out its bound.
    Program stop;
    Program why;
    Program list;
    const std::pair<Program *, QStringList> lines[] = {
        {&stop, {"stop", "alpha"}}, {&why, {"why", "alpha", "--json"}}, {&list, {"session", "list"}}};
    for (const auto &[program, line] : lines) {
        program->setEnvironment(QStringLiteral("HOME"), desk.host.path({}));
        program->start(line + QStringList{"--config", desk.host.path(QStringLiteral("desk.yaml"))});
    }
    const Finished stopped = stop.finish();
    QCOMPARE(stopped.exitCode, 6);
    QVERIFY2(stopped.err.contains("does not answer"), stopped.err.constData());
    const Finished explained = why.finish();
    QCOMPARE(explained.exitCode, 0);
    QVERIFY2(explained.err.contains("does not answer"), explained.err.constData());
    QCOMPARE(explained.json().value("code").toString(), QStringLiteral("unserved.unreached"));
    QVERIFY(!explained.json().value("live").toBool(true));
    const Finished listed = list.finish();
    QCOMPARE(listed.exitCode, 0);
    QVERIFY2(listed.err.contains("does not answer"), listed.err.constData());
    QVERIFY2(listed.out.contains("not live") && listed.out.contains("\nalpha"), listed.out.constData());

    desk.host.signal(SIGCONT);
    QTRY_COMPARE_WITH_TIMEOUT(desk.ask({"status"}).exitCode, 0, 30'000);
    desk.host.signal(SIGTERM);
    QCOMPARE(desk.host.finish().exitCode, 0);
}

void ControlTest::whatIsNoInputIsNotSent_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("sentence");
    QTest::newRow("no file") << "" << QByteArray() << QByteArray("--input names no file");
    QTest::newRow("no object") << "list.json" << QByteArray("[1]") << QByteArray("holds no JSON object");
    QTest::newRow("no JSON") << "broken.json" << QByteArray("{") << QByteArray("is no JSON: ");
}

void ControlTest::whatIsNoInputIsNotSent()
{
    QFETCH(const QString, name);
    QFETCH(const QByteArray, content);
    QFETCH(const QByteArray, sentence);
    Program program;
    if (!name.isEmpty())
        program.write(name, content);
    const Finished finished = program.run({"send", "beta", "--input", name});
    QCOMPARE(finished.exitCode, 2);
    QVERIFY2(finished.err.contains(sentence), finished.err.constData());
}

void ControlTest::memoryIsNotTakenForTheStoreOfAnotherHost()
{
    Desk desk;
    desk.client.write(QStringLiteral("memory.yaml"), deskYaml + "store: { kind: memory }\n");
    const Finished finished = desk.client.again().run({"stop", "alpha", "--config", "memory.yaml"});
    QCOMPARE(finished.exitCode, 6);
    QVERIFY2(finished.err.contains("is another one") && finished.err.contains("memory.yaml in memory"),
             finished.err.constData());
}

void ControlTest::withoutAHostTheCommandsSaySo_data()
{
    QTest::addColumn<QStringList>("line");
    QTest::newRow("send") << QStringList{"send", "alpha", "hello"};
    QTest::newRow("cancel") << QStringList{"cancel", "alpha"};
    QTest::newRow("stop") << QStringList{"stop", "alpha"};
    QTest::newRow("status") << QStringList{"status"};
    QTest::newRow("shutdown") << QStringList{"host", "shutdown"};
}

void ControlTest::withoutAHostTheCommandsSaySo()
{
    QFETCH(const QStringList, line);
    Program program;
    const Finished text = program.run(line);
    QCOMPARE(text.exitCode, 6);
    QVERIFY2(text.err.contains("no host is reached at "), text.err.constData());
    const Finished json = program.again().run(line + QStringList{"--json"});
    QCOMPARE(json.exitCode, 6);
    QCOMPARE(json.json().value("error").toObject().value("exit_code").toInt(), 6);
}

void ControlTest::anotherHostIsNotTakenForTheOneThatIsMeant()
{
    Desk desk;
    desk.client.write(QStringLiteral("other.yaml"), QByteArray(deskYaml).replace("./data", "./elsewhere"));
    const Finished finished = desk.client.again().run({"stop", "alpha", "--config", "other.yaml"});
    QCOMPARE(finished.exitCode, 6);
    QVERIFY2(finished.err.contains("is another one"), finished.err.constData());
}

void ControlTest::aSocketThatIsTakenKeepsNobodyFromWorking()
{
    Desk desk;
    desk.client.write(QStringLiteral("other.yaml"), QByteArray(deskYaml).replace("./data", "./elsewhere"));
    const Finished finished = desk.client.again().run({"run", "other.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.err.contains("no client can reach this host: ")
                 && finished.err.contains("by desk, process "),
             finished.err.constData());
    QCOMPARE(desk.ask({"status"}).exitCode, 0);
}

void ControlTest::aNamedSocketThatIsTakenIsAnError()
{
    Desk desk;
    desk.client.write(QStringLiteral("other.yaml"), QByteArray(deskYaml).replace("./data", "./elsewhere")
                                                        + "control: { socket: \""
                                                        + QFile::encodeName(desk.socket()) + "\" }\n");
    const Finished finished = desk.client.again().run({"run", "other.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 7);
    QVERIFY2(finished.err.contains("is served already, by desk, process "), finished.err.constData());
}

void ControlTest::aHostThatWasKilledLeavesNoObstacle()
{
    Desk desk;
    desk.host.signal(SIGKILL);
    desk.host.finish();
    QVERIFY(QFile::exists(desk.socket()));
    QCOMPARE(desk.ask({"status"}).exitCode, 6);
    desk.host.again().start({"run", "desk.yaml"});
    QTRY_COMPARE_WITH_TIMEOUT(desk.ask({"status"}).exitCode, 0, 30'000);
}

void ControlTest::offMeansNoSocket()
{
    Desk desk(deskYaml + "control: { socket: off }\n");
    const Finished finished = desk.ask({"status"});
    QCOMPARE(finished.exitCode, 6);
    QVERIFY2(finished.err.contains("control.socket is off"), finished.err.constData());
    QVERIFY(!QFile::exists(desk.socket()));
}

void ControlTest::wrongLinesAreUsageErrors_data()
{
    QTest::addColumn<QStringList>("line");
    QTest::addColumn<QByteArray>("sentence");
    const auto row = [](const char *name, const QStringList &line, const char *sentence) {
        QTest::newRow(name) << line << QByteArray(sentence);
    };
    row("nothing to send", {"send", "alpha"}, "what is sent?");
    row("two things to send", {"send", "alpha", "x", "--input", "y"}, "what is sent?");
    row("no time", {"send", "alpha", "x", "--wait", "terminal", "--within", "3"}, "--within is \"3\"");
    row("a time for nothing", {"send", "alpha", "x", "--within", "3s"}, "--wait terminal");
    row("two hosts", {"status", "--socket", "x", "--config", "y"}, "give one of them");
}

void ControlTest::wrongLinesAreUsageErrors()
{
    QFETCH(const QStringList, line);
    QFETCH(const QByteArray, sentence);
    Program program;
    const Finished finished = program.run(line);
    QCOMPARE(finished.exitCode, 2);
    QVERIFY2(finished.err.contains(sentence), finished.err.constData());
}

QTEST_GUILESS_MAIN(ControlTest)
#include "control_test.moc"
