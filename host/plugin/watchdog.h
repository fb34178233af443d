// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <QtGlobal>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

namespace burrow {

/// Somebody who promised an answer and depends on a plugin for it.
class Watched
{
public:
    virtual ~Watched() = default;
    /// The time for that call is over. On the watchdog's thread; must return at once.
    virtual void overdue(quint32 call) = 0;
};

/// Tells when a plugin has not answered in time, so that every call gets an answer, whatever the plugin does.
/// One thread for the process, started by the first use. Runs of sessions are not watched here: the core has
/// their deadlines. Thread-safe, never destroyed.
class Watchdog
{
public:
    using Id = std::pair<MonotonicTime, quint64>;

    static Watchdog &instance();

    /// Calls overdue(call) once after `delay`, unless the target is gone or it is disarmed before.
    Id arm(Duration delay, std::weak_ptr<Watched> target, quint32 call);
    void disarm(const Id &id);

private:
    struct Entry
    {
        std::weak_ptr<Watched> target;
        quint32 call = 0;
    };

    Watchdog();
    void serve();

    std::mutex m_mutex;
    std::condition_variable m_changed;
    // guarded by m_mutex
    std::map<Id, Entry> m_entries;
    quint64 m_lastNumber = 0;
};

} // namespace burrow
