// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/shard_message.h"

#include <QObject>

#include <mutex>

namespace burrow {

/// What other threads have said to a shard and it has not heard yet. Many messages, one wake-up: waking a
/// thread on another core costs more than everything else on the way. Shared with those who may speak later
/// than the shard lives; what they say after close() is dropped.
class ShardInbox
{
public:
    /// `wake` is called from the posting thread, under the inbox's lock, once per time that the inbox stops
    /// being empty; it may only post an event.
    explicit ShardInbox(std::function<void()> wake)
        : m_wake(std::move(wake))
    {
    }

    /// Any thread; never blocks for longer than a move. False when nobody will hear it any more.
    bool post(ShardMessage message)
    {
        const std::lock_guard lock(m_mutex);
        if (m_closed)
            return false;
        m_messages.push_back(std::move(message));
        if (!std::exchange(m_awake, true))
            m_wake();
        return true;
    }

    /// The same for many: the shard sees them together, in this order.
    void post(std::vector<ShardMessage> messages)
    {
        if (messages.empty())
            return;
        const std::lock_guard lock(m_mutex);
        if (m_closed)
            return;
        if (m_messages.empty())
            m_messages.swap(messages);
        else
            m_messages.insert(m_messages.end(), std::make_move_iterator(messages.begin()),
                              std::make_move_iterator(messages.end()));
        if (!std::exchange(m_awake, true))
            m_wake();
    }

    /// Shard thread, when the shard ends. Gives what was not heard. Whoever drops it does so without a lock: a
    /// dropped callback may speak, and to this very inbox.
    [[nodiscard]] std::vector<ShardMessage> close()
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        return std::exchange(m_messages, {});
    }

    /// Shard thread. Swaps everything that is there into `into` (which is cleared); false when there was
    /// nothing, and then the next post wakes again.
    bool take(std::vector<ShardMessage> &into)
    {
        into.clear();
        const std::lock_guard lock(m_mutex);
        m_messages.swap(into);
        if (into.empty())
            m_awake = false;
        return !into.empty();
    }

    /// Shard thread: nobody has said anything that was not taken.
    bool isEmpty()
    {
        const std::lock_guard lock(m_mutex);
        return m_messages.empty();
    }

private:
    const std::function<void()> m_wake;
    std::mutex m_mutex;
    std::vector<ShardMessage> m_messages; // Guarded by m_mutex.
    bool m_awake = false;                 // Guarded by m_mutex.
    bool m_closed = false;                // Guarded by m_mutex.
};

} // namespace burrow
