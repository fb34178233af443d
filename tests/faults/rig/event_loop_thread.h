// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QThread>

#include <functional>

namespace burrow::faults {

/// A thread that runs an event loop, as every program does where its host lives: what a host posts to itself is
/// heard there whatever the thread that drives the faults is waiting for.
class EventLoopThread
{
public:
    EventLoopThread();
    /// Ends the loop and joins; what was made there must be gone.
    ~EventLoopThread();
    Q_DISABLE_COPY_MOVE(EventLoopThread)

    /// Runs it there and waits for it. From any other thread.
    void call(const std::function<void()> &work);

private:
    QThread m_thread;
    QObject m_there; ///< Lives on m_thread.
};

} // namespace burrow::faults
