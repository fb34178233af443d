// SPDX-License-Identifier: Apache-2.0
#include "raw_store.h"

#include "figures.h"

#include <QtGlobal>

#include <sqlite3.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <unistd.h>

namespace burrow::bench {

namespace {

constexpr int session_count = 1000;
constexpr int payload_bytes = 256;

/// The plainest honest tables: a log of inputs in arrival order, and one small row per session.
class RawDatabase
{
public:
    explicit RawDatabase(const std::string &folder)
    {
        const std::string file = folder + "/raw.db";
        for (const char *suffix : {"", "-wal", "-shm"})
            ::unlink((file + suffix).c_str());
        if (sqlite3_open(file.c_str(), &m_database) != SQLITE_OK)
            qFatal("cannot open %s", file.c_str());
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=FULL");
        run("CREATE TABLE host(k INTEGER PRIMARY KEY, epoch INT)");
        run("INSERT INTO host VALUES(1,7)");
        run("CREATE TABLE session(id INTEGER PRIMARY KEY, state INT, next_seq INT, name TEXT)");
        run("CREATE TABLE input(id INTEGER PRIMARY KEY, session INT, seq INT, state INT, payload BLOB)");
        run("BEGIN");
        for (int at = 0; at < session_count; ++at)
            run("INSERT INTO session VALUES(" + std::to_string(at)
                + ",0,0,'01234567-89ab-cdef-0123-456789abcdef')");
        run("COMMIT");
        run("PRAGMA wal_checkpoint(TRUNCATE)");
        m_insert = prepare("INSERT INTO input(session,seq,state,payload) VALUES(?,?,0,?)");
        m_accepted = prepare("UPDATE session SET next_seq=next_seq+1,state=1 WHERE id=?");
        m_finish = prepare("UPDATE input SET state=2 WHERE id=?");
        m_idle = prepare("UPDATE session SET state=0 WHERE id=?");
        m_epoch = prepare("SELECT epoch FROM host WHERE k=1");
        m_begin = prepare("BEGIN IMMEDIATE");
        m_commit = prepare("COMMIT");
    }
    RawDatabase(const RawDatabase &) = delete;
    RawDatabase &operator=(const RawDatabase &) = delete;
    ~RawDatabase()
    {
        for (sqlite3_stmt *one : {m_insert, m_accepted, m_finish, m_idle, m_epoch, m_begin, m_commit})
            sqlite3_finalize(one);
        sqlite3_close(m_database);
    }

    void begin()
    {
        step(m_begin);
        step(m_epoch);
    }
    void commit() { step(m_commit); }
    long accept()
    {
        static const std::array<char, payload_bytes> payload{};
        ++m_sequence;
        const auto session = static_cast<int>(m_sequence % session_count);
        sqlite3_bind_int(m_insert, 1, session);
        sqlite3_bind_int64(m_insert, 2, m_sequence);
        sqlite3_bind_blob(m_insert, 3, payload.data(), payload_bytes, SQLITE_STATIC);
        step(m_insert);
        sqlite3_bind_int(m_accepted, 1, session);
        step(m_accepted);
        return m_sequence;
    }
    void finish(long sequence)
    {
        sqlite3_bind_int64(m_finish, 1, sequence);
        step(m_finish);
        sqlite3_bind_int(m_idle, 1, static_cast<int>(sequence % session_count));
        step(m_idle);
    }

private:
    void run(const std::string &sql)
    {
        if (sqlite3_exec(m_database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            qFatal("%s: %s", sql.c_str(), sqlite3_errmsg(m_database));
    }
    sqlite3_stmt *prepare(const char *sql)
    {
        sqlite3_stmt *statement = nullptr;
        if (sqlite3_prepare_v3(m_database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr)
            != SQLITE_OK)
            qFatal("%s: %s", sql, sqlite3_errmsg(m_database));
        return statement;
    }
    void step(sqlite3_stmt *statement)
    {
        const int result = sqlite3_step(statement);
        if (result != SQLITE_DONE && result != SQLITE_ROW)
            qFatal("%s", sqlite3_errmsg(m_database));
        sqlite3_reset(statement);
    }

    sqlite3 *m_database = nullptr;
    sqlite3_stmt *m_insert = nullptr;
    sqlite3_stmt *m_accepted = nullptr;
    sqlite3_stmt *m_finish = nullptr;
    sqlite3_stmt *m_idle = nullptr;
    sqlite3_stmt *m_epoch = nullptr;
    sqlite3_stmt *m_begin = nullptr;
    sqlite3_stmt *m_commit = nullptr;
    long m_sequence = 0;
};

/// A closed loop: a thread that writes whatever waits in one commit, and callers on this thread, each with one
/// job in flight. A job is 0 for an accept, or the input to finish; the answer is what the caller does next.
class ClosedLoop
{
public:
    ClosedLoop(const std::string &folder, bool finishes)
        : m_database(folder)
        , m_finishes(finishes)
        , m_writer([this] { write(); })
    {
    }
    ClosedLoop(const ClosedLoop &) = delete;
    ClosedLoop &operator=(const ClosedLoop &) = delete;
    ~ClosedLoop()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_ending = true;
        }
        m_wake.notify_one();
        m_writer.join();
    }

