// SPDX-License-Identifier: Apache-2.0
#include "support/scripted_executor.h"

#include <thread>

namespace burrow::test {

/// What an instance and the tasks that work for it share. The listener is taken away when the instance goes;
/// whoever speaks holds the lock, so that nobody speaks afterwards.
struct ScriptedExecutorFactory::Instance
{
    Instance(const CreateCall &call, ExecutorListener &ear)
        : session(call.session)
        , generation(call.generation)
        , listener(&ear)
    {
    }

    bool say(const std::function<void(ExecutorListener &)> &words)
    {
        const std::lock_guard lock(mutex);
        if (listener == nullptr)
            return false;
        words(*listener);
        return true;
    }

    const SessionId session;
    const quint32 generation;
    std::mutex mutex;
    ExecutorListener *listener; // Guarded by mutex; null once the instance is gone.

    // Only in the host's calls, which come from one thread.
    std::thread::id owner;
    RunId open;
    bool abandoned = false;
    bool stopped = false;
};

class ScriptedExecutorFactory::ScriptedExecutor : public Executor
{
public:
    ScriptedExecutor(ScriptedExecutorFactory &factory, std::shared_ptr<Instance> instance)
        : m_factory(factory)
        , m_instance(std::move(instance))
    {
        m_instance->owner = std::this_thread::get_id();
    }
    ~ScriptedExecutor() override
    {
        {
            const std::lock_guard lock(m_instance->mutex);
            m_instance->listener = nullptr;
        }
        const std::lock_guard lock(m_factory.m_mutex);
        --m_factory.m_live;
        std::erase_if(m_factory.m_open,
                      [this](const auto &entry) { return entry.second.instance == m_instance; });
    }
    Q_DISABLE_COPY_MOVE(ScriptedExecutor)

    void apply(ApplyCall call) override
    {
        checkThread();
        if (m_instance->abandoned || m_instance->stopped)
            m_factory.violated(QStringLiteral("apply on an instance that is over"));
        if (m_factory.isOpen(m_instance->open))
            m_factory.violated(QStringLiteral("apply while a run is open"));
        m_instance->open = call.run;
        m_factory.begin(m_instance, std::move(call));
    }
    void cancel(RunId run, CancelMode mode, const QString &) override
    {
        checkThread();
        m_factory.cancel(run, mode);
    }
    void abandon(RunId run, const QString &reason) override
    {
        checkThread();
        m_instance->abandoned = true;
        m_factory.abandon(m_instance, run, reason);
    }
    void stop(StopKind kind, const QString &) override
    {
        checkThread();
        if (m_factory.isOpen(m_instance->open))
            m_factory.violated(QStringLiteral("stop while a run is open"));
        m_instance->stopped = true;
        m_factory.stop(m_instance, kind);
    }
    void stageContext(StageCall call) override
    {
        checkThread();
        m_factory.stage(m_instance, call);
    }
    void discardContext(RunId, std::vector<QByteArray> keys) override
    {
        checkThread();
        m_factory.discard(keys);
    }
    void checkpointCommitted(RunId run, quint64, const QByteArray &) override
    {
        checkThread();
        m_factory.checkpoint(m_instance, run);
    }
    void cancelOperation(OperationId operation, CancelMode mode,
                         std::function<void(Result<void>)> heard) override
    {
        checkThread();
        m_factory.cancelOperation(operation, mode, std::move(heard));
    }

private:
    void checkThread()
    {
        if (m_instance->owner != std::this_thread::get_id())
            m_factory.violated(QStringLiteral("one instance was called from two threads"));
    }

