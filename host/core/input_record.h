// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/input_registers.h"

#include <QVarLengthArray>

namespace burrow {

/// A caller that waits for an input.
struct Waiter
{
    WaiterId id = 0; ///< 0 = nobody.
    WaitMode mode = WaitMode::Attempt;
};
/// Those of one input. Most have one at most, who costs no memory of his own.
using Waiters = QVarLengthArray<Waiter, 1>;

/// Whether an input may go into a run that is under way instead of waiting for its own.
enum class LiveEntry : quint8 {
    None,
    Wanted,  ///< It goes in when the run's boundary is open.
    Staging, ///< The executor has been handed its context.
    Tried,   ///< That did not work; it is run in the ordinary way.
};

/// One input that is not terminal yet. The lanes link records intrusively: queueing an input costs no
/// allocation beyond the record.
struct InputRecord
{
    InputPointer input;
    AdmissionPlan plan;
    InputRegisters registers;
    quint64 sequence = 0;
    quint64 payloadHash = 0;
    quint32 starts = 0;  ///< Last attempt number granted.
    quint32 crashes = 0; ///< Hosts that have ended while they worked on it.
    quint8 stagingRefusals = 0;
    bool alone = false;       ///< Its batch failed: from now on it runs by itself.
    bool withoutWake = false; ///< Arrived without a wake; see WaitReason::NoWake.
    LiveEntry live = LiveEntry::None;
    TicketNumber replacedIn = 0; ///< The ticket in flight that will replace it; 0 = none.
    Waiters waiters;

    InputRecord *previous = nullptr; ///< Lane links; owned by the lane.
    InputRecord *next = nullptr;

    bool stored() const { return input->durability != Durability::Ephemeral; }
    const QByteArray &key() const { return input->idempotencyKey; }
};

/// Inputs that share a run, in their order. Most runs have one, which costs no memory of its own.
using Batch = QVarLengthArray<InputRecord *, 4>;

} // namespace burrow
