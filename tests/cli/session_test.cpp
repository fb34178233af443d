// SPDX-License-Identifier: Apache-2.0
// The commands that look into a store without serving it.
#include "program.h"

#include <QDir>
#include <QJsonArray>
#include <QtTest>

#include <csignal>

namespace {

const QByteArray yaml = R"(version: 1
host: { name: desk }
store: { path: pets.db }
executors:
  parrot: { plugin: echo }
  broken: { plugin: command, config: { argv: ["false"] } }
sessions:
  bird: { executor: parrot, on_start: [hello, good day] }
  mole: { executor: broken, on_start: dig, retry: { backoff: 1ms } }
)";

/// A program in whose directory a host has served pets.yaml and ended.
class Served : public Program
{
public:
    Served()
    {
        write("pets.yaml", yaml);
        run({"run", "pets.yaml", "--until-idle"});
    }
    QString database() const { return path(".local/state/burrow/pets.db"); }
    Finished ask(const QStringList &arguments) { return again().run(arguments); }
};

QJsonObject named(const QJsonArray &sessions, const QString &name)
{
    for (const QJsonValue &session : sessions) {
        if (session.toObject().value("name") == name)
            return session.toObject();
    }
    return {};
}

} // namespace

class SessionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsSessionsForPeople();
    void listsSessionsForPrograms();
    void showsWhatOnlyOneSideHas();
    void showsWhatBecameOfEachInput();
    void suggestsTheNearestSession();
    void knowsASessionByItsBeginning();
    void knowsTheLastSession();
    void listsNamesAlone();
    void looksAtALiveStore();
    void findsTheStoreOfNoConfiguration();
    void refusesWhatItCannotLookInto_data();
    void refusesWhatItCannotLookInto();
    void checksASoundStore();
    void saysWhatIsWrongWithAStore();
    void copiesAStoreThatOpensAsOne();
    void copiesALiveStore();
    void overwritesNothing();
};

