// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"
#include "wait.h"

#include "plugin/plugin_limits.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

#include <csignal>
#include <functional>

using namespace burrow;
using namespace burrow::test;

using Change = std::function<void(PuppetStage &)>;
Q_DECLARE_METATYPE(Change)
using Code = PluginFaultCode;
Q_DECLARE_METATYPE(PluginFaultCode)

/// From the manifest to `init`: each thing that can be wrong is refused with a sentence that names the plugin
/// and says what to do.
class LoaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodPluginLoads();
    void filesThatCannotBeLoaded_data();
    void filesThatCannotBeLoaded();
    void tablesAndDescriptors_data();
    void tablesAndDescriptors();
    void revisions_data();
    void revisions();
    void aLargerTableOfTheFutureIsFine();
    void optionalSlotsMayBeEmpty_data();
    void optionalSlotsMayBeEmpty();
    void theDescriptorMustSayWhatTheManifestSays_data();
    void theDescriptorMustSayWhatTheManifestSays();
    void theNameMayDiffer();
    void aLibraryWithoutManifestLoadsOnlyByPath();
    void theDigestIsChecked();
    void theEntryIsToldWhoAsks();
    void initGetsItsConfiguration();
    void signalHandlersArePutBack();
    void signalHandlersOfAnEmbeddedRuntimeStay();
    void embeddedRuntimesAreNotRunInsideByDefault();
    void inlineCallsNeedTwoConsents_data();
    void inlineCallsNeedTwoConsents();
    void twoHostsShareALibrary();
    void deinitComesLast();
};

void LoaderTest::aGoodPluginLoads()
{
    PuppetStage stage;
    QCOMPARE(stage.start(), QString());
    const std::vector<PluginInfo> loaded = stage.host().loaded();
    QCOMPARE(loaded.size(), 1U);
    QCOMPARE(loaded[0].identity.id, QByteArray("puppet"));
    QCOMPARE(loaded[0].identity.version, QByteArray("1.0.0"));
    QCOMPARE(loaded[0].identity.name, QStringLiteral("Puppet"));
    QCOMPARE(loaded[0].libraryPath, stage.box.libraryPath());
    QCOMPARE(loaded[0].manifestPath, stage.box.manifestPath());
    QCOMPARE(loaded[0].identity.abi.built, 1U);
    QVERIFY(stage.host().load("puppet").ok()); // Again is the same.
    QCOMPARE(stage.host().loaded().size(), 1U);
}

void LoaderTest::filesThatCannotBeLoaded_data()
{
    QTest::addColumn<QString>("library");
    QTest::addColumn<QString>("why");
    QTest::addColumn<PluginFaultCode>("code");
    QTest::newRow("missing file") << "no_such_library"
                                  << "cannot open" << Code::FileMissing;
    QTest::newRow("missing entry") << "missing_entry"
                                   << "does not export the function" << Code::NoEntry;
    QTest::newRow("entry is data") << "entry_is_data"
                                   << "data, not a function" << Code::EntryIsData;
    QTest::newRow("undefined symbol") << "undefined_symbol"
                                      << "nobody_has_this_function" << Code::CannotBeLinked;
}

void LoaderTest::filesThatCannotBeLoaded()
{
    QFETCH(QString, library);
    QFETCH(QString, why);
    PluginHost host({.clock = steadyClock(), .folders = {}, .installedFolder = {}, .hostVersion = {}});
    QFETCH(PluginFaultCode, code);
    const PluginResult<PluginInfo> loaded = host.loadLibrary(fixtureLibrary(library));
    QVERIFY(!loaded.ok());
    QCOMPARE(loaded.error().code, code);
    QCOMPARE(loaded.error().kind, code == Code::FileMissing ? ErrorKind::NotFound : ErrorKind::Plugin);
    QVERIFY2(loaded.error().message.contains(why), qPrintable(loaded.error().message));
    QVERIFY2(loaded.error().message.contains(library), qPrintable(loaded.error().message));
}

