// SPDX-License-Identifier: Apache-2.0
#include "compose/composition.h"

#include "base/log_categories.h"
#include "compose/plugin_folders.h"
#include "compose/plugin_standings.h"
#include "compose/start_keys.h"
#include "compose/store_choice.h"
#include "compose/unavailable_executor.h"
#include "config/input_file.h"
#include "plugin/plugin_host.h"
#include "session/system_clock.h"

#include <QJsonDocument>

#include <set>

namespace burrow {

namespace {

/// How long plugins get to come to rest after the host is gone.
constexpr std::chrono::seconds plugins_rest_max(5);

using Factories = std::map<QByteArray, std::shared_ptr<ExecutorFactory>>;

CoreSettings coreSettings(const Configuration &configuration, const SessionSettings &session)
{
    CoreSettings settings;
    settings.queueLimit = static_cast<quint32>(configuration.limits.queuePerSession);
    settings.turnTimeout = configuration.limits.turnTimeout;
    settings.stopGrace = session.stopGrace;
    settings.retryBackoff = session.retryBackoff;
    settings.restart = session.restart;
    settings.keyRetention = configuration.store.retention.keys;
    return settings;
}

/// The parts of a host, in the order in which they need each other: the last one goes first.
class HostComposition final : public Composition
{
public:
    HostComposition(Configuration configuration, ComposeOptions options)
        : m_configuration(std::move(configuration))
        , m_options(std::move(options))
        , m_standings(m_configuration)
        , m_clock(std::make_shared<SystemClock>())
        , m_plugins({.clock = m_clock,
                     .folders = configuredPluginFolders(m_configuration),
                     .installedFolder = installedPluginFolder(),
                     .hostVersion = BURROW_VERSION,
                     .plugins = m_options.plugins,
                     .probe = ProbeOptions{.program = pluginHostProgram(),
                                           .cachePath = pluginStateFile(m_configuration, pluginProbesName)}})
    {
    }
    ~HostComposition() override { HostComposition::close(); }

    Result<void> build();

    Host &host() override { return *m_host; }
    QFuture<std::vector<Result<OpenedSession>>> openSessions() override;
    std::vector<Input> startInputs(const QByteArray &session, Findings &problems) const override;
    std::optional<TakenOver> takenOver() const override { return m_store.takenOver; }
    QByteArray executorOf(const QByteArray &session) const override;
    bool close() override;
    void aboutToLeave() override { m_standings.endOrderly({}); }

private:
    std::optional<PluginFault> leftOut(const QByteArray &id) const;
    Result<void> loadPlugin(const QByteArray &id);
    Result<void> makeFactory(const QByteArray &name, const ExecutorSettings &executor);

