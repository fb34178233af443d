// SPDX-License-Identifier: Apache-2.0
#include "plugin/signal_guard.h"

#include <cstring>

namespace burrow {

namespace {

/// The C library sets this bit by itself and hides its name.
constexpr int restorerFlag = 0x04000000;

bool isFixed(int number)
{
    return number == SIGKILL || number == SIGSTOP;
}

bool sameAction(const struct sigaction &one, const struct sigaction &other)
{
    const bool sameHandler = (one.sa_flags & SA_SIGINFO) ? one.sa_sigaction == other.sa_sigaction
                                                         : one.sa_handler == other.sa_handler;
    if (!sameHandler || (one.sa_flags & ~restorerFlag) != (other.sa_flags & ~restorerFlag))
        return false;
    for (int number = 1; number < NSIG; ++number) {
        if (::sigismember(&one.sa_mask, number) != ::sigismember(&other.sa_mask, number))
            return false;
    }
    return true;
}

/// The present action; a zeroed one for the numbers that the C library keeps to itself.
struct sigaction actionOf(int number)
{
    struct sigaction action;
    std::memset(&action, 0, sizeof action);
    ::sigaction(number, nullptr, &action);
    return action;
}

} // namespace

SignalGuard::SignalGuard()
{
    for (int number = 1; number < NSIG; ++number)
        m_before[static_cast<std::size_t>(number)] = actionOf(number);
}

QStringList SignalGuard::changed() const
{
    QStringList names;
    for (int number = 1; number < NSIG; ++number) {
        if (isFixed(number) || sameAction(m_before[static_cast<std::size_t>(number)], actionOf(number)))
            continue;
        const char *name = ::sigabbrev_np(number);
        names.append(name ? QStringLiteral("SIG%1").arg(QLatin1String(name))
                          : QStringLiteral("signal %1").arg(number));
    }
    return names;
}

void SignalGuard::restore() const
{
    for (int number = 1; number < NSIG; ++number) {
        const struct sigaction &before = m_before[static_cast<std::size_t>(number)];
        if (!isFixed(number) && !sameAction(before, actionOf(number)))
            ::sigaction(number, &before, nullptr);
    }
}

} // namespace burrow
