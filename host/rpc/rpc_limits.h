// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <QtGlobal>

namespace burrow {

/// What a client of the control socket may take of the host. Nothing that a client does grows without one of
/// these; a test gives lower ones.
struct RpcLimits
{
    qsizetype lineBytes = 4LL << 20; ///< One request.
    qsizetype connections = 64;
    qsizetype requestsInFlight = 64; ///< Per connection: asked and not answered yet.
    /// While so much waits for a reader, nothing more is read from it, and events are counted instead of kept.
    qsizetype waitingBytes = 256LL << 10;
    /// A reader for whom so much waits is cut off: answers are never dropped one by one.
    qsizetype waitingBytesMax = 64LL << 20;
    qsizetype listed = 10'000; ///< Sessions in one answer.
    int mistakes = 16;         ///< Lines that are no request, until the connection is closed.
    std::chrono::milliseconds lineTimeout = std::chrono::seconds(30); ///< From a line's first byte to its last.
    std::chrono::milliseconds closeTimeout = std::chrono::seconds(5); ///< For a peer to take the last words.
    std::chrono::milliseconds viewTimeout = std::chrono::seconds(1);  ///< For a session to say what it does.
};

} // namespace burrow