void SessionTest::listsSessionsForPeople()
{
    Served program;
    const Finished finished = program.ask({"session", "list", "--config", "pets.yaml"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QByteArrayList lines = finished.outLines();
    QCOMPARE(lines.size(), 5);
    const QByteArray first = lines.takeFirst();
    QVERIFY2(first.startsWith(QFile::encodeName(program.database()) + ": not live, as of 2"),
             first.constData());
    QVERIFY2(first.endsWith("Z; no host serves it"), first.constData());
    QCOMPARE(lines.join('\n'), QByteArray("\n"
                                          "SESSION  STATE  EXECUTOR  OPEN  CONSUMED  REPLACED  FAILED  NOTE\n"
                                          "bird     idle   parrot       0         2         0       0\n"
                                          "mole     idle   broken       0         0         0       1"));
}

void SessionTest::listsSessionsForPrograms()
{
    Served program;
    const QJsonObject json = program.ask({"session", "list", "--store", program.database(), "--json"}).json();
    QCOMPARE(json.value("live"), QJsonValue(false));
    QVERIFY(QDateTime::fromString(json.value("as_of").toString(), Qt::ISODateWithMs).isValid());
    QCOMPARE(json.value("path"), QJsonValue(program.database()));
    QVERIFY(json.value("host").toString().contains("desk"));
    QCOMPARE(json.value("damage"), QJsonValue(QJsonArray()));
    const QJsonArray sessions = json.value("sessions").toArray();
    QCOMPARE(sessions.size(), 2);
    const QJsonObject bird = named(sessions, "bird");
    QCOMPARE(bird.value("state"), QJsonValue("idle"));
    QCOMPARE(bird.value("id").toString().size(), 36);
    QCOMPARE(bird.value("open"), QJsonValue(0));
    QCOMPARE(bird.value("inputs").toObject().value("consumed"), QJsonValue(2));
    QCOMPARE(bird.value("executor"), QJsonValue());
    QCOMPARE(bird.value("last_executor"), QJsonValue(QJsonObject{{"name", "parrot"}, {"plugin", "echo"}}));
    QCOMPARE(bird.value("orphaned"), QJsonValue());
    QCOMPARE(named(sessions, "mole").value("inputs").toObject().value("abandoned"), QJsonValue(1));
}

void SessionTest::showsWhatOnlyOneSideHas()
{
    Served program;
    program.write("pets.yaml", QByteArray(yaml).replace("  mole:", "  rat:"));
    const Finished text = program.ask({"session", "list", "--config", "pets.yaml"});
    QVERIFY2(text.out.contains("orphaned: not in the configuration, not run"), text.out.constData());
    const QJsonArray sessions =
        program.ask({"session", "list", "--config", "pets.yaml", "--json"}).json().value("sessions").toArray();
    QCOMPARE(named(sessions, "mole").value("orphaned"), QJsonValue(true));
    QCOMPARE(named(sessions, "mole").value("executor"), QJsonValue());
    QCOMPARE(named(sessions, "bird").value("orphaned"), QJsonValue(false));
    QCOMPARE(named(sessions, "bird").value("executor"), QJsonValue("parrot"));
    QVERIFY2(text.out.contains("configured; no host has opened it yet"), text.out.constData());
    QCOMPARE(sessions.size(), 3);
    const QJsonObject rat = sessions.at(2).toObject();
    QCOMPARE(rat.value("name"), QJsonValue("rat"));
    QCOMPARE(rat.value("id"), QJsonValue());
    QCOMPARE(rat.value("state"), QJsonValue("unopened"));
    QCOMPARE(rat.value("orphaned"), QJsonValue(false));
    QCOMPARE(rat.value("open"), QJsonValue(0));
}

void SessionTest::showsWhatBecameOfEachInput()
{
    Served program;
    const QStringList show{"session", "show", "mole", "--config", "pets.yaml"};
    const QJsonObject session = program.ask(show + QStringList{"--json"}).json().value("session").toObject();
    QCOMPARE(session.value("name"), QJsonValue("mole"));
    QCOMPARE(session.value("left_out"), QJsonValue(0));
    const QJsonArray inputs = session.value("input_list").toArray();
    QCOMPARE(inputs.size(), 1);
    const QJsonObject dig = inputs.at(0).toObject();
    QCOMPARE(dig.value("id").toString().size(), 36);
    QVERIFY(dig.value("key").toString().startsWith("burrow:on-start:1:"));
    QCOMPARE(dig.value("state"), QJsonValue("abandoned"));
    QCOMPARE(dig.value("attempt"), QJsonValue(3));
    QCOMPARE(dig.value("outcome"), QJsonValue("abandoned_with_error"));
    QVERIFY(!dig.value("reason").toString().isEmpty());

    const Finished text = program.ask(show);
    QCOMPARE(text.exitCode, 0);
    QVERIFY2(text.out.contains("\n\nINPUT "), text.out.constData());
    QVERIFY2(text.out.contains("  abandoned        3  "), text.out.constData());
    QVERIFY2(text.out.contains(dig.value("reason").toString().simplified().toUtf8()), text.out.constData());
}

void SessionTest::suggestsTheNearestSession()
{
    Served program;
    const Finished near = program.ask({"session", "show", "brid", "--config", "pets.yaml"});
    QCOMPARE(near.exitCode, 1);
    QCOMPARE(near.out, QByteArray());
    QVERIFY2(near.err.contains("there is no session \"brid\""), near.err.constData());
    QVERIFY2(near.err.contains("did you mean \"bird\"?"), near.err.constData());
    const Finished far = program.ask({"session", "show", "elephant", "--config", "pets.yaml"});
    QVERIFY2(far.err.contains("bird, mole"), far.err.constData());
}

void SessionTest::knowsASessionByItsBeginning()
{
    Served program;
    const QJsonObject bird = program.ask({"session", "show", "bi", "--config", "pets.yaml", "--json"}).json();
    QCOMPARE(bird.value("session").toObject().value("name"), QJsonValue("bird"));
    program.write("pets.yaml", QByteArray(yaml) + "  bison: { executor: parrot }\n");
    program.ask({"run", "pets.yaml", "--until-idle"});

    const Finished ambiguous = program.ask({"session", "show", "bi", "--config", "pets.yaml"});
    QCOMPARE(ambiguous.exitCode, 2);
    QVERIFY2(ambiguous.err.contains("\"bi\" is the beginning of \"bird\" and \"bison\""),
             ambiguous.err.constData());
    program.write("work.txt", "fly\n");
    const Finished fed = program.ask({"run", "pets.yaml", "--until-idle", "--input", "bir=work.txt"});
    QVERIFY2(fed.out.contains("│ fly\n"), fed.out.constData());
    const Finished refused = program.ask({"run", "pets.yaml", "--until-idle", "--input", "bi=work.txt"});
    QCOMPARE(refused.exitCode, 2);
    QVERIFY2(refused.err.contains("--input bi=work.txt: \"bi\" is the beginning of"), refused.err.constData());
}

void SessionTest::knowsTheLastSession()
{
    Served program;
    program.write("work.txt", "fly\n");
    program.write("more.txt", "dig\n");
    for (const auto &[session, input] :
         {std::pair("bird", "bird=work.txt"), std::pair("mole", "mole=more.txt"),
          std::pair("mole", "last=work.txt"), std::pair("bird", "bird=more.txt")}) {
        program.ask({"run", "pets.yaml", "--until-idle", "--input", input});
        const QJsonObject last =
            program.ask({"session", "show", "last", "--config", "pets.yaml", "--json"}).json();
        QCOMPARE(last.value("session").toObject().value("name"), QJsonValue(session));
    }
    // A session that is called so is meant by its name.
    program.write("pets.yaml", QByteArray(yaml) + "  last: { executor: parrot, on_start: me }\n");
    program.ask({"run", "pets.yaml", "--until-idle"});
    program.ask({"run", "pets.yaml", "--until-idle", "--input", "bird=work.txt"});
    const QJsonObject named =
        program.ask({"session", "show", "last", "--config", "pets.yaml", "--json"}).json();
    QCOMPARE(named.value("session").toObject().value("name"), QJsonValue("last"));

    Program fresh;
    fresh.write("pets.yaml", yaml);
    fresh.write("work.txt", "fly\n");
    const Finished none = fresh.run({"run", "pets.yaml", "--until-idle", "--input", "last=work.txt"});
    QCOMPARE(none.exitCode, 2);
    QVERIFY2(none.err.contains("no host has made a store there"), none.err.constData());
}

void SessionTest::listsNamesAlone()
{
    Served program;
    QCOMPARE(program.ask({"session", "list", "--store", program.database(), "--names"}).out,
             QByteArray("bird\nmole\n"));
    Program fresh;
    fresh.write("pets.yaml", yaml);
    const Finished names = fresh.run({"session", "list", "--config", "pets.yaml", "--names"});
    QCOMPARE(names.exitCode, 0);
    QCOMPARE(names.out, QByteArray("bird\nmole\n"));
    QCOMPARE(fresh.again().run({"session", "list", "--config", "pets.yaml", "--names", "--json"}).json(),
             (QJsonObject{{"names", QJsonArray{"bird", "mole"}}}));
    QCOMPARE(fresh.again().run({"session", "list", "--names"}).exitCode, 1);
}

void SessionTest::looksAtALiveStore()
{
    Program host;
    host.write("pets.yaml", yaml);
    host.start({"run", "pets.yaml"});
    QVERIFY(host.waitForOut("bird │ good day\n"));
    Program other;
    const QString database = host.path(".local/state/burrow/pets.db");
    const QJsonObject json = other.run({"session", "list", "--store", database, "--json"}).json();
    QCOMPARE(json.value("live"), QJsonValue(true));
    QCOMPARE(named(json.value("sessions").toArray(), "bird").value("inputs").toObject().value("consumed"),
             QJsonValue(2));
    const Finished text = other.again().run({"session", "list", "--store", database});
    QVERIFY2(text.out.contains("; a host serves it meanwhile ("), text.out.constData());
    QVERIFY(host.isRunning());
    host.signal(SIGINT);
    QVERIFY(host.finish().exitCode >= 0);
}

void SessionTest::findsTheStoreOfNoConfiguration()
{
    Program program;
    program.write("pets.yaml", QByteArray(yaml).replace("store: { path: pets.db }\n", ""));
    program.run({"run", "pets.yaml", "--until-idle"});
    const QJsonObject json = program.again().run({"session", "list", "--json"}).json();
    QCOMPARE(json.value("path"), QJsonValue(program.path(".local/state/burrow/burrow.db")));
    QCOMPARE(json.value("sessions").toArray().size(), 2);
    QCOMPARE(named(json.value("sessions").toArray(), "bird").value("orphaned"), QJsonValue());
}

void SessionTest::refusesWhatItCannotLookInto_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("sentence");
    using List = QStringList;
    QTest::newRow("no store yet") << List{"session", "list"} << 1 << QByteArray("does not exist");
    QTest::newRow("no database") << List{"session", "list", "--store", "text"} << 7
                                 << QByteArray("is not a store of Burrow");
    QTest::newRow("a folder") << List{"storage", "check", "--store", "."} << 1 << QByteArray("is not a file");
    QTest::newRow("both") << List{"session", "list", "--store", "text", "--config", "text"} << 2
                          << QByteArray("give one of them");
    QTest::newRow("wrong configuration")
        << List{"session", "list", "--config", "text"} << 78 << QByteArray("BUR10");
    QTest::newRow("memory") << List{"storage", "check", "--config", "memory.yaml"} << 1
                            << QByteArray("in the host's memory");
    QTest::newRow("half a command") << List{"session"} << 2
                                    << QByteArray("there are \"session list\", \"session show\"");
    QTest::newRow("near a command") << List{"storage", "chekc"} << 2
                                    << QByteArray("Did you mean \"storage check\"?");
    QTest::newRow("no name") << List{"session", "show"} << 2 << QByteArray("\"session show\" needs a NAME");
    QTest::newRow("nothing to copy") << List{"storage", "backup", "to.db"} << 1 << QByteArray("does not exist");
}

void SessionTest::refusesWhatItCannotLookInto()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const int, exitCode);
    QFETCH(const QByteArray, sentence);
    Program program;
    program.write("text", "these are words, not pages\n");
    program.write("memory.yaml", "version: 1\nstore: { kind: memory }\n");
    const Finished finished = program.run(arguments);
    QCOMPARE(finished.exitCode, exitCode);
    QCOMPARE(finished.out, QByteArray());
    QVERIFY2(finished.err.contains(sentence), finished.err.constData());
}

