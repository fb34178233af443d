// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"

#include "plugin/abi_text.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <atomic>
#include <dlfcn.h>

namespace burrow::test {

namespace {

class SteadyClock final : public Clock
{
public:
    MonotonicTime now() const override
    {
        return {std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
    }
    WallTime wallNow() const override
    {
        return {std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now().time_since_epoch())};
    }
};

Uuid freshUuid()
{
    static std::atomic<quint64> last{0};
    return Uuid::version7(1'700'000'000'000, 0, ++last);
}

} // namespace

std::shared_ptr<const Clock> steadyClock()
{
    return std::make_shared<SteadyClock>();
}

QString fixtureLibrary(const QString &name)
{
    return QStringLiteral(BURROW_FIXTURE_PLUGIN_DIR "/lib%1.so").arg(name);
}

QJsonObject plainManifest(const QString &id)
{
    return {{QStringLiteral("manifest"), 1},
            {QStringLiteral("id"), id},
            {QStringLiteral("version"), QStringLiteral("1.0.0")},
            {QStringLiteral("abi"), QJsonObject{{QStringLiteral("min"), 1}, {QStringLiteral("built"), 1}}},
            {QStringLiteral("kinds"), QJsonArray{QStringLiteral("executor")}},
            {QStringLiteral("thread_model"), QStringLiteral("serial_instance")},
            {QStringLiteral("flags"), QJsonArray()},
            {QStringLiteral("runtime"), QString()},
            {QStringLiteral("inline"), true},
            {QStringLiteral("config_schema"), QJsonObject()}};
}

void writeJson(const QString &path, const QJsonObject &object)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(object).toJson()) < 0)
        qFatal("cannot write %s", qPrintable(path));
}

PuppetBox::PuppetBox()
    : m_manifest(plainManifest(QStringLiteral("puppet")))
{
    if (!QFile::copy(fixtureLibrary(QStringLiteral("puppet")), libraryPath()))
        qFatal("cannot copy the puppet to %s", qPrintable(libraryPath()));
    void *library = ::dlopen(QFile::encodeName(libraryPath()).constData(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        qFatal("cannot open the puppet: %s", ::dlerror());
    m_strings = reinterpret_cast<PuppetStringsFunction>(::dlsym(library, puppetStringsSymbol))();
    writeManifest();
}

PuppetStage::PuppetStage()
    : strings(box.strings())
{
    options.name = "stage";
    options.plugin = "puppet";
}

PuppetStage::~PuppetStage() = default;

QString PuppetStage::start()
{
    box.writeManifest();
    m_host = std::make_unique<PluginHost>(PluginHostOptions{
        .clock = steadyClock(), .folders = {box.folder()}, .installedFolder = {}, .hostVersion = "0"});
    const PluginResult<PluginInfo> loaded = m_host->load("puppet");
    m_fault = loaded ? std::nullopt : std::optional(loaded.error().code);
    if (!loaded)
        return loaded.error().message;
    Result<std::shared_ptr<ExecutorFactory>> factory = m_host->makeExecutorFactory(options);
    if (!factory)
        return factory.error().message;
    m_factory = *std::move(factory);
    return {};
}

std::unique_ptr<Executor> PuppetStage::make(ListenerProbe &probe)
{
    return makeFor(freshSession(), probe);
}

std::unique_ptr<Executor> PuppetStage::makeFor(SessionId session, ListenerProbe &probe)
{
    CreateCall create;
    create.session = session;
    create.sessionName = "s";
    create.instanceId = "instance-" + session.toText();
    auto executor = m_factory->create(create, probe);
    if (const Result<void> created = probe.waitCreated(); !created)
        qFatal("not created: %s", qPrintable(created.error().message));
    return executor;
}

SessionId PuppetStage::freshSession()
{
    return SessionId{freshUuid()};
}

RunId PuppetStage::freshRun()
{
    return RunId{freshUuid()};
}

ApplyCall PuppetStage::call(RunId run, const QByteArray &text)
{
    auto primitive = std::make_shared<RunPrimitive>();
    primitive->appends.push_back({AppendRole::User, {}, text, {}});
    Contributor contributor;
    contributor.input = InputId{freshUuid()};
    contributor.idempotencyKey = "key";
    contributor.attempt = 1;
    primitive->contributors.push_back(contributor);
    return {run, std::move(primitive), 1, MonotonicTime::never()};
}

int32_t PuppetStage::complete(burrow_token token, int32_t status)
{
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.status = status;
    return strings.host->complete(strings.host->ctx, token, &completion);
}

int32_t PuppetStage::completeRun(burrow_token token, QByteArrayView text)
{
    burrow_apply_result result = {};
    result.struct_size = sizeof result;
    result.terminal = text.isEmpty() ? BURROW_TERMINAL_NONE : BURROW_TERMINAL_RESULT;
    result.text = toAbiText(text);
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.apply = &result;
    return strings.host->complete(strings.host->ctx, token, &completion);
}

} // namespace burrow::test
