// SPDX-License-Identifier: Apache-2.0
// P3d: what the host adds around one call of a plugin that is called inline, and what it allocates per input.
#include "allocation_count.h"
#include "benches.h"

#include "plugin/plugin_host.h"
#include "session/id_mint.h"
#include "session/shard.h"
#include "session/system_clock.h"
#include "store/memory_store.h"

#include <dlfcn.h>

namespace burrow::bench {

namespace {

/// Hears an executor without doing anything, so that the figure is the plugin boundary's alone.
class CountingListener : public ExecutorListener
{
public:
    void created(Result<void>) override { ++answers; }
    void applyFinished(RunId, RunEnd) override { ++answers; }
    void progress(ProgressEvent) override {}
    void boundaryChanged(RunId, bool, quint64) override {}
    void boundaryFailed(QString) override {}
    void contextStaged(RunId, InputId, Result<StagedContext>) override {}
    void stopFinished(Result<void>) override { ++answers; }
    void checkpointFinished(RunId, Result<void>) override {}
    void operationAsked(OperationRequest, std::function<void(OperationReceipt)>) override {}
    void misbehaved(QString) override {}
    void blocked(QString) override {}
    void died(QString, ExecutorEnding) override {}

    quint64 answers = 0;
};

std::shared_ptr<ExecutorFactory> factoryOf(PluginHost &plugins, const QByteArray &plugin)
{
    if (Result<PluginInfo> loaded = plugins.load(plugin); !loaded)
        qFatal("%s", qPrintable(loaded.error().message));
    Result<std::shared_ptr<ExecutorFactory>> factory = plugins.makeExecutorFactory(
        {.name = plugin, .plugin = plugin, .configJson = "{}", .inlineCalls = InlineCalls::Yes});
    if (!factory)
        qFatal("%s", qPrintable(factory.error().message));
    return *factory;
}

/// Nanoseconds of one empty call through a table of C functions from an opened library.
double rawCall(int count)
{
    static void *const library = dlopen(BURROW_BENCH_PLUGINS "/libraw-call.so", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        qFatal("%s", dlerror());
    struct Table
    {
        quint64 (*call)(void *self, quint64 number);
    };
    static const volatile Table *const table = static_cast<const Table *>(dlsym(library, "raw_call_table"));
    quint64 state = 0;
    const double begin = seconds();
    for (int at = 0; at < count; ++at)
        table->call(&state, static_cast<quint64>(at));
    return (seconds() - begin) / count * 1e9;
}

/// Nanoseconds of one apply with its completion, less nothing.
double pluginCall(ExecutorFactory &factory, int count)
{
    CountingListener listener;
    IdMint mint;
    std::unique_ptr<Executor> executor = factory.create({.session = mint.next<SessionId>({}),
                                                         .sessionName = "bench",
                                                         .instanceId = "bench/1",
                                                         .generation = 1,
                                                         .snapshot = {}},
                                                        listener);
    auto primitive = std::make_shared<RunPrimitive>();
    primitive->appends.push_back({AppendRole::User, {}, QByteArray(256, 'x'), {}});
    primitive->contributors.push_back({.input = mint.next<InputId>({}), .attempt = 1});
    ApplyCall call{.run = mint.next<RunId>({}), .primitive = primitive, .attempt = 1};
    const double begin = seconds();
    for (int at = 0; at < count; ++at) {
        ++call.run.uuid.low;
        executor->apply(call);
    }
    const double elapsed = (seconds() - begin) / count * 1e9;
    if (listener.answers != static_cast<quint64>(count) + 1)
        qFatal("%llu of %d runs were answered", static_cast<unsigned long long>(listener.answers - 1), count);
    return elapsed;
}

class NoObserver : public ShardObserver
{
public:
    bool wantsEvents() const override { return false; }
    void sessionsSaid(std::vector<SessionEvent>) override {}
    void storeFenced(const QString &) override {}
    void sessionLeft(SessionId, const QByteArray &) override {}
};

/// Heap allocations of one input from submit to outcome in steady state, the submitter's own apart.
double allocationsPerInput(const std::shared_ptr<ExecutorFactory> &factory, int count)
{
    MemoryStore store;
    SystemClock clock;
    NoObserver observer;
    Shard shard(store, clock, observer);
    StoredSession stored;
    stored.id = {Uuid{1, 1}};
    stored.name = "allocations";
    shard.post(AdoptMessage{stored, factory, std::make_shared<const CoreSettings>(), {}});
    Input input;
    input.durability = Durability::Ephemeral;
    input.body = PromptBody{QByteArray(256, 'x'), {}, {}};
    quint64 allocations = 0;
    for (int at = 0; at < count * 2; ++at) {
        input.id = IdMint::inputId({}, store.nextSequence());
        SubmitMessage message{stored.id, std::make_shared<const Input>(input), false, WaitMode::Attempt, {},
                              {}};
        const quint64 before = allocationCount();
        shard.post(std::move(message));
        shard.drain();
        if (at >= count) // The first half fills what is kept for reuse.
            allocations += allocationCount() - before;
    }
    return static_cast<double>(allocations) / count;
}

Figure allocationFigure(const char *what, const std::shared_ptr<ExecutorFactory> &factory)
{
    constexpr double allowed = 4;
    const double count = allocationsPerInput(factory, 10'000);
    return {.id = "P3d",
            .what = what,
            .unit = "allocs",
            .host = count,
            .limit = "release goal",
            .raw = allowed,
            .ratio = count / allowed,
            .better = Better::Lower,
            .rounds = 1};
}

} // namespace

std::vector<Figure> pluginCallFigures(int rounds, int scale)
{
    PluginHost plugins({.clock = std::make_shared<SystemClock>(),
                        .folders = {QStringLiteral(BURROW_BENCH_PLUGINS)},
                        .installedFolder = {},
                        .hostVersion = "bench"});
    const auto inC = factoryOf(plugins, "noop-c");
    const auto inCpp = factoryOf(plugins, "noop-cpp");
    const auto raw = [&] { return rawCall(10'000'000 * scale); };
    std::vector<Figure> figures;
    figures.push_back(compare({.id = "P3d",
                               .what = "apply and completion, plugin in C, inline",
                               .unit = "ns",
                               .limit = "empty call through a C table",
                               .better = Better::Lower},
                              rounds, raw, [&] { return pluginCall(*inC, 300'000 * scale); }));
    figures.push_back(compare({.id = "P3d",
                               .what = "apply and completion, plugin in C++, inline",
                               .unit = "ns",
                               .limit = "empty call through a C table",
                               .better = Better::Lower},
                              rounds, raw, [&] { return pluginCall(*inCpp, 300'000 * scale); }));
    figures.push_back(allocationFigure("heap allocations per input, plugin in C", inC));
    figures.push_back(allocationFigure("heap allocations per input, plugin in C++", inCpp));
    return figures;
}

} // namespace burrow::bench