void LoaderTest::tablesAndDescriptors_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("why");
    QTest::addColumn<PluginFaultCode>("code");
    const auto row = [](const QByteArray &name, const char *why, Code code, const Change &change) {
        QTest::newRow(name.constData()) << change << QString::fromLatin1(why) << code;
    };
    struct Size
    {
        const char *name;
        uint32_t (*size)(uint32_t base);
        const char *why;
    };
    const Size sizes[] = {
        {"0", [](uint32_t) { return 0U; }, "smaller than in the first revision"},
        {"1", [](uint32_t) { return 1U; }, "smaller than in the first revision"},
        {"base - 1", [](uint32_t base) { return base - 1; }, "smaller than in the first revision"},
        {"base + 1", [](uint32_t base) { return base + 1; }, "no multiple of 8"},
        {"64 KiB + 1", [](uint32_t) { return 65537U; }, "larger than 64 KiB"},
        {"2^32 - 1", [](uint32_t) { return UINT32_MAX; }, "larger than 64 KiB"}};
    for (const Size &size : sizes) {
        row(QByteArray("plugin size ") + size.name, size.why, Code::BadStructSize,
            [size](PuppetStage &s) { s.strings.plugin.struct_size = size.size(BURROW_PLUGIN_BASE); });
        row(QByteArray("descriptor size ") + size.name, size.why, Code::BadStructSize,
            [size](PuppetStage &s) { s.strings.descriptor.struct_size = size.size(BURROW_DESCRIPTOR_BASE); });
        row(QByteArray("executor size ") + size.name, size.why, Code::BadStructSize, [size](PuppetStage &s) {
            s.strings.executor.struct_size = size.size(BURROW_EXECUTOR_VTABLE_BASE);
        });
    }
    row("entry null", "no plugin table (null)", Code::EntryGarbage, [](PuppetStage &s) {
        s.strings.entry = [](const burrow_host_offer *, const burrow_plugin **) { return BURROW_OK; };
    });
    row("entry garbage", "holds no plugin table", Code::EntryGarbage, [](PuppetStage &s) {
        s.strings.entry = [](const burrow_host_offer *, const burrow_plugin **out) {
            *out = reinterpret_cast<const burrow_plugin *>(quintptr(0x10));
            return BURROW_OK;
        };
    });
    row("entry misaligned", "holds no plugin table", Code::EntryGarbage, [](PuppetStage &s) {
        s.strings.entry = [&s](const burrow_host_offer *, const burrow_plugin **out) {
            *out =
                reinterpret_cast<const burrow_plugin *>(reinterpret_cast<const char *>(&s.strings.plugin) + 1);
            return BURROW_OK;
        };
    });
    row("entry refuses", "BUSY", Code::EntryRefused, [](PuppetStage &s) {
        s.strings.entry = [](const burrow_host_offer *, const burrow_plugin **) { return BURROW_BUSY; };
    });
    row("entry refuses with a sentence", "only on Sundays", Code::EntryRefused, [](PuppetStage &s) {
        s.strings.entry = [](const burrow_host_offer *offer, const burrow_plugin **) {
            burrow_error error = {};
            error.struct_size = sizeof error;
            error.message = BURROW_TEXT("only on Sundays");
            offer->error(offer->error_ctx, &error);
            return BURROW_INCOMPATIBLE;
        };
    });
    row("entry throws", "exception leave its entry", Code::ExceptionLeft, [](PuppetStage &s) {
        s.strings.entry = [](const burrow_host_offer *, const burrow_plugin **) -> int32_t {
            throw std::runtime_error("entry");
        };
    });
    row("init fails", "could not be initialised: CONFIG", Code::InitFailed, [](PuppetStage &s) {
        s.strings.init = [](const burrow_host *, const burrow_text *) { return BURROW_CONFIG; };
    });
    row("init throws", "exception leave init", Code::ExceptionLeft, [](PuppetStage &s) {
        s.strings.init = [](const burrow_host *, const burrow_text *) -> int32_t { throw 1; };
    });
    row("no init", "required init", Code::MissingSlot, [](PuppetStage &s) { s.strings.plugin.init = nullptr; });
    row("no table", "neither an executor nor a drain", Code::MissingSlot,
        [](PuppetStage &s) { s.strings.plugin.executor = nullptr; });
    row("no descriptor", "no descriptor (null)", Code::EntryGarbage,
        [](PuppetStage &s) { s.strings.plugin.descriptor = nullptr; });
    row("no create", "required create", Code::MissingSlot,
        [](PuppetStage &s) { s.strings.executor.create = nullptr; });
    row("no apply", "required apply", Code::MissingSlot,
        [](PuppetStage &s) { s.strings.executor.apply = nullptr; });
    row("no destroy", "required destroy", Code::MissingSlot,
        [](PuppetStage &s) { s.strings.executor.destroy = nullptr; });
    row("nothing required", "required create and apply and destroy", Code::MissingSlot, [](PuppetStage &s) {
        s.strings.executor.create = nullptr;
        s.strings.executor.apply = nullptr;
        s.strings.executor.destroy = nullptr;
    });
    row("executor garbage", "holds no executor table", Code::EntryGarbage, [](PuppetStage &s) {
        s.strings.plugin.executor = reinterpret_cast<const burrow_executor_vtable *>(quintptr(0x20));
    });
    row("drain garbage", "contradicts its manifest", Code::ManifestDiffers, [](PuppetStage &s) {
        s.strings.plugin.drain = reinterpret_cast<const burrow_drain_vtable *>(quintptr(0x20));
    });
    row("id null with a length", "whose id is null", Code::BadDescriptor, [](PuppetStage &s) {
        s.strings.descriptor.id = {nullptr, 6};
    });
    row("id unreadable", "points to no memory", Code::BadDescriptor, [](PuppetStage &s) {
        s.strings.descriptor.id = {reinterpret_cast<const char *>(quintptr(0x10)), 6};
    });
    row("id not UTF-8", "is not UTF-8", Code::BadDescriptor,
        [](PuppetStage &s) { s.strings.descriptor.id = BURROW_TEXT("\xff"); });
    row("id with NUL", "control characters", Code::BadDescriptor, [](PuppetStage &s) {
        s.strings.descriptor.id = {"a\0b", 3};
    });
    row("id with a path", "is not made of", Code::BadDescriptor,
        [](PuppetStage &s) { s.strings.descriptor.id = BURROW_TEXT("../x"); });
    row("name with an escape", "control characters", Code::BadDescriptor,
        [](PuppetStage &s) { s.strings.descriptor.name = BURROW_TEXT("\x1b[31mred"); });
    row("name with C1", "control characters", Code::BadDescriptor, [](PuppetStage &s) {
        s.strings.descriptor.name = BURROW_TEXT("\xc2\x9b"
                                                "31m");
    });
    row("version of 10 MB", "longer than is allowed", Code::BadDescriptor,
        [](PuppetStage &s) { s.strings.descriptor.version.size = 10'000'000; });
    row("schema no JSON", "no JSON object", Code::BadDescriptor,
        [](PuppetStage &s) { s.strings.descriptor.config_schema_json = BURROW_TEXT("[]"); });
}

