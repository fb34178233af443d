// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/operation.h"

/// The life of one asynchronous operation. Pure values and functions; `operation_table.cpp` holds the rows.
///
/// Invariants, asserted after every accepted step:
///  - a peer is ready only where one is expected;
///  - a terminal status refuses every other end, and what it takes changes nothing;
///  - an operation that is absent has no registers.
namespace burrow {

/// What is fixed for each kind.
struct OperationKindFact
{
    const char *id;
    OperationKind kind;
    bool expectsPeer;
    bool inFeed;
    bool wakes;  ///< Its end wakes an idle session.
    bool stored; ///< Its end is made durable before anybody is told.
};
const OperationKindFact &factOf(OperationKind kind);

struct OperationRegisters
{
    OperationStatus status = OperationStatus::Absent;
    OperationKind kind = OperationKind::BackgroundTool;
    bool peerReady = false;
    quint32 progress = 0;

    friend bool operator==(const OperationRegisters &, const OperationRegisters &) = default;
};

/// One input of the operation machine.
struct OperationInput
{
    OperationVerb verb = OperationVerb::Register;
    OperationKind kind = OperationKind::BackgroundTool; ///< Register.
    bool sourceValid = true;                            ///< Register.
    bool capacityFree = true;                           ///< Register.
    OperationStatus outcome = OperationStatus::Absent;  ///< Ends: the status that the payload belongs to.
};

struct OperationStep
{
    bool accepted = false;
    OperationRefusal refusal = OperationRefusal::None;
    const char *row = nullptr; ///< Id of the row or refusal, e.g. "O7". Static.
    OperationRegisters next;   ///< Equal to the input registers when refused.
};

OperationStep step(const OperationRegisters &registers, const OperationInput &input);

/// The invariant at the head of this file that these registers break, or null.
const char *brokenInvariant(const OperationRegisters &registers);

/// The status that this verb ends an operation with; Absent for verbs that end none.
OperationStatus endOf(OperationVerb verb);

} // namespace burrow
