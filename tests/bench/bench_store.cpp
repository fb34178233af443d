// SPDX-License-Identifier: Apache-2.0
// P1, P2, P4, P5, P10: what durable sessions cost beside SQLite alone with the same promise on the same disk.
#include "benches.h"
#include "noop_executor.h"
#include "raw_store.h"

#include "control/host.h"
#include "disk/fault_vfs.h"
#include "session/system_clock.h"
#include "store/sqlite_store.h"

#include <QCoreApplication>
#include <QFile>
#include <QTemporaryDir>

#include <condition_variable>
#include <mutex>

namespace burrow::bench {

namespace {

constexpr int session_count = 1000;

Input durablePrompt()
{
    Input input;
    input.body = PromptBody{QByteArray(256, 'x'), {}, {}};
    return input;
}

/// A host over a new database, with sessions that run the executor that does nothing, or nobody.
class DurableHost
{
public:
    DurableHost(const QString &folder, int sessions, bool withExecutor, const QByteArray &vfs = {})
        : m_store(open(folder, vfs))
        , m_host({.name = "bench", .shards = 1}, *m_store, m_clock)
    {
        std::vector<SessionSpec> specs;
        const auto factory = std::make_shared<NoopExecutorFactory>();
        for (int at = 0; at < sessions; ++at) {
            SessionSpec spec{.name = "session-" + QByteArray::number(at)};
            if (withExecutor)
                spec.executor = factory;
            spec.settings.queueLimit = 100'000'000;
            specs.push_back(std::move(spec));
        }
        for (const auto &opened : m_host.openSessions(std::move(specs)).result()) {
            if (!opened)
                qFatal("%s", qPrintable(opened.error().message));
            m_sessions.push_back(opened->id);
        }
    }

    Host &host() { return m_host; }
    SqliteStore &store() { return *m_store; }
    SessionId session(long at) const { return m_sessions[static_cast<std::size_t>(at) % m_sessions.size()]; }

private:
    std::unique_ptr<SqliteStore> open(const QString &folder, const QByteArray &vfs)
    {
        const QString file = folder + QStringLiteral("/host.db");
        for (const char *suffix : {"", "-wal", "-shm"})
            QFile::remove(file + QLatin1String(suffix));
        Result<std::unique_ptr<SqliteStore>> opened =
            SqliteStore::open({.path = file, .hostName = "bench", .clock = &m_clock, .vfs = vfs});
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
        return std::move(opened).value();
    }

    SystemClock m_clock;
    std::unique_ptr<SqliteStore> m_store;
    std::vector<SessionId> m_sessions;
    Host m_host;
};

/// So many callers on this thread, each of which submits again when it has heard: the same loop as the raw one.
class Callers
{
public:
    enum class Until : quint8 { Accepted, Ended };

    Callers(DurableHost &host, Until until, int sessions)
        : m_host(host)
        , m_until(until)
        , m_sessions(sessions)
    {
    }

    double perSecond(int callers, double windowSeconds)
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

    /// So many inputs in all, with never more than `callers` without an answer.
    void submitAll(long inputs, long callers)
    {
        long inFlight = 0;
        for (long left = inputs; left > 0 || inFlight > 0;) {
            const long more = std::min(left, callers - inFlight);
            submit(more);
            left -= more;
            inFlight += more - take();
        }
    }

private:
    /// Together, as the raw loop hands over its jobs.
    void submit(long count)
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
    void hear(bool good)
    {
        if (!good)
            qFatal("an input was refused or failed");
        const std::lock_guard lock(m_mutex);
        if (m_heard++ == 0)
            m_wake.notify_one();
    }
    long take()
    {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, [this] { return m_heard > 0; });
        return std::exchange(m_heard, 0);
    }

