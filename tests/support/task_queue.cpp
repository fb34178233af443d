// SPDX-License-Identifier: Apache-2.0
#include "support/task_queue.h"

namespace burrow::test {

TaskQueue::TaskQueue(int threads)
{
    for (int at = 0; at < threads; ++at)
        m_threads.emplace_back([this] { work(); });
}

TaskQueue::~TaskQueue()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_changed.notify_all();
    }
    for (std::thread &thread : m_threads)
        thread.join();
}

void TaskQueue::run(std::function<void()> task)
{
    if (m_threads.empty()) {
        task();
        return;
    }
    const std::lock_guard lock(m_mutex);
    m_tasks.push_back(std::move(task));
    m_changed.notify_one();
}

void TaskQueue::work()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_ending || !m_tasks.empty(); });
        if (m_tasks.empty())
            return;
        const std::function<void()> task = std::move(m_tasks.front());
        m_tasks.pop_front();
        lock.unlock();
        task();
        lock.lock();
    }
}

} // namespace burrow::test