void LoaderTest::tablesAndDescriptors()
{
    QFETCH(Change, change);
    QFETCH(QString, why);
    PuppetStage stage;
    change(stage);
    const QString sentence = stage.start();
    QVERIFY2(sentence.contains(why), qPrintable(sentence));
    QVERIFY2(sentence.contains(QStringLiteral("puppet")), qPrintable(sentence));
    QVERIFY2(sentence.contains(stage.box.folder()), qPrintable(sentence));
    QFETCH(PluginFaultCode, code);
    QCOMPARE(stage.fault(), std::optional(code));
}

void LoaderTest::revisions_data()
{
    QTest::addColumn<quint32>("min");
    QTest::addColumn<quint32>("built");
    QTest::addColumn<QString>("why");
    QTest::newRow("exact") << 1U << quint32(BURROW_ABI_VERSION) << "";
    QTest::newRow("built for a later one, works with this") << 1U << 999U << "";
    QTest::newRow("newer than the host") << 998U << 999U << "update Burrow";
    QTest::newRow("reversed") << 3U << 2U << "reversed";
}

void LoaderTest::revisions()
{
    QFETCH(quint32, min);
    QFETCH(quint32, built);
    QFETCH(QString, why);
    PuppetStage stage;
    stage.strings.descriptor.abi_min = min;
    stage.strings.descriptor.abi_built = built;
    stage.box.manifest()[QStringLiteral("abi")] =
        QJsonObject{{QStringLiteral("min"), qint64(min)}, {QStringLiteral("built"), qint64(built)}};
    const QString sentence = stage.start();
    QVERIFY2(why.isEmpty() ? sentence.isEmpty() : sentence.contains(why), qPrintable(sentence));
    // The same without a manifest, where only the descriptor can say so.
    QVERIFY(QFile::remove(stage.box.manifestPath()));
    stage.host().close(std::chrono::seconds(10));
    PluginHost host({.clock = steadyClock(), .folders = {}, .installedFolder = {}, .hostVersion = {}});
    const PluginResult<PluginInfo> loaded = host.loadLibrary(stage.box.libraryPath());
    QCOMPARE(loaded.ok(), why.isEmpty());
    if (!loaded) {
        const QString expected = min > built ? QStringLiteral("impossible range") : why;
        QVERIFY2(loaded.error().message.contains(expected), qPrintable(loaded.error().message));
        QCOMPARE(stage.fault(), std::optional(min > built ? Code::AbiRange : Code::AbiTooNew));
        QCOMPARE(loaded.error().code, min > built ? Code::AbiRange : Code::AbiTooNew);
    }
}

