// SPDX-License-Identifier: Apache-2.0
#include "plugin/call_watch.h"

#include "plugin/plugin_limits.h"

namespace burrow {

void CallWatch::arm(quint64 call)
{
    if (!m_armed.exchange(true))
        Watchdog::instance().arm(limits::plugin_call_blocked_after, m_self(), static_cast<quint32>(call));
}

/// `seen` is the call that was open when this was asked for. Another one that is open now began since then, and
/// gets as much time.
void CallWatch::overdue(quint32 seen)
{
    m_armed = false;
    const quint64 call = m_call.load();
    if (call % 2 == 0)
        return; // Nothing is open, and who begins from now on sees that nobody watches.
    if (static_cast<quint32>(call) != seen) {
        arm(call);
        return;
    }
    const std::lock_guard lock(m_mutex);
    const char *const function = m_function.load(std::memory_order_acquire);
    if (m_call.load() != call)
        return;
    m_told = call;
    m_tell(function);
    if (m_call.load() != call) // Its end may not have seen that it was named.
        tellEnd(call);
}

void CallWatch::cameBack(quint64 call)
{
    const std::lock_guard lock(m_mutex);
    tellEnd(call);
}

/// Both sides may see that a call that was named is over; one of them says it. The caller holds m_mutex.
void CallWatch::tellEnd(quint64 call)
{
    if (m_told.compare_exchange_strong(call, 0))
        m_tell(nullptr);
}

} // namespace burrow
