// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/uuid.h"

namespace burrow {

using SessionId = Id<struct SessionIdTag>;     ///< A conversation; key of the session map.
using InputId = Id<struct InputIdTag>;         ///< One admitted input; its low 62 bits are its `seq`.
using RunId = Id<struct RunIdTag>;             ///< One execution attempt; never reused, also not after a crash.
using EpochId = Id<struct EpochIdTag>;         ///< One continuous domain of asynchronous order.
using OperationId = Id<struct OperationIdTag>; ///< One asynchronous operation.
using CommandId = quint64;                     ///< One call into a session; names the reply it will get.
using WaiterId = quint64;                      ///< One caller that waits for the outcome of an input.
using TicketNumber = quint64;                  ///< One write set in flight, counted per session.

/// The position of an input in arrival order, taken from its id: the store finds the row without an index.
inline quint64 sequenceOf(InputId id)
{
    return id.uuid.low & 0x3fffffffffffffffULL;
}

} // namespace burrow
