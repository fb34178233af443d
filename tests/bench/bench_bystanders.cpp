// SPDX-License-Identifier: Apache-2.0
// P11: what ten busy sessions notice of an eleventh whose plugin hangs: the worst of a hundred answers, with it
// and without it.
#include "benches.h"

#include "control/host.h"
#include "plugin/plugin_host.h"
#include "session/system_clock.h"
#include "store/memory_store.h"

#include <QFile>
#include <QTemporaryDir>

#include <condition_variable>
#include <thread>

namespace burrow::bench {

namespace {

using namespace std::chrono_literals;

constexpr int busy_sessions = 10;
/// How much later the worst of a hundred answers may be.
constexpr double p99_ratio_max = 1.5;

Input prompt(const QByteArray &text)
{
    Input input;
    input.durability = Durability::Ephemeral;
    input.body = PromptBody{text, {}, {}};
    return input;
}

SessionId opened(Host &host, SessionSpec spec)
{
    const Result<OpenedSession> session = host.openSession(std::move(spec)).result();
    if (!session.ok())
        qFatal("%s", qPrintable(session.error().message));
    return session->id;
}

/// Keeps one input of each session under way, and remembers how long each took.
class Traffic
{
public:
    Traffic(Host &host, std::vector<SessionId> sessions)
        : m_host(host)
        , m_sessions(std::move(sessions))
    {
    }

    /// Microseconds within which 99 of 100 inputs were answered, in a window of that length.
    double p99(std::chrono::milliseconds window)
    {
        m_latencies.clear();
        m_until = seconds() + std::chrono::duration<double>(window).count();
        m_open = static_cast<int>(m_sessions.size());
        for (const SessionId session : m_sessions)
            submitTo(session);
        std::unique_lock lock(m_mutex);
        m_rest.wait(lock, [this] { return m_open == 0; });
        const auto place = m_latencies.begin() + static_cast<std::ptrdiff_t>(m_latencies.size() * 99 / 100);
        std::nth_element(m_latencies.begin(), place, m_latencies.end());
        return *place * 1e6;
    }

private:
    void submitTo(SessionId session)
    {
        const double begin = seconds();
        m_host.submit(session, prompt("hello"), {.wait = WaitFor::Terminal},
                      {.receipt = {}, .outcome = [this, session, begin](const Outcome &outcome) {
                           if (!outcome.succeeded())
                               qFatal("a busy session failed: %s", qPrintable(outcome.reason));
                           answered(session, begin);
                       }});
    }
    void answered(SessionId session, double begin)
    {
        const double end = seconds();
        {
            const std::lock_guard lock(m_mutex);
            m_latencies.push_back(end - begin);
            if (end >= m_until) {
                if (--m_open == 0)
                    m_rest.notify_one();
                return;
            }
        }
        submitTo(session);
    }

    Host &m_host;
    const std::vector<SessionId> m_sessions;
    double m_until = 0; // Constant while inputs are under way.
    std::mutex m_mutex;
    std::condition_variable m_rest;
    // Guarded by m_mutex.
    std::vector<double> m_latencies;
    int m_open = 0;
};

/// How the eleventh hangs: the act of the rogue library, and whether a cancel is part of it.
struct Hang
{
    const char *act;
    const char *what;
    bool cancelled = false;
};

/// A host with ten sessions that are served by an honest plugin on workers, and room for hanging ones.
class Scene
{
public:
    Scene()
        : m_plugins({.clock = std::make_shared<SystemClock>(),
                     .folders = {QStringLiteral(BURROW_BENCH_PLUGINS)},
                     .installedFolder = {},
                     .hostVersion = "bench"})
        , m_host({.name = "bench", .shards = 2, .shutdownTimeout = 10ms}, m_store, m_clock)
    {
        if (Result<PluginInfo> loaded = m_plugins.load("noop-c"); !loaded)
            qFatal("%s", qPrintable(loaded.error().message));
        const auto factory = factoryOf("noop-c");
        std::vector<SessionId> sessions;
        for (int at = 0; at < busy_sessions; ++at)
            sessions.push_back(opened(m_host, {.name = "busy" + QByteArray::number(at), .executor = factory}));
        m_traffic = std::make_unique<Traffic>(m_host, std::move(sessions));
    }

    double alone(std::chrono::milliseconds window) { return m_traffic->p99(window); }

