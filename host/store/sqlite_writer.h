// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/clock.h"
#include "port/store.h"
#include "store/disk_pace.h"
#include "store/prepared_set_pool.h"
#include "store/set_writer.h"
#include "store/store_files.h"
#include "store/writer_connection.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace burrow {

/// One thing for the writer: a set with the client that hears of it, a new session, or, without a set, a call
/// that is made once everything in front of it has been answered.
struct WriterItem
{
    std::unique_ptr<PreparedSet> set;
    StoreClient *client = nullptr;
    std::function<void(Verdict, const QString &)> done;

    // The writer's own.
    Verdict verdict = Verdict::Committed;
    QString reason;
    bool doomed = false; ///< It gets NotWritten as soon as what stands in front of it is answered.
};

struct WriterOptions
{
    WriterConnectionOptions connection;
    quint64 epoch = 0;
    Duration stallLimit{};
    qint64 reserveBytes = 0;
};

/// The one connection that writes. Everything that waits goes into one transaction, then each set's verdict is
/// told, and only then the log is copied. The verdicts are those of the port; how each failure leads to one is
/// the table at the head of sqlite_writer_batch.cpp.
///
/// Writing is a turn, and one turn is taken at a time. The writer's thread takes them; so does a submitter that
/// may block, when nobody writes, nothing is held and the disk has been fast, because handing one set to
/// another thread and its answer back costs more than the write. Whoever has the turn takes all that waits, so
/// that sets are written in the order in which they came.
class SqliteWriter
{
public:
    /// What is left to do when nothing waits; true: call again soon. On the writer's thread, in a turn, outside
    /// a transaction.
    using IdleWork = std::function<bool(SqliteWriter &)>;

    SqliteWriter(SqliteDatabase database, SetWriter sets, WriterOptions options, const Clock &clock);
    /// Answers everything, marks the file as closed in order, empties the log.
    ~SqliteWriter();
    Q_DISABLE_COPY_MOVE(SqliteWriter)

    /// Called with each committed set, in the turn that wrote it, before its verdict is told.
    void setCommitted(std::function<void(const PreparedSet &)> committed)
    {
        m_committed = std::move(committed);
    }
    void setIdleWork(IdleWork work) { m_idleWork = std::move(work); }
    void start();
    /// Where the sets that are submitted come from, and go when they were answered.
    PreparedSetPool &pool() { return m_pool; }
    /// Once closed, everything is NotWritten, and told so on the calling thread.
    void submit(std::vector<WriterItem> items, SubmitHint hint);
    /// Is never written on the calling thread.
    void submitOne(WriterItem item);
    /// Writes and answers what waits, then ends the thread. Only once.
    void close();

    // For idle work.

    /// Runs the statements in a transaction under the epoch. False: nothing was written.
    bool inTransaction(const std::function<bool(SqliteDatabase &)> &statements);

private:
    enum class BatchEnd : quint8 { Committed, Redo, Fenced, Busy, NotWritten, Undecided };
    enum class Savepoints : quint8 { None, EachSet };
    enum class Condition : quint8 { Serving, Fenced, Broken };

    // sqlite_writer.cpp: turns, and the thread that takes them.
    enum class Call : quint8 { Write, Rest, End };
    bool writeHere(std::vector<WriterItem> &items);
    Call waitForCall();
    void work();
    bool takeQueue();
    void takeFirst(std::size_t count);
    bool enqueue(std::vector<WriterItem> &items, SubmitHint hint);
    void endTurn();
    bool logIsLong() const;
    void copyLog();
    void noteCopied();
    void idle();
    void finishFile();
    void hookLog();

    // sqlite_writer_batch.cpp: one transaction.
    BatchEnd runBatch(Savepoints savepoints);
    BatchEnd begin();
    BatchEnd writeSets(Savepoints savepoints);
    BatchEnd writeOne(WriterItem &item, Savepoints savepoints);
    BatchEnd commit();
    BatchEnd undo(BatchEnd end);
    BatchEnd failed(int code, const QString &words);

    // sqlite_writer_verdicts.cpp: from the end of a transaction to verdicts.
    void process();
    void settle(BatchEnd end);
    void hold();
    void closeAccepts();
    void tellAll(Verdict verdict, const QString &reason);
    void answer(std::vector<WriterItem> items);
    void fence();
    void decideWithMarker();
    bool reopen();

    SqliteDatabase m_database;
    SetWriter m_sets;
    WriterOptions m_options;
    const Clock &m_clock;
    PreparedSetPool m_pool;
    SpaceReserve m_reserve;
    std::function<void(const PreparedSet &)> m_committed;
    IdleWork m_idleWork;

    std::mutex m_turn; ///< Held by who writes; taken before m_mutex.

    // In a turn only.
    std::vector<WriterItem> m_batch; ///< Between turns: what is held and tried again.
    std::vector<SessionEntry *> m_refusedInBatch;
    Condition m_condition = Condition::Serving;
    QString m_conditionReason;
    QString m_failure;                         ///< Of the last transaction that was not written.
    bool m_full = false;                       ///< That failure was a lack of space.
    std::optional<MonotonicTime> m_stalledFor; ///< Since when sets are held.
    bool m_busy = false;                       ///< What holds them is another connection's transaction.
    bool m_acceptsClosed = false;              ///< Until the reserve is back.
    bool m_idlePending = false;
    int m_walFrames = 0;
    std::optional<int> m_framesLeft; ///< Of those, what the log held with the first commit; 0 once copied.
    quint64 m_accepts = 0;           ///< Since the last checkpoint.
    quint64 m_finishes = 0;
    DiskPace m_pace;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    // Guarded by m_mutex.
    std::deque<WriterItem> m_queue;
    bool m_called = false;    ///< The writer's thread knows of the queue.
    bool m_diskIsFast = true; ///< As of the last turn.
    bool m_closing = false;
    bool m_closed = false;    ///< Nobody looks at the queue any more.
    bool m_held = false;      ///< The last turn left sets to try again.
    bool m_logIsLong = false; ///< The last turn left a log to be copied.
    bool m_upkeepDue = false; ///< There is something to do when nobody has written for a while.
    quint64 m_turns = 0;      ///< So many have ended.
    std::thread m_thread;     ///< Last: it uses everything above.
};

} // namespace burrow
