// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QDir>
#include <QtTest>

/// What the environment and other files bring into a configuration, as people meet it.
class ConfigTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void referencesReachTheExecutor();
    void noticesHideWhatReferencesBrought();
    void theSchemaKnowsThePluginsThatAreFound();
    void theReferenceIsThePageOfTheKeys();
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

void ConfigTest::theSchemaKnowsThePluginsThatAreFound()
{
    Program program;
    const Finished finished = program.run({"config", "schema"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    const QJsonObject definitions = finished.json().value("definitions").toObject();
    for (const char *each : {"plugin-command", "plugin-echo", "plugin-scripted", "duration"})
        QVERIFY2(definitions.contains(QLatin1String(each)), each);
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
