// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"
#include "fixture_catalog.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>

#include <map>

#include <sys/stat.h>

using namespace burrow;
using namespace std::chrono_literals;

/// What stands between `${` and `}`: where its text comes from, what it may mean there, and that it is never
/// shown.
class TestReferences : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void variablesBecomeText();
    void aDefaultStandsInForWhatIsNotSetOrEmpty();
    void twoDollarsAreOneAndOthersStay();
    void theTypeOfTheKeyReadsTheText();
    void quotesDecideInPluginSections();
    void keysStayAsTheyAre();
    void whatIsBroughtIsNotYamlAndNotExpandedAgain();
    void filesAreReadWithoutTheirNewline();
    void filesStartWhereTheFileIsOrAtHome();
    void filesThatOthersCanReadAreRefused_data();
    void filesThatOthersCanReadAreRefused();
    void filesThatCannotBeUsedAreNamed();
    void badReferencesAreFoundWhereTheyStand_data();
    void badReferencesAreFoundWhereTheyStand();
    void aRefusedReferenceIsTheOnlyFindingOfItsValue();
    void anAliasSharesWhatWasExpanded();
    void noFindingShowsASecret_data();
    void noFindingShowsASecret();
    void whatAPluginRepeatsIsMasked();
};

namespace {

std::map<QByteArray, QByteArray> &variables()
{
    static std::map<QByteArray, QByteArray> map{{"NAME", "desk"},
                                                {"EMPTY", ""},
                                                {"NUMBER", "12"},
                                                {"FLAG", "false"},
                                                {"SPAN", "5s"},
                                                {"SIZE", "64KiB"},
                                                {"SECRET", "hunter2secret"},
                                                {"YAML", "{ a: [ ${env:NAME}"},
                                                {"LATIN", "caf\xe9"}};
    return map;
}

LoadEnvironment environment(const QString &home = QStringLiteral("/srv/me"))
{
    return {home, {}, [](const QByteArray &name) -> std::optional<QByteArray> {
                const auto found = variables().find(name);
                return found == variables().end() ? std::nullopt : std::optional(found->second);
            }};
}

LoadedConfiguration load(const QByteArray &yaml,
                         const QString &file = QStringLiteral("/etc/burrow/burrow.yaml"))
{
    LoadedConfiguration loaded = loadConfigurationText(file, "version: 1\n" + yaml, environment());
    addCatalogFindings(loaded, FixtureCatalog());
    return loaded;
}

QString printed(const Findings &findings)
{
    QString text;
    QTextStream out(&text);
    printFindings(out, findings);
    return text;
}

QJsonObject configOf(const LoadedConfiguration &loaded)
{
    return loaded.forChecks()->executors.at("e").config.value;
}

/// A folder with one secret file.
class SecretFolder
{
public:
    explicit SecretFolder(const QByteArray &content, mode_t mode = 0600)
    {
        QFile file(path("key"));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(file.fileName()));
        file.close();
        if (::chmod(QFile::encodeName(path("key")).constData(), mode) != 0)
            qFatal("cannot change %s", qPrintable(file.fileName()));
    }

    QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    LoadedConfiguration load(const QByteArray &yaml) const { return ::load(yaml, path("burrow.yaml")); }

private:
    QTemporaryDir m_folder;
};

} // namespace

void TestReferences::variablesBecomeText()
{
    const LoadedConfiguration loaded =
        load("host: { name: \"${env:NAME}-${env:NUMBER}\", data_dir: \"${env:EMPTY}/x\" }\n");
    QCOMPARE(printed(loaded.findings), QString());
    QCOMPARE(loaded.configuration->host.name, QByteArray("desk-12"));
    QCOMPARE(loaded.configuration->host.dataDirectory, QStringLiteral("/x"));
}

