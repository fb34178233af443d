// SPDX-License-Identifier: Apache-2.0
#include "plugin/worker_pool.h"

#include "plugin/plugin_limits.h"
#include "plugin/plugin_log.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <vector>

namespace burrow {

struct WorkerPool::State
{
    struct Thread
    {
        const WorkItem *running = nullptr;
        bool replaced = false;
    };

    // Constant after construction.
    quint32 threadsMax = 1;
    Duration idle;
    QByteArray name;

    std::mutex mutex;
    std::condition_variable wake;
    // guarded by mutex
    std::deque<std::shared_ptr<WorkItem>> queue;
    std::vector<std::shared_ptr<Thread>> threads; // those that count against threadsMax
    quint32 waiting = 0;
    quint32 replacements = 0;
    bool closed = false;

    static void serve(const std::shared_ptr<State> &state, Thread &self);
    static void enqueue(const std::shared_ptr<State> &state, std::shared_ptr<WorkItem> item);
    static void startThread(const std::shared_ptr<State> &state);
    std::shared_ptr<WorkItem> next(std::unique_lock<std::mutex> &lock);
};

/// The next item, or null when this thread should end. The caller holds the lock.
std::shared_ptr<WorkItem> WorkerPool::State::next(std::unique_lock<std::mutex> &lock)
{
    const auto ready = [this] { return closed || !queue.empty(); };
    ++waiting;
    if (idle == Duration::max())
        wake.wait(lock, ready);
    else
        wake.wait_for(lock, idle, ready);
    --waiting;
    if (closed || queue.empty())
        return nullptr;
    std::shared_ptr<WorkItem> item = std::move(queue.front());
    queue.pop_front();
    return item;
}

void WorkerPool::State::serve(const std::shared_ptr<State> &state, Thread &self)
{
    std::unique_lock lock(state->mutex);
    while (!self.replaced) {
        std::shared_ptr<WorkItem> item = state->next(lock);
        if (!item)
            break;
        self.running = item.get();
        lock.unlock();
        const bool more = item->runStep();
        lock.lock();
        self.running = nullptr;
        if (more && self.replaced) {
            enqueue(state, std::move(item));
        } else if (more && !state->closed) {
            state->queue.push_back(std::move(item));
            if (state->waiting > 0)
                state->wake.notify_one();
        }
        lock.unlock();
        item.reset(); // May destroy it, and that may lock anything.
        lock.lock();
    }
    if (self.replaced)
        --state->replacements; // It is back; another may be lost in its place.
    std::erase_if(state->threads, [&self](const auto &thread) { return thread.get() == &self; });
}

/// The caller holds the lock.
void WorkerPool::State::enqueue(const std::shared_ptr<State> &state, std::shared_ptr<WorkItem> item)
{
    if (state->closed)
        return;
    state->queue.push_back(std::move(item));
    if (state->waiting >= state->queue.size())
        state->wake.notify_one();
    else if (state->threads.size() < state->threadsMax)
        startThread(state);
}

/// The caller holds the lock. Without a new thread, the queue waits for one of those that there are.
void WorkerPool::State::startThread(const std::shared_ptr<State> &state)
{
    const auto self = std::make_shared<Thread>();
    state->threads.push_back(self);
    try {
        std::thread thread([state, self] {
            ::pthread_setname_np(::pthread_self(), state->name.left(15).constData());
            serve(state, *self);
        });
        // tidy: allow detach: a plugin that hangs keeps its thread for ever; joining it would hang the host.
        thread.detach();
    } catch (const std::system_error &error) {
        state->threads.pop_back();
        qCWarning(pluginLog, "cannot start a thread for plugins: %s", error.what());
    }
}

WorkerPool::WorkerPool(quint32 threadsMax, Duration idle, const QByteArray &threadName)
    : m_state(std::make_shared<State>())
{
    m_state->threadsMax = threadsMax;
    m_state->idle = idle;
    m_state->name = threadName;
}

void WorkerPool::close()
{
    std::deque<std::shared_ptr<WorkItem>> dropped;
    const std::lock_guard lock(m_state->mutex);
    m_state->closed = true;
    dropped.swap(m_state->queue);
    m_state->wake.notify_all();
}

void WorkerPool::post(std::shared_ptr<WorkItem> item)
{
    const std::lock_guard lock(m_state->mutex);
    State::enqueue(m_state, std::move(item));
}

bool WorkerPool::replaceThreadOf(const WorkItem *item)
{
    const std::lock_guard lock(m_state->mutex);
    auto &threads = m_state->threads;
    const auto stuck = std::find_if(threads.begin(), threads.end(),
                                    [item](const auto &thread) { return thread->running == item; });
    if (stuck == threads.end() || m_state->replacements == limits::plugin_worker_replacements_max)
        return false;
    ++m_state->replacements;
    (*stuck)->replaced = true;
    threads.erase(stuck);
    if (!m_state->queue.empty())
        State::startThread(m_state);
    return true;
}

bool WorkerPool::isRunning(const WorkItem *item) const
{
    const std::lock_guard lock(m_state->mutex);
    return std::any_of(m_state->threads.begin(), m_state->threads.end(),
                       [item](const auto &thread) { return thread->running == item; });
}

WorkerPool &blockingPool()
{
    static auto *const pool =
        new WorkerPool(limits::plugin_workers_max, limits::plugin_worker_idle_max, "plugin-blocking");
    return *pool;
}

} // namespace burrow
