// SPDX-License-Identifier: Apache-2.0
#include "rig/follower.h"

namespace burrow::faults {

Follower::Follower()
    : m_thread([this] { work(); })
{
}

Follower::~Follower()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

void Follower::add(std::function<void()> step)
{
    {
        const std::lock_guard lock(m_mutex);
        m_steps.push_back(std::move(step));
    }
    m_changed.notify_one();
}

void Follower::work()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_ending || !m_steps.empty(); });
        if (m_steps.empty())
            return;
        std::function<void()> step = std::move(m_steps.front());
        m_steps.pop_front();
        lock.unlock();
        step();
        lock.lock();
    }
}

} // namespace burrow::faults