void LoaderTest::aLargerTableOfTheFutureIsFine()
{
    PuppetStage stage;
    struct FutureTable
    {
        burrow_executor_vtable known;
        void *unknown[4];
    };
    FutureTable table{stage.strings.executor, {}};
    table.known.struct_size = sizeof table;
    stage.strings.plugin.executor = &table.known;
    QCOMPARE(stage.start(), QString());
    ListenerProbe probe;
    const auto executor = stage.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
}

void LoaderTest::optionalSlotsMayBeEmpty_data()
{
    QTest::addColumn<Change>("change");
    QTest::newRow("cancel") << Change([](PuppetStage &s) { s.strings.executor.cancel = nullptr; });
    QTest::newRow("stop") << Change([](PuppetStage &s) { s.strings.executor.stop = nullptr; });
    QTest::newRow("cleanup") << Change([](PuppetStage &s) { s.strings.executor.cleanup = nullptr; });
    QTest::newRow("get_extension") << Change(
        [](PuppetStage &s) { s.strings.executor.get_extension = nullptr; });
    QTest::newRow("resume") << Change([](PuppetStage &s) { s.strings.executor.resume = nullptr; });
    QTest::newRow("deinit") << Change([](PuppetStage &s) { s.strings.plugin.deinit = nullptr; });
    QTest::newRow("all") << Change([](PuppetStage &s) {
        s.strings.executor.cancel = nullptr;
        s.strings.executor.stop = nullptr;
        s.strings.executor.cleanup = nullptr;
        s.strings.executor.get_extension = nullptr;
        s.strings.executor.resume = nullptr;
        s.strings.plugin.deinit = nullptr;
    });
}

/// A whole life with that slot empty.
void LoaderTest::optionalSlotsMayBeEmpty()
{
    QFETCH(Change, change);
    PuppetStage stage;
    change(stage);
    QCOMPARE(stage.start(), QString());
    const SessionId session = PuppetStage::freshSession();
    ListenerProbe probe;
    auto executor = stage.makeFor(session, probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    executor->cancel(run, CancelMode::Hard, QStringLiteral("test"));
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    executor->checkpointCommitted(run, 1, "state");
    QVERIFY(probe.waitCheckpoint().ok());
    executor->stop(StopKind::SessionStop, QStringLiteral("test"));
    QVERIFY(probe.waitStopped().ok());
    executor.reset();
    Signal cleaned;
    CleanupCall cleanup;
    cleanup.session = session;
    stage.factory().cleanup(cleanup, [&](const Result<void> &result) {
        if (result)
            cleaned.raise();
    });
    QVERIFY(cleaned.wait());
    QVERIFY(stage.host().close(std::chrono::seconds(30)));
    QVERIFY2(probe.sentences().isEmpty(), qPrintable(probe.sentences().join(u'|')));
}

void LoaderTest::theDescriptorMustSayWhatTheManifestSays_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("field");
    const auto row = [](const char *field, const Change &change) {
        QTest::newRow(field) << change << QString::fromLatin1(field);
    };
    row("id", [](PuppetStage &s) { s.strings.descriptor.id = BURROW_TEXT("pupil"); });
    row("version", [](PuppetStage &s) { s.strings.descriptor.version = BURROW_TEXT("1.0.1"); });
    row("runtime", [](PuppetStage &s) { s.strings.descriptor.runtime = BURROW_TEXT("go"); });
    row("abi.min", [](PuppetStage &s) { s.strings.descriptor.abi_min = 2; });
    row("abi.built", [](PuppetStage &s) { s.strings.descriptor.abi_built = 77; });
    row("thread_model", [](PuppetStage &s) { s.strings.descriptor.thread_model = BURROW_THREAD_PINNED; });
    row("flags", [](PuppetStage &s) { s.strings.descriptor.flags = BURROW_PLUGIN_BLOCKING; });
    row("kinds", [](PuppetStage &s) {
        s.box.manifest()[QStringLiteral("kinds")] =
            QJsonArray{QStringLiteral("executor"), QStringLiteral("drain")};
    });
    row("config_schema", [](PuppetStage &s) {
        s.strings.descriptor.config_schema_json = BURROW_TEXT("{\"type\": \"object\"}");
    });
}

