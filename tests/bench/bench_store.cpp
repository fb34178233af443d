// SPDX-License-Identifier: Apache-2.0
// P1, P2, P4: what durable sessions cost beside SQLite alone with the same promise on the same disk.
#include "benches.h"
#include "durable_host.h"
#include "raw_store.h"

#include "disk/fault_vfs.h"

#include <QCoreApplication>
#include <QTemporaryDir>

namespace burrow::bench {

namespace {

constexpr int session_count = 1000;

std::string callersText(int callers)
{
    return std::to_string(callers) + (callers == 1 ? " caller" : " callers");
}

Figure acceptFigure(const QString &folder, int callers, double gate, int rounds, double window)
{
    DurableHost host(folder, session_count, Runs::Nobody);
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
    DurableHost host(folder, sessions, Runs::Noop);
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
/// machine. With a backlog all inputs, not more than a session takes at once, are there before the first run
/// ends; else each comes when the one before has ended.
Figure syncFigure(const QString &folder, long inputs, bool backlog)
{
    faults::FaultVfs disk("bench-disk");
    DurableHost host(folder, 1, Runs::Noop, QByteArray::fromStdString(disk.name()));
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
    DurableHost host(folder, 1, Runs::Nobody);
    std::mutex mutex;
    std::condition_variable wake;
    long heard = 0;
    long made = 0;
    const auto create = [&] {
        host.store().openSession(
            {Uuid{0x5eed0000ULL + static_cast<quint64>(made), static_cast<quint64>(made) + 1}},
            "made-" + QByteArray::number(qlonglong(made)), {"bench", "noop"},
            [&](const Result<StoredSession> &opened) {
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
    // Where several threads are busy, a window shows what the cores were worth to each other just then: one and
    // the same program gives half as much in one as in the next. The median of many short ones is steady.
    const int many = 3 * rounds;
    const double brief = window / 2;
    add("P1a", [&] { return acceptFigure(folder, 1, 0.7, rounds, window); });
    add("P1b", [&] { return acceptFigure(folder, 10, 0.6, many, brief); });
    add("P1b", [&] { return acceptFigure(folder, 100, 0.5, many, brief); });
    add("P1b", [&] { return acceptFigure(folder, 1000, 0.4, many, brief); });
    add("P2a", [&] { return cycleFigure(folder, 1, 0.7, rounds, window); });
    add("P2b", [&] { return cycleFigure(folder, 100, 0.5, many, brief); });
    add("P2b", [&] { return cycleFigure(folder, 1000, 0.35, many, brief); });
    add("P2c", [&] { return syncFigure(folder, 500L * scale, false); });
    add("P2c", [&] { return syncFigure(folder, 1'000, true); });
    add("P4", [&] { return createFigure(folder, 1, rounds, window); });
    add("P4", [&] { return createFigure(folder, 100, rounds, window); });
    return figures;
}

} // namespace burrow::bench
