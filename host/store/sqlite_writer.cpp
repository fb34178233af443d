// SPDX-License-Identifier: Apache-2.0
// The writer's thread: when it writes, when it copies the log, how it ends.
#include "store/sqlite_writer.h"

#include "store/host_row.h"

#include <sqlite3.h>

namespace burrow {

namespace {

using namespace std::chrono_literals;

/// The log is copied when it holds so many pages. A flood of accepts makes fresh pages only, which take longest
/// to copy: then in smaller steps.
constexpr int checkpoint_frames = 4'096;
constexpr int checkpoint_frames_flood = 1'000;
constexpr quint64 flood_accepts_per_finish = 4;

constexpr auto retry_pause = 5ms;
constexpr auto idle_pause = 100ms;

} // namespace

SqliteWriter::SqliteWriter(SqliteDatabase database, SetWriter sets, WriterOptions options, const Clock &clock)
    : m_database(std::move(database))
    , m_sets(std::move(sets))
    , m_options(std::move(options))
    , m_clock(clock)
    , m_reserve(m_options.connection.path, m_options.reserveBytes)
{
    m_sets.setDatabase(m_database);
    m_acceptsClosed = !m_reserve.restore();
}

SqliteWriter::~SqliteWriter()
{
    close();
}

void SqliteWriter::start()
{
    m_thread = std::thread([this] { work(); });
}

void SqliteWriter::submit(WriterItem item)
{
    const std::lock_guard lock(m_mutex);
    m_queue.push_back(std::move(item));
    if (m_queue.size() == 1)
        m_changed.notify_one();
}

void SqliteWriter::close()
{
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_closing = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

/// False: the store closes and nothing is left.
bool SqliteWriter::waitForWork(std::unique_lock<std::mutex> &lock)
{
    const auto due = [this] { return !m_queue.empty() || m_closing; };
    if (!m_batch.empty()) {
        m_changed.wait_for(lock, retry_pause, [this] { return m_closing; });
        return true;
    }
    if (m_idlePending || m_acceptsClosed) {
        while (!m_changed.wait_for(lock, idle_pause, due)) {
            lock.unlock();
            idle();
            lock.lock();
            if (!m_idlePending && !m_acceptsClosed)
                break;
        }
    }
    m_changed.wait(lock, due);
    return !(m_queue.empty() && m_closing);
}

void SqliteWriter::work()
{
    hookLog();
    std::unique_lock lock(m_mutex);
    while (waitForWork(lock)) {
        const bool last = m_closing;
        if (m_batch.empty()) {
            m_batch.swap(m_queue);
        } else {
            std::move(m_queue.begin(), m_queue.end(), std::back_inserter(m_batch));
            m_queue.clear();
        }
        lock.unlock();
        process();
        // Closing waits for nobody: what could not be written now is told so.
        if (last && !m_batch.empty())
            tellAll(Verdict::NotWritten, QStringLiteral("the store is closing: %1").arg(m_failure));
        afterAnswers();
        lock.lock();
    }
    lock.unlock();
    finishFile();
}

/// SQLite says with each commit how long the log has become.
void SqliteWriter::hookLog()
{
    sqlite3_wal_hook(
        m_database.handle(),
        [](void *self, sqlite3 *, const char *, int frames) {
            static_cast<SqliteWriter *>(self)->m_walFrames = frames;
            return SQLITE_OK;
        },
        this);
}

void SqliteWriter::afterAnswers()
{
    m_idlePending = true;
    const bool flood = m_accepts > m_finishes * flood_accepts_per_finish;
    if (m_condition != Condition::Serving
        || m_walFrames < (flood ? checkpoint_frames_flood : checkpoint_frames))
        return;
    checkpoint(m_database, CheckpointMode::Passive);
    m_accepts = m_finishes = 0;
}

void SqliteWriter::idle()
{
    if (m_acceptsClosed)
        m_acceptsClosed = !m_reserve.restore();
    if (m_condition != Condition::Serving || !m_idlePending)
        return;
    m_idlePending = m_idleWork && m_idleWork(*this);
    if (m_walFrames > 0 && !m_idlePending && checkpoint(m_database, CheckpointMode::Passive))
        m_walFrames = 0;
}

bool SqliteWriter::inTransaction(const std::function<bool(SqliteDatabase &)> &statements)
{
    BatchEnd end = begin();
    if (end == BatchEnd::Committed) {
        if (statements(m_database) && m_database.inTransaction())
            end = commit();
        else
            end = undo(BatchEnd::NotWritten);
    }
    if (end == BatchEnd::Fenced || end == BatchEnd::Undecided)
        settle(end);
    return end == BatchEnd::Committed;
}

/// The last write says that nothing was going on: grants that are still open started no work that was cut off.
void SqliteWriter::finishFile()
{
    if (m_condition == Condition::Serving) {
        inTransaction([](SqliteDatabase &database) {
            return changeHost(database, [](HostColumns &host) { return host.orderly = true; });
        });
        checkpoint(m_database, CheckpointMode::Truncate);
    }
    m_sets = {};
    m_database = {};
}

} // namespace burrow