    DurableHost &m_host;
    const Until m_until;
    const int m_sessions;
    long m_submitted = 0;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    long m_heard = 0; // Guarded by m_mutex.
};

std::string callersText(int callers)
{
    return std::to_string(callers) + (callers == 1 ? " caller" : " callers");
}

Figure acceptFigure(const QString &folder, int callers, double gate, int rounds, double window)
{
    DurableHost host(folder, session_count, false);
    Callers loop(host, Callers::Until::Accepted, session_count);
    return compare(
        {.id = callers == 1 ? "P1a" : "P1b",
         .what = "durable accepts, " + callersText(callers),
         .unit = "input/s",
         .limit = "log table, group commit",
         .gate = gate},
        rounds, [&] { return rawAccepts(folder.toStdString(), callers, window); },
        [&] { return loop.perSecond(callers, window); });
}

Figure cycleFigure(const QString &folder, int sessions, double gate, int rounds, double window)
{
    DurableHost host(folder, sessions, true);
    Callers loop(host, Callers::Until::Ended, sessions);
    return compare(
        {.id = sessions == 1 ? "P2a" : "P2b",
         .what = "accept until ended, sessions: " + std::to_string(sessions),
         .unit = "input/s",
         .limit = "accept and finish in two commits",
         .gate = gate},
        rounds, [&] { return rawCycles(folder.toStdString(), sessions, window); },
        [&] { return loop.perSecond(sessions, window); });
}

/// Syncs of the disk for each input of one session, counted where SQLite asks for them: the same on every
/// machine. With a backlog all inputs are there before the first run ends; else each comes when the one before
/// has ended.
Figure syncFigure(const QString &folder, long inputs, bool backlog)
{
    faults::FaultVfs disk("bench-disk");
    DurableHost host(folder, 1, true, QByteArray::fromStdString(disk.name()));
    Callers loop(host, Callers::Until::Ended, 1);
    const auto before = disk.count(faults::CallKind::Sync);
    loop.submitAll(inputs, backlog ? inputs : 1);
    const auto syncs = static_cast<double>(disk.count(faults::CallKind::Sync) - before);
    const double perInput = syncs / static_cast<double>(inputs);
    const double most = backlog ? 1 : 2;
    return {.id = "P2c",
            .what = std::string("syncs per input, one session") + (backlog ? ", backlog" : ""),
            .unit = "sync",
            .host = perInput,
            .limit = backlog ? "one commit per run" : "accept and finish",
            .raw = most,
            .ratio = perInput / most,
            .gate = 1,
            .better = Better::Lower,
            .rounds = 1};
}

/// Sessions made per second by so many callers.
double createdPerSecond(const QString &folder, int callers, double windowSeconds)
{
    DurableHost host(folder, 1, false);
    std::mutex mutex;
    std::condition_variable wake;
    long heard = 0;
    long made = 0;
    const auto create = [&] {
        host.store().openSession(
            {Uuid{0x5eed0000ULL + static_cast<quint64>(made), static_cast<quint64>(made) + 1}},
            "made-" + QByteArray::number(qlonglong(made)), [&](const Result<StoredSession> &opened) {
                if (!opened)
                    qFatal("%s", qPrintable(opened.error().message));
                const std::lock_guard lock(mutex);
                ++heard;
                wake.notify_one();
            });
        ++made;
    };
    const double begin = seconds();
    double now = begin;
    long ended = 0;
    for (int at = 0; at < callers; ++at)
        create();
    while (ended < made) {
        long got = 0;
        {
            std::unique_lock lock(mutex);
            wake.wait(lock, [&] { return heard > 0; });
            got = std::exchange(heard, 0);
        }
        ended += got;
        now = seconds();
        for (long at = 0; at < got && now - begin < windowSeconds; ++at)
            create();
    }
    return static_cast<double>(ended) / (now - begin);
}

Figure createFigure(const QString &folder, int callers, int rounds, double window)
{
    return compare(
        {.id = "P4",
         .what = "durable sessions created, " + callersText(callers),
         .unit = "session/s",
         .limit = "log table, group commit"},
        rounds, [&] { return rawAccepts(folder.toStdString(), callers, window); },
        [&] { return createdPerSecond(folder, callers, window); });
}

/// What one session's accepts cost late in its life, beside its first ones.
Figure historyFigure(const QString &folder, int inputs)
{
    DurableHost host(folder, 1, true);
    Callers loop(host, Callers::Until::Ended, 1);
    std::vector<double> rates;
    long ended = 0;
    while (ended < inputs) {
        const double window = 0.5;
        rates.push_back(loop.perSecond(100, window));
        ended += static_cast<long>(rates.back() * window);
    }
    const std::size_t share = std::max<std::size_t>(1, rates.size() / 5);
    const double early = median({rates.begin(), rates.begin() + static_cast<std::ptrdiff_t>(share)});
    const double late = median({rates.end() - static_cast<std::ptrdiff_t>(share), rates.end()});
    return {.id = "P10",
            .what = "one session after " + std::to_string(inputs / 1000) + "k inputs",
            .unit = "input/s",
            .host = late,
            .limit = "its first inputs",
            .raw = early,
            .ratio = late / early,
            .rounds = 1};
}

/// From opening the database until every session of it could be given work.
Figure recoveryFigure(const QString &folder, int sessions, int rounds)
{
    const QString file = folder + QStringLiteral("/host.db");
    {
        DurableHost host(folder, sessions, false);
        Callers(host, Callers::Until::Accepted, sessions).submitAll(sessions, 10'000);
    }
    const SystemClock clock;
    return compare(
        {.id = "P5a",
         .what = "recovery, sessions and open inputs: " + std::to_string(sessions / 1000) + "k each",
         .unit = "ms",
         .limit = "scan of the same two tables",
         .gate = 2.5,
         .better = Better::Lower},
        rounds, [&] { return rawScan(file.toStdString()); },
        [&] {
            const double begin = seconds();
            Result<std::unique_ptr<SqliteStore>> opened =
                SqliteStore::open({.path = file, .hostName = "bench", .clock = &clock});
            if (!opened || (*opened)->report().openInputs != static_cast<quint64>(sessions))
                qFatal("the database did not recover");
            return (seconds() - begin) * 1000;
        });
}

} // namespace

std::vector<Figure> storeFigures(const Selection &chosen, int rounds, int scale)
{
    // Beside the program, which is on a disk: a folder for temporary files is often memory, and syncs nothing.
    const QTemporaryDir directory(QCoreApplication::applicationDirPath() + QStringLiteral("/bench-XXXXXX"));
    const QString folder = directory.path();
    const double window = 0.3 * scale;
    std::vector<Figure> figures;
    const auto add = [&](const char *id, const std::function<Figure()> &measure) {
        if (chosen.holds(id))
            figures.push_back(measure());
    };
    add("P1a", [&] { return acceptFigure(folder, 1, 0.7, rounds, window); });
    add("P1b", [&] { return acceptFigure(folder, 10, 0.6, rounds, window); });
    add("P1b", [&] { return acceptFigure(folder, 100, 0.5, rounds, window); });
    add("P1b", [&] { return acceptFigure(folder, 1000, 0.4, rounds, window); });
    add("P2a", [&] { return cycleFigure(folder, 1, 0.7, rounds, window); });
    add("P2b", [&] { return cycleFigure(folder, 100, 0.5, rounds, window); });
    add("P2b", [&] { return cycleFigure(folder, 1000, 0.35, rounds, window); });
    add("P2c", [&] { return syncFigure(folder, 500L * scale, false); });
    add("P2c", [&] { return syncFigure(folder, 500L * scale, true); });
    add("P4", [&] { return createFigure(folder, 1, rounds, window); });
    add("P4", [&] { return createFigure(folder, 100, rounds, window); });
    add("P5a", [&] { return recoveryFigure(folder, 100'000, rounds); });
    add("P10", [&] { return historyFigure(folder, 20'000 * scale); });
    return figures;
}

} // namespace burrow::bench
