// SPDX-License-Identifier: Apache-2.0
#include "config/key_table.h"
#include "config/load.h"
#include "config/scalar.h"
#include "fixture_catalog.h"

#include "base/limits.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace burrow;
using namespace std::chrono_literals;

namespace {

const LoadEnvironment home{QStringLiteral("/srv/me"), {}};

LoadedConfiguration load(const QByteArray &yaml, const LoadEnvironment &environment = home)
{
    return loadConfigurationText(QStringLiteral("/etc/burrow/burrow.yaml"), yaml, environment);
}

/// The one finding that `yaml` gives, as "line:column code"; all of them where there are more.
QString placesOf(const LoadedConfiguration &loaded)
{
    QStringList places;
    for (const Finding &each : loaded.findings)
        places.append(QStringLiteral("%1:%2 %3").arg(each.line).arg(each.column).arg(codeText(each.code)));
    return places.join(QStringLiteral(", "));
}

/// A file with every key there is.
QByteArray everyKey()
{
    QFile file(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/tests/config/every_key.yaml"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestLoad : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKeyArrivesTyped();
    void pathsStartAtTheFile();
    void wordsThatStandForNoPathStayWords();
    void restartIsAPolicyOrAMapping();
    void executorConfigIsJsonWithPlaces();
    void startInputsKeepTheirForms();
    void defaultsAreThoseOfTheTable();
    void stateHomeMovesTheDataDirectory();
    void withoutHomeTheDefaultDirectoryIsEmpty();
    void emptySectionsCountAsAbsent();
    void aDraftIsKeptDespiteErrors();
    void nothingIsKeptOfAFileFromTheFuture();
    void aByteOrderMarkAndCrlfDoNotMatter();
    void latin1AndControlCharactersAreRefused();
    void aliasesShareValues();
    void unreadableFilesAreOneFinding();
    void hugeFilesAreRefusedUnread();
    void theTableIsWellFormed();
    void codesAreUniqueAndExplained();
    void catalogFindingsTurnAConfigurationIntoADraft();
    void findingsAsJson();
    void brokenFilesNeverThrow();
};

void TestLoad::everyKeyArrivesTyped()
{
    const LoadedConfiguration loaded = load(everyKey());
    QCOMPARE(placesOf(loaded), QString());
    const Configuration &c = loaded.configuration.value();
    QCOMPARE(c.file, QStringLiteral("/etc/burrow/burrow.yaml"));
    QCOMPARE(c.host.name, QByteArray("desk"));
    QCOMPARE(c.host.shutdownTimeout, Duration(5s));
    QCOMPARE(c.store.kind, StoreKind::Memory);
    QCOMPARE(c.store.stallLimit, Duration(10s));
    QCOMPARE(c.store.retention.keys, Duration(1h));
    QCOMPARE(c.store.retention.inputs, Duration(48h));
    QCOMPARE(c.store.retention.events, Duration(72h));
    QCOMPARE(c.limits.sessions, 64);
    QCOMPARE(c.limits.queuePerSession, 10);
    QCOMPARE(c.limits.turnTimeout, Duration(90s));
    QCOMPARE(c.limits.outputPerTurnBytes, 65536);
    QVERIFY(c.logging.level == LogLevel::Debug);
    QCOMPARE(c.logging.format, LogFormat::Json);
    QCOMPARE(c.logging.file.value, home.home + QStringLiteral("/data/burrow.log"));
    QCOMPARE(c.logging.categories.at("burrow.plugin").value, LogLevel::Error);
    const PluginSettings &plugin = c.plugins.at("acme.exec-2");
    QVERIFY(plugin.enabled);
    QVERIFY(plugin.runInline);
    QCOMPARE(plugin.crashPolicy.quarantineAfter, 3);
    QVERIFY(plugin.crashPolicy.within == std::chrono::minutes(20));
    QCOMPARE(plugin.isolation, std::optional(Isolation::InProcess));
    QCOMPARE(plugin.place.toText(), QStringLiteral("/etc/burrow/burrow.yaml:8:3"));
    const SessionSettings &session = c.sessions.at("night-audit");
    QCOMPARE(session.executor.value, QByteArray("local"));
    QCOMPARE(session.executor.place.line, 16);
    QCOMPARE(session.labels.at("team"), QByteArray("ops"));
    QCOMPARE(session.labels.at("space-free"), QByteArray("1"));
    QCOMPARE(session.retryBackoff, Duration(250ms));
    QCOMPARE(session.stopGrace, Duration(3s));
    QCOMPARE(session.restart.policy, RestartPolicy::Always);
    QCOMPARE(c.sessions.size(), std::size_t(3));
}

void TestLoad::pathsStartAtTheFile()
{
    const LoadedConfiguration loaded = load(everyKey());
    const Configuration &c = loaded.configuration.value();
    QCOMPARE(c.host.dataDirectory, home.home + QStringLiteral("/data"));
    QCOMPARE(c.store.path, home.home + QStringLiteral("/data/x.db"));
    QCOMPARE(c.plugins.at("acme.exec-2").path.value, QStringLiteral("/etc/burrow/libacme.so"));
    QCOMPARE(c.pluginDirectories.size(), std::size_t(3));
    QCOMPARE(c.pluginDirectories[0].value, QStringLiteral("/etc/burrow/plugins"));
    QCOMPARE(c.pluginDirectories[1].value, QStringLiteral("/opt/burrow"));
    QCOMPARE(c.pluginDirectories[2].value, home.home + QStringLiteral("/lib"));
    QCOMPARE(c.sessions.at("file").onStart.file.value, QStringLiteral("/etc/burrow/inputs/day.jsonl"));
    QCOMPARE(c.control.socket.value, QStringLiteral("/etc/burrow/run/burrow.sock"));
}

void TestLoad::wordsThatStandForNoPathStayWords()
{
    const auto socketOf = [](const QByteArray &lines) {
        return load("version: 1\n" + lines).configuration.value().control.socket.value;
    };
    QCOMPARE(socketOf(""), QStringLiteral("auto"));
    QCOMPARE(socketOf("control: { socket: off }\n"), QStringLiteral("off"));
    QCOMPARE(socketOf("control: { socket: ./off }\n"), QStringLiteral("/etc/burrow/off"));
}

void TestLoad::restartIsAPolicyOrAMapping()
{
    const LoadedConfiguration loaded =
        load("version: 1\nexecutors: { e: { plugin: echo } }\nsessions:\n"
             "  absent: { executor: e }\n"
             "  empty: { executor: e, restart: }\n"
             "  brief: { executor: e, restart: never }\n"
             "  long: { executor: e, restart: { policy: always, backoff: 5ms, max: 7, within: 1h } }\n"
             "  part: { executor: e, restart: { max: 2 } }\n");
    QCOMPARE(placesOf(loaded), QString());
    const auto &sessions = loaded.configuration->sessions;
    const RestartRule byDefault;
    for (const char *name : {"absent", "empty", "brief", "part"}) {
        const RestartRule &rule = sessions.at(name).restart;
        const bool brief = qstrcmp(name, "brief") == 0;
        QCOMPARE(rule.policy, brief ? RestartPolicy::Never : RestartPolicy::OnFailure);
        QCOMPARE(rule.backoff, byDefault.backoff);
        QCOMPARE(rule.most, qstrcmp(name, "part") == 0 ? 2U : byDefault.most);
        QCOMPARE(rule.window, byDefault.window);
    }
    const RestartRule &rule = sessions.at("long").restart;
    QCOMPARE(rule.policy, RestartPolicy::Always);
    QCOMPARE(rule.backoff, Duration(5ms));
    QCOMPARE(rule.most, 7U);
    QCOMPARE(rule.window, Duration(1h));

    const LoadedConfiguration wrong = load("version: 1\nexecutors: { e: { plugin: echo } }\nsessions:\n"
                                           "  a: { executor: e, restart: { policy: sometimes } }\n"
                                           "  b: { executor: e, restart: { max: 0 } }\n"
                                           "  c: { executor: e, restart: [never] }\n"
                                           "  d: { executor: e, restart: { maximum: 3 } }\n");
    QCOMPARE(placesOf(wrong), QStringLiteral("4:40 BUR1020, 5:37 BUR1019, 6:30 BUR1010, 7:32 BUR1042"));
}

void TestLoad::executorConfigIsJsonWithPlaces()
{
    const LoadedConfiguration loaded = load(everyKey());
    const PlacedJson &config = loaded.configuration->executors.at("local").config;
    const QJsonObject expected{{"url", "http://127.0.0.1"},
                               {"tries", 3},
                               {"ratio", 0.5},
                               {"on", true},
                               {"none", QJsonValue::Null},
                               {"no", "no"},
                               {"list", QJsonArray{1, "two", 16}},
                               {"a/b~c", QJsonObject{{"d", "1"}}}};
    QCOMPARE(config.value, expected);
    QCOMPARE(config.place.toText(), QStringLiteral("/etc/burrow/burrow.yaml:12:5"));
    QCOMPARE(config.node->find("tries")->place.toText(), QStringLiteral("/etc/burrow/burrow.yaml:12:47"));
    QCOMPARE(config.node->find("list")->items[1]->text, QByteArray("two"));
    QCOMPARE(config.node->find("a/b~c")->find("d")->place.byteLength, 3);
    const PlacedJson &absent = loaded.configuration->executors.at("bare").config;
    QVERIFY(absent.value.isEmpty() && !absent.node);
    QCOMPARE(absent.place.toText(), QStringLiteral("/etc/burrow/burrow.yaml:13:3"));
}

void TestLoad::startInputsKeepTheirForms()
{
    const LoadedConfiguration loaded = load(everyKey());
    const OnStart &list = loaded.configuration->sessions.at("night-audit").onStart;
    QCOMPARE(list.texts.size(), std::size_t(2));
    QCOMPARE(list.texts[1].value, QByteArray("then rest"));
    QVERIFY(list.file.value.isEmpty());
    QCOMPARE(loaded.configuration->sessions.at("day").onStart.texts.at(0).value, QByteArray("hello"));
    QVERIFY(loaded.configuration->sessions.at("file").onStart.texts.empty());
}

void TestLoad::defaultsAreThoseOfTheTable()
{
    const LoadedConfiguration loaded = load("version: 1\nexecutors: { e: { plugin: echo } }\n"
                                            "sessions: { s: { executor: e } }\nplugins: { p: {} }\n");
    QCOMPARE(placesOf(loaded), QString());
    const Configuration &c = *loaded.configuration;
    QCOMPARE(c.host.name, QByteArray("burrow"));
    QCOMPARE(c.host.dataDirectory, home.home + QStringLiteral("/.local/state/burrow"));
    QCOMPARE(c.host.shutdownTimeout, limits::shutdown_timeout_default);
    QCOMPARE(c.store.kind, StoreKind::Sqlite);
    QCOMPARE(c.store.path, c.host.dataDirectory + QStringLiteral("/burrow.db"));
    QCOMPARE(c.limits.sessions, qint64(limits::sessions_max_default));
    QCOMPARE(c.limits.queuePerSession, qint64(limits::queue_per_session_default));
    QCOMPARE(c.limits.turnTimeout, limits::turn_timeout_default);
    QCOMPARE(c.limits.outputPerTurnBytes, limits::output_per_turn_bytes_default);
    QVERIFY(!c.logging.level);
    QCOMPARE(c.logging.format, LogFormat::Auto);
    QVERIFY(c.logging.file.value.isEmpty());
    QVERIFY(c.plugins.at("p").enabled);
    QVERIFY(!c.plugins.at("p").runInline);
    QCOMPARE(c.plugins.at("p").crashPolicy.quarantineAfter, 2);
    QVERIFY(c.plugins.at("p").crashPolicy.within == std::chrono::minutes(10));
    const SessionSettings &session = c.sessions.at("s");
    QCOMPARE(session.retryBackoff, limits::retry_backoff_default);
    QCOMPARE(session.stopGrace, limits::stop_grace_default);
    QCOMPARE(session.restart.policy, RestartPolicy::OnFailure);
}

void TestLoad::stateHomeMovesTheDataDirectory()
{
    const LoadedConfiguration moved = load("version: 1", {home.home, QStringLiteral("/var/state")});
    QCOMPARE(moved.configuration->host.dataDirectory, QStringLiteral("/var/state/burrow"));
    const LoadedConfiguration relative = load("version: 1", {home.home, QStringLiteral("state")});
    QCOMPARE(relative.configuration->host.dataDirectory, home.home + QStringLiteral("/.local/state/burrow"));
}

void TestLoad::withoutHomeTheDefaultDirectoryIsEmpty()
{
    const LoadedConfiguration absent = load("version: 1", {});
    QCOMPARE(placesOf(absent), QString());
    QVERIFY(absent.configuration->host.dataDirectory.isEmpty());
    QVERIFY(absent.configuration->store.path.isEmpty());
    QCOMPARE(placesOf(load("version: 1\nhost: { data_dir: ~/x }", {})), QStringLiteral("2:19 BUR1023"));
    QCOMPARE(placesOf(load("version: 1\nstore: { path: x.db }", {})), QStringLiteral("2:16 BUR1023"));
}

void TestLoad::emptySectionsCountAsAbsent()
{
    const LoadedConfiguration loaded =
        load("version: 1\nlimits:\n  # turn_timeout: 5m\nsessions:\nplugins: ~\n");
    QCOMPARE(placesOf(loaded), QString());
    QCOMPARE(loaded.configuration->limits.turnTimeout, limits::turn_timeout_default);
}

void TestLoad::aDraftIsKeptDespiteErrors()
{
    const LoadedConfiguration loaded = load("version: 1\nlimits: { sessions: x, turn_timeout: 5s }\n"
                                            "executors: { e: { plugin: echo } }\n");
    QVERIFY(!loaded.configuration);
    QVERIFY(loaded.draft);
    QCOMPARE(loaded.forChecks(), &*loaded.draft);
    QCOMPARE(loaded.draft->limits.turnTimeout, Duration(5s));
    QCOMPARE(loaded.draft->limits.sessions, qint64(limits::sessions_max_default));
    QCOMPARE(loaded.draft->executors.at("e").plugin.value, QByteArray("echo"));
}

void TestLoad::nothingIsKeptOfAFileFromTheFuture()
{
    const LoadedConfiguration loaded = load("version: 7\nnovelty: { a: 1 }\n");
    QCOMPARE(placesOf(loaded), QStringLiteral("1:10 BUR1024"));
    QVERIFY(!loaded.forChecks());
}

void TestLoad::aByteOrderMarkAndCrlfDoNotMatter()
{
    const LoadedConfiguration loaded = load("\xEF\xBB\xBFversion: 1\r\nhost:\r\n  name: desk\r\n  nam: x\r\n");
    QCOMPARE(placesOf(loaded), QStringLiteral("4:3 BUR1042"));
    QCOMPARE(loaded.findings[0].excerpt, QStringLiteral("  nam: x"));
    QCOMPARE(loaded.draft->host.name, QByteArray("desk"));
}

void TestLoad::latin1AndControlCharactersAreRefused()
{
    QCOMPARE(placesOf(load("version: 1\nhost: { name: caf\xe9 }\n")), QStringLiteral("2:18 BUR1004"));
    QCOMPARE(placesOf(load(QByteArray("version: 1\nhost: \0", 18))), QStringLiteral("2:7 BUR1004"));
    QCOMPARE(placesOf(load("version: 1\n# \x1b[31m\n")), QStringLiteral("2:3 BUR1004"));
}

void TestLoad::aliasesShareValues()
{
    const LoadedConfiguration loaded =
        load("version: 1\nexecutors:\n  a: &base { plugin: echo, config: { prefix: x } }\n"
             "  b: *base\n");
    QCOMPARE(placesOf(loaded), QString());
    QCOMPARE(loaded.configuration->executors.at("b").config.value.value("prefix").toString(),
             QStringLiteral("x"));
    QCOMPARE(loaded.configuration->executors.at("b").place.line, 4);
}

void TestLoad::unreadableFilesAreOneFinding()
{
    QTemporaryDir folder;
    const LoadedConfiguration missing = loadConfiguration(folder.filePath(QStringLiteral("none.yaml")), home);
    QCOMPARE(placesOf(missing), QStringLiteral("0:0 BUR1001"));
    QVERIFY(!missing.forChecks());
    QCOMPARE(placesOf(loadConfiguration(folder.path(), home)), QStringLiteral("0:0 BUR1001"));
}

void TestLoad::hugeFilesAreRefusedUnread()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("huge.yaml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(file.resize(limits::configuration_bytes_max + 1));
    file.close();
    QCOMPARE(placesOf(loadConfiguration(file.fileName(), home)), QStringLiteral("0:0 BUR1005"));
}

void TestLoad::theTableIsWellFormed()
{
    QSet<QByteArray> paths;
    for (const KeyRow &each : keyTable()) {
        const QByteArray path(each.path);
        QVERIFY2(!paths.contains(path), each.path);
        paths.insert(path);
        QVERIFY2(QByteArray(each.doc).endsWith('.'), each.path);
        const bool holds = each.type == KeyType::Mapping || each.type == KeyType::NamedMapping;
        const bool served = each.type != KeyType::NotServed;
        QVERIFY2((each.store != nullptr) == (served && (!holds || path.endsWith(".*"))), each.path);
        QVERIFY2(!(each.required && each.byDefault), each.path);
        // Of a path these are words that stand for none.
        QVERIFY2(each.type == KeyType::Path || (each.type == KeyType::Choice) == !each.choices.empty(),
                 each.path);
        if (each.type == KeyType::NamedMapping)
            QVERIFY2(std::any_of(keyTable().begin(), keyTable().end(),
                                 [&path](const KeyRow &row) { return path + ".*" == row.path; }),
                     each.path);
        for (const char *bound : {each.least, each.most, each.byDefault}) {
            if (bound && each.type == KeyType::Timespan)
                QVERIFY2(readDuration(bound).value, each.path);
            if (bound && each.type == KeyType::Size)
                QVERIFY2(readSize(bound).value, each.path);
            if (bound && each.type == KeyType::Count)
                QVERIFY2(readCount(bound).value, each.path);
        }
    }
}

void TestLoad::codesAreUniqueAndExplained()
{
    QSet<int> numbers;
    for (const FindingExplanation &each : findingExplanations()) {
        QVERIFY(!numbers.contains(static_cast<int>(each.code)));
        numbers.insert(static_cast<int>(each.code));
        QVERIFY(QByteArray(each.sentence).endsWith('.'));
        QCOMPARE(parseCode(codeText(each.code).toLower()), std::optional(each.code));
    }
    QCOMPARE(codeText(FindingCode::UnknownKey), QStringLiteral("BUR1042"));
    QVERIFY(!parseCode(QStringLiteral("BUR9999")));
    QVERIFY(!parseCode(QStringLiteral("1042")));
}

void TestLoad::catalogFindingsTurnAConfigurationIntoADraft()
{
    LoadedConfiguration loaded = load("version: 1\nexecutors:\n  a: { plugin: ecko }\n");
    QVERIFY(loaded.configuration);
    addCatalogFindings(loaded, FixtureCatalog());
    QCOMPARE(placesOf(loaded), QStringLiteral("3:16 BUR1061"));
    QVERIFY(!loaded.configuration);
    QVERIFY(loaded.draft);

    LoadedConfiguration good =
        load("version: 1\nexecutors:\n  a: { plugin: echo, config: { uppercase: true } }\n");
    addCatalogFindings(good, FixtureCatalog());
    QVERIFY(good.configuration);
    QVERIFY(good.findings.empty());
}

void TestLoad::findingsAsJson()
{
    const QJsonArray array = findingsToJson(load("version: 1\nhots: {}\n").findings);
    QCOMPARE(array.size(), 1);
    const QJsonObject expected{{"file", "/etc/burrow/burrow.yaml"},
                               {"line", 2},
                               {"column", 1},
                               {"length", 4},
                               {"severity", "error"},
                               {"code", "BUR1042"},
                               {"message", "unknown key \"hots\" at the top level"},
                               {"help", "did you mean \"host\"?"}};
    QCOMPARE(array.at(0).toObject(), expected);
}

/// Whatever a file holds, loading ends with findings: no exception, no assertion, no endless loop.
void TestLoad::brokenFilesNeverThrow()
{
    QRandomGenerator random(20240101);
    const QByteArray original = everyKey();
    const QByteArray signs = "{}[]:,-?&*!|>'\"%@`#~ \n\t0a\\<\xc3\xa4";
    const QByteArrayList references{"${env:X}", "${env:X:-",          "${file:/}", "$$",
                                    "${",       "include: [ '*' ]\n", "\n\t"};
    for (int round = 0; round < 3000; ++round) {
        QByteArray yaml = original;
        const int changes = 1 + static_cast<int>(random.bounded(4));
        for (int change = 0; change < changes; ++change) {
            const qsizetype at = random.bounded(static_cast<int>(yaml.size()));
            switch (random.bounded(5)) {
            case 0:
                yaml.insert(at, signs[random.bounded(static_cast<int>(signs.size()))]);
                break;
            case 1:
                yaml[at] = signs[random.bounded(static_cast<int>(signs.size()))];
                break;
            case 2:
                yaml.remove(at, 1 + random.bounded(30));
                break;
            case 3:
                yaml.insert(at, references[random.bounded(static_cast<int>(references.size()))]);
                break;
            default:
                yaml.insert(at, yaml.mid(random.bounded(static_cast<int>(yaml.size())), random.bounded(60)));
            }
        }
        LoadedConfiguration loaded = load(yaml);
        addCatalogFindings(loaded, FixtureCatalog());
        QVERIFY2(!(loaded.configuration && loaded.draft), yaml.constData());
        QVERIFY2(loaded.configuration || !loaded.findings.empty(), yaml.constData());
        for (const Finding &each : loaded.findings)
            QVERIFY2(each.code == FindingCode::MoreFindings || (each.line > 0 && each.column > 0),
                     yaml.constData());
    }
}

QTEST_GUILESS_MAIN(TestLoad)
#include "load_test.moc"