void SessionTest::checksASoundStore()
{
    Served program;
    const Finished text = program.ask({"storage", "check", "--config", "pets.yaml"});
    QCOMPARE(text.exitCode, 0);
    QCOMPARE(text.err, QByteArray());
    QVERIFY2(text.out.endsWith(" rows verified, nothing is wrong\n"), text.out.constData());
    const QJsonObject json = program.ask({"storage", "check", "--config", "pets.yaml", "--json"}).json();
    QCOMPARE(json.value("ok"), QJsonValue(true));
    QVERIFY(json.value("rows").toInt() > 5);
    QCOMPARE(json.value("findings"), QJsonValue(QJsonArray()));
}

void SessionTest::saysWhatIsWrongWithAStore()
{
    Served program;
    // A copy is one file, so that a byte of a row can be turned in it.
    QCOMPARE(program.ask({"storage", "backup", "copy.db", "--config", "pets.yaml"}).exitCode, 0);
    QFile file(program.path("copy.db"));
    QVERIFY(file.open(QIODevice::ReadWrite));
    // Also where a row was deleted its bytes are left, so all of them are turned.
    const QByteArray content = file.readAll().replace("good day", "Good day");
    QVERIFY(content.contains("Good day"));
    QVERIFY(file.seek(0) && file.write(content) == content.size());
    file.close();
    const Finished text = program.ask({"storage", "check", "--store", "copy.db"});
    QCOMPARE(text.exitCode, 1);
    QCOMPARE(text.out, QByteArray());
    QVERIFY2(text.err.contains("the row is damaged"), text.err.constData());
    QVERIFY2(text.err.contains(" in " + QFile::encodeName(program.path("copy.db"))), text.err.constData());
    const Finished json = program.ask({"storage", "check", "--store", "copy.db", "--json"});
    QCOMPARE(json.exitCode, 1);
    QCOMPARE(json.json().value("ok"), QJsonValue(false));
    const QJsonObject finding = json.json().value("findings").toArray().at(0).toObject();
    QVERIFY(!finding.value("where").toString().isEmpty());
    QVERIFY(!finding.value("remedy").toString().isEmpty());
}

