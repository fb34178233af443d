// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/history.h"
#include "driver/tables.h"

/// Whether what a store holds agrees with what the world outside saw of it. Each violation is a sentence that
/// starts with the invariant it breaks:
///   I1 an acknowledged input is never lost, and nothing else is there
///   I2 an input's effects happen at most once per attempt, and attempts rise
///   I3 the inputs of a session run in the order of their admission, those that were put back apart
///   I4 an input ends once, and as was told
///   I5 who waits is answered, or finds the answer by id
///   I6 nothing stays open when everything has settled
///   I8 the file is sound
/// (I7, that a stale epoch writes nothing, is a scenario of its own: fence_phase.)
namespace burrow::faults {

enum class Moment : std::uint8_t {
    Crashed, ///< Straight after a kill or a cut; inputs may be open.
    Settled, ///< A host has drained everything and went down in order.
};

std::vector<std::string> check(const Tables &tables, const History &history, Moment moment);

} // namespace burrow::faults