void TestReferences::aDefaultStandsInForWhatIsNotSetOrEmpty()
{
    const LoadedConfiguration loaded = load("host:\n  name: ${env:NAME:-other}\n  data_dir: "
                                            "${env:ABSENT:-~/a:-b}\n  shutdown_timeout: ${env:EMPTY:-7s}\n"
                                            "sessions: { s: { executor: e, labels: { none: "
                                            "\"x${env:ABSENT:-}y\", dollar: \"${env:ABSENT:-$$5}\" } } }\n"
                                            "executors: { e: { plugin: echo } }\n");
    QCOMPARE(printed(loaded.findings), QString());
    const Configuration &c = *loaded.configuration;
    QCOMPARE(c.host.name, QByteArray("desk"));
    QCOMPARE(c.host.dataDirectory, QStringLiteral("/srv/me/a:-b"));
    QCOMPARE(c.host.shutdownTimeout, Duration(7s));
    QCOMPARE(c.sessions.at("s").labels.at("none"), QByteArray("xy"));
    QCOMPARE(c.sessions.at("s").labels.at("dollar"), QByteArray("$5"));
}

void TestReferences::twoDollarsAreOneAndOthersStay()
{
    const QJsonObject expected{{"a", "$5 and $5"}, {"b", "${env:NAME}"}, {"c", "$$"}, {"d", "x$"}};
    const LoadedConfiguration lines = load("executors:\n  e:\n    plugin: echo\n    config:\n      a: $5 and "
                                           "$$5\n      b: $${env:NAME}\n      c: $$$$\n      d: x$\n");
    QCOMPARE(configOf(lines), expected);
}

void TestReferences::theTypeOfTheKeyReadsTheText()
{
    const LoadedConfiguration loaded =
        load("limits: { sessions: \"${env:NUMBER}\", turn_timeout: \"${env:SPAN}\", output_per_turn: "
             "\"${env:SIZE}\" }\n"
             "plugins: { echo: { enabled: \"${env:FLAG}\" } }\nlogging: { level: \"${env:ABSENT:-debug}\" }\n"
             "sessions:\n  s:\n    executor: e\n    labels:\n      number: ${env:NUMBER}\n    on_start: [ "
             "\"${env:NAME}\" ]\n"
             "executors: { e: { plugin: openai-chat, config: { base_url: x } } }\n");
    QCOMPARE(printed(loaded.findings), QString());
    const Configuration &c = *loaded.configuration;
    QCOMPARE(c.limits.sessions, 12);
    QCOMPARE(c.limits.turnTimeout, Duration(5s));
    QCOMPARE(c.limits.outputPerTurnBytes, 65536);
    QVERIFY(!c.plugins.at("echo").enabled);
    QCOMPARE(c.logging.level, LogLevel::Debug);
    QCOMPARE(c.sessions.at("s").labels.at("number"), QByteArray("12"));
    QCOMPARE(c.sessions.at("s").onStart.texts.at(0).value, QByteArray("desk"));
}

void TestReferences::quotesDecideInPluginSections()
{
    const LoadedConfiguration loaded =
        load("executors:\n  e:\n    plugin: openai-chat\n    config:\n      base_url: http://${env:NAME}\n"
             "      tries: ${env:NUMBER}\n      stop: [ \"${env:NUMBER}\" ]\n      seed: ${env:EMPTY}\n"
             "      headers: { key: \"Bearer ${env:SECRET}\" }\n");
    QCOMPARE(printed(loaded.findings), QString());
    const QJsonObject expected{{"base_url", "http://desk"},
                               {"tries", 12},
                               {"stop", QJsonArray{"12"}},
                               {"seed", QJsonValue::Null},
                               {"headers", QJsonObject{{"key", "Bearer hunter2secret"}}}};
    QCOMPARE(configOf(loaded), expected);
}

void TestReferences::keysStayAsTheyAre()
{
    const LoadedConfiguration loaded = load("executors: { e: { plugin: openai-chat, config: { base_url: x, "
                                            "headers: { \"${env:NAME}\": y } } } }\n");
    QCOMPARE(printed(loaded.findings), QString());
    QCOMPARE(configOf(loaded).value("headers").toObject(), (QJsonObject{{"${env:NAME}", "y"}}));
}

void TestReferences::whatIsBroughtIsNotYamlAndNotExpandedAgain()
{
    const LoadedConfiguration loaded =
        load("executors: { e: { plugin: echo, config: { prefix: \"${env:YAML}\" } } }\n");
    QCOMPARE(printed(loaded.findings), QString());
    QCOMPARE(configOf(loaded).value("prefix").toString(), QStringLiteral("{ a: [ ${env:NAME}"));
}

