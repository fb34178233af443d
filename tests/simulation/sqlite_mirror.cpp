// SPDX-License-Identifier: Apache-2.0
#include "sqlite_mirror.h"

#include <QDir>

#include <future>
#include <sqlite3.h>

namespace burrow::test {

using faults::CallKind;
using faults::DiskCall;
using faults::PowerCut;
using faults::Ruling;

namespace {

constexpr quint64 commits_per_log_copy = 40;
constexpr int checkpoint_lock = 1; ///< SQLite's number of the lock of whoever copies the log.

/// Memory where there is some: a real sync would only take time, for the power is cut in the model of the disk.
QString folderTemplate()
{
    const QString memory = QStringLiteral("/dev/shm");
    return (QDir(memory).exists() ? memory : QDir::tempPath()) + QStringLiteral("/burrow-simulation-XXXXXX");
}

/// Asks what is answered later, and waits.
template <typename Value, typename Ask>
Result<Value> answerTo(Ask ask)
{
    auto promise = std::make_shared<std::promise<Result<Value>>>();
    std::future<Result<Value>> answer = promise->get_future();
    ask([promise](Result<Value> result) { promise->set_value(std::move(result)); });
    if (answer.wait_for(patience) != std::future_status::ready)
        return Error{ErrorKind::Io, QStringLiteral("the store does not answer")};
    return answer.get();
}

} // namespace

void SqliteMirror::Verdicts::storeAnswered(std::vector<StoreAnswer> answers)
{
    {
        const std::lock_guard lock(m_mutex);
        for (const StoreAnswer &answer : answers) {
            if (answer.verdict != Verdict::Committed && m_wrong.isEmpty())
                m_wrong = QStringLiteral("ticket %1 is %2: %3")
                              .arg(answer.ticket)
                              .arg(QLatin1String(verdictName(answer.verdict)), answer.reason);
        }
    }
    m_arrived.add(answers.size());
}

std::optional<QString> SqliteMirror::Verdicts::waitForMore(std::size_t count)
{
    m_waited += count;
    if (!m_arrived.waitFor(m_waited))
        return QStringLiteral("the store gives no verdict");
    const std::lock_guard lock(m_mutex);
    const QString wrong = std::exchange(m_wrong, {});
    return wrong.isEmpty() ? std::nullopt : std::optional(wrong);
}

SqliteMirror::SqliteMirror(quint64 seed, DiskCoverage &coverage, Disk disk)
    : m_disk(disk)
    , m_random(seed)
    , m_coverage(coverage)
    , m_folder(folderTemplate())
    , m_vfs("simulated")
{
    m_options.path = m_folder.filePath(QStringLiteral("burrow.db"));
    m_options.hostName = "a simulated host";
    m_options.clock = &m_clock;
    m_options.vfs = "simulated";
    m_options.reserveBytes = 0;
    m_vfs.setRuler([this](const DiskCall &call) { return rule(call); });
}

SqliteMirror::~SqliteMirror()
{
    m_vfs.record(nullptr);
    faults::watchFolderSyncs(nullptr);
    m_store.reset();
    m_coverage.syncs += m_vfs.count(CallKind::Sync);
}

Ruling SqliteMirror::rule(const DiskCall &call)
{
    // The store copies its log when nothing was written for a while of real time; see copyLog().
    const bool copies = call.kind == CallKind::ShmLock && call.offset == checkpoint_lock && call.bytes == 1;
    if (copies && !m_mayCopyLog)
        return Ruling::fail(SQLITE_BUSY);
    if (call.kind == CallKind::Sync && m_disk == Disk::DropsSyncs)
        return Ruling::drop();
    if (call.kind == CallKind::Write && call.isWal() && m_holdWrite.exchange(false)) {
        m_held.add();
        m_letGo.waitFor(m_holds);
    }
    return Ruling::proceed();
}

Result<StoredSession> SqliteMirror::open(SessionId id, const QByteArray &name)
{
    if (m_store)
        return readSession();
    m_session = id;
    m_name = name;
    if (Result<void> made = makeFile(); !made)
        return made.error();
    if (Result<void> opened = openStore(); !opened)
        return opened.error();
    return readSession();
}

/// The file was made by an earlier host, which closed it: names in folders are not the subject here.
Result<void> SqliteMirror::makeFile()
{
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(m_options);
    if (!store)
        return store.error();
    m_store = std::move(*store);
    const Result<StoredSession> made = readSession();
    m_store.reset();
    return made ? Result<void>() : Result<void>(made.error());
}

/// From here on everything that is done to the disk is written down.
Result<void> SqliteMirror::openStore()
{
    m_log = std::make_unique<faults::DiskLog>();
    for (const char *ending : {"", "-wal", "-journal"}) {
        const QString path = m_options.path + QLatin1String(ending);
        if (QFile::exists(path))
            m_log->existing(path.toStdString());
    }
    m_there = m_log->size();
    m_vfs.record(m_log.get());
    faults::watchFolderSyncs(m_log.get());
    m_mayCopyLog = false;
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(m_options);
    if (!store)
        return store.error();
    m_store = std::move(*store);
    // The keys are read by a thread of their own; the walk goes on when it has done.
    const Result<std::vector<RetainedKey>> read = keys();
    return read ? Result<void>() : Result<void>(read.error());
}

Result<StoredSession> SqliteMirror::readSession()
{
    return answerTo<StoredSession>([this](auto reply) { m_store->openSession(m_session, m_name, {}, reply); });
}

Result<std::vector<RetainedKey>> SqliteMirror::keys()
{
    return answerTo<std::vector<RetainedKey>>([this](auto reply) { m_store->loadKeys(m_session, reply); });
}

Result<std::vector<std::optional<StoredOutcome>>> SqliteMirror::outcomes(const std::vector<InputId> &inputs)
{
    // All are asked before the first is waited for: to wait for each would be most of a walk.
    using Found = std::vector<std::optional<StoredOutcome>>;
    if (inputs.empty())
        return Found{};
    return answerTo<Found>([&](auto reply) {
        auto found = std::make_shared<Found>();
        auto problem = std::make_shared<std::optional<Error>>();
        for (const InputId input : inputs)
            m_store->findOutcome(m_session, input, [=, count = inputs.size()](auto outcome) {
                if (!outcome)
                    *problem = outcome.error();
                found->push_back(outcome ? *outcome : std::nullopt);
                if (found->size() == count)
                    reply(*problem ? Result<Found>(**problem) : Result<Found>(*found));
            });
    });
}

std::optional<QString> SqliteMirror::commit(const WriteSet &set)
{
    if (!m_store)
        return QStringLiteral("the store is not open");
    ++m_coverage.writes;
    m_store->submitOne(set, m_verdicts, SubmitHint::NeverBlock);
    std::optional<QString> wrong = m_verdicts.waitForMore(1);
    if (oneIn(commits_per_log_copy))
        copyLog();
    return wrong;
}

/// The first is written by itself; what came meanwhile goes in one transaction behind it.
std::optional<QString> SqliteMirror::writeTogether(const std::vector<WriteSet> &sets)
{
    if (sets.empty())
        return std::nullopt;
    m_coverage.writes += sets.size();
    ++m_holds;
    m_holdWrite = true;
    m_store->submitOne(sets.front(), m_verdicts, SubmitHint::NeverBlock);
    const bool held = m_held.waitFor(m_holds);
    for (std::size_t at = 1; at < sets.size(); ++at)
        m_store->submitOne(sets[at], m_verdicts, SubmitHint::NeverBlock);
    m_letGo.add();
    std::optional<QString> wrong = m_verdicts.waitForMore(sets.size());
    return held ? wrong : QStringLiteral("a write set does not come to the disk");
}

/// What the store does when it has nothing else to do, by another connection and at a moment of the seed.
void SqliteMirror::copyLog()
{
    ++m_coverage.checkpoints;
    m_mayCopyLog = true;
    sqlite3 *database = nullptr;
    const QByteArray path = QFile::encodeName(m_options.path);
    if (sqlite3_open_v2(path.constData(), &database, SQLITE_OPEN_READWRITE, m_options.vfs.constData())
        == SQLITE_OK)
        sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    sqlite3_close(database);
    m_mayCopyLog = false;
}

/// The power goes at a moment after the first `from` operations on the disk, and comes back.
void SqliteMirror::cutPower(std::size_t from)
{
    const std::size_t at = from + below(m_log->size() - from + 1);
    PowerCut how;
    how.unsynced = static_cast<PowerCut::Unsynced>(below(unsynced_names.size()));
    how.seed = m_random();
    ++m_coverage.cuts[static_cast<std::size_t>(how.unsynced)];
    m_lastCrash += QStringLiteral(" cut at %1 of %2..%3, %4")
                       .arg(at)
                       .arg(from)
                       .arg(m_log->size())
                       .arg(QLatin1String(unsynced_names[static_cast<std::size_t>(how.unsynced)]));
    // The old host ends where nobody sees it any more.
    m_vfs.record(nullptr);
    faults::watchFolderSyncs(nullptr);
    m_store.reset();
    faults::Platter platter(*m_log);
    platter.advanceTo(at);
    faults::putImage(platter.cut(how), m_options.path.toStdString());
}

Result<StoredSession> SqliteMirror::crash(const std::vector<WriteSet> &inFlight)
{
    m_lastCrash = QStringLiteral("a crash:");
    if (!m_store)
        return Error{ErrorKind::Io, QStringLiteral("the store is not open")};
    const std::size_t before = m_log->size();
    if (std::optional<QString> wrong = writeTogether(inFlight))
        return Error{ErrorKind::Io, *wrong};
    if (oneIn(4))
        copyLog();
    m_coverage.cutsInWrites += inFlight.empty() ? 0 : 1;
    cutPower(before);
    Result<void> opened = openStore();
    if (opened && oneIn(3)) {
        ++m_coverage.cutsInOpenings;
        m_lastCrash += QStringLiteral(", and in the opening:");
        cutPower(m_there);
        opened = openStore();
    }
    if (!opened)
        return opened.error();
    return readSession();
}

} // namespace burrow::test
