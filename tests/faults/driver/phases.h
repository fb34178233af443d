// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/campaign.h"

namespace burrow::faults {

/// What a phase found: one row of the table that is printed, and more lines below it.
struct Finding
{
    std::string name;
    std::uint64_t faults = 0; ///< Kills, images or injected errors.
    std::vector<std::string> remarks;
    std::vector<std::string> violations; ///< Empty: it passed.
};

/// Kills at each numbered call to the disk, over a workload that is always the same.
Finding boundaryPhase(const Plan &plan);
/// Kills at random under load with eight sessions, and in each of the four windows.
Finding killPhase(const Plan &plan);
/// Cuts the power at random moments of recorded workloads, with and without failing syncs.
Finding cutPhase(const Plan &plan);
/// Lets the n-th write, sync or read fail, for each n, under a host that goes on.
Finding errorPhase(const Plan &plan);
/// Lets the file run out of pages between the statements of a transaction.
Finding spacePhase(const Plan &plan);
/// Lets another host take over right before a transaction begins: I7.
Finding fencePhase(const Plan &plan);
/// Stops a session while others submit to it, also right behind the write that stops it.
Finding stopPhase(const Plan &plan);
/// Puts sound rows into wrong places: their sessions must be held.
Finding tamperPhase(const Plan &plan);
/// Counts syncs: no acknowledgement without one, and no more than two for an input.
Finding syncPhase(const Plan &plan);

} // namespace burrow::faults
