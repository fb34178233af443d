// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/watchdog.h"

#include <atomic>
#include <functional>

namespace burrow {

/// Names the call that does not come back, while it does not: once for each such call, between one and two
/// times limits::plugin_call_blocked_after after it began. A call costs two atomic additions; the watchdog is
/// asked at most once in that time, however many calls are made.
///
/// begin() and end() belong to one thread at a time; the calls do not nest.
class CallWatch final : public Watched
{
public:
    /// A pointer to this object that does not keep it alive.
    using Self = std::function<std::weak_ptr<Watched>()>;
    /// The function that has not come back, or null: it has come back after all. On the watchdog's thread or on
    /// that of the call, one at a time.
    using Tell = std::function<void(const char *function)>;

    CallWatch(Self self, Tell tell)
        : m_self(std::move(self))
        , m_tell(std::move(tell))
    {
    }

    /// `function` is a text for ever.
    void begin(const char *function)
    {
        m_function.store(function, std::memory_order_release);
        const quint64 call = m_call.fetch_add(1) + 1;
        if (!m_armed.load())
            arm(call);
    }
    void end()
    {
        const quint64 call = m_call.fetch_add(1);
        if (m_told.load() == call)
            cameBack(call);
    }

    void overdue(quint32 seen) override;

private:
    void arm(quint64 call);
    void cameBack(quint64 call);
    void tellEnd(quint64 call);

    const Self m_self;
    const Tell m_tell;
    std::atomic<const char *> m_function{nullptr};
    std::atomic<quint64> m_call{0}; ///< Odd: the number of the call that is open.
    std::atomic<quint64> m_told{0}; ///< The last call that was named; 0: its end was told.
    std::atomic<bool> m_armed{false};
    std::mutex m_mutex; ///< Held while telling.
};

} // namespace burrow
