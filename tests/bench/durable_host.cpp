// SPDX-License-Identifier: Apache-2.0
#include "durable_host.h"

#include "figures.h"
#include "noop_executor.h"

#include <QFile>

namespace burrow::bench {

namespace {

Input durablePrompt()
{
    Input input;
    input.body = PromptBody{QByteArray(256, 'x'), {}, {}};
    return input;
}

} // namespace

QString hostFile(const QString &folder)
{
    return folder + QStringLiteral("/host.db");
}

std::vector<SessionSpec> sessionSpecs(int count, std::shared_ptr<ExecutorFactory> executor)
{
    std::vector<SessionSpec> specs;
    for (int at = 0; at < count; ++at) {
        SessionSpec spec{.name = "session-" + QByteArray::number(at)};
        spec.executor = executor;
        spec.settings.queueLimit = 100'000'000;
        specs.push_back(std::move(spec));
    }
    return specs;
}

DurableHost::DurableHost(const QString &folder, int sessions, Runs runs, const QByteArray &vfs, Keep keep)
    : m_store(open(folder, vfs, keep))
    , m_host({.name = "bench", .shards = 1}, *m_store, m_clock)
{
    std::shared_ptr<ExecutorFactory> executor;
    if (runs == Runs::Noop)
        executor = std::make_shared<NoopExecutorFactory>();
    for (const auto &opened : m_host.openSessions(sessionSpecs(sessions, executor)).result()) {
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
        m_sessions.push_back(opened->id);
    }
}

std::unique_ptr<SqliteStore> DurableHost::open(const QString &folder, const QByteArray &vfs, Keep keep)
{
    const QString file = hostFile(folder);
    if (keep == Keep::Nothing) {
        for (const char *suffix : {"", "-wal", "-shm"})
            QFile::remove(file + QLatin1String(suffix));
    }
    Result<std::unique_ptr<SqliteStore>> opened =
        SqliteStore::open({.path = file, .hostName = "bench", .clock = &m_clock, .vfs = vfs});
    if (!opened)
        qFatal("%s", qPrintable(opened.error().message));
    return std::move(opened).value();
}

double Callers::perSecond(int callers, double windowSeconds)
{
    submit(callers);
    long ended = 0;
    const double begin = seconds();
    double now = begin;
    long inFlight = callers;
    while (now - begin < windowSeconds) {
        const long heard = take();
        ended += heard;
        inFlight -= heard;
        submit(heard);
        inFlight += heard;
        now = seconds();
    }
    while (inFlight > 0)
        inFlight -= take();
    return static_cast<double>(ended) / (now - begin);
}

void Callers::submitAll(long inputs, long callers)
{
    long inFlight = 0;
    for (long left = inputs; left > 0 || inFlight > 0;) {
        const long more = std::min(left, callers - inFlight);
        submit(more);
        left -= more;
        inFlight += more - take();
    }
}

/// Together, as the raw loop hands over its jobs.
void Callers::submit(long count)
{
    std::vector<NewInput> inputs(static_cast<std::size_t>(count));
    for (NewInput &one : inputs) {
        one.session = m_host.session(m_submitted++ % m_sessions);
        one.input = durablePrompt();
        if (m_until == Until::Accepted) {
            one.answers.receipt = [this](const AcceptReceipt &receipt) { hear(receipt.accepted()); };
        } else {
            one.options.wait = WaitFor::Terminal;
            one.answers.outcome = [this](const Outcome &outcome) { hear(outcome.succeeded()); };
        }
    }
    m_host.host().submitAll(std::move(inputs));
}

void Callers::hear(bool good)
{
    if (!good)
        qFatal("an input was refused or failed");
    if (m_heard.fetch_add(1) == 0)
        m_heard.notify_one();
}

long Callers::take()
{
    m_heard.wait(0);
    return m_heard.exchange(0);
}

} // namespace burrow::bench