    double beside(const Hang &hang, std::chrono::milliseconds window)
    {
        CoreSettings settings;
        settings.turnTimeout = 1h;
        settings.stopGrace = settings.abandonAfterHard = 10ms;
        settings.restart.policy = RestartPolicy::Never;
        const SessionId eleventh = opened(m_host, {.name = "hangs" + QByteArray::number(++m_hung),
                                                   .executor = hanging(hang.act),
                                                   .settings = settings});
        m_host.submit(eleventh, prompt("work"), {}, {});
        if (hang.cancelled) {
            // The plugin has it by then: its `cancel` is what does not return.
            while (m_host.view(eleventh).result().at(0).waitReason != WaitReason::Running)
                std::this_thread::yield();
            m_host.cancel(eleventh, CancelMode::Boundary).waitForFinished();
        }
        const double worst = m_traffic->p99(window);
        m_host.stop(eleventh).waitForFinished(); // It is given up, and hangs in its own thread for ever.
        return worst;
    }

private:
    std::shared_ptr<ExecutorFactory> factoryOf(const QByteArray &plugin)
    {
        Result<std::shared_ptr<ExecutorFactory>> factory = m_plugins.makeExecutorFactory(
            {.name = plugin, .plugin = plugin, .configJson = "{}", .inlineCalls = InlineCalls::No});
        if (!factory)
            qFatal("%s", qPrintable(factory.error().message));
        return *factory;
    }
    /// A library that hangs stays as it is, so every window has one of its own; so has every host of plugins,
    /// in which an id is taken once.
    std::shared_ptr<ExecutorFactory> hanging(const char *act)
    {
        m_folders.push_back(std::make_unique<QTemporaryDir>());
        const QString library = m_folders.back()->filePath(QStringLiteral("lib%1.so").arg(QLatin1String(act)));
        if (!QFile::copy(QStringLiteral(BURROW_FIXTURE_PLUGIN_DIR "/librogue.so"), library))
            qFatal("cannot copy the rogue to %s", qPrintable(library));
        m_rogues.push_back(
            std::make_unique<PluginHost>(PluginHostOptions{.clock = std::make_shared<SystemClock>(),
                                                           .folders = {},
                                                           .installedFolder = {},
                                                           .hostVersion = "bench"}));
        if (Result<PluginInfo> loaded = m_rogues.back()->loadLibrary(library); !loaded)
            qFatal("%s", qPrintable(loaded.error().message));
        Result<std::shared_ptr<ExecutorFactory>> factory = m_rogues.back()->makeExecutorFactory(
            {.name = "rogue", .plugin = "rogue", .configJson = "{}", .inlineCalls = InlineCalls::No});
        if (!factory)
            qFatal("%s", qPrintable(factory.error().message));
        return *factory;
    }

    MemoryStore m_store;
    SystemClock m_clock;
    std::vector<std::unique_ptr<QTemporaryDir>> m_folders;
    PluginHost m_plugins;
    std::vector<std::unique_ptr<PluginHost>> m_rogues;
    Host m_host;
    std::unique_ptr<Traffic> m_traffic;
    int m_hung = 0;
};

} // namespace

std::vector<Figure> bystanderFigures(int rounds, int scale)
{
    static constexpr Hang hangs[] = {
        {"blocks_in_create", "p99 of ten sessions, an eleventh hangs in create"},
        {"blocks_in_apply", "p99 of ten sessions, an eleventh hangs in apply"},
        {"blocks_in_cancel", "p99 of ten sessions, an eleventh hangs in cancel", true},
        {"ignores_cancel", "p99 of ten sessions, an eleventh ignores everything", true}};
    // Kept to the end of the process: instances that hang are left alone, and so is what they may still use.
    static Scene *const scene = new Scene;
    const std::chrono::milliseconds window(400 * scale);
    scene->alone(window);
    std::vector<Figure> figures;
    for (const Hang &hang : hangs) {
        figures.push_back(compare(
            {.id = "P11",
             .what = hang.what,
             .unit = "us",
             .limit = "the same without it",
             .gate = p99_ratio_max,
             .better = Better::Lower},
            2 * rounds + 1, [&] { return scene->alone(window); }, [&] { return scene->beside(hang, window); }));
    }
    return figures;
}

} // namespace burrow::bench
