// SPDX-License-Identifier: Apache-2.0
#include "plugin/sentinel_memory.h"
#include "program.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <memory>

namespace {

const QByteArray configuration = R"(version: 1
host: { data_dir: state }
store: { kind: memory }
security: { plugin_dirs: [plugins] }
executors: { bad: { plugin: probed }, good: { plugin: echo } }
sessions:
  victim: { executor: bad, on_start: hello }
  other: { executor: good, on_start: still here }
)";

/// Where no thread is known to have ended the host, a second call that was under way could have, too.
const QByteArray victimAlone = R"(version: 1
host: { data_dir: state }
store: { kind: memory }
security: { plugin_dirs: [plugins] }
executors: { bad: { plugin: probed } }
sessions: { victim: { executor: bad, on_start: hello } }
)";

const QByteArray byNobodyKnown = "was killed, or left without a word";

/// A host with a plugin that does what the environment says, and a session that has nothing to do with it.
class Desk
{
public:
    Desk()
    {
        QDir(program.path({})).mkpath(QStringLiteral("plugins"));
        const QString built =
            qEnvironmentVariable("BURROW_TEST_BUILD_DIR") + "/tests/fixtures/plugins/libprobed.so";
        if (!QFile::copy(built, program.path("plugins/libprobed.so")))
            qFatal("cannot copy %s", qPrintable(built));
        writeManifest(QJsonArray());
        program.write("burrow.yaml", configuration);
    }
    void writeManifest(const QJsonArray &flags) const
    {
        const QJsonObject manifest{{"manifest", 1},
                                   {"id", "probed"},
                                   {"version", "1.0.0"},
                                   {"abi", QJsonObject{{"min", 1}, {"built", 1}}},
                                   {"kinds", QJsonArray{"executor"}},
                                   {"flags", flags}};
        program.write("plugins/probed.burrow-plugin.json", QJsonDocument(manifest).toJson());
    }
    void play(const QString &stage, const QString &what)
    {
        program.setEnvironment("BURROW_FIXTURE_" + stage, what);
    }
    Finished run(const QStringList &further = {})
    {
        return program.again().run(QStringList{"run", "burrow.yaml", "--until-idle"} + further);
    }
    Finished plugin(const QStringList &words)
    {
        return program.again().run(QStringList{"plugin"} + words + QStringList{"--config", "burrow.yaml"});
    }
    QStringList notes() const { return QDir(program.path("state")).entryList({"plugin-calls.*"}, QDir::Files); }
    /// What an executor answers can be read before its apply has returned.
    bool isInsideAPlugin() const
    {
        QFile file(program.path("state/" + notes().value(0)));
        const auto noted = std::make_unique<burrow::SentinelMemory>();
        if (!file.open(QIODevice::ReadOnly) || file.size() != qint64{sizeof *noted})
            qFatal("there are no notes of calls");
        const QByteArray bytes = file.readAll();
        std::memcpy(static_cast<void *>(noted.get()), bytes.constData(), sizeof *noted);
        return std::any_of(noted->threads.begin(), noted->threads.end(),
                           [](const auto &thread) { return thread.call.load() != 0; });
    }

    Program program;
};

const QByteArray aboutTheLast = "the last host (process ";

} // namespace

/// A plugin takes the host with it; the next host names it, and after a second time does without it.
class CrashTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theNextHostNamesTheCulprit_data();
    void theNextHostNamesTheCulprit();
    void anUncleanEndIsAnEventAndInTheLog();
    void anOrderlyEndLeavesNothing();
    void aKilledHostBlamesNobody();
    void aCallThatMayLastIsOnlyListed();
    void aSecondCrashPutsItAway();
    void doctorAndCompletionKnowWhatIsPutAway();
    void theUserSetsHowManyAreTooMany();
    void oneMoreTryIsPassedByAnOrderlyEnd();
    void oneMoreTryIsLostByACrash();
    void clearForgets();
    void safeModeUsesBundledPluginsOnly();
    void disableAndEnableAreRemembered();
    void quarantineRefusesWhatItDoesNotKnow();
};

