// SPDX-License-Identifier: Apache-2.0
#include "plugin/loader_thread.h"

#include <condition_variable>
#include <mutex>

namespace burrow {

class LoaderThread::Call final : public WorkItem
{
public:
    explicit Call(std::function<void()> work)
        : m_work(std::move(work))
    {
    }
    bool runStep() override
    {
        m_work();
        {
            const std::lock_guard lock(m_mutex);
            m_done = true;
        }
        m_returned.notify_all();
        return false;
    }
    bool waitFor(Duration most)
    {
        std::unique_lock lock(m_mutex);
        return m_returned.wait_for(lock, most, [this] { return m_done; });
    }

private:
    const std::function<void()> m_work;
    std::mutex m_mutex;
    std::condition_variable m_returned;
    bool m_done = false; // Guarded by m_mutex.
};

LoaderThread::LoaderThread()
    : m_pool(1, Duration::max(), "burrow-loader")
{
}

LoaderThread &LoaderThread::instance()
{
    static auto *const thread = new LoaderThread;
    return *thread;
}

bool LoaderThread::run(std::function<void()> work, Duration most)
{
    const auto call = std::make_shared<Call>(std::move(work));
    m_pool.post(call);
    if (call->waitFor(most))
        return true;
    m_pool.replaceThreadOf(call.get());
    return false;
}

} // namespace burrow
