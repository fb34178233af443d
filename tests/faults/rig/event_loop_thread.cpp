// SPDX-License-Identifier: Apache-2.0
#include "rig/event_loop_thread.h"

#include <condition_variable>
#include <mutex>

namespace burrow::faults {

EventLoopThread::EventLoopThread()
{
    m_thread.setObjectName(QStringLiteral("burrow-rig"));
    m_there.moveToThread(&m_thread);
    m_thread.start();
}

EventLoopThread::~EventLoopThread()
{
    m_thread.quit();
    m_thread.wait();
}

void EventLoopThread::call(const std::function<void()> &work)
{
    // Not Qt's blocking connection: what it orders between the two threads no sanitizer can see.
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    QMetaObject::invokeMethod(
        &m_there,
        [&] {
            work();
            const std::lock_guard lock(mutex);
            done = true;
            changed.notify_one(); // Under the lock: behind it the waiting frame may be gone.
        },
        Qt::QueuedConnection);
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
}

} // namespace burrow::faults