void CrashTest::theNextHostNamesTheCulprit_data()
{
    QTest::addColumn<QString>("stage");
    QTest::addColumn<QString>("what");
    QTest::addColumn<QByteArray>("how");
    QTest::newRow("segfault in init") << "INIT"
                                      << "crash" << QByteArray("ended with SIGSEGV");
    QTest::newRow("segfault in create") << "CREATE"
                                        << "crash" << QByteArray("ended with SIGSEGV");
    QTest::newRow("segfault in apply") << "APPLY"
                                       << "crash" << QByteArray("ended with SIGSEGV");
    QTest::newRow("abort in apply") << "APPLY"
                                    << "abort" << QByteArray("ended with SIGABRT");
    QTest::newRow("stack overflow in apply") << "APPLY"
                                             << "overflow" << QByteArray("ended with SIGSEGV");
    QTest::newRow("exit in apply") << "APPLY"
                                   << "exit" << QByteArray("ended with exit()");
    QTest::newRow("_exit in apply") << "APPLY"
                                    << "leave" << byNobodyKnown;
    QTest::newRow("SIGKILL in apply") << "APPLY"
                                      << "kill" << byNobodyKnown;
    QTest::newRow("segfault in destroy") << "DESTROY"
                                         << "crash" << QByteArray("ended with SIGSEGV");
}

void CrashTest::theNextHostNamesTheCulprit()
{
    QFETCH(const QString, stage);
    QFETCH(const QString, what);
    QFETCH(const QByteArray, how);
    Desk desk;
    if (how == byNobodyKnown)
        desk.program.write("burrow.yaml", victimAlone);
    desk.play(stage, what);
    desk.run();
    QCOMPARE(desk.notes().size(), 1);
    desk.play(stage, {});
    const Finished next = desk.run();
    QVERIFY2(next.err.contains(aboutTheLast) && next.err.contains(how), next.err.constData());
    QVERIFY2(next.err.contains("inside the plugin probed 1.0.0, in " + stage.toLower().toUtf8()),
             next.err.constData());
    QCOMPARE(next.exitCode, 0);
    QVERIFY2(next.out.contains("done"), next.out.constData()); // It is used again.
    QVERIFY(desk.notes().isEmpty());
    const Finished third = desk.run();
    QVERIFY2(!third.err.contains(aboutTheLast), third.err.constData()); // Told once.
}

void CrashTest::anUncleanEndIsAnEventAndInTheLog()
{
    const auto toldIn = [](const QByteArrayList &lines, const char *key, const char *value, const char *text) {
        QStringList told;
        for (const QByteArray &line : lines) {
            const QJsonObject object = QJsonDocument::fromJson(line).object();
            if (object.value(QLatin1String(key)) == QLatin1String(value))
                told.append(object.value(QLatin1String(text)).toString());
        }
        return told.filter(QStringLiteral("inside the plugin probed"));
    };
    Desk desk;
    desk.play("APPLY", "crash");
    desk.run();
    desk.play("APPLY", {});
    const Finished next = desk.run({"--jsonl", "--log-format=json"});
    QCOMPARE(next.exitCode, 0);
    QCOMPARE(toldIn(next.outLines(), "event", "host.notice", "detail").size(), 1);
    QCOMPARE(toldIn(next.err.split('\n'), "category", "burrow.plugin", "message").size(), 1);
    const Finished third = desk.run({"--jsonl", "--log-format=json"});
    QCOMPARE(toldIn(third.outLines(), "event", "host.notice", "detail").size(), 0);
}

void CrashTest::anOrderlyEndLeavesNothing()
{
    Desk desk;
    QCOMPARE(desk.run().exitCode, 0);
    QVERIFY(desk.notes().isEmpty());
    QCOMPARE(desk.run().err, QByteArray());
}

