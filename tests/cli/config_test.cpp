// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QtTest>

/// What the environment and other files bring into a configuration, as people meet it.
class ConfigTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void referencesReachTheExecutor();
    void noticesHideWhatReferencesBrought();
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

QTEST_GUILESS_MAIN(ConfigTest)
#include "config_test.moc"
