// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

#include <array>
#include <csignal>

namespace burrow {

/// Remembers the process's signal handlers, so that what a plugin changes while it is opened or initialised is
/// seen. Handlers belong to the process; the program has installed its own, with SA_ONSTACK, before any plugin
/// is opened.
class SignalGuard
{
public:
    SignalGuard();

    /// The names of the signals whose handler, flags or mask differ from what they were.
    QStringList changed() const;
    /// Puts the remembered handlers back. Not for a library that embeds a runtime: taking away the handlers of
    /// Go's breaks its stack growth, its nil checks and its preemption.
    void restore() const;

private:
    std::array<struct sigaction, NSIG> m_before;
};

} // namespace burrow