void LoaderTest::theDescriptorMustSayWhatTheManifestSays()
{
    QFETCH(Change, change);
    QFETCH(QString, field);
    PuppetStage stage;
    change(stage);
    const QString sentence = stage.start();
    QVERIFY2(sentence.contains(QStringLiteral("contradicts its manifest: \"%1").arg(field)),
             qPrintable(sentence));
    QCOMPARE(stage.fault(), std::optional(Code::ManifestDiffers));
}

void LoaderTest::theNameMayDiffer()
{
    PuppetStage stage;
    stage.box.manifest()[QStringLiteral("name")] = QStringLiteral("Another name");
    stage.strings.descriptor.flags = quint64(1) << 60; // Unknown flags are ignored.
    QCOMPARE(stage.start(), QString());
}

void LoaderTest::aLibraryWithoutManifestLoadsOnlyByPath()
{
    PuppetBox box;
    QVERIFY(QFile::remove(box.manifestPath()));
    PluginHost host(
        {.clock = steadyClock(), .folders = {box.folder()}, .installedFolder = {}, .hostVersion = {}});
    QCOMPARE(host.load("puppet").error().kind, ErrorKind::NotFound);
    QCOMPARE(host.loadLibrary(QStringLiteral("libpuppet.so")).error().kind, ErrorKind::InvalidArgument);
    const Result<PluginInfo> loaded = host.loadLibrary(box.libraryPath());
    QVERIFY2(loaded.ok(), qPrintable(loaded ? QString() : loaded.error().message));
    QVERIFY(loaded->manifestPath.isEmpty());
    // Nobody allowed inline calls.
    QVERIFY(!host.makeExecutorFactory({.name = "x", .plugin = "puppet", .inlineCalls = InlineCalls::Yes}).ok());
    QVERIFY(host.makeExecutorFactory({.name = "x", .plugin = "puppet"}).ok());
    QCOMPARE(host.makeExecutorFactory({.name = "x", .plugin = "absent"}).error().kind, ErrorKind::NotFound);
}

void LoaderTest::theDigestIsChecked()
{
    PuppetStage stage;
    stage.box.manifest()[QStringLiteral("sha256")] = QString(64, QLatin1Char('0'));
    QVERIFY(stage.start().contains(QStringLiteral("SHA-256")));
    QCOMPARE(stage.fault(), std::optional(Code::DigestDiffers));
    QFile library(stage.box.libraryPath());
    QVERIFY(library.open(QIODevice::ReadOnly));
    QCryptographicHash hash(QCryptographicHash::Sha256);
    QVERIFY(hash.addData(&library));
    stage.box.manifest()[QStringLiteral("sha256")] = QString::fromLatin1(hash.result().toHex());
    QCOMPARE(stage.start(), QString());
}