void TestReferences::filesAreReadWithoutTheirNewline()
{
    const QByteArray yaml = "executors: { e: { plugin: echo, config: { prefix: \"<${file:key}>\" } } }\n";
    for (const auto &[content, text] : {std::pair<QByteArray, const char *>{"one\n", "<one>"},
                                        {"one\r\n", "<one>"},
                                        {"one\n\n", "<one\n>"},
                                        {"a\nb", "<a\nb>"},
                                        {"", "<>"}}) {
        const SecretFolder folder(content);
        const LoadedConfiguration loaded = folder.load(yaml);
        QCOMPARE(printed(loaded.findings), QString());
        QCOMPARE(configOf(loaded).value("prefix").toString(), QString::fromLatin1(text));
    }
}

void TestReferences::filesStartWhereTheFileIsOrAtHome()
{
    const SecretFolder folder("five");
    QDir(folder.path("")).mkdir(QStringLiteral("below"));
    LoadEnvironment atHome = environment(folder.path(""));
    for (const char *path : {"../key", "~/key", "../below/../key"}) {
        const LoadedConfiguration loaded =
            loadConfigurationText(folder.path("below/burrow.yaml"),
                                  "version: 1\nhost: { name: \"${file:" + QByteArray(path) + "}\" }\n", atHome);
        QCOMPARE(printed(loaded.findings), QString());
        QCOMPARE(loaded.configuration->host.name, QByteArray("five"));
    }
    const LoadedConfiguration whole =
        folder.load("host: { name: \"${file:" + folder.path("key").toUtf8() + "}\" }\n");
    QCOMPARE(whole.configuration->host.name, QByteArray("five"));
}

void TestReferences::filesThatOthersCanReadAreRefused_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<bool>("refused");
    QTest::newRow("0600") << 0600 << false;
    QTest::newRow("0400") << 0400 << false;
    QTest::newRow("0640") << 0640 << true;
    QTest::newRow("0604") << 0604 << true;
    QTest::newRow("0644") << 0644 << true;
}

void TestReferences::filesThatOthersCanReadAreRefused()
{
    QFETCH(int, mode);
    QFETCH(bool, refused);
    const SecretFolder folder("five", static_cast<mode_t>(mode));
    const LoadedConfiguration loaded = folder.load("host: { name: \"${file:key}\" }\n");
    QCOMPARE(loaded.configuration.has_value(), !refused);
    if (!refused)
        return;
    QCOMPARE(loaded.findings.size(), std::size_t(1));
    QCOMPARE(codeText(loaded.findings[0].code), QStringLiteral("BUR1048"));
    QCOMPARE(loaded.findings[0].message,
             QStringLiteral("the file \"key\" can be read by others than its owner (its mode is 0%1)")
                 .arg(mode, 0, 8));
}

void TestReferences::filesThatCannotBeUsedAreNamed()
{
    const SecretFolder folder("five");
    const LoadedConfiguration absent = folder.load("host: { name: \"${file:no/such}\" }\n");
    QCOMPARE(absent.findings.at(0).message,
             QStringLiteral("the file \"no/such\" cannot be opened: No such file or directory"));
    QCOMPARE(absent.findings.at(0).help, QStringLiteral("the path starts where this file is"));
    QCOMPARE(folder.load("host: { name: \"${file:.}\" }\n").findings.at(0).message,
             QStringLiteral("the file \".\" is a folder"));
    QCOMPARE(::mkfifo(QFile::encodeName(folder.path("pipe")).constData(), 0600), 0);
    QCOMPARE(folder.load("host: { name: \"${file:pipe}\" }\n").findings.at(0).message,
             QStringLiteral("the file \"pipe\" is a pipe or a device"));
    for (const QByteArray &content :
         {QByteArray("\xff"), QByteArray("a\0b", 3), QByteArray((1 << 20) + 1, 'x')}) {
        const LoadedConfiguration loaded = SecretFolder(content).load("host: { name: \"${file:key}\" }\n");
        QCOMPARE(codeText(loaded.findings.at(0).code), QStringLiteral("BUR1049"));
    }
}