    const Configuration m_configuration;
    const ComposeOptions m_options;
    PluginStandings m_standings;
    std::set<QByteArray> m_used; // plugins that were loaded
    const std::shared_ptr<SystemClock> m_clock;
    ChosenStore m_store;
    PluginHost m_plugins;
    Factories m_factories;
    std::unique_ptr<Host> m_host;
};

bool HostComposition::close()
{
    const bool served = m_host != nullptr;
    m_host.reset();
    m_factories.clear();
    const bool atRest = m_plugins.close(plugins_rest_max);
    m_store.store.reset();
    m_standings.endOrderly(served ? m_used : std::set<QByteArray>());
    return atRest;
}

/// Why a plugin is not even loaded, so that its sessions fail and the others go on.
std::optional<PluginFault> HostComposition::leftOut(const QByteArray &id) const
{
    if (std::optional<PluginFault> fault = m_standings.faultOf(id))
        return fault;
    if (m_options.plugins == PluginsUsed::All)
        return std::nullopt;
    const auto configured = m_configuration.plugins.find(id);
    const bool byPath = configured != m_configuration.plugins.end() && !configured->second.path.value.isEmpty();
    if (!byPath && m_plugins.catalog().manifest(id)) // The search has none but bundled ones.
        return std::nullopt;
    return PluginFault(
        PluginFaultCode::SafeMode,
        QStringLiteral("the plugin %1 is left out: this host runs in safe mode, with bundled plugins "
                       "only")
            .arg(QString::fromUtf8(id)));
}

Result<void> HostComposition::loadPlugin(const QByteArray &id)
{
    const auto configured = m_configuration.plugins.find(id);
    if (configured != m_configuration.plugins.end() && !configured->second.enabled) {
        return Error{
            ErrorKind::Configuration,
            QStringLiteral("plugin \"%1\" is switched off (plugins.%1.enabled)").arg(QString::fromUtf8(id))};
    }
    const bool byPath = configured != m_configuration.plugins.end() && !configured->second.path.value.isEmpty();
    PluginLoadOptions options;
    if (configured != m_configuration.plugins.end())
        options.isolation = configured->second.isolation;
    const PluginResult<PluginInfo> loaded =
        byPath ? m_plugins.loadLibrary(configured->second.path.value, options) : m_plugins.load(id, options);
    if (!loaded)
        return loaded.error().withCodeInMessage();
    if (loaded->identity.id != id) {
        return PluginFault(
                   PluginFaultCode::IdDiffers,
                   QStringLiteral("plugins.%1.path names %2, which holds plugin \"%3\"")
                       .arg(QString::fromUtf8(id), loaded->libraryPath, QString::fromUtf8(loaded->identity.id)),
                   ErrorKind::Configuration)
            .withCodeInMessage();
    }
    m_used.insert(id);
    return {};
}

Result<void> HostComposition::makeFactory(const QByteArray &name, const ExecutorSettings &executor)
{
    const QByteArray &id = executor.plugin.value;
    if (const std::optional<PluginFault> fault = leftOut(id)) {
        m_factories.emplace(name, makeUnavailableFactory({name, id}, fault->withCodeInMessage().message));
        return {};
    }
    if (Result<void> loaded = loadPlugin(id); !loaded)
        return loaded;
    const auto configured = m_configuration.plugins.find(id);
    const bool runInline = configured != m_configuration.plugins.end() && configured->second.runInline;
    Result<std::shared_ptr<ExecutorFactory>> factory = m_plugins.makeExecutorFactory(
        {.name = name,
         .plugin = id,
         .configJson = QJsonDocument(executor.config.value).toJson(QJsonDocument::Compact),
         .inlineCalls = runInline ? InlineCalls::Yes : InlineCalls::No,
         .outputBytesMax = m_configuration.limits.outputPerTurnBytes});
    if (!factory) {
        return Error{factory.error().kind,
                     QStringLiteral("executors.%1: %2").arg(QString::fromUtf8(name), factory.error().message)};
    }
    m_factories.emplace(name, *std::move(factory));
    return {};
}

Result<void> HostComposition::build()
{
    if (static_cast<qint64>(m_configuration.sessions.size()) > m_configuration.limits.sessions) {
        return Error{ErrorKind::Configuration,
                     QStringLiteral("there are %1 sessions and limits.sessions allows %2")
                         .arg(m_configuration.sessions.size())
                         .arg(m_configuration.limits.sessions)};
    }
    for (const QString &sentence : m_standings.takeOver()) {
        qCWarning(pluginLog).noquote() << sentence;
        if (m_options.notice)
            m_options.notice(sentence);
    }
    for (const auto &[name, executor] : m_configuration.executors) {
        if (Result<void> made = makeFactory(name, executor); !made)
            return made;
    }
    // Last, so that a wrong configuration leaves no file behind.
    Result<ChosenStore> store = chooseStore(m_configuration, *m_clock);
    if (!store)
        return store.error();
    m_store = *std::move(store);
    m_host = std::make_unique<Host>(HostOptions{.name = m_configuration.host.name,
                                                .shards = 0,
                                                .shutdownTimeout = m_configuration.host.shutdownTimeout},
                                    *m_store.store, *m_clock);
    return {};
}

QFuture<std::vector<Result<OpenedSession>>> HostComposition::openSessions()
{
    std::vector<SessionSpec> specs;
    for (const auto &[name, session] : m_configuration.sessions) {
        specs.push_back({.name = name,
                         .executor = m_factories.at(session.executor.value),
                         .settings = coreSettings(m_configuration, session)});
    }
    return m_host->openSessions(std::move(specs));
}

std::vector<Input> HostComposition::startInputs(const QByteArray &session, Findings &problems) const
{
    std::vector<Input> inputs;
    const auto found = m_configuration.sessions.find(session);
    if (found == m_configuration.sessions.end())
        return inputs;
    InputFileContent content = burrow::startInputs(found->second);
    problems.insert(problems.end(), content.findings.begin(), content.findings.end());
    for (ReadInput &read : content.inputs)
        inputs.push_back(std::move(read.input));
    giveStartKeys(inputs);
    return inputs;
}

QByteArray HostComposition::executorOf(const QByteArray &session) const
{
    const auto found = m_configuration.sessions.find(session);
    return found == m_configuration.sessions.end() ? QByteArray() : found->second.executor.value;
}

} // namespace

Result<std::unique_ptr<Composition>> compose(const Configuration &configuration, ComposeOptions options)
{
    auto composition = std::make_unique<HostComposition>(configuration, std::move(options));
    if (Result<void> built = composition->build(); !built)
        return built.error();
    return std::unique_ptr<Composition>(std::move(composition));
}

} // namespace burrow
