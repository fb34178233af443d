// SPDX-License-Identifier: Apache-2.0

#include "run_signals.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

namespace command {

RunSignals::RunSignals()
    : m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!m_wake.isOpen())
        throw std::system_error(errno, std::generic_category(), "eventfd");
}

void RunSignals::reset()
{
    m_cancelLevel = 0;
    m_resumed = false;
}

void RunSignals::raiseCancel(int32_t level)
{
    int32_t current = m_cancelLevel.load();
    while (current < level && !m_cancelLevel.compare_exchange_weak(current, level)) {
    }
    wake();
}

void RunSignals::resume()
{
    m_resumed = true;
    wake();
}

void RunSignals::wake()
{
    const uint64_t one = 1;
    // It fails only when the counter is full, and then the reader is being woken anyway.
    [[maybe_unused]] const ssize_t size = ::write(m_wake.get(), &one, sizeof one);
}

void RunSignals::clearWake()
{
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(m_wake.get(), &count, sizeof count);
}

} // namespace command
