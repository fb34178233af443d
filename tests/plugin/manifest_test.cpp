// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"

#include "plugin/plugin_limits.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <sys/stat.h>

using namespace burrow;
using namespace burrow::test;

class ManifestTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldIsRead();
    void theLibraryIsBesideTheManifest();
    void wrongManifestsAreRefused_data();
    void wrongManifestsAreRefused();
    void revisionsMeetOrSayWhichSideIsOlder_data();
    void revisionsMeetOrSayWhichSideIsOlder();
    void filesThatAreNoManifest();
    void idsAreSafeInFileNames_data();
    void idsAreSafeInFileNames();

private:
    QTemporaryDir m_folder;
    QString path() const { return m_folder.filePath(QStringLiteral("demo.burrow-plugin.json")); }
};

void ManifestTest::everyFieldIsRead()
{
    QJsonObject object = plainManifest(QStringLiteral("demo"));
    object[QStringLiteral("name")] = QStringLiteral("Demo");
    object[QStringLiteral("kinds")] = QJsonArray{QStringLiteral("executor"), QStringLiteral("drain")};
    object[QStringLiteral("thread_model")] = QStringLiteral("pinned");
    object[QStringLiteral("flags")] = QJsonArray{QStringLiteral("blocking"), QStringLiteral("needs_cleanup")};
    object[QStringLiteral("runtime")] = QStringLiteral("go");
    object[QStringLiteral("permissions")] = QJsonArray{QStringLiteral("spawn")};
    object[QStringLiteral("config_schema")] = QJsonObject{{QStringLiteral("type"), QStringLiteral("object")}};
    object[QStringLiteral("sha256")] = QString(64, QLatin1Char('A'));
    writeJson(path(), object);
    const Result<Manifest> manifest = readManifest(path());
    QVERIFY2(manifest.ok(), qPrintable(manifest ? QString() : manifest.error().message));
    const PluginIdentity &identity = manifest->identity;
    QCOMPARE(identity.id, QByteArray("demo"));
    QCOMPARE(identity.version, QByteArray("1.0.0"));
    QCOMPARE(identity.name, QStringLiteral("Demo"));
    QVERIFY(identity.executor && identity.drain);
    QCOMPARE(identity.threadModel, ThreadModel::Pinned);
    QVERIFY(identity.has(PluginFlag::Blocking) && identity.has(PluginFlag::NeedsCleanup));
    QVERIFY(!identity.has(PluginFlag::CancelsHard));
    QCOMPARE(identity.runtime, QByteArray("go"));
    QCOMPARE(identity.configSchema.value(QStringLiteral("type")).toString(), QStringLiteral("object"));
    QCOMPARE(manifest->isolation, Isolation::Process); // It embeds a runtime and wishes nothing else.
    QCOMPARE(manifest->permissions, QByteArrayList{"spawn"});
    QCOMPARE(manifest->sha256, QByteArray(64, 'a'));
    QVERIFY(manifest->inlineCalls);
}

void ManifestTest::theLibraryIsBesideTheManifest()
{
    QJsonObject object = plainManifest(QStringLiteral("demo"));
    writeJson(path(), object);
    QCOMPARE(readManifest(path())->libraryPath, m_folder.filePath(QStringLiteral("libdemo.so")));
    object[QStringLiteral("library")] = QStringLiteral("other.so");
    writeJson(path(), object);
    QCOMPARE(readManifest(path())->libraryPath, m_folder.filePath(QStringLiteral("other.so")));
}

void ManifestTest::wrongManifestsAreRefused_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QString>("named");
    const auto row = [](const char *name, const QString &key, const QJsonValue &value,
                        const QString &named = {}) {
        QTest::newRow(name) << key << value << (named.isEmpty() ? key : named);
    };
    row("no form", QStringLiteral("manifest"), QJsonValue::Undefined);
    row("form of the future", QStringLiteral("manifest"), 2, QStringLiteral("update Burrow"));
    row("no id", QStringLiteral("id"), QJsonValue::Undefined);
    row("id with a path", QStringLiteral("id"), QStringLiteral("../demo"));
    row("id of another file", QStringLiteral("id"), QStringLiteral("other"),
        QStringLiteral("must be called other"));
    row("no version", QStringLiteral("version"), QJsonValue::Undefined);
    row("version with an escape", QStringLiteral("version"), QStringLiteral("1\x1b[31m"));
    row("version too long", QStringLiteral("version"), QString(65, QLatin1Char('1')));
    row("no abi", QStringLiteral("abi"), QJsonValue::Undefined);
    row("abi without built", QStringLiteral("abi"), QJsonObject{{QStringLiteral("min"), 1}},
        QStringLiteral("abi.built"));
    row("abi zero", QStringLiteral("abi"),
        QJsonObject{{QStringLiteral("min"), 0}, {QStringLiteral("built"), 1}}, QStringLiteral("abi.min"));
    row("abi reversed", QStringLiteral("abi"),
        QJsonObject{{QStringLiteral("min"), 3}, {QStringLiteral("built"), 2}}, QStringLiteral("reversed"));
    row("no kind", QStringLiteral("kinds"), QJsonArray());
    row("unknown kind", QStringLiteral("kinds"), QJsonArray{QStringLiteral("widget")});
    row("unknown thread model", QStringLiteral("thread_model"), QStringLiteral("many"));
    row("unknown flag", QStringLiteral("flags"), QJsonArray{QStringLiteral("fast")});
    row("unknown isolation", QStringLiteral("isolation"), QStringLiteral("vm"));
    row("inline as text", QStringLiteral("inline"), QStringLiteral("yes"));
    row("permissions as text", QStringLiteral("permissions"), QStringLiteral("spawn"));
    row("schema as text", QStringLiteral("config_schema"), QStringLiteral("{}"));
    row("short digest", QStringLiteral("sha256"), QStringLiteral("abcd"));
    row("library with a path", QStringLiteral("library"), QStringLiteral("../libdemo.so"));
    row("library is the folder", QStringLiteral("library"), QStringLiteral(".."));
}

