// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <functional>

#include <sys/stat.h>

namespace {

QString fixture(const QString &name)
{
    return qEnvironmentVariable("BURROW_TEST_BUILD_DIR")
           + QStringLiteral("/tests/fixtures/plugins/lib%1.so").arg(name);
}

QJsonObject manifestOf(const QString &id)
{
    return {{"manifest", 1},
            {"id", id},
            {"version", "1.0.0"},
            {"abi", QJsonObject{{"min", 1}, {"built", 1}}},
            {"kinds", QJsonArray{"executor"}},
            {"permissions", QJsonArray{"network"}},
            {"config_schema", QJsonObject()}};
}

const QByteArray configuration = "version: 1\n"
                                 "security: { plugin_dirs: [plugins] }\n"
                                 "store: { kind: memory }\n"
                                 "executors: { e: { plugin: probed } }\n"
                                 "sessions: { s: { executor: e, on_start: hello } }\n";

/// A program, and a folder with one plugin of somebody else that its configuration names.
class Desk
{
public:
    Desk()
    {
        QDir(program.path({})).mkpath(QStringLiteral("plugins"));
        program.write("burrow.yaml", configuration);
        install(QStringLiteral("probed"));
        writeManifest();
    }

    QString library() const { return program.path("plugins/libprobed.so"); }
    void install(const QString &name) const
    {
        QFile::remove(library());
        if (!QFile::copy(fixture(name), library()))
            qFatal("cannot copy %s", qPrintable(name));
    }
    void writeManifest() const
    {
        program.write("plugins/probed.burrow-plugin.json", QJsonDocument(manifest).toJson());
    }
    Finished why(const QStringList &further = {})
    {
        return program.again().run(QStringList{"plugin", "why", "probed", "--config", "burrow.yaml"} + further);
    }
    QJsonObject whyJson() { return why({"--json"}).json().value("plugins").toArray().at(0).toObject(); }

    Program program;
    QJsonObject manifest = manifestOf(QStringLiteral("probed"));
};

using Change = std::function<void(Desk &)>;

} // namespace

Q_DECLARE_METATYPE(Change)

class PluginTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsWhatIsBundled();
    void saysThatAPluginCanBeUsed();
    void namesTheCauseAndTheCode_data();
    void namesTheCauseAndTheCode();
    void aPluginThatWishesAProcessRunsInsideWhenToldTo();
    void saysWhichSideIsOlder();
    void showsTheLastLinesOfALibraryThatCrashed();
    void triesAgainWhenToldTo();
    void reportsDuplicates();
    void showsTheManifestAndTheConfiguration();
    void suggestsANearName();
    void refusesAConfigurationThatCannotBeRead();
    void runRefusesWithTheCode();
};

void PluginTest::listsWhatIsBundled()
{
    Program program;
    const Finished text = program.run({"plugin", "list"});
    QCOMPARE(text.exitCode, 0);
    QCOMPARE(text.err, QByteArray());
    QVERIFY2(text.out.startsWith("ID "), text.out.constData());
    const QJsonArray plugins =
        program.again().run({"plugin", "list", "--json"}).json().value("plugins").toArray();
    QStringList ids;
    for (const QJsonValue &plugin : plugins) {
        ids.append(plugin["id"].toString());
        QCOMPARE(plugin["state"].toString(), QStringLiteral("ok"));
        QCOMPARE(plugin["bundled"].toBool(), true);
        QCOMPARE(plugin["abi"]["built"].toInt(), 1);
        QVERIFY(QFile::exists(plugin["library"].toString()));
    }
    QCOMPARE(ids, (QStringList{"command", "echo", "scripted"}));
}

void PluginTest::saysThatAPluginCanBeUsed()
{
    Desk desk;
    const Finished finished = desk.why();
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.out.startsWith("probed 1.0.0  OK  " + desk.library().toUtf8() + '\n'),
             finished.out.constData());
    const QJsonObject json = desk.whyJson();
    QCOMPARE(json["state"].toString(), QStringLiteral("ok"));
    QCOMPARE(json["bundled"].toBool(), false);
    QVERIFY(json["fault"].isNull());
    QVERIFY(json["probe"].isObject());
}