void LoaderTest::theEntryIsToldWhoAsks()
{
    PuppetStage stage;
    burrow_host_offer seen = {};
    std::string name;
    stage.strings.entry = [&](const burrow_host_offer *offer, const burrow_plugin **out) {
        seen = *offer;
        name.assign(offer->host_name.data, offer->host_name.size);
        *out = &stage.strings.plugin;
        return BURROW_OK;
    };
    QCOMPARE(stage.start(), QString());
    QCOMPARE(seen.struct_size, quint32(sizeof seen));
    QCOMPARE(seen.abi_max, BURROW_ABI_VERSION);
    QVERIFY(seen.abi_min >= 1 && seen.abi_min <= seen.abi_max);
    QCOMPARE(name, std::string("burrow"));
    // A sink that is kept and called later reaches nobody and harms nobody.
    burrow_error error = {};
    error.struct_size = sizeof error;
    seen.error(seen.error_ctx, &error);
}

void LoaderTest::initGetsItsConfiguration()
{
    PuppetBox box;
    std::string config;
    box.strings().init = [&](const burrow_host *host, const burrow_text *json) {
        config.assign(json->data, json->size);
        return host->struct_size == sizeof *host && host->now(host->ctx) > 0 ? BURROW_OK : BURROW_INTERNAL;
    };
    PluginHost host(
        {.clock = steadyClock(), .folders = {box.folder()}, .installedFolder = {}, .hostVersion = {}});
    QVERIFY(host.load("puppet", {.configJson = "{\"level\": 3}", .isolation = {}}).ok());
    QCOMPARE(config, std::string("{\"level\": 3}"));
}

namespace {

void pluginsHandler(int) {}

sighandler_t handlerOf(int number)
{
    struct sigaction action = {};
    ::sigaction(number, nullptr, &action);
    return action.sa_handler;
}

} // namespace

void LoaderTest::signalHandlersArePutBack()
{
    PuppetStage stage;
    const sighandler_t before = handlerOf(SIGUSR2);
    stage.strings.init = [](const burrow_host *, const burrow_text *) {
        std::signal(SIGUSR2, pluginsHandler);
        return BURROW_OK;
    };
    QTest::ignoreMessage(
        QtWarningMsg, QRegularExpression(QStringLiteral("puppet.*changed the handlers of SIGUSR2.*put back")));
    QCOMPARE(stage.start(), QString());
    QVERIFY(handlerOf(SIGUSR2) == before);
}

void LoaderTest::signalHandlersOfAnEmbeddedRuntimeStay()
{
    PuppetBox box;
    const sighandler_t before = handlerOf(SIGUSR2);
    box.strings().descriptor.runtime = BURROW_TEXT("go");
    box.manifest()[QStringLiteral("runtime")] = QStringLiteral("go");
    box.writeManifest();
    box.strings().init = [](const burrow_host *, const burrow_text *) {
        std::signal(SIGUSR2, pluginsHandler);
        return BURROW_OK;
    };
    PluginHost host(
        {.clock = steadyClock(), .folders = {box.folder()}, .installedFolder = {}, .hostVersion = {}});
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("SIGUSR2; they stay")));
    QVERIFY(host.load("puppet", {.isolation = Isolation::InProcess}).ok());
    QVERIFY(handlerOf(SIGUSR2) == &pluginsHandler);
    std::signal(SIGUSR2, before);
}

void LoaderTest::embeddedRuntimesAreNotRunInsideByDefault()
{
    PuppetStage stage;
    stage.strings.descriptor.runtime = BURROW_TEXT("python");
    stage.box.manifest()[QStringLiteral("runtime")] = QStringLiteral("python");
    const QString sentence = stage.start();
    QVERIFY2(sentence.contains(QStringLiteral("python")), qPrintable(sentence));
    QVERIFY2(sentence.contains(QStringLiteral("isolation: in_process")), qPrintable(sentence));
}

void LoaderTest::inlineCallsNeedTwoConsents_data()
{
    QTest::addColumn<int>("model");
    QTest::addColumn<QString>("modelName");
    QTest::addColumn<bool>("blocking");
    QTest::addColumn<bool>("allowed");
    QTest::addColumn<bool>("good");
    QTest::newRow("both") << BURROW_THREAD_SERIAL_INSTANCE << "serial_instance" << false << true << true;
    QTest::newRow("parallel") << BURROW_THREAD_PARALLEL << "parallel" << false << true << true;
    QTest::newRow("manifest says no") << BURROW_THREAD_SERIAL_INSTANCE << "serial_instance" << false << false
                                      << false;
    QTest::newRow("blocking") << BURROW_THREAD_SERIAL_INSTANCE << "serial_instance" << true << true << false;
    QTest::newRow("one at a time") << BURROW_THREAD_SERIAL_LIBRARY << "serial_library" << false << true
                                   << false;
    QTest::newRow("pinned") << BURROW_THREAD_PINNED << "pinned" << false << true << false;
}