void TestReferences::badReferencesAreFoundWhereTheyStand_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("where");
    QTest::newRow("unset") << QByteArray("\"a ${env:ABSENT} b\"") << QStringLiteral("2:18-31 BUR1046");
    QTest::newRow("unquoted") << QByteArray("a ${env:ABSENT} b") << QStringLiteral("2:17-30 BUR1046");
    QTest::newRow("behind a good one")
        << QByteArray("${env:NAME} ${env:ABSENT}") << QStringLiteral("2:27-40 BUR1046");
    QTest::newRow("in a later line") << QByteArray("|\n      a\n      ${env:ABSENT}\n")
                                     << QStringLiteral("4:7-20 BUR1046");
    QTest::newRow("by an escape") << QByteArray("\"\\x24{env:ABSENT}\"") << QStringLiteral("2:15-33 BUR1046");
    QTest::newRow("not closed") << QByteArray("\"${env:NAME\"") << QStringLiteral("2:16-26 BUR1045");
    QTest::newRow("no kind") << QByteArray("${NAME}") << QStringLiteral("2:15-22 BUR1045");
    QTest::newRow("no name") << QByteArray("${env:}") << QStringLiteral("2:15-22 BUR1045");
    QTest::newRow("no path") << QByteArray("${file:}") << QStringLiteral("2:15-23 BUR1045");
    QTest::newRow("a name with a space") << QByteArray("${env:MY NAME}") << QStringLiteral("2:15-29 BUR1045");
    QTest::newRow("a shell's default") << QByteArray("${env:NAME-x}") << QStringLiteral("2:15-28 BUR1045");
    QTest::newRow("nested") << QByteArray("${env:A:-${env:NAME}}") << QStringLiteral("2:15-35 BUR1045");
    QTest::newRow("unknown kind") << QByteArray("${vault:x}") << QStringLiteral("2:15-25 BUR1045");
    QTest::newRow("planned kind") << QByteArray("${cred:x}") << QStringLiteral("2:15-24 BUR1044");
    QTest::newRow("planned command") << QByteArray("${cmd:pass show x}") << QStringLiteral("2:15-33 BUR1044");
    QTest::newRow("not UTF-8") << QByteArray("${env:LATIN}") << QStringLiteral("2:15-27 BUR1049");
    QTest::newRow("two of them") << QByteArray("${A} ${B}")
                                 << QStringLiteral("2:15-19 BUR1045, 2:20-24 BUR1045");
}

void TestReferences::badReferencesAreFoundWhereTheyStand()
{
    QFETCH(QByteArray, value);
    QFETCH(QString, where);
    const LoadedConfiguration checked = loadConfigurationText(
        QStringLiteral("x.yaml"), "host:\n    data_dir: " + value + "\nversion: 1\n", environment());
    QStringList places;
    for (const Finding &each : checked.findings)
        places.append(QStringLiteral("%1:%2-%3 %4")
                          .arg(each.line)
                          .arg(each.column)
                          .arg(each.column + each.length)
                          .arg(codeText(each.code)));
    QCOMPARE(places.join(QStringLiteral(", ")), where);
}

void TestReferences::aRefusedReferenceIsTheOnlyFindingOfItsValue()
{
    const LoadedConfiguration loaded = load(
        "limits: { sessions: \"${env:ABSENT}\", turn_timeout: \"${env:ABSENT}\" }\nstore: \"${env:ABSENT}\"\n"
        "security: { plugin_dirs: [ \"${env:ABSENT}\" ] }\nplugins: { timer: \"${env:ABSENT}\" }\n"
        "executors:\n  e: { plugin: openai-chat, config: { base_url: x, tries: \"${env:ABSENT}\", mode: "
        "\"${env:ABSENT}\" } }\n"
        "  f: { plugin: \"${env:ABSENT}\" }\n"
        "sessions:\n  s: { executor: \"${env:ABSENT}\", on_start: { file: \"${env:ABSENT}\" } }\n");
    QCOMPARE(loaded.findings.size(), std::size_t(10));
    for (const Finding &each : loaded.findings)
        QCOMPARE(codeText(each.code), QStringLiteral("BUR1046"));
}

void TestReferences::anAliasSharesWhatWasExpanded()
{
    const LoadedConfiguration loaded =
        load("executors:\n  a: &base { plugin: echo, config: { prefix: \"${env:NAME}\" } }\n  e: *base\n");
    QCOMPARE(printed(loaded.findings), QString());
    QCOMPARE(configOf(loaded).value("prefix").toString(), QStringLiteral("desk"));
    const LoadedConfiguration broken =
        load("executors:\n  a: &base { plugin: echo, config: { prefix: \"${env:ABSENT}\" } }\n  e: *base\n");
    QCOMPARE(broken.findings.size(), std::size_t(1));
}

