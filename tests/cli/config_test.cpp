// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

/// What the environment and other files bring into a configuration, as people meet it.
class ConfigTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void referencesReachTheExecutor();
    void noticesHideWhatReferencesBrought();
    void complaintsHideItToo();
    void theSchemaKnowsThePluginsThatAreFound();
    void theReferenceIsThePageOfTheKeys();
    void showsWhatCounts();
    void showsWhereItComesFrom();
    void showsTheSameWhenReadAgain();
    void showsNoSecret();
    void showsNothingOfAWrongConfiguration();
    void everyExampleRuns_data();
    void everyExampleRuns();
};

void ConfigTest::referencesReachTheExecutor()
{
    Program program;
    program.setEnvironment(QStringLiteral("GREETING"), QStringLiteral("Good day, "));
    program.write("burrow.yaml", "version: 1\nstore: { kind: memory }\n"
                                 "executors: { e: { plugin: echo, config: { prefix: \"${env:GREETING}\" } } }\n"
                                 "sessions: { s: { executor: e, on_start: \"${env:WHO:-you} and $$1\" } }\n");
    const Finished finished = program.run({"run", "burrow.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.out.contains("Good day, you and $1\n"), finished.out.constData());
}

/// The plugin logs a part of its configuration, as many do.
void ConfigTest::noticesHideWhatReferencesBrought()
{
    Program program;
    program.setEnvironment(QStringLiteral("KEY"), QStringLiteral("hunter2secret"));
    program.write("burrow.yaml",
                  "version: 1\nstore: { kind: memory }\nlogging: { level: debug }\nexecutors:\n"
                  "  e: { plugin: scripted, config: { script: [ { log: \"key ${env:KEY} used\" } ] } }\n"
                  "sessions: { s: { executor: e, on_start: hello } }\n");
    const Finished finished = program.run({"run", "burrow.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.err.contains("key *** used"), finished.err.constData());
    QVERIFY2(!finished.err.contains("hunter2secret"), finished.err.constData());
}

void ConfigTest::complaintsHideItToo()
{
    Program program;
    program.setEnvironment(QStringLiteral("WHERE"), QStringLiteral("hunter2secret"));
    QDir().mkpath(program.path(QStringLiteral("hunter2secret/plugins")));
    program.write("hunter2secret/plugins/broken.burrow-plugin.json", "not JSON");
    program.write("burrow.yaml", "version: 1\nsecurity: { plugin_dirs: [ \"${env:WHERE}/plugins\" ] }\n");
    for (const QStringList &form : {QStringList(), QStringList{"--json"}, QStringList{"--format", "github"}}) {
        const Finished finished = program.again().run(QStringList{"check", "burrow.yaml"} + form);
        QCOMPARE(finished.exitCode, 0);
        QVERIFY2(!(finished.out + finished.err).contains("hunter2secret"), finished.err.constData());
        QVERIFY2(form.contains("github") || (finished.out + finished.err).contains("***/plugins"),
                 finished.err.constData());
    }
}

void ConfigTest::theSchemaKnowsThePluginsThatAreFound()
{
    Program program;
    const Finished finished = program.run({"config", "schema"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QFile published(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR")
                    + QStringLiteral("/config/schema/burrow-1.json"));
    QVERIFY(published.open(QIODevice::ReadOnly));
    QCOMPARE(finished.json(), QJsonDocument::fromJson(published.readAll()).object());
    program.write("bad.yaml", "version: [\n");
    const Finished refused = program.again().run({"config", "schema", "bad.yaml"});
    QCOMPARE(refused.exitCode, 78);
    QCOMPARE(refused.out, QByteArray());
    QVERIFY2(refused.err.contains("error[BUR1002]"), refused.err.constData());
}

void ConfigTest::theReferenceIsThePageOfTheKeys()
{
    const Finished finished = Program().run({"config", "reference"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QFile page(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/docs/configuration.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    QVERIFY(page.readAll().contains(finished.out.mid(finished.out.indexOf("## "))));
}

void ConfigTest::showsWhatCounts()
{
    Program program;
    const Finished defaults = program.run({"config", "show"});
    QCOMPARE(defaults.exitCode, 0);
    QCOMPARE(defaults.err, QByteArray());
    QVERIFY2(defaults.out.startsWith("version: 1\nhost:\n  name: burrow\n"), defaults.out.constData());
    QVERIFY2(defaults.out.contains("\n  shutdown_timeout: 20s\n"), defaults.out.constData());
    QVERIFY2(defaults.out.contains("/.local/state/burrow/burrow.db\n"), defaults.out.constData());

    program.write("burrow.yaml", "version: 1\ninclude: [ more.yaml ]\nlimits: { sessions: 5 }\n");
    program.write("more.yaml", "limits: { sessions: 6 }\nexecutors: { e: { plugin: echo } }\n");
    const Finished json = program.again().run({"config", "show", "burrow.yaml", "--json"});
    QCOMPARE(json.exitCode, 0);
    QCOMPARE(json.err, QByteArray());
    const QJsonObject shown = json.json();
    QCOMPARE(shown.value("files"), QJsonValue(QJsonArray{"burrow.yaml", "more.yaml"}));
    const QJsonObject configuration = shown.value("configuration").toObject();
    QCOMPARE(configuration.value("limits").toObject().value("sessions"), QJsonValue(6));
    QCOMPARE(configuration.value("limits").toObject().value("queue_per_session"), QJsonValue(100));
    QCOMPARE(configuration.value("executors").toObject().value("e").toObject().value("plugin"),
             QJsonValue("echo"));
    QVERIFY(!shown.contains("values"));
}

void ConfigTest::showsWhereItComesFrom()
{
    Program program;
    program.write("burrow.yaml", "version: 1\ninclude: [ more.yaml ]\nlimits: { sessions: 5 }\n");
    program.write("more.yaml",
                  "limits:\n  sessions: 6\n"
                  "executors: { e.1: { plugin: command, config: { argv: [ a, b ], env: { A: \"1\" } } } }\n");
    const Finished text = program.run({"config", "show", "burrow.yaml", "--origin"});
    QCOMPARE(text.exitCode, 0);
    QByteArrayList lines;
    for (const QByteArray &line : text.outLines())
        lines.append(line.simplified());
    for (const char *each : {"version: 1 # burrow.yaml:1:10", "sessions: 6 # more.yaml:2:13",
                             "queue_per_session: 100 # default", "plugin: command # more.yaml:3:29",
                             "e.1:", "argv: [ a, b ] # more.yaml:3:54", "A: \"1\" # more.yaml:3:74"})
        QVERIFY2(lines.contains(each), each + QByteArray("\nis missing in:\n") + text.out);

    const Finished json = program.again().run({"config", "show", "burrow.yaml", "--origin", "--json"});
    const QJsonObject sessions{
        {"path", QJsonArray{"limits", "sessions"}}, {"value", 6}, {"origin", "more.yaml:2:13"}};
    const QJsonObject entry{{"path", QJsonArray{"executors", "e.1", "config", "env", "A"}},
                            {"value", "1"},
                            {"origin", "more.yaml:3:74"}};
    for (const QJsonObject &each : {sessions, entry})
        QVERIFY2(json.json().value("values").toArray().contains(each), json.out.constData());
}

void ConfigTest::showsTheSameWhenReadAgain()
{
    Program program;
    program.write("burrow.yaml", R"(version: 1
executors:
  e:
    plugin: scripted
    config:
      a: "$${x} $$$$5 $6 $$$${y} $$$"
      b: [ 1, "1", 1.5, true, ~, yes, { "a b": "tab\tand\nline" } ]
      c: {}
      "d: e": -x
      "${env:X}": { "$$": "" }
      "null": "null"
sessions:
  "1": { executor: e, labels: { "true": "" }, on_start: [ "# x" ] }
plugins: { p: { path: ./a } }
security: { plugin_dirs: [ ~/x, y ] }
)");
    const Finished first = program.run({"config", "show", "burrow.yaml"});
    QCOMPARE(first.exitCode, 0);
    QDir().mkpath(program.path(QStringLiteral("elsewhere")));
    program.write("elsewhere/again.yaml", first.out);
    const Finished second = program.again().run({"config", "show", "elsewhere/again.yaml"});
    QCOMPARE(second.err, QByteArray());
    QCOMPARE(second.out, first.out);
    const auto shown = [&program](const char *file) {
        const Finished json = program.again().run({"config", "show", QString::fromLatin1(file), "--json"});
        return json.json().value("configuration").toObject();
    };
    const QJsonObject configuration = shown("burrow.yaml");
    QCOMPARE(shown("elsewhere/again.yaml"), configuration);
    const QJsonObject executor = configuration.value("executors").toObject().value("e").toObject();
    QCOMPARE(executor.value("config").toObject().value("a"), QJsonValue("${x} $$5 $6 $${y} $$"));
}

void ConfigTest::showsNoSecret()
{
    Program program;
    program.setEnvironment(QStringLiteral("KEY"), QStringLiteral("hunter2"));
    program.setEnvironment(QStringLiteral("FLAG"), QStringLiteral("false"));
    program.write("burrow.yaml", R"(version: 1
host: { data_dir: "/srv/${env:KEY}", name: "${env:KEY}" }
security: { plugin_dirs: [ "/opt/${env:KEY}", /opt/open ] }
plugins: { p: { enabled: "${env:FLAG}" } }
executors:
  e:
    plugin: echo
    config: { prefix: "${env:KEY}", list: [ a, "x${env:KEY}" ], open: "${env:ABSENT:-shown}" }
sessions:
  s: { executor: e, on_start: [ "${env:KEY}", told ], labels: { l: "${env:KEY}" } }
)");
    for (const char *form : {"--origin", "--json"}) {
        const Finished finished =
            program.again().run({"config", "show", "burrow.yaml", QString::fromLatin1(form)});
        QCOMPARE(finished.exitCode, 0);
        QVERIFY2(!finished.out.contains("hunter2"), finished.out.constData());
        // The store's path, which begins with a secret, is one of them.
        QCOMPARE(finished.out.count("***"), 9);
        for (const char *each : {"shown", "told", "/opt/open"})
            QVERIFY2(finished.out.contains(each), finished.out.constData());
    }
}

void ConfigTest::showsNothingOfAWrongConfiguration()
{
    Program program;
    program.write("bad.yaml", "version: 1\nlimit: {}\n");
    const Finished text = program.run({"config", "show", "bad.yaml"});
    QCOMPARE(text.exitCode, 78);
    QCOMPARE(text.out, QByteArray());
    QVERIFY2(text.err.startsWith("bad.yaml:2:1: error[BUR1042]"), text.err.constData());
    const Finished json = program.again().run({"config", "show", "bad.yaml", "--json"});
    QCOMPARE(json.exitCode, 78);
    QCOMPARE(json.json().value("ok"), QJsonValue(false));
    QVERIFY(!json.json().contains("configuration"));
}

/// The quickstart reads files of the system and the project; `./dev run` runs it.
void ConfigTest::everyExampleRuns_data()
{
    QTest::addColumn<QString>("file");
    const QDir examples(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/config/examples"));
    for (const QString &each : examples.entryList({QStringLiteral("*.yaml")})) {
        if (each != QLatin1String("quickstart.yaml"))
            QTest::newRow(qPrintable(each)) << examples.filePath(each);
    }
}

void ConfigTest::everyExampleRuns()
{
    QFETCH(const QString, file);
    const Finished finished = Program().run({"run", file, "--until-idle"});
    QVERIFY2(finished.exitCode == 0, finished.err.constData());
    QVERIFY(!finished.out.isEmpty());
}

QTEST_GUILESS_MAIN(ConfigTest)
#include "config_test.moc"
