// SPDX-License-Identifier: Apache-2.0
#include "rig/event_loop_thread.h"

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
    QMetaObject::invokeMethod(&m_there, work, Qt::BlockingQueuedConnection);
}

} // namespace burrow::faults