void TestReferences::noFindingShowsASecret_data()
{
    QTest::addColumn<QByteArray>("yaml");
    const auto row = [](const char *name, const QByteArray &yaml) { QTest::newRow(name) << yaml; };
    row("a duration", "limits: { turn_timeout: \"${env:SECRET}\" }");
    row("a number without a unit", "limits: { turn_timeout: \"${env:DIGITS}\" }");
    row("a size", "limits: { output_per_turn: \"${env:SECRET}\" }");
    row("a size without a unit", "limits: { output_per_turn: \"${env:DIGITS}\" }");
    row("a count", "limits: { sessions: \"${env:SECRET}\" }");
    row("a count out of bounds", "limits: { sessions: \"${env:DIGITS}\" }");
    row("a flag", "plugins: { echo: { enabled: \"${env:SECRET}\" } }");
    row("a choice", "store: { kind: \"${env:SECRET}\" }");
    row("a choice that is near", "store: { kind: \"${env:NEAR}\" }");
    row("a name", "host: { name: \"${env:WORDS}\" }");
    row("a path", "host: { data_dir: \"~${env:SECRET}\" }");
    row("a list in its place", "security: { plugin_dirs: \"${env:SECRET}\" }");
    row("a mapping in its place", "limits: \"${env:SECRET}\"");
    row("a section in its place", "executors: { e: { plugin: echo, config: \"${env:SECRET}\" } }");
    row("an executor", "sessions: { s: { executor: \"${env:SECRET}\" } }");
    row("a plugin", "executors: { e: { plugin: \"${env:SECRET}\" } }");
    row("a plugin that is no executor", "executors: { e: { plugin: \"${env:TIMER}\" } }");
    row("a plugin that is off",
        "executors: { e: { plugin: \"${env:TIMER}\" } }\nplugins: { timer-plugin: { enabled: false } }");
    row("a type of a plugin",
        "executors: { e: { plugin: openai-chat, config: { base_url: x, tries: \"${env:SECRET}\" } } }");
    row("a number for a text",
        "executors:\n  e:\n    plugin: openai-chat\n    config:\n      base_url: ${env:DIGITS}\n");
    row("a choice of a plugin",
        "executors: { e: { plugin: openai-chat, config: { base_url: x, mode: \"${env:SECRET}\" } } }");
    row("a bound of a plugin", "executors:\n  e:\n    plugin: openai-chat\n    config:\n      base_url: x\n    "
                               "  temperature: ${env:DIGITS}\n");
    row("a number that JSON cannot carry",
        "executors:\n  e:\n    plugin: openai-chat\n    config:\n      base_url: x\n      seed: ${env:HUGE}\n");
}

void TestReferences::noFindingShowsASecret()
{
    QFETCH(QByteArray, yaml);
    variables()["DIGITS"] = "8675309";
    variables()["HUGE"] = "86753098675309867530986753098675309";
    variables()["NEAR"] = "memoryx";
    variables()["WORDS"] = "Hunter2 Secret";
    variables()["TIMER"] = "timer-plugin";
    const LoadedConfiguration loaded = load(yaml + '\n');
    QVERIFY(!loaded.findings.empty());
    const QString text =
        printed(loaded.findings) + QString::fromUtf8(QJsonDocument(findingsToJson(loaded.findings)).toJson());
    for (const char *secret : {"hunter2secret", "8675309", "memoryx", "Hunter2", "hunter2-secret"})
        QVERIFY2(!text.contains(QLatin1String(secret)), qPrintable(text));
    if (!yaml.contains("TIMER\" } }\nplugins"))
        QVERIFY2(!text.contains(QLatin1String("timer-plugin")), qPrintable(text));
}

/// A catalog's own sentence is not ours to word.
void TestReferences::whatAPluginRepeatsIsMasked()
{
    SecretTexts secrets;
    secrets.add("hunter2secret");
    secrets.add("hunter2secret and more");
    secrets.add("abc");
    secrets.add("first line\nsecond line\n");
    QCOMPARE(secrets.masked(QStringLiteral("no hunter2secret and more, hunter2secret, abc, second line")),
             QStringLiteral("no ***, ***, abc, ***"));
}

QTEST_GUILESS_MAIN(TestReferences)
#include "references_test.moc"
