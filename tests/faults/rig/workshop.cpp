// SPDX-License-Identifier: Apache-2.0
#include "rig/workshop.h"

#include <algorithm>

namespace burrow::faults {

/// Whom an instance answers; taken away when the instance goes. Who speaks holds the lock.
struct Workshop::Instance
{
    explicit Instance(SessionId of, ExecutorListener &ear)
        : session(of)
        , listener(&ear)
    {
    }
    void say(const std::function<void(ExecutorListener &)> &words)
    {
        const std::lock_guard lock(mutex);
        if (listener != nullptr)
            words(*listener);
    }
    const SessionId session;
    std::mutex mutex;
    ExecutorListener *listener; // Guarded by mutex.
};

class Workshop::Worker : public Executor
{
public:
    Worker(Workshop &workshop, std::shared_ptr<Instance> instance)
        : m_workshop(workshop)
        , m_instance(std::move(instance))
    {
    }
    ~Worker() override
    {
        const std::lock_guard lock(m_instance->mutex);
        m_instance->listener = nullptr;
    }
    Q_DISABLE_COPY_MOVE(Worker)

    void apply(ApplyCall call) override { m_workshop.begin(m_instance, call); }
    void cancel(RunId run, CancelMode, const QString &reason) override { m_workshop.cancel(run, reason); }
    void abandon(RunId run, const QString &reason) override { m_workshop.abandon(run, reason); }
    void stop(StopKind, const QString &) override
    {
        m_workshop.soon(m_instance, [](ExecutorListener &ear) { ear.stopFinished({}); });
    }
    void stageContext(StageCall call) override
    {
        m_workshop.soon(m_instance, [run = call.run, input = call.input](ExecutorListener &ear) {
            ear.contextStaged(run, input, Error{ErrorKind::Plugin, QStringLiteral("it has no boundary")});
        });
    }
    void discardContext(RunId, std::vector<QByteArray>) override {}
    void checkpointCommitted(RunId run, quint64, const QByteArray &) override
    {
        m_workshop.soon(m_instance, [run](ExecutorListener &ear) { ear.checkpointFinished(run, {}); });
    }
    void cancelOperation(OperationId, CancelMode, std::function<void(Result<void>)> heard) override
    {
        heard(Error{ErrorKind::Plugin, QStringLiteral("it has no operations")});
    }

private:
    Workshop &m_workshop;
    const std::shared_ptr<Instance> m_instance;
};

namespace {

QByteArrayList textsOf(const ApplyCall &call)
{
    QByteArrayList texts;
    for (const Append &append : call.primitive->appends)
        texts.push_back(append.text);
    return texts;
}

} // namespace

Workshop::Workshop(ObservedStore &store, Witness &witness, Moments &moments, std::chrono::microseconds longest)
    : m_store(store)
    , m_witness(witness)
    , m_moments(moments)
    , m_longest(longest)
    , m_thread([this] { work(); })
{
}

Workshop::~Workshop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_changed.notify_all();
    }
    m_thread.join();
}

std::unique_ptr<Executor> Workshop::create(const CreateCall &call, ExecutorListener &listener)
{
    auto instance = std::make_shared<Instance>(call.session, listener);
    soon(instance, [](ExecutorListener &ear) { ear.created({}); });
    return std::make_unique<Worker>(*this, instance);
}

void Workshop::cleanup(const CleanupCall &, std::function<void(Result<void>)> done)
{
    done({});
}

/// Caller holds m_mutex.
RunEnd Workshop::endOf(const ApplyCall &call)
{
    const QByteArray text = textsOf(call).value(0);
    const QByteArray flavour = text.mid(text.indexOf(' ') + 1);
    const int before = m_seen[labelOf(text)]++;
    if (flavour == "fail" || (flavour == "once" && before == 0))
        return RunError{.cause = FailureCause::RuntimeTurn, .message = QStringLiteral("told to fail")};
    RunOutput output;
    output.receipt.run = call.run;
    output.receipt.boundary = call.primitive->boundary;
    for (const Contributor &contributor : call.primitive->contributors)
        output.receipt.contributors.push_back(contributor.input);
    output.terminal = RunTerminal::Result;
    output.text = text;
    if (flavour == "snap")
        output.snapshot = text;
    return output;
}

/// Caller holds m_mutex.
std::chrono::microseconds Workshop::someTime()
{
    m_random = m_random * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto longest = std::max<qint64>(1, m_longest.count());
    return std::chrono::microseconds(static_cast<qint64>(m_random >> 33U) % longest);
}

void Workshop::begin(const std::shared_ptr<Instance> &instance, const ApplyCall &call)
{
    m_store.applying(instance->session);
    const auto &contributors = call.primitive->contributors;
    const QByteArrayList texts = textsOf(call);
    for (qsizetype at = 0; at < contributors.size(); ++at) {
        m_witness.noted("effect " + labelOf(texts.value(at)) + ' ' + contributors[at].input.toText() + ' '
                        + m_store.nameOf(instance->session) + ' ' + call.run.toText() + ' '
                        + QByteArray::number(call.attempt));
    }
    ++m_moments.gauges().applies;
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back(
        {Clock::now() + someTime(), call.run, instance,
         [run = call.run, end = endOf(call)](ExecutorListener &ear) { ear.applyFinished(run, end); }});
    m_changed.notify_all();
}

void Workshop::cancel(RunId run, const QString &reason)
{
    const std::lock_guard lock(m_mutex);
    for (Job &job : m_jobs) {
        if (job.run != run)
            continue;
        job.due = Clock::now();
        job.say = [run, reason](ExecutorListener &ear) { ear.applyFinished(run, RunCancelled{reason}); };
        m_changed.notify_all();
    }
}

void Workshop::abandon(RunId run, const QString &reason)
{
    const std::lock_guard lock(m_mutex);
    for (Job &job : m_jobs) {
        if (job.run != run)
            continue;
        job.due = Clock::now();
        job.say = [run, reason](ExecutorListener &ear) { ear.applyFinished(run, RunAbandoned{reason}); };
        m_changed.notify_all();
    }
}

void Workshop::soon(const std::shared_ptr<Instance> &instance, std::function<void(ExecutorListener &)> say)
{
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back({Clock::now(), {}, instance, std::move(say)});
    m_changed.notify_all();
}

void Workshop::work()
{
    const auto sooner = [](const Job &a, const Job &b) { return a.due < b.due; };
    std::unique_lock lock(m_mutex);
    while (true) {
        const auto next = std::min_element(m_jobs.begin(), m_jobs.end(), sooner);
        if (next == m_jobs.end()) {
            if (m_ending)
                return;
            m_changed.wait(lock);
            continue;
        }
        if (!m_ending && next->due > Clock::now()) {
            m_changed.wait_until(lock, Clock::time_point(next->due));
            continue;
        }
        const Job job = std::move(*next);
        m_jobs.erase(next);
        lock.unlock();
        if (job.run)
            --m_moments.gauges().applies;
        job.instance->say(job.say);
        lock.lock();
    }
}

} // namespace burrow::faults