void LoaderTest::inlineCallsNeedTwoConsents()
{
    QFETCH(int, model);
    QFETCH(QString, modelName);
    QFETCH(bool, blocking);
    QFETCH(bool, allowed);
    QFETCH(bool, good);
    PuppetStage stage;
    stage.strings.descriptor.thread_model = model;
    stage.strings.descriptor.flags = blocking ? BURROW_PLUGIN_BLOCKING : 0;
    stage.box.manifest()[QStringLiteral("thread_model")] = modelName;
    stage.box.manifest()[QStringLiteral("flags")] =
        blocking ? QJsonArray{QStringLiteral("blocking")} : QJsonArray();
    stage.box.manifest()[QStringLiteral("inline")] = allowed;
    stage.options.inlineCalls = InlineCalls::Yes;
    const QString sentence = stage.start();
    QVERIFY2(good ? sentence.isEmpty() : sentence.contains(QStringLiteral("inline: true")),
             qPrintable(sentence));
}

void LoaderTest::twoHostsShareALibrary()
{
    PuppetBox box;
    Signal inits;
    Signal deinits;
    box.strings().init = [&](const burrow_host *, const burrow_text *) {
        inits.raise();
        return BURROW_OK;
    };
    box.strings().deinit = [&] { deinits.raise(); };
    const PluginHostOptions options{
        .clock = steadyClock(), .folders = {box.folder()}, .installedFolder = {}, .hostVersion = {}};
    auto first = std::make_unique<PluginHost>(options);
    auto second = std::make_unique<PluginHost>(options);
    QVERIFY(first->load("puppet").ok());
    QVERIFY(second->load("puppet").ok());
    QCOMPARE(inits.count(), 1);
    PluginHost third(options);
    QCOMPARE(third.load("puppet", {.configJson = "{\"other\":1}", .isolation = {}}).error().kind,
             ErrorKind::Conflict);
    first.reset();
    QCOMPARE(deinits.count(), 0);
    second.reset();
    QCOMPARE(deinits.count(), 1);
    // A later host begins again, with a table of its own; the old one is closed for ever.
    const burrow_host *old = box.strings().host;
    QVERIFY(third.load("puppet", {.configJson = "{\"other\":1}", .isolation = {}}).ok());
    QCOMPARE(inits.count(), 2);
    QVERIFY(box.strings().host != old);
    const burrow_text text = BURROW_TEXT("late");
    QCOMPARE(old->log(old->ctx, 0, BURROW_LOG_INFO, &text, nullptr), BURROW_CLOSED);
    QCOMPARE(old->complete(old->ctx, 1, nullptr), BURROW_CLOSED);
    QCOMPARE(old->cancelled(old->ctx, 1), BURROW_CLOSED);
    QVERIFY(old->get_extension(old->ctx, 0, &text) == nullptr);
    QVERIFY(old->now(old->ctx) > 0);
}

void LoaderTest::deinitComesLast()
{
    PuppetStage stage;
    std::vector<std::string> order;
    stage.strings.destroy = [&](void *) { order.emplace_back("destroy"); };
    stage.strings.deinit = [&] { order.emplace_back("deinit"); };
    QCOMPARE(stage.start(), QString());
    ListenerProbe probe;
    auto executor = stage.make(probe);
    executor.reset();
    QVERIFY(stage.host().close(std::chrono::seconds(30)));
    QCOMPARE(order, (std::vector<std::string>{"destroy", "deinit"}));
    // A factory that outlives its plugin says so.
    executor = stage.factory().create({PuppetStage::freshSession(), "a", "a", 1, {}}, probe);
    QVERIFY(probe.waitCreated().error().message.contains(QStringLiteral("closed")));
}

QTEST_GUILESS_MAIN(LoaderTest)
#include "loader_test.moc"
