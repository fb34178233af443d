// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace burrow::test {

/// Runs tasks on threads of its own, first come first served; without threads, inside run().
class TaskQueue
{
public:
    explicit TaskQueue(int threads);
    /// Runs what is left and joins.
    ~TaskQueue();
    TaskQueue(const TaskQueue &) = delete;
    TaskQueue &operator=(const TaskQueue &) = delete;

    void run(std::function<void()> task);

private:
    void work();

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_tasks; // Guarded by m_mutex.
    bool m_ending = false;                     // Guarded by m_mutex.
    std::vector<std::thread> m_threads;
};

} // namespace burrow::test