    ScriptedExecutorFactory &m_factory;
    const std::shared_ptr<Instance> m_instance;
};

namespace {

Result<void> refusal(const char *what)
{
    return Error{ErrorKind::Plugin, QStringLiteral("the script refuses to %1").arg(QLatin1String(what))};
}

} // namespace

QByteArrayList textsOf(const ApplyCall &call)
{
    QByteArrayList texts;
    for (const Append &append : call.primitive->appends)
        texts.push_back(append.text);
    return texts;
}

RunOutput outputOf(const ApplyCall &call, const QByteArray &text)
{
    RunOutput output;
    output.receipt.run = call.run;
    output.receipt.boundary = call.primitive->boundary;
    for (const Contributor &contributor : call.primitive->contributors)
        output.receipt.contributors.push_back(contributor.input);
    output.terminal = RunTerminal::Result;
    output.text = text;
    return output;
}

Conduct byText(const ApplyCall &call)
{
    const QByteArray text = textsOf(call).value(0);
    const QByteArray word = text.left(text.indexOf(' ') < 0 ? text.size() : text.indexOf(' '));
    if (word == "hang")
        return {};
    if (word == "deaf")
        return {.heeds = Heeds::Hard};
    if (word == "dead")
        return {.heeds = Heeds::Nothing};
    if (word == "fail")
        return {.end = RunError{.cause = FailureCause::RuntimeTurn, .message = QStringLiteral("told to fail")}};
    RunOutput output = outputOf(call, text);
    if (word == "snapshot")
        output.snapshot = text;
    return {.end = std::move(output)};
}

ScriptedExecutorFactory::ScriptedExecutorFactory(int threads, ExecutorScript script)
    : m_script(std::move(script))
    , m_tasks(threads)
{
}

ScriptedExecutorFactory::~ScriptedExecutorFactory() = default;

ExecutorScript ScriptedExecutorFactory::script() const
{
    const std::lock_guard lock(m_mutex);
    return m_script;
}

void ScriptedExecutorFactory::setScript(ExecutorScript script)
{
    const std::lock_guard lock(m_mutex);
    m_script = std::move(script);
}

void ScriptedExecutorFactory::violated(const QString &sentence)
{
    const std::lock_guard lock(m_mutex);
    m_violations.push_back(sentence);
}

bool ScriptedExecutorFactory::isOpen(RunId run) const
{
    const std::lock_guard lock(m_mutex);
    return m_open.contains(run);
}

std::unique_ptr<Executor> ScriptedExecutorFactory::create(const CreateCall &call, ExecutorListener &listener)
{
    auto instance = std::make_shared<Instance>(call, listener);
    {
        const std::lock_guard lock(m_mutex);
        m_created.push_back(call);
        m_newest[call.session] = instance;
        ++m_live;
    }
    auto executor = std::make_unique<ScriptedExecutor>(*this, instance);
    const Answering answering = script().create;
    if (answering != Answering::Never) {
        m_tasks.run([instance, answering] {
            instance->say([answering](ExecutorListener &ear) {
                ear.created(answering == Answering::Accepts ? Result<void>() : refusal("create"));
            });
        });
    }
    return executor;
}

void ScriptedExecutorFactory::cleanup(const CleanupCall &call, std::function<void(Result<void>)> done)
{
    {
        const std::lock_guard lock(m_mutex);
        m_cleaned.push_back(call);
    }
    m_tasks.run([this, done = std::move(done)] {
        done({});
        m_cleanups.add();
    });
}

void ScriptedExecutorFactory::begin(const std::shared_ptr<Instance> &instance, ApplyCall call)
{
    const ExecutorScript now = script();
    // Written down in the call itself, so that a cancel that follows at once finds the run.
    Conduct conduct = now.conduct ? now.conduct(call) : byText(call);
    const RunId run = call.run;
    {
        const std::lock_guard lock(m_mutex);
        Applied applied{instance->session, run, call.attempt, instance->generation, textsOf(call), {}};
        for (const Contributor &contributor : call.primitive->contributors)
            applied.inputs.push_back(contributor.input);
        m_applied.push_back(std::move(applied));
        m_open.emplace(run, OpenRun{instance, std::move(call), conduct.heeds});
        m_mostOpen = std::max(m_mostOpen, m_open.size());
    }
    m_applies.add();
    if (!conduct.end && conduct.progress.empty())
        return;
    m_tasks.run([this, instance, run, conduct = std::move(conduct)] {
        for (const ProgressEvent &event : conduct.progress)
            instance->say([&event](ExecutorListener &ear) { ear.progress(event); });
        if (conduct.end)
            finish(run, *conduct.end);
    });
}

std::optional<ScriptedExecutorFactory::OpenRun> ScriptedExecutorFactory::takeOpen(RunId run)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(run);
    if (found == m_open.end())
        return std::nullopt;
    OpenRun open = std::move(found->second);
    m_open.erase(found);
    return open;
}

bool ScriptedExecutorFactory::finish(RunId run, RunEnd end)
{
    const std::optional<OpenRun> open = takeOpen(run);
    return open && open->instance->say([&](ExecutorListener &ear) { ear.applyFinished(run, std::move(end)); });
}

std::size_t ScriptedExecutorFactory::finishAll()
{
    std::map<RunId, OpenRun> open;
    {
        const std::lock_guard lock(m_mutex);
        open.swap(m_open);
    }
    for (const auto &opened : open) {
        const ApplyCall &call = opened.second.call;
        opened.second.instance->say(
            [&call](ExecutorListener &ear) { ear.applyFinished(call.run, outputOf(call)); });
    }
    return open.size();
}

bool ScriptedExecutorFactory::say(SessionId session, const std::function<void(ExecutorListener &)> &words)
{
    std::shared_ptr<Instance> instance;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_newest.find(session);
        if (found != m_newest.end())
            instance = found->second.lock();
    }
    return instance && instance->say(words);
}

void ScriptedExecutorFactory::cancel(RunId run, CancelMode mode)
{
    {
        const std::lock_guard lock(m_mutex);
        m_cancels.push_back(cancelModeName(mode));
        const auto found = m_open.find(run);
        if (found == m_open.end() || found->second.heeds == Heeds::Nothing
            || (found->second.heeds == Heeds::Hard && mode != CancelMode::Hard))
            return;
    }
    m_tasks.run([this, run] { finish(run, RunCancelled{QStringLiteral("it was told to")}); });
}