    double perSecond(int callers, double windowSeconds)
    {
        std::vector<long> jobs(static_cast<std::size_t>(callers), 0);
        long ended = 0;
        const double begin = seconds();
        double now = begin;
        while (now - begin < windowSeconds) {
            {
                const std::lock_guard lock(m_mutex);
                m_jobs.insert(m_jobs.end(), jobs.begin(), jobs.end());
            }
            m_wake.notify_one();
            {
                std::unique_lock lock(m_mutex);
                m_answered.wait(lock, [this] { return !m_answers.empty(); });
                jobs.swap(m_answers);
                m_answers.clear();
            }
            for (const long next : jobs)
                ended += next == 0 ? 1 : 0;
            now = seconds();
        }
        return static_cast<double>(ended) / (now - begin);
    }

private:
    void write()
    {
        std::vector<long> batch;
        for (;;) {
            {
                std::unique_lock lock(m_mutex);
                m_wake.wait(lock, [this] { return m_ending || !m_jobs.empty(); });
                if (m_jobs.empty())
                    return;
                batch.swap(m_jobs);
            }
            m_database.begin();
            for (long &job : batch) {
                if (job != 0) {
                    m_database.finish(job);
                    job = 0;
                } else {
                    const long accepted = m_database.accept();
                    job = m_finishes ? accepted : 0;
                }
            }
            m_database.commit();
            {
                const std::lock_guard lock(m_mutex);
                m_answers.insert(m_answers.end(), batch.begin(), batch.end());
            }
            m_answered.notify_one();
            batch.clear();
        }
    }

    RawDatabase m_database;
    const bool m_finishes;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::condition_variable m_answered;
    std::vector<long> m_jobs;    // Guarded by m_mutex.
    std::vector<long> m_answers; // Guarded by m_mutex.
    bool m_ending = false;       // Guarded by m_mutex.
    std::thread m_writer;        ///< Last: it uses everything above.
};

} // namespace

double rawAccepts(const std::string &folder, int callers, double windowSeconds)
{
    return ClosedLoop(folder, false).perSecond(callers, windowSeconds);
}

double rawCycles(const std::string &folder, int callers, double windowSeconds)
{
    return ClosedLoop(folder, true).perSecond(callers, windowSeconds);
}

double rawScan(const std::string &file)
{
    const double begin = seconds();
    sqlite3 *database = nullptr;
    if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK)
        qFatal("cannot open %s", file.c_str());
    long bytes = 0;
    for (const char *sql :
         {"SELECT sid,phase,rev,next_adm,uuid FROM session", "SELECT seq,sid,adm,st,payload FROM input"}) {
        sqlite3_stmt *statement = nullptr;
        if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK)
            qFatal("%s: %s", sql, sqlite3_errmsg(database));
        while (sqlite3_step(statement) == SQLITE_ROW)
            bytes += sqlite3_column_bytes(statement, 4) + sqlite3_column_int64(statement, 0) % 2;
        sqlite3_finalize(statement);
    }
    sqlite3_close(database);
    const double elapsed = (seconds() - begin) * 1000;
    if (bytes == 0)
        qFatal("%s is empty", file.c_str());
    return elapsed;
}

} // namespace burrow::bench
