// SPDX-License-Identifier: Apache-2.0
#include "store/store_reading.h"

namespace burrow {

StoreReading::StoreReading(SqliteDatabase database)
    : m_database(std::move(database))
    , m_thread([this] { work(); })
{
}

StoreReading::~StoreReading()
{
    close();
}

void StoreReading::close()
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

void StoreReading::ask(Question question)
{
    {
        const std::lock_guard lock(m_mutex);
        m_questions.push_back(std::move(question));
    }
    m_changed.notify_one();
}

void StoreReading::work()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return !m_questions.empty() || m_closing; });
        if (m_questions.empty())
            return;
        const Question question = std::move(m_questions.front());
        m_questions.pop_front();
        lock.unlock();
        question(m_database);
        lock.lock();
    }
}

} // namespace burrow
