// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/probe_cache.h"
#include "plugin/probe_options.h"
#include "port/clock.h"

#include <memory>

namespace burrow {

enum class ProbeMemory : quint8 { Use, Ignore };

/// Tries libraries that are not known in a child process, so that one that crashes, hangs or ends the process
/// in its constructors or its entry function does so there. Thread-safe.
class LibraryProbe
{
public:
    LibraryProbe(ProbeOptions options, QByteArray hostVersion, std::shared_ptr<const Clock> clock);

    /// The verdict on a library that has passed checkLibrary() with its digest. Nothing when it cannot be
    /// tried, because there is no program for it.
    std::optional<ProbeVerdict> ask(const CheckedLibrary &library, const std::optional<Manifest> &manifest,
                                    ProbeMemory memory = ProbeMemory::Use);

private:
    std::optional<ProbeVerdict> tryNow(const CheckedLibrary &library, const std::optional<Manifest> &manifest);

    const ProbeOptions m_options;
    const QByteArray m_hostVersion;
    const std::shared_ptr<const Clock> m_clock;
    ProbeCache m_cache;
};

} // namespace burrow