void PluginTest::namesTheCauseAndTheCode_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("cause");
    const auto row = [](const char *name, const char *code, const char *cause, const Change &change) {
        QTest::newRow(name) << change << QString::fromLatin1(code) << QString::fromLatin1(cause);
    };
    row("missing file", "BUR2101", "cannot open", [](Desk &d) { QFile::remove(d.library()); });
    row("directory", "BUR2102", "is a directory", [](Desk &d) {
        QFile::remove(d.library());
        QDir().mkdir(d.library());
    });
    row("FIFO", "BUR2102", "is a FIFO", [](Desk &d) {
        QFile::remove(d.library());
        ::mkfifo(QFile::encodeName(d.library()).constData(), 0600);
    });
    row("newer", "BUR2103", "is newer than this host", [](Desk &d) {
        d.manifest["abi"] = QJsonObject{{"min", 998}, {"built", 999}};
        d.writeManifest();
    });
    row("reversed range", "BUR2105", "reversed", [](Desk &d) {
        d.manifest["abi"] = QJsonObject{{"min", 3}, {"built", 2}};
        d.writeManifest();
    });
    row("not ELF", "BUR2106", "is not a shared library", [](Desk &d) {
        QFile::remove(d.library());
        d.program.write("plugins/libprobed.so", "#!/bin/sh\n");
    });
    row("truncated", "BUR2108", "truncated", [](Desk &d) { QFile::resize(d.library(), 300); });
    row("undefined symbol", "BUR2109", "nobody_has_this_function",
        [](Desk &d) { d.install(QStringLiteral("undefined_symbol")); });
    row("no entry", "BUR2110", "does not export", [](Desk &d) { d.install(QStringLiteral("missing_entry")); });
    row("entry is data", "BUR2111", "is data", [](Desk &d) { d.install(QStringLiteral("entry_is_data")); });
    row("descriptor differs", "BUR2117", "\"version\" is \"1.0.0\" in the library and \"2.0.0\"", [](Desk &d) {
        d.manifest["version"] = "2.0.0";
        d.writeManifest();
    });
    row("bad manifest", "BUR2118", "no JSON object",
        [](Desk &d) { d.program.write("plugins/probed.burrow-plugin.json", "{"); });
    row("digest differs", "BUR2120", "SHA-256", [](Desk &d) {
        d.manifest["sha256"] = QString(64, u'0');
        d.writeManifest();
    });
    row("crashes", "BUR2121", "SIGSEGV while it was opened",
        [](Desk &d) { d.program.setEnvironment("BURROW_FIXTURE_OPEN", "crash"); });
    row("exits", "BUR2123", "exit status 0",
        [](Desk &d) { d.program.setEnvironment("BURROW_FIXTURE_ENTRY", "exit"); });
    row("garbage", "BUR2124", "cannot be read",
        [](Desk &d) { d.program.setEnvironment("BURROW_FIXTURE_OPEN", "forge"); });
    row("not there", "BUR2129", "there is no plugin",
        [](Desk &d) { QFile::remove(d.program.path("plugins/probed.burrow-plugin.json")); });
    row("switched off", "BUR2131", "plugins.probed.enabled is false", [](Desk &d) {
        d.program.write("burrow.yaml", "version: 1\nsecurity: { plugin_dirs: [plugins] }\n"
                                       "plugins: { probed: { enabled: false } }\n");
    });
    row("wants a process", "BUR2133", "a process of its own", [](Desk &d) {
        d.manifest["isolation"] = "process";
        d.writeManifest();
    });
    row("holds another plugin", "BUR2128", "which holds plugin \"probed\"", [](Desk &d) {
        QFile::rename(d.library(), d.program.path("plugins/other.so"));
        QFile::remove(d.program.path("plugins/probed.burrow-plugin.json"));
        d.program.write("burrow.yaml", "version: 1\nplugins: { other: { path: plugins/other.so } }\n");
    });
}