void CrashTest::aKilledHostBlamesNobody()
{
    Desk desk;
    desk.program.start({"run", "burrow.yaml"});
    QVERIFY(desk.program.waitForOut("done"));
    QVERIFY(desk.program.waitForOut("still here"));
    QTRY_VERIFY(!desk.isInsideAPlugin());
    desk.program.signal(SIGKILL);
    desk.program.finish();
    QCOMPARE(desk.notes().size(), 1);
    const Finished next = desk.run();
    QVERIFY2(!next.err.contains(aboutTheLast), next.err.constData());
    QVERIFY2(desk.plugin({"quarantine", "list"}).out.contains("no plugin"), "");
}

void CrashTest::aCallThatMayLastIsOnlyListed()
{
    Desk desk;
    desk.program.write("burrow.yaml", victimAlone);
    desk.writeManifest({"blocking"});
    desk.program.setEnvironment("BURROW_FIXTURE_BLOCKING", "yes");
    desk.play("APPLY", "kill");
    desk.run();
    desk.play("APPLY", {});
    const Finished next = desk.run();
    QVERIFY2(next.err.contains("under way: probed in apply; which of them"), next.err.constData());
    QVERIFY2(desk.plugin({"quarantine", "list"}).out.contains("no plugin"), "");
}

void CrashTest::aSecondCrashPutsItAway()
{
    Desk desk;
    desk.play("APPLY", "crash");
    desk.run();
    desk.run();
    const Finished third = desk.run();
    QCOMPARE(third.exitCode, 1); // An input of the session stays open.
    QVERIFY2(third.err.contains("it has crashed 2 times and is put away now"), third.err.constData());
    QVERIFY2(third.err.contains("victim: the executor failed: the plugin probed is in quarantine"),
             third.err.constData());
    QVERIFY2(third.err.contains("burrow plugin quarantine try probed") && third.err.contains("(BUR2130)"),
             third.err.constData());
    QVERIFY2(third.out.contains("still here"), third.out.constData()); // The other session is served.
    const Finished list = desk.plugin({"quarantine", "list"});
    QVERIFY2(list.out.contains("in quarantine") && list.out.contains("in apply (SIGSEGV)"),
             list.out.constData());
    const QJsonObject json = desk.plugin({"quarantine", "list", "--json"}).json();
    QCOMPARE(json["plugins"].toArray().at(0)["crashes"].toArray().size(), 2);
    const Finished why = desk.plugin({"why", "probed"});
    QVERIFY2(why.out.startsWith("probed 1.0.0  QUARANTINED") && why.out.contains("BUR2130"),
             why.out.constData());
    const QJsonObject report = desk.run({"--json"}).json();
    QCOMPARE(report["plugin_notices"].toArray().size(), 0);
}

void CrashTest::doctorAndCompletionKnowWhatIsPutAway()
{
    Desk desk;
    desk.play("APPLY", "crash");
    desk.run();
    desk.run();
    desk.run();
    const auto examined = [&desk] {
        return desk.program.again().run({"doctor", "--config", "burrow.yaml", "--json"}).json();
    };
    QJsonObject row;
    for (const QJsonValue &each : examined().value("checks").toArray()) {
        if (each["check"] == "plugin probed")
            row = each.toObject();
    }
    QCOMPARE(row.value("state"), QJsonValue("fail")); // A session needs it.
    QVERIFY(row.value("sentence").toString().startsWith("quarantined: the plugin probed is in quarantine"));
    QVERIFY(row.value("remedy").toString().contains("burrow plugin quarantine try probed"));
    // What has a record is known by its id, also when it is not there any more.
    QVERIFY(desk.plugin({"list", "--names"}).out.split('\n').contains("probed"));
    QVERIFY(QFile::remove(desk.program.path("plugins/probed.burrow-plugin.json")));
    QVERIFY(desk.plugin({"list", "--names"}).out.split('\n').contains("probed"));
    QCOMPARE(desk.plugin({"quarantine", "clear", "probed"}).exitCode, 0);
    QVERIFY(!desk.plugin({"list", "--names"}).out.split('\n').contains("probed"));
}

