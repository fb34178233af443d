// SPDX-License-Identifier: Apache-2.0
// P5, P10: what a host costs that was there before: how soon it is back, and how its past weighs on it.
#include "benches.h"
#include "durable_host.h"
#include "noop_executor.h"
#include "raw_store.h"

#include <QCoreApplication>
#include <QFile>
#include <QTemporaryDir>

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace burrow::bench {

namespace {

constexpr int sessions_recovered = 100'000;
constexpr qint64 log_bytes = 64LL << 20;
/// As many as a large configuration names; the store has many more.
constexpr int sessions_opened = 100;

/// From opening the database until every session of it could be given work.
Figure recoveryFigure(const QString &folder, int sessions, int rounds)
{
    const QString file = hostFile(folder);
    {
        DurableHost host(folder, sessions, Runs::Nobody);
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

/// What a child process of this program does, told by its first word.
constexpr const char *child_makes = "--child-makes-log";
constexpr const char *child_hosts = "--child-hosts";
constexpr const char *child_reads = "--child-reads";

[[noreturn]] void sayAndLeave()
{
    // As a kill would: nothing is closed.
    _exit(::write(STDOUT_FILENO, "!", 1) == 1 ? 0 : 1);
}

/// Leaves with a log as long as it may be that was never copied, for a reader holds it.
[[noreturn]] void makeLog(const QString &folder)
{
    int argumentCount = 0;
    const QCoreApplication application(argumentCount, nullptr);
    DurableHost host(folder, sessions_opened, Runs::Nobody, {}, DurableHost::Keep::File);
    sqlite3 *reader = nullptr;
    const QByteArray file = hostFile(folder).toUtf8();
    if (sqlite3_open_v2(file.constData(), &reader, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK
        || sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM host", nullptr, nullptr, nullptr) != SQLITE_OK)
        qFatal("the reader cannot begin");
    Callers loop(host, Callers::Until::Accepted, sessions_opened);
    while (QFile(hostFile(folder) + QStringLiteral("-wal")).size() < log_bytes)
        loop.submitAll(1'000, 1'000);
    sayAndLeave();
}

/// Says a word with the first run, and leaves.
class FirstRunSays : public NoopExecutor
{
public:
    using NoopExecutor::NoopExecutor;
    void apply(ApplyCall) override { sayAndLeave(); }
};

class FirstRunSaysFactory : public NoopExecutorFactory
{
public:
    std::unique_ptr<Executor> create(const CreateCall &, ExecutorListener &listener) override
    {
        return std::make_unique<FirstRunSays>(listener);
    }
};

[[noreturn]] void hostUntilFirstRun(const QString &folder)
{
    int argumentCount = 0;
    const QCoreApplication application(argumentCount, nullptr);
    const SystemClock clock;
    SystemClock timers;
    Result<std::unique_ptr<SqliteStore>> store =
        SqliteStore::open({.path = hostFile(folder), .hostName = "bench", .clock = &clock});
    if (!store)
        qFatal("%s", qPrintable(store.error().message));
    Host host({.name = "bench", .shards = 1}, **store, timers);
    host.openSessions(sessionSpecs(sessions_opened, std::make_shared<FirstRunSaysFactory>())).waitForFinished();
    while (true)
        ::pause(); // The first run ends this process.
}

/// The raw counterpart: the log is read and one row of it.
[[noreturn]] void readFirstRow(const QString &folder)
{
    sqlite3 *database = nullptr;
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_open(hostFile(folder).toUtf8().constData(), &database) != SQLITE_OK
        || sqlite3_prepare_v2(database, "SELECT payload FROM input LIMIT 1", -1, &statement, nullptr)
               != SQLITE_OK
        || sqlite3_step(statement) != SQLITE_ROW)
        qFatal("the file cannot be read");
    sayAndLeave();
}

/// Milliseconds from starting that child until it has said its word.
double childMilliseconds(const char *kind, const QString &folder)
{
    const double begin = seconds();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        qFatal("no pipe: %s", std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    QByteArray program = QCoreApplication::applicationFilePath().toUtf8();
    QByteArray word(kind);
    QByteArray place = folder.toUtf8();
    char *arguments[] = {program.data(), word.data(), place.data(), nullptr};
    pid_t child = 0;
    if (::posix_spawn(&child, program.constData(), &actions, nullptr, arguments, environ) != 0)
        qFatal("the child cannot be started");
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    char said = 0;
    if (::read(ends[0], &said, 1) != 1)
        qFatal("the child ended without a word");
    const double took = (seconds() - begin) * 1000;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return took;
}

/// The bytes of a file, which go back into the very same file: a store knows its file by its inode.
class SavedFile
{
public:
    explicit SavedFile(QString path)
        : m_path(std::move(path))
    {
        QFile file(m_path);
        if (!file.open(QIODevice::ReadOnly))
            qFatal("cannot read %s", qPrintable(m_path));
        m_bytes = file.readAll();
    }
    void putBack() const
    {
        QFile file(m_path);
        if (!file.open(QIODevice::WriteOnly) || file.write(m_bytes) != m_bytes.size())
            qFatal("cannot write %s", qPrintable(m_path));
    }

private:
    QString m_path;
    QByteArray m_bytes;
};

/// From starting a process over what a kill left until the first recovered input runs.
Figure restartFigure(const QString &folder, int rounds)
{
    {
        DurableHost host(folder, sessions_recovered, Runs::Nobody);
        Callers(host, Callers::Until::Accepted, sessions_recovered).submitAll(sessions_recovered, 10'000);
    }
    childMilliseconds(child_makes, folder);
    const SavedFile file(hostFile(folder));
    const SavedFile log(hostFile(folder) + QStringLiteral("-wal"));
    const auto after = [&](const char *kind) {
        file.putBack();
        log.putBack();
        QFile::remove(hostFile(folder) + QStringLiteral("-shm"));
        return childMilliseconds(kind, folder);
    };
    return compare(
        {.id = "P5b",
         .what = "process start to first recovered run, 100k+100k, log 64 MiB",
         .unit = "ms",
         .limit = "start, replay, read one row",
         .better = Better::Lower},
        rounds, [&] { return after(child_reads); }, [&] { return after(child_hosts); });
}

/// What one session's accepts cost late in its life, beside its first ones.
Figure historyFigure(const QString &folder, int inputs)
{
    DurableHost host(folder, 1, Runs::Noop);
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

/// Accepts into a queue that is already so long, beside the first ones. Nobody runs them.
Figure backlogFigure(const QString &folder, long open)
{
    DurableHost host(folder, 1, Runs::Nobody);
    Callers loop(host, Callers::Until::Accepted, 1);
    const auto rate = [&] {
        std::vector<double> rates;
        for (int window = 0; window < 5; ++window)
            rates.push_back(loop.perSecond(100, 0.3));
        return median(rates);
    };
    const double early = rate();
    loop.submitAll(open, 1'000);
    const double late = rate();
    return {.id = "P10",
            .what = "accepts with " + std::to_string(open / 1000) + "k open inputs in the session",
            .unit = "input/s",
            .host = late,
            .limit = "with an empty queue",
            .raw = early,
            .ratio = late / early,
            .rounds = 1};
}

} // namespace

bool runAsChild(int argc, char **argv)
{
    if (argc != 3)
        return false;
    const QString folder = QString::fromLocal8Bit(argv[2]);
    if (std::strcmp(argv[1], child_makes) == 0)
        makeLog(folder);
    if (std::strcmp(argv[1], child_hosts) == 0)
        hostUntilFirstRun(folder);
    if (std::strcmp(argv[1], child_reads) == 0)
        readFirstRow(folder);
    return false;
}

std::vector<Figure> recoveryFigures(const Selection &chosen, int rounds, int scale)
{
    const QTemporaryDir directory(QCoreApplication::applicationDirPath() + QStringLiteral("/bench-XXXXXX"));
    const QString folder = directory.path();
    std::vector<Figure> figures;
    const auto add = [&](const char *id, const std::function<Figure()> &measure) {
        if (chosen.holds(id))
            figures.push_back(measure());
    };
    add("P5a", [&] { return recoveryFigure(folder, sessions_recovered, rounds); });
    add("P5b", [&] { return restartFigure(folder, rounds); });
    add("P10", [&] { return historyFigure(folder, 20'000 * scale); });
    add("P10", [&] { return backlogFigure(folder, scale > 1 ? 1'000'000 : 100'000); });
    return figures;
}

} // namespace burrow::bench
