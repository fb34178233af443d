// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite_database.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace burrow {

/// A thread with a connection that only reads, for questions about history. Questions are answered in the order
/// in which they came.
class StoreReading
{
public:
    using Question = std::function<void(SqliteDatabase &)>;

    explicit StoreReading(SqliteDatabase database);
    /// Answers what was asked.
    ~StoreReading();
    Q_DISABLE_COPY_MOVE(StoreReading)

    void ask(Question question);
    /// Answers what was asked, then ends the thread; what is asked later is answered by nobody.
    void close();

private:
    void work();

    SqliteDatabase m_database;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Question> m_questions; ///< Guarded by m_mutex.
    bool m_closing = false;           ///< Guarded by m_mutex.
    std::thread m_thread;             ///< Last: it uses everything above.
};

} // namespace burrow
