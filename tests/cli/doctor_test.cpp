// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QDir>
#include <QJsonArray>
#include <QtTest>

#include <csignal>

namespace {

const QByteArray pets = R"(version: 1
store: { path: pets.db }
executors: { parrot: { plugin: echo } }
sessions:
  bird: { executor: parrot, on_start: hello }
)";

const QStringList doctor{"doctor", "--config", "pets.yaml", "--json"};

/// A folder as a careful user has it.
class Healthy : public Program
{
public:
    Healthy()
    {
        setEnvironment(QStringLiteral("XDG_RUNTIME_DIR"), path(QString()));
        write("pets.yaml", pets);
    }
    QString state() const { return path(QStringLiteral(".local/state/burrow")); }
};

QJsonObject rowOf(const Finished &finished, const QString &check)
{
    for (const QJsonValue &row : finished.json().value("checks").toArray()) {
        if (row.toObject().value("check") == check)
            return row.toObject();
    }
    qWarning("no row \"%s\": %s", qPrintable(check), finished.out.constData());
    return {};
}

} // namespace

class DoctorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsNothingWrongOnAFreshMachine();
    void findsNothingWrongBesideALiveHost();
    void saysItInWordsForPeople();
    void worksWithoutAConfiguration();
    void findsWhatIsWrong_data();
    void findsWhatIsWrong();
};

void DoctorTest::findsNothingWrongOnAFreshMachine()
{
    Healthy program;
    const Finished finished = program.run(doctor);
    QVERIFY2(finished.exitCode == 0, finished.out.constData());
    QCOMPARE(finished.json().value("ok"), QJsonValue(true));
    QVERIFY(rowOf(finished, "version").value("sentence").toString().contains("SQLite 3."));
    QVERIFY(
        rowOf(finished, "store").value("sentence").toString().contains("is not there yet; a host makes it"));
    QCOMPARE(rowOf(finished, "configuration").value("sentence"), QJsonValue("pets.yaml: 1 session"));
    QCOMPARE(rowOf(finished, "plugin echo").value("state"), QJsonValue("ok"));
    QVERIFY(!QDir(program.state()).exists("pets.db")); // Looking makes no store.
}

void DoctorTest::findsNothingWrongBesideALiveHost()
{
    Healthy program;
    program.start({"run", "pets.yaml"});
    QVERIFY(program.waitForOut("bird │ hello"));
    Healthy other;
    other.write("pets.yaml", QByteArray(pets).replace("pets.db", (program.state() + "/pets.db").toUtf8()));
    const Finished finished = other.run(doctor);
    QVERIFY2(finished.exitCode == 0, finished.out.constData());
    const QString sentence = rowOf(finished, "store").value("sentence").toString();
    QVERIFY2(sentence.contains("format 2, 1 session, a host serves it (burrow"), qPrintable(sentence));
    program.signal(SIGINT);
    program.finish();
}

void DoctorTest::saysItInWordsForPeople()
{
    Healthy program;
    const Finished finished = program.run({"doctor", "--config", "pets.yaml"});
    QVERIFY2(finished.out.startsWith("ok    version"), finished.out.constData());
    QVERIFY2(finished.out.endsWith(" 0 failures, 0 warnings\n"), finished.out.constData());
    program.write("pets.yaml", "version: 1\nsessions: { a: { executor: nobody } }\n");
    const Finished ill = program.again().run({"doctor", "--config", "pets.yaml"});
    QCOMPARE(ill.exitCode, 1);
    QVERIFY2(ill.out.contains("\nfail  configuration"), ill.out.constData());
    QVERIFY2(ill.out.contains("fix: run \"burrow check pets.yaml\""), ill.out.constData());
}

void DoctorTest::worksWithoutAConfiguration()
{
    Healthy program;
    const Finished finished = program.run({"doctor", "--json"});
    QVERIFY2(finished.exitCode == 0, finished.out.constData());
    QVERIFY(rowOf(finished, "configuration").value("sentence").toString().startsWith("none was named"));
}

void DoctorTest::findsWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("script"); // Makes the machine ill; $STATE is where the host keeps its files.
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("words");
    const QString none;
    QTest::newRow("a configuration with errors")
        << QByteArray("version: 1\nsessions: { a: {} }\n") << none << "configuration"
        << "fail"
        << "1 error";
    QTest::newRow("no configuration at all") << QByteArray("version: [\n") << none << "configuration"
                                             << "fail"
                                             << "";
    QTest::newRow("a store that is none") << pets << "mkdir -p -m 700 $STATE; echo hello > $STATE/pets.db"
                                          << "store"
                                          << "fail"
                                          << "no database at all";
    QTest::newRow("a state directory that others read") << pets << "mkdir -p $STATE; chmod 755 $STATE"
                                                        << "data directory"
                                                        << "warn"
                                                        << "others may look into";
    QTest::newRow("a state directory that others write") << pets << "mkdir -p $STATE; chmod 777 $STATE"
                                                         << "data directory"
                                                         << "fail"
                                                         << "others may write";
    QTest::newRow("a state directory that is a file") << pets << "mkdir -p $(dirname $STATE); touch $STATE"
                                                      << "data directory"
                                                      << "fail"
                                                      << "is not a folder";
    QTest::newRow("a plugin folder that others write") << pets + "security: { plugin_dirs: [ open ] }\n"
                                                       << "mkdir open; chmod 777 open"
                                                       << "plugin folder"
                                                       << "fail"
                                                       << "others may put code into";
    QTest::newRow("a plugin that is wanted and cannot be loaded")
        << QByteArray(pets) + "plugins: { echo: { path: ./bad.so } }\n"
        << "echo junk > bad.so"
        << "plugin echo"
        << "fail"
        << "not_loaded";
    QTest::newRow("a log file in a file") << pets + "logging: { file: /dev/null/burrow.log }\n"
                                          << none << "log file"
                                          << "fail"
                                          << "cannot be written";
    QTest::newRow("a runtime directory that is not there") << pets << "rmdir run"
                                                           << "runtime directory"
                                                           << "warn"
                                                           << "no folder that this user may write";
}

void DoctorTest::findsWhatIsWrong()
{
    QFETCH(const QByteArray, file);
    QFETCH(const QString, script);
    QFETCH(const QString, check);
    QFETCH(const QString, state);
    QFETCH(const QString, words);
    Healthy program;
    program.setEnvironment(QStringLiteral("XDG_RUNTIME_DIR"), program.path(QStringLiteral("run")));
    program.setEnvironment(QStringLiteral("STATE"), program.state());
    program.write("pets.yaml", file);
    QVERIFY(QDir(program.path(QString())).mkdir("run"));
    QVERIFY(QFile::setPermissions(program.path(QStringLiteral("run")),
                                  QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    program.startInShell((script.isEmpty() ? QStringLiteral(":") : script) + QLatin1String("; \"$@\""), doctor);
    program.feed({}, Program::Stdin::Close);
    const Finished finished = program.finish();
    bool found = false;
    for (const QJsonValue &each : finished.json().value("checks").toArray()) {
        const QJsonObject row = each.toObject();
        found = found
                || (row.value("check") == check && row.value("state") == state
                    && row.value("sentence").toString().contains(words)
                    && !row.value("remedy").toString().isEmpty());
    }
    QVERIFY2(found, finished.out.constData());
    QCOMPARE(finished.exitCode, state == QLatin1String("fail") ? 1 : 0);
}

QTEST_GUILESS_MAIN(DoctorTest)
#include "doctor_test.moc"