void ScriptedExecutorFactory::abandon(const std::shared_ptr<Instance> &instance, RunId run,
                                      const QString &reason)
{
    {
        const std::lock_guard lock(m_mutex);
        m_cancels.push_back("abandon");
    }
    // Answered at once and exactly once: a completion that was first has answered already.
    if (takeOpen(run))
        instance->say([&](ExecutorListener &ear) { ear.applyFinished(run, RunAbandoned{reason}); });
}

void ScriptedExecutorFactory::stop(const std::shared_ptr<Instance> &instance, StopKind kind)
{
    {
        const std::lock_guard lock(m_mutex);
        m_stops.push_back(kind);
    }
    const Answering answering = script().stop;
    if (answering == Answering::Never)
        return;
    m_tasks.run([instance, answering] {
        instance->say([answering](ExecutorListener &ear) {
            ear.stopFinished(answering == Answering::Accepts ? Result<void>() : refusal("stop"));
        });
    });
}

void ScriptedExecutorFactory::stage(const std::shared_ptr<Instance> &instance, const StageCall &call)
{
    const ExecutorScript now = script();
    {
        const std::lock_guard lock(m_mutex);
        Staged staged{call.run, call.input, {}, {}};
        for (const Append &append : call.context) {
            staged.keys.push_back(append.key);
            staged.texts.push_back(append.text);
        }
        m_staged.push_back(std::move(staged));
    }
    m_stagings.add();
    if (now.staging == Answering::Never)
        return;
    m_tasks.run([instance, run = call.run, input = call.input, now] {
        instance->say([&](ExecutorListener &ear) {
            if (now.staging == Answering::Accepts)
                ear.contextStaged(run, input, StagedContext{now.stagedSnapshot});
            else
                ear.contextStaged(run, input, refusal("stage context").error());
        });
    });
}

void ScriptedExecutorFactory::discard(const std::vector<QByteArray> &keys)
{
    const std::lock_guard lock(m_mutex);
    for (const QByteArray &key : keys)
        m_discarded.push_back(key);
}

std::vector<Staged> ScriptedExecutorFactory::staged() const
{
    const std::lock_guard lock(m_mutex);
    return m_staged;
}

QByteArrayList ScriptedExecutorFactory::discarded() const
{
    const std::lock_guard lock(m_mutex);
    return m_discarded;
}

void ScriptedExecutorFactory::checkpoint(const std::shared_ptr<Instance> &instance, RunId run)
{
    const Answering answering = script().checkpoint;
    if (answering == Answering::Never)
        return;
    m_tasks.run([instance, answering, run] {
        instance->say([answering, run](ExecutorListener &ear) {
            ear.checkpointFinished(run, answering == Answering::Accepts ? Result<void>()
                                                                        : refusal("take the snapshot"));
        });
    });
}

void ScriptedExecutorFactory::cancelOperation(OperationId operation, CancelMode mode,
                                              std::function<void(Result<void>)> heard)
{
    {
        const std::lock_guard lock(m_mutex);
        m_operationCancels.emplace_back(operation, mode);
    }
    const Answering answering = script().operationCancel;
    if (answering == Answering::Never)
        return;
    m_tasks.run([answering, heard = std::move(heard)] {
        heard(answering == Answering::Accepts ? Result<void>() : refusal("cancel the operation"));
    });
}

std::vector<std::pair<OperationId, CancelMode>> ScriptedExecutorFactory::operationCancels() const
{
    const std::lock_guard lock(m_mutex);
    return m_operationCancels;
}

std::vector<Applied> ScriptedExecutorFactory::applied() const
{
    const std::lock_guard lock(m_mutex);
    return m_applied;
}

std::vector<RunId> ScriptedExecutorFactory::openRuns() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<RunId> runs;
    for (const auto &[run, open] : m_open)
        runs.push_back(run);
    return runs;
}

std::vector<CreateCall> ScriptedExecutorFactory::created() const
{
    const std::lock_guard lock(m_mutex);
    return m_created;
}

std::vector<CleanupCall> ScriptedExecutorFactory::cleaned() const
{
    const std::lock_guard lock(m_mutex);
    return m_cleaned;
}

QByteArrayList ScriptedExecutorFactory::cancels() const
{
    const std::lock_guard lock(m_mutex);
    return m_cancels;
}

std::vector<StopKind> ScriptedExecutorFactory::stops() const
{
    const std::lock_guard lock(m_mutex);
    return m_stops;
}

int ScriptedExecutorFactory::liveInstances() const
{
    const std::lock_guard lock(m_mutex);
    return m_live;
}

std::size_t ScriptedExecutorFactory::mostOpen() const
{
    const std::lock_guard lock(m_mutex);
    return m_mostOpen;
}

QStringList ScriptedExecutorFactory::violations() const
{
    const std::lock_guard lock(m_mutex);
    return m_violations;
}

} // namespace burrow::test
