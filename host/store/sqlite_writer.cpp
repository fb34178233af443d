// SPDX-License-Identifier: Apache-2.0
// Turns: who writes when, when the log is copied, how it all ends.
#include "store/sqlite_writer.h"

#include "store/host_row.h"

#include <pthread.h>
#include <sqlite3.h>

namespace burrow {

namespace {

using namespace std::chrono_literals;

/// The log is copied when it holds so many pages. A flood of accepts makes fresh pages only, which take longest
/// to copy: then in smaller steps.
constexpr int checkpoint_frames = 4'096;
constexpr int checkpoint_frames_flood = 1'000;
constexpr quint64 flood_accepts_per_finish = 4;
/// Pages that a host before this one left in the log do not count, for copying them would keep the first runs
/// waiting; they are copied with the next ones, or when nothing is written. But if they are more than this, a
/// host that breaks off again and again would leave a longer log each time.
constexpr int frames_left_max = 8 * checkpoint_frames;

/// More sets than this go to the writer's thread: then the session's thread decides the next ones meanwhile.
constexpr std::size_t sets_here_max = 32;

constexpr std::size_t sets_per_part = 512;

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
    hookLog();
    m_thread = std::thread([this] { work(); });
}

void SqliteWriter::submit(std::vector<WriterItem> items, SubmitHint hint)
{
    if (hint == SubmitHint::MayBlock && writeHere(items))
        return;
    if (enqueue(items, hint))
        return;
    // Outside the lock: whoever hears it may ask for more.
    for (WriterItem &item : items) {
        item.verdict = Verdict::NotWritten;
        item.reason = QStringLiteral("the store is closed");
    }
    answer(std::move(items));
}

/// False, and nothing was taken of `items`: the writer has closed.
bool SqliteWriter::enqueue(std::vector<WriterItem> &items, SubmitHint hint)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return false;
    m_queue.insert(m_queue.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    // A commit that costs much is worth waiting for the rest; one that costs little overlaps with it.
    if ((hint != SubmitHint::MoreComes || m_diskIsFast) && !m_queue.empty() && !std::exchange(m_called, true))
        m_changed.notify_one();
    return true;
}

void SqliteWriter::submitOne(WriterItem item)
{
    std::vector<WriterItem> items;
    items.push_back(std::move(item));
    submit(std::move(items), SubmitHint::NeverBlock);
}

/// False: nothing was taken of `items`, for somebody else writes, or what is to come may take long.
bool SqliteWriter::writeHere(std::vector<WriterItem> &items)
{
    const std::unique_lock turn(m_turn, std::try_to_lock);
    if (!turn || m_condition != Condition::Serving || m_acceptsClosed || !m_batch.empty() || logIsLong()
        || !m_pace.isFast())
        return false;
    {
        const std::lock_guard lock(m_mutex);
        // What others have queued comes first, and counts as well.
        if (m_closing || m_queue.size() + items.size() > sets_here_max)
            return false;
        takeFirst(m_queue.size());
    }
    m_batch.insert(m_batch.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    process();
    endTurn();
    return true;
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

/// Waits until the writer's thread has something to do.
SqliteWriter::Call SqliteWriter::waitForCall()
{
    std::unique_lock lock(m_mutex);
    const auto due = [this] { return !m_queue.empty() || m_closing || m_held || m_logIsLong; };
    while (true) {
        if (m_held) {
            m_changed.wait_for(lock, retry_pause, [this] { return m_closing; });
            return Call::Write;
        }
        if (due()) {
            // Under the lock: what comes after this look at the queue finds the writer closed.
            m_closed = m_queue.empty() && m_closing;
            return m_closed ? Call::End : Call::Write;
        }
        if (!m_upkeepDue) {
            m_changed.wait(lock, [&] { return due() || m_upkeepDue; });
            continue;
        }
        const quint64 before = m_turns;
        if (!m_changed.wait_for(lock, idle_pause, due) && m_turns == before)
            return Call::Rest;
    }
}

void SqliteWriter::work()
{
    pthread_setname_np(pthread_self(), "burrow-writer");
    for (Call call = waitForCall(); call != Call::End; call = waitForCall()) {
        const std::lock_guard turn(m_turn);
        if (call == Call::Rest) {
            idle();
        } else {
            const bool last = takeQueue();
            process();
            // Closing waits for nobody: what could not be written now is told so.
            if (last && !m_batch.empty())
                tellAll(Verdict::NotWritten, QStringLiteral("the store is closing: %1").arg(m_failure));
            copyLog();
        }
        endTurn();
    }
    const std::lock_guard turn(m_turn);
    finishFile();
}

/// Puts what waits behind what is held. True: nothing more is to be waited for. On a fast disk a long queue is
/// written in parts: what the sync costs then is little beside the rows, and the sessions of the first part go
/// on while the next one is written.
bool SqliteWriter::takeQueue()
{
    const std::lock_guard lock(m_mutex);
    takeFirst(m_pace.isMostlyFast() && !m_closing ? std::min(sets_per_part, m_queue.size()) : m_queue.size());
    return m_closing;
}

/// Under m_mutex.
void SqliteWriter::takeFirst(std::size_t count)
{
    const auto end = m_queue.begin() + static_cast<std::ptrdiff_t>(count);
    m_batch.insert(m_batch.end(), std::make_move_iterator(m_queue.begin()), std::make_move_iterator(end));
    m_queue.erase(m_queue.begin(), end);
    m_called = !m_queue.empty();
}

/// Says what this turn leaves to the writer's thread, which is woken when it may not know.
void SqliteWriter::endTurn()
{
    const std::lock_guard lock(m_mutex);
    ++m_turns;
    m_diskIsFast = m_pace.isMostlyFast();
    m_held = !m_batch.empty();
    m_logIsLong = logIsLong();
    const bool slept = !std::exchange(m_upkeepDue, m_idlePending || m_acceptsClosed);
    if (m_held || m_logIsLong || (slept && m_upkeepDue))
        m_changed.notify_one();
}

/// SQLite says with each commit how long the log has become.
void SqliteWriter::hookLog()
{
    sqlite3_wal_hook(
        m_database.handle(),
        [](void *self, sqlite3 *, const char *, int frames) {
            auto &writer = *static_cast<SqliteWriter *>(self);
            if (!writer.m_framesLeft)
                writer.m_framesLeft = frames <= frames_left_max ? frames : 0;
            writer.m_walFrames = frames;
            return SQLITE_OK;
        },
        this);
}

bool SqliteWriter::logIsLong() const
{
    const bool flood = m_accepts > m_finishes * flood_accepts_per_finish;
    return m_condition == Condition::Serving
           && m_walFrames - m_framesLeft.value_or(0) >= (flood ? checkpoint_frames_flood : checkpoint_frames);
}

void SqliteWriter::copyLog()
{
    if (!logIsLong())
        return;
    checkpoint(m_database, CheckpointMode::Passive);
    m_accepts = m_finishes = 0;
    noteCopied();
}

/// What the log held counts no more: it begins anew, or goes on with what is copied.
void SqliteWriter::noteCopied()
{
    m_framesLeft = m_walFrames = 0;
}

void SqliteWriter::idle()
{
    if (m_acceptsClosed)
        m_acceptsClosed = !m_reserve.restore();
    if (m_condition != Condition::Serving || !m_idlePending)
        return;
    m_idlePending = m_idleWork && m_idleWork(*this);
    if (m_walFrames > 0 && !m_idlePending && checkpoint(m_database, CheckpointMode::Passive))
        noteCopied();
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
