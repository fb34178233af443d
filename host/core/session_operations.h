// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "operations/operation_registry.h"

namespace burrow {

/// What a core has of its operations. Made with the first of them, so that a session without any pays a
/// pointer.
struct SessionOperations
{
    OperationRegistry registry;
    std::vector<CommandId> acknowledged;    ///< To be answered when a write has moved the agent's cursor.
    std::vector<CommandId> acknowledgedNow; ///< Of them, those of the write under way.
    quint32 instance = 0;                   ///< Counts executors, so that each is a source of its own.
    bool minting = false;                   ///< An id for a continuation was asked for.
    MonotonicTime retryAt = MonotonicTime::never(); ///< When what could not be written is tried again.
};

} // namespace burrow
