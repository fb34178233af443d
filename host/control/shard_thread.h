// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/shard.h"

#include <QThread>

#include <future>

namespace burrow {

/// One thread with an event loop and the shard that lives on it. Posts go through the shard's inbox, which
/// outlives it: what is said to a thread that has ended is dropped.
class ShardThread : public QThread
{
    Q_OBJECT

public:
    /// Starts the thread and returns when the shard can be posted to. The arguments must outlive the thread.
    ShardThread(Store &store, TimerClock &clock, ShardObserver &observer, const QString &name);
    ~ShardThread() override;

    /// Ends the event loop and waits for the thread; the shard is destroyed on it. A repeat does nothing.
    void end();

    /// For those who may speak later than the thread lives.
    const std::shared_ptr<ShardInbox> &inbox() const { return m_inbox; }
    void post(ShardMessage message) { m_inbox->post(std::move(message)); }
    void post(std::vector<ShardMessage> messages) { m_inbox->post(std::move(messages)); }

protected:
    void run() override;

private:
    Store &m_store;
    TimerClock &m_clock;
    ShardObserver &m_observer;
    std::promise<std::shared_ptr<ShardInbox>> m_ready;
    std::shared_ptr<ShardInbox> m_inbox;
};

} // namespace burrow
