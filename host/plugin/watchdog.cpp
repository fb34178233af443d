// SPDX-License-Identifier: Apache-2.0
#include "plugin/watchdog.h"

#include <pthread.h>
#include <thread>

namespace burrow {

namespace {

MonotonicTime steadyNow()
{
    return {std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

} // namespace

Watchdog &Watchdog::instance()
{
    static auto *const watchdog = new Watchdog;
    return *watchdog;
}

Watchdog::Watchdog()
{
    std::thread thread([this] {
        ::pthread_setname_np(::pthread_self(), "plugin-watchdog");
        serve();
    });
    // tidy: allow detach: it watches for as long as plugins may hang, which is until the process ends.
    thread.detach();
}

Watchdog::Id Watchdog::arm(Duration delay, std::weak_ptr<Watched> target, quint32 call)
{
    const std::lock_guard lock(m_mutex);
    const Id id{steadyNow() + delay, ++m_lastNumber};
    const auto place = m_entries.emplace(id, Entry{std::move(target), call}).first;
    if (place == m_entries.begin())
        m_changed.notify_one();
    return id;
}

void Watchdog::disarm(const Id &id)
{
    const std::lock_guard lock(m_mutex);
    m_entries.erase(id);
}

void Watchdog::serve()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (m_entries.empty()) {
            m_changed.wait(lock);
            continue;
        }
        const auto first = m_entries.begin();
        const MonotonicTime deadline = first->first.first;
        if (steadyNow() < deadline) {
            m_changed.wait_until(lock, std::chrono::steady_clock::time_point(
                                           std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                               deadline.sinceStart)));
            continue;
        }
        const Entry entry = std::move(first->second);
        m_entries.erase(first);
        lock.unlock();
        if (const std::shared_ptr<Watched> target = entry.target.lock())
            target->overdue(entry.call);
        lock.lock();
    }
}

} // namespace burrow