void SessionTest::copiesAStoreThatOpensAsOne()
{
    Served program;
    const Finished made = program.ask({"storage", "backup", "copy.db", "--config", "pets.yaml"});
    QCOMPARE(made.exitCode, 0);
    QVERIFY2(made.out.startsWith(QFile::encodeName(program.path("copy.db")) + ": a copy as of "),
             made.out.constData());
    program.write("pets.yaml", QByteArray(yaml).replace("pets.db", QFile::encodeName(program.path("copy.db"))));
    const Finished run = program.ask({"run", "pets.yaml", "--until-idle"});
    QCOMPARE(run.exitCode, 0);
    QVERIFY2(run.out.startsWith("bird (kept) │ hello\n"), run.out.constData());
}

void SessionTest::copiesALiveStore()
{
    Program host;
    host.write("pets.yaml", yaml);
    host.start({"run", "pets.yaml", "--input", "bird=-"});
    QVERIFY(host.waitForOut("bird │ good day\n"));
    Program other;
    const QString database = host.path(".local/state/burrow/pets.db");
    const QJsonObject made = other.run({"storage", "backup", "copy.db", "--store", database, "--json"}).json();
    QCOMPARE(made.value("live"), QJsonValue(true));
    QCOMPARE(made.value("copy"), QJsonValue(other.path("copy.db")));
    host.feed("one more\n");
    QVERIFY(host.waitForOut("bird │ one more\n"));
    host.signal(SIGINT);
    QVERIFY(host.finish().exitCode >= 0);
    const QJsonObject copy = other.again().run({"session", "list", "--store", "copy.db", "--json"}).json();
    QCOMPARE(copy.value("live"), QJsonValue(false));
    QCOMPARE(named(copy.value("sessions").toArray(), "bird").value("inputs").toObject().value("consumed"),
             QJsonValue(2));
}

void SessionTest::overwritesNothing()
{
    Served program;
    program.write("there.db", "mine");
    const Finished finished = program.ask({"storage", "backup", "there.db", "--config", "pets.yaml"});
    QCOMPARE(finished.exitCode, 7);
    QVERIFY2(finished.err.contains("is there already"), finished.err.constData());
    QFile file(program.path("there.db"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("mine"));
}

QTEST_GUILESS_MAIN(SessionTest)
#include "session_test.moc"