void ManifestTest::wrongManifestsAreRefused()
{
    QFETCH(QString, key);
    QFETCH(QJsonValue, value);
    QFETCH(QString, named);
    QJsonObject object = plainManifest(QStringLiteral("demo"));
    if (value.isUndefined())
        object.remove(key);
    else
        object[key] = value;
    writeJson(path(), object);
    const Result<Manifest> manifest = readManifest(path());
    QVERIFY(!manifest.ok());
    QCOMPARE(manifest.error().kind, ErrorKind::Plugin);
    QVERIFY2(manifest.error().message.contains(path()), qPrintable(manifest.error().message));
    QVERIFY2(manifest.error().message.contains(named), qPrintable(manifest.error().message));
}

void ManifestTest::revisionsMeetOrSayWhichSideIsOlder_data()
{
    using Fault = std::optional<PluginFaultCode>;
    QTest::addColumn<AbiRange>("plugin");
    QTest::addColumn<AbiRange>("host");
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<QString>("cause");
    const auto row = [](const char *name, AbiRange plugin, AbiRange host, Fault fault, const char *cause) {
        QTest::newRow(name) << plugin << host << fault << QString::fromLatin1(cause);
    };
    row("the same", {2, 3}, {2, 3}, {}, "");
    row("the plugin is newer and goes on with less", {1, 9}, {1, 1}, {}, "");
    row("the host is newer and goes on with less", {1, 1}, {1, 9}, {}, "");
    row("the host is too old", {4, 4}, {2, 3}, PluginFaultCode::AbiTooNew, "is newer than this host");
    row("the plugin is too old", {1, 1}, {2, 3}, PluginFaultCode::AbiTooOld,
        "is older than this host accepts: it is built for plugin ABI revision 1; this host serves 2 to 3");
    row("no revision at all", {0, 0}, {1, 1}, PluginFaultCode::AbiRange, "impossible range");
    row("upside down", {3, 2}, {1, 9}, PluginFaultCode::AbiRange, "impossible range");
}

void ManifestTest::revisionsMeetOrSayWhichSideIsOlder()
{
    QFETCH(const AbiRange, plugin);
    QFETCH(const AbiRange, host);
    QFETCH(const std::optional<PluginFaultCode>, fault);
    QFETCH(const QString, cause);
    const PluginResult<void> fits = checkAbi(plugin, host);
    QCOMPARE(fits.ok(), !fault.has_value());
    if (fault) {
        QCOMPARE(fits.error().code, *fault);
        QVERIFY2(fits.error().cause.contains(cause), qPrintable(fits.error().cause));
    }
}

void ManifestTest::filesThatAreNoManifest()
{
    QFile file(path());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{ \"id\": ");
    file.close();
    QVERIFY(readManifest(path()).error().message.contains(QStringLiteral("no JSON object")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[]");
    file.close();
    QVERIFY(readManifest(path()).error().message.contains(QStringLiteral("no JSON object")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(limits::manifest_bytes_max + 1, ' '));
    file.close();
    QVERIFY(readManifest(path()).error().message.contains(QStringLiteral("bytes")));
    QVERIFY(file.remove());
    QCOMPARE(readManifest(path()).error().kind, ErrorKind::NotFound);
    QVERIFY(QDir().mkdir(path()));
    QVERIFY(readManifest(path()).error().message.contains(QStringLiteral("a directory")));
    QVERIFY(QDir().rmdir(path()));
    QCOMPARE(::mkfifo(path().toLocal8Bit().constData(), 0600), 0); // Reading it would wait for ever.
    QVERIFY(readManifest(path()).error().message.contains(QStringLiteral("a FIFO")));
    QVERIFY(file.remove());
}

void ManifestTest::idsAreSafeInFileNames_data()
{
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<bool>("good");
    QTest::newRow("plain") << QByteArray("echo") << true;
    QTest::newRow("with marks") << QByteArray("open-ai.chat_2") << true;
    QTest::newRow("longest") << QByteArray(64, 'a') << true;
    QTest::newRow("too long") << QByteArray(65, 'a') << false;
    QTest::newRow("empty") << QByteArray() << false;
    QTest::newRow("upper case") << QByteArray("Echo") << false;
    QTest::newRow("hidden file") << QByteArray(".echo") << false;
    QTest::newRow("option") << QByteArray("-echo") << false;
    QTest::newRow("path") << QByteArray("a/b") << false;
    QTest::newRow("escape") << QByteArray("a\x1b[0m") << false;
    QTest::newRow("NUL") << QByteArray("a\0b", 3) << false;
    QTest::newRow("not ASCII") << QByteArray("\xc3\xa9") << false;
}

void ManifestTest::idsAreSafeInFileNames()
{
    QFETCH(QByteArray, id);
    QFETCH(bool, good);
    QCOMPARE(isPluginId(id), good);
}

QTEST_GUILESS_MAIN(ManifestTest)
#include "manifest_test.moc"
