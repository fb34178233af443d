// SPDX-License-Identifier: Apache-2.0
// P6a, P6c: what a parked session costs. A fresh child process measures each kind, because what was freed
// before would hide what is taken now.
#include "benches.h"
#include "noop_executor.h"

#include "session/shard.h"
#include "session/system_clock.h"
#include "store/memory_store.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <unordered_map>

namespace burrow::bench {

namespace {

constexpr int session_count = 100'000;

/// Bytes of this process that no other shares, plus its part of the shared ones.
double residentBytes()
{
    QFile file(QStringLiteral("/proc/self/smaps_rollup"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("Pss:"))
            return line.mid(4).trimmed().split(' ').front().toDouble() * 1024;
    }
    return 0;
}

double countEntries(const char *directory)
{
    return static_cast<double>(QDir(QLatin1String(directory))
                                   .entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)
                                   .size());
}

struct Cost
{
    double bytesPerSession = 0;
    double threads = 0;     ///< More than before the sessions.
    double descriptors = 0; ///< More than before the sessions.
    double loops = 0;       ///< Sessions that still hold a QObject.
};

/// Runs `measure` in a child process and brings its result back.
template <typename Measure>
Cost inChild(Measure measure)
{
    int ends[2];
    if (pipe(ends) != 0)
        qFatal("no pipe: %s", std::strerror(errno));
    const pid_t child = fork();
    if (child == 0) {
        const Cost cost = measure();
        const bool told = write(ends[1], &cost, sizeof cost) == sizeof cost;
        _exit(told ? 0 : 1);
    }
    Cost cost;
    close(ends[1]);
    if (read(ends[0], &cost, sizeof cost) != sizeof cost)
        qFatal("the measuring process gave no answer");
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return cost;
}

class NoObserver : public ShardObserver
{
public:
    bool wantsEvents() const override { return false; }
    void sessionsSaid(std::vector<SessionEvent>) override {}
    void storeFenced(const QString &) override {}
    void sessionLeft(SessionId, const QByteArray &) override {}
};

/// Sessions that were opened and attached to an executor, and rest.
Cost parkedSessions()
{
    int argumentCount = 0;
    QCoreApplication application(argumentCount,
                                 nullptr); // Of this child: an event dispatcher does not survive a fork.
    MemoryStore store;
    SystemClock clock;
    NoObserver observer;
    Shard shard(store, clock, observer);
    auto settings = std::make_shared<const CoreSettings>();
    auto factory = std::make_shared<NoopExecutorFactory>();
    Cost cost;
    const double threads = countEntries("/proc/self/task");
    const double descriptors = countEntries("/proc/self/fd");
    const double before = residentBytes();
    for (quint64 at = 1; at <= session_count; ++at) {
        StoredSession stored;
        stored.id = {Uuid{at * 0x9e3779b97f4a7c15ULL, at}};
        stored.name = "session-" + QByteArray::number(at);
        shard.post(AdoptMessage{std::move(stored), factory, settings, {}});
        if (at % 1000 == 0)
            shard.drain();
    }
    shard.drain();
    cost.bytesPerSession = (residentBytes() - before) / session_count;
    cost.threads = countEntries("/proc/self/task") - threads;
    cost.descriptors = countEntries("/proc/self/fd") - descriptors;
    cost.loops = static_cast<double>(shard.loopCount());
    return cost;
}

/// The raw counterpart: the plainest record a session could be, and an index over it.
Cost plainRecords()
{
    struct Record
    {
        quint64 id[2];
        quint64 sequence;
        quint64 epoch;
        int state;
        int executor;
        void *queue;
        void *waiters;
        void *timer;
    };
    std::vector<std::unique_ptr<Record>> records;
    std::unordered_map<quint64, Record *> index;
    const double before = residentBytes();
    for (quint64 at = 0; at < session_count; ++at) {
        records.push_back(std::make_unique<Record>());
        records.back()->id[0] = at;
        index[at * 0x9e3779b97f4a7c15ULL] = records.back().get();
    }
    Cost cost;
    cost.bytesPerSession = (residentBytes() - before) / session_count;
    return cost;
}

} // namespace

std::vector<Figure> memoryFigures()
{
    const Cost host = inChild(parkedSessions);
    const Cost raw = inChild(plainRecords);
    Figure memory{.id = "P6a",
                  .what = "memory of a parked session (100k sessions)",
                  .unit = "B",
                  .host = host.bytesPerSession,
                  .limit =
                      "1 KiB (plain record: " + std::to_string(static_cast<int>(raw.bytesPerSession)) + " B)",
                  .raw = 1024,
                  .ratio = host.bytesPerSession / 1024,
                  .gate = 1.5,
                  .better = Better::Lower,
                  .rounds = 1};
    const double held = host.threads + host.descriptors + host.loops;
    Figure objects{.id = "P6c",
                   .what = "threads, descriptors and QObjects of 100k parked",
                   .unit = "objects",
                   .host = held,
                   .limit = "none of them per session",
                   .raw = session_count,
                   .ratio = held / session_count,
                   .gate = 0.0001,
                   .better = Better::Lower,
                   .rounds = 1};
    return {memory, objects};
}

} // namespace burrow::bench