void PluginTest::namesTheCauseAndTheCode()
{
    QFETCH(const Change, change);
    QFETCH(const QString, code);
    QFETCH(const QString, cause);
    Desk desk;
    change(desk);
    const QString id = QString::fromLatin1(code == QStringLiteral("BUR2128") ? "other" : "probed");
    const Finished text = desk.program.run({"plugin", "why", id, "--config", "burrow.yaml"});
    QCOMPARE(text.exitCode, 1);
    QVERIFY2(text.out.contains(", burrow help " + code.toUtf8() + ")\n"), text.out.constData());
    QVERIFY2(text.out.contains("\n  fix: "), text.out.constData());
    QVERIFY2(!text.out.contains(" ID"), text.out.constData());
    const Finished answer =
        desk.program.again().run({"plugin", "why", id, "--config", "burrow.yaml", "--json"});
    QCOMPARE(answer.exitCode, 1);
    const QJsonObject fault = answer.json()["plugins"].toArray().at(0)["fault"].toObject();
    QCOMPARE(fault["code"].toString(), code);
    QVERIFY2(fault["cause"].toString().contains(cause), qPrintable(fault["cause"].toString()));
    QVERIFY(!fault["remedy"].toString().isEmpty());
    // The list says the same, and goes on.
    const Finished list = desk.program.again().run({"plugin", "list", "--config", "burrow.yaml"});
    QCOMPARE(list.exitCode, 0);
    QVERIFY2(list.out.contains(code.toUtf8()) && list.out.contains("echo "), list.out.constData());
}

void PluginTest::aPluginThatWishesAProcessRunsInsideWhenToldTo()
{
    Desk desk;
    desk.manifest["isolation"] = "process";
    desk.writeManifest();
    const Finished refused = desk.program.run({"run", "burrow.yaml", "--until-idle"});
    QCOMPARE(refused.exitCode, 78);
    QVERIFY2(refused.err.contains("(BUR2133)") && refused.err.contains("\"isolation: in_process\""),
             refused.err.constData());
    // What the configuration says of the plugin otherwise leaves it its wish.
    desk.program.write("burrow.yaml", configuration + "plugins: { probed: { inline: false } }\n");
    QVERIFY(desk.why().out.contains("BUR2133"));
    desk.program.write("burrow.yaml", configuration + "plugins: { probed: { isolation: in_process } }\n");
    const Finished served = desk.program.again().run({"run", "burrow.yaml", "--until-idle"});
    QVERIFY2(served.exitCode == 0, served.err.constData());
    QVERIFY2(served.out.contains("done"), served.out.constData());
    QCOMPARE(desk.why().exitCode, 0);
    QCOMPARE(desk.whyJson().value("isolation"), QJsonValue("in_process"));
}

void PluginTest::saysWhichSideIsOlder()
{
    Desk desk;
    desk.manifest["abi"] = QJsonObject{{"min", 998}, {"built", 999}};
    desk.writeManifest();
    const QByteArray expected = "probed 1.0.0  NOT LOADED  " + desk.library().toUtf8()
                                + "\n  built for plugin ABI 999 and works from 998 on; this host serves 1. "
                                  "The plugin is newer than the host.\n"
                                  "  fix: update Burrow, or install an older version of the plugin.  "
                                  "(not tried, BUR2103, burrow help BUR2103)\n";
    QCOMPARE(desk.why().out, expected);
}

void PluginTest::showsTheLastLinesOfALibraryThatCrashed()
{
    Desk desk;
    desk.program.setEnvironment("BURROW_FIXTURE_ENTRY", "abort");
    const QByteArray out = desk.why().out;
    QVERIFY2(out.contains("crashed with SIGABRT in its entry function"), out.constData());
    QVERIFY2(out.contains("\n    last words 11\n") && !out.contains("    last words 10\n"), out.constData());
    QVERIFY2(out.contains("(tried "), out.constData());
}

