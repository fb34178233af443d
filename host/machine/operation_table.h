// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/operation_machine.h"
#include "machine/transition_table.h"

/// The rows of the operation machine as data.
namespace burrow {

/// Conditions of a row, in the order in which they are asked.
enum class OperationGuard : quint8 { SourceValid, CapacityFree, ExpectsPeer, PeerNotReady, OutcomeMatches };
inline constexpr std::size_t operation_guard_count = 5;

/// Changes of the registers, applied in this order after the status has changed.
enum class OperationUpdate : quint8 { TakeKind, NotePeerReady, CountProgress, Forget };
inline constexpr EnumNames<OperationUpdate, 4> operationUpdateName{
    {"take kind", "note peer ready", "count progress", "forget"}};

enum class OperationTarget : quint8 {
    Absent,
    Provisioning,
    Running,
    Retiring,
    Completed,
    Failed,
    Aborted,
    Cancelled,
    Retired,
    Terminated,
    Self,
};
inline constexpr EnumNames<OperationTarget, 11> operationTargetName{
    {"absent", "provisioning", "running", "retiring", "completed", "failed", "aborted", "cancelled", "retired",
     "terminated", "self"}};

template <>
inline constexpr bool is_row_flag<OperationStatus> = true;
template <>
inline constexpr bool is_row_flag<OperationGuard> = true;
template <>
inline constexpr bool is_row_flag<OperationUpdate> = true;

struct OperationTransition
{
    const char *id;
    OperationVerb verb;
    EnumSet<OperationStatus> from;
    EnumSet<OperationGuard> guards;
    OperationTarget target;
    EnumSet<OperationUpdate> updates;
};

/// Stands for every verb but register in a refusal.
inline constexpr OperationVerb any_later_operation_verb = static_cast<OperationVerb>(0xff);

struct OperationRefusalRow
{
    const char *id;
    OperationVerb verb;
    EnumSet<OperationStatus> from;
    OperationRefusal refusal;

    constexpr bool covers(OperationVerb asked) const
    {
        return verb == asked || (verb == any_later_operation_verb && asked != OperationVerb::Register);
    }
};

struct OperationGuardFact
{
    const char *name;
    OperationRefusal refusal;
};

using OperationTable = TransitionTable<OperationTransition, OperationRefusalRow, operationVerbName.names.size(),
                                       operationStatusName.names.size()>;

extern const OperationTable operation_table;
extern const std::array<OperationGuardFact, operation_guard_count> operation_guard_facts;
extern const std::array<OperationKindFact, operationKindName.names.size()> operation_kind_facts;

} // namespace burrow