void CrashTest::theUserSetsHowManyAreTooMany()
{
    Desk desk;
    desk.program.write("burrow.yaml",
                       configuration
                           + "plugins: { probed: { crash_policy: { quarantine_after: 1, within: 1m } } }\n");
    desk.play("CREATE", "crash");
    desk.run();
    const QJsonObject report = desk.run({"--json"}).json();
    QVERIFY(report["plugin_notices"].toArray().at(0).toString().contains("is put away now"));
}

void CrashTest::oneMoreTryIsPassedByAnOrderlyEnd()
{
    Desk desk;
    desk.play("APPLY", "crash");
    desk.run();
    desk.run();
    QCOMPARE(desk.run().exitCode, 1);
    desk.play("APPLY", {});
    QCOMPARE(desk.run().exitCode, 1); // Still away.
    QCOMPARE(desk.plugin({"quarantine", "try", "probed"}).exitCode, 0);
    QVERIFY(desk.plugin({"quarantine", "list"}).out.contains("to be tried once more"));
    QCOMPARE(desk.run().exitCode, 0);
    QVERIFY(desk.plugin({"quarantine", "list"}).out.contains("no plugin"));
    QCOMPARE(desk.run().exitCode, 0);
}

void CrashTest::oneMoreTryIsLostByACrash()
{
    Desk desk;
    desk.play("APPLY", "crash");
    desk.run();
    desk.run();
    desk.run();
    QCOMPARE(desk.plugin({"quarantine", "try", "probed"}).exitCode, 0);
    desk.run();
    const Finished next = desk.run();
    QCOMPARE(next.exitCode, 1);
    QVERIFY2(next.err.contains("it has crashed 3 times and is put away now"), next.err.constData());
}

void CrashTest::clearForgets()
{
    Desk desk;
    desk.play("APPLY", "crash");
    desk.run();
    desk.run();
    desk.run();
    QCOMPARE(desk.plugin({"quarantine", "clear", "probed"}).exitCode, 0);
    desk.play("APPLY", {});
    QCOMPARE(desk.run().exitCode, 0);
    QCOMPARE(desk.plugin({"quarantine", "clear", "probed"}).exitCode, 1);
}

void CrashTest::safeModeUsesBundledPluginsOnly()
{
    Desk desk;
    desk.play("INIT", "crash"); // It would be fatal to use it.
    const Finished finished = desk.run({"--safe-mode"});
    QCOMPARE(finished.exitCode, 1);
    QVERIFY2(finished.out.contains("still here"), finished.out.constData());
    QVERIFY2(finished.err.contains("victim: the executor failed") && finished.err.contains("(BUR2132)"),
             finished.err.constData());
}

void CrashTest::disableAndEnableAreRemembered()
{
    Desk desk;
    QCOMPARE(desk.plugin({"disable", "probed"}).exitCode, 0);
    const Finished without = desk.run();
    QCOMPARE(without.exitCode, 1);
    QVERIFY2(without.err.contains("(BUR2131)") && without.out.contains("still here"), without.err.constData());
    QVERIFY(desk.plugin({"why", "probed"}).out.startsWith("probed 1.0.0  DISABLED"));
    QVERIFY(desk.plugin({"disable", "probed"}).out.contains("was already switched off"));
    QCOMPARE(desk.plugin({"enable", "probed"}).exitCode, 0);
    QCOMPARE(desk.run().exitCode, 0);
    const Finished unknown = desk.plugin({"disable", "porbed"});
    QCOMPARE(unknown.exitCode, 1);
    QVERIFY2(unknown.err.contains("probed"), unknown.err.constData());
}

void CrashTest::quarantineRefusesWhatItDoesNotKnow()
{
    Desk desk;
    QCOMPARE(desk.plugin({"quarantine", "burn", "probed"}).exitCode, 2);
    QCOMPARE(desk.plugin({"quarantine", "try"}).exitCode, 2);
    QCOMPARE(desk.plugin({"quarantine", "try", "probed"}).exitCode, 1);
}

QTEST_GUILESS_MAIN(CrashTest)
#include "crash_test.moc"