void PluginTest::triesAgainWhenToldTo()
{
    Desk desk;
    desk.program.setEnvironment("BURROW_FIXTURE_OPEN", "crash");
    QCOMPARE(desk.why().exitCode, 1);
    desk.program.setEnvironment("BURROW_FIXTURE_OPEN", "");
    QCOMPARE(desk.why().exitCode, 1); // It is remembered.
    QCOMPARE(desk.why({"--again"}).exitCode, 0);
    QCOMPARE(desk.why().exitCode, 0);
}

void PluginTest::reportsDuplicates()
{
    Desk desk;
    QDir(desk.program.path({})).mkpath(QStringLiteral("later"));
    QVERIFY(QFile::copy(desk.program.path("plugins/probed.burrow-plugin.json"),
                        desk.program.path("later/probed.burrow-plugin.json")));
    desk.program.write("burrow.yaml", "version: 1\nsecurity: { plugin_dirs: [plugins, later] }\n");
    const Finished list = desk.program.run({"plugin", "list", "--config", "burrow.yaml", "--json"});
    QStringList states;
    for (const QJsonValue &plugin : list.json()["plugins"].toArray()) {
        if (plugin["id"].toString() == QStringLiteral("probed"))
            states.append(plugin["state"].toString());
    }
    QCOMPARE(states, (QStringList{"ok", "duplicate"}));
    const Finished check = desk.program.again().run({"check", "burrow.yaml"});
    QVERIFY2(check.err.contains("later/probed.burrow-plugin.json is left out") && check.err.contains("BUR2119"),
             check.err.constData());
}

void PluginTest::showsTheManifestAndTheConfiguration()
{
    Program program;
    const QByteArray command = program.run({"plugin", "info", "command"}).out;
    QVERIFY2(command.contains("permissions   spawn"), command.constData());
    QVERIFY2(command.contains("\n  argv ") && command.contains("(required)"), command.constData());
    QVERIFY2(command.contains("(default 2000)"), command.constData());
    const QJsonObject json =
        program.again().run({"plugin", "info", "echo", "--json"}).json()["plugins"].toArray().at(0).toObject();
    QCOMPARE(json["manifest"]["thread_model"].toString(), QStringLiteral("serial_instance"));
    QVERIFY(json["manifest"]["config_schema"]["properties"]["prefix"].isObject());
}

void PluginTest::suggestsANearName()
{
    Program program;
    const Finished finished = program.run({"plugin", "info", "ecko"});
    QCOMPARE(finished.exitCode, 1);
    QVERIFY2(finished.err.contains("echo"), finished.err.constData());
    for (const char *verb : {"info", "why"}) {
        for (const char *id : {"", "../echo", "Echo"}) {
            const Finished refused = program.again().run({"plugin", verb, id});
            QCOMPARE(refused.exitCode, 2);
            QCOMPARE(refused.out, QByteArray());
            QVERIFY2(refused.err.contains("cannot be the id of a plugin"), refused.err.constData());
        }
    }
}

void PluginTest::refusesAConfigurationThatCannotBeRead()
{
    const Finished finished = Program().run({"plugin", "list", "--config", "absent.yaml"});
    QCOMPARE(finished.exitCode, 78);
    QCOMPARE(finished.out, QByteArray());
}

void PluginTest::runRefusesWithTheCode()
{
    Desk desk;
    desk.program.setEnvironment("BURROW_FIXTURE_OPEN", "crash");
    const Finished finished = desk.program.run({"run", "burrow.yaml", "--until-idle"});
    QCOMPARE(finished.exitCode, 78);
    QVERIFY2(finished.err.contains("crashed with SIGSEGV") && finished.err.contains("(BUR2121)"),
             finished.err.constData());
}

QTEST_GUILESS_MAIN(PluginTest)
#include "plugin_test.moc"
