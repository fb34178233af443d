// SPDX-License-Identifier: Apache-2.0
#include "machine/operation_table.h"

/// The life of one operation, row by row. What is told of an operation that has ended already, and would not
/// change how it ended, is taken and changes nothing: who reports it cannot know that somebody else was faster.
namespace burrow {
namespace {

using enum OperationStatus;
using enum OperationVerb;
using enum OperationGuard;
using enum OperationUpdate;
using To = OperationTarget;
using Why = OperationRefusal;

constexpr EnumSet<OperationStatus> Working = Running | Retiring;
constexpr EnumSet<OperationStatus> Live = Provisioning | Working;
constexpr EnumSet<OperationStatus> Ended = Completed | Failed | Aborted | Cancelled | Retired | Terminated;
constexpr EnumSet<OperationGuard> Free;
constexpr EnumSet<OperationUpdate> Nothing;

// clang-format off
constexpr OperationTransition transitions[] = {
    {"O1",   Register,              Absent,       SourceValid | CapacityFree, To::Provisioning, TakeKind},
    {"O2a",  ProvisioningSucceeded, Provisioning, Free,                       To::Running,      Nothing},
    {"O2b",  ProvisioningSucceeded, Running,      Free,                       To::Self,         Nothing},
    {"O3",   ProvisioningFailed,    Live,         OutcomeMatches,             To::Failed,       Nothing},
    {"O4",   Fail,                  Live,         OutcomeMatches,             To::Failed,       Nothing},
    {"O5a",  AbortProvisioning,     Provisioning, OutcomeMatches,             To::Aborted,      Nothing},
    {"O5b",  AbortProvisioning,     Ended,        Free,                       To::Self,         Nothing},
    {"O6a",  PeerReady,             Working,      ExpectsPeer | PeerNotReady, To::Self,         NotePeerReady},
    {"O6b",  PeerReady,             Ended,        Free,                       To::Self,         Nothing},
    {"O7a",  ReportProgress,        Working,      Free,                       To::Self,         CountProgress},
    {"O7b",  ReportProgress,        Ended,        Free,                       To::Self,         Nothing},
    {"O8",   Complete,              Working,      OutcomeMatches,             To::Completed,    Nothing},
    {"O9",   Cancel,                Live,         OutcomeMatches,             To::Cancelled,    Nothing},
    {"O10a", RequestRetire,         Running,      Free,                       To::Retiring,     Nothing},
    {"O10b", RequestRetire,         Retiring,     Free,                       To::Self,         Nothing},
    {"O10c", RequestRetire,         Ended,        Free,                       To::Self,         Nothing},
    {"O11a", MarkRetired,           Working,      OutcomeMatches,             To::Retired,      Nothing},
    {"O11b", MarkRetired,           Ended,        Free,                       To::Self,         Nothing},
    {"O12",  TerminateOwner,        Live,         OutcomeMatches,             To::Terminated,   Nothing},
    {"O13",  Evict,                 Ended,        Free,                       To::Absent,       Forget},
};

constexpr OperationRefusalRow refusals[] = {
    {"OX1",  any_later_operation_verb, Absent,           Why::NotFound},
    {"OX2",  Register,                 Live | Ended,     Why::AlreadyRegistered},
    {"OX3",  ProvisioningSucceeded,    Retiring | Ended, Why::InvalidTransition},
    {"OX4",  ProvisioningFailed,       Ended,            Why::InvalidTransition},
    {"OX5",  Fail,                     Ended,            Why::InvalidTransition},
    {"OX6",  AbortProvisioning,        Working,          Why::InvalidTransition},
    {"OX7",  PeerReady,                Provisioning,     Why::InvalidTransition},
    {"OX8",  ReportProgress,           Provisioning,     Why::InvalidTransition},
    {"OX9",  Complete,                 Provisioning | Ended, Why::InvalidTransition},
    {"OX10", Cancel,                   Ended,            Why::InvalidTransition},
    {"OX11", RequestRetire,            Provisioning,     Why::InvalidTransition},
    {"OX12", MarkRetired,              Provisioning,     Why::InvalidTransition},
    {"OX13", TerminateOwner,           Ended,            Why::InvalidTransition},
    {"OX14", Evict,                    Live,             Why::InvalidTransition},
};
// clang-format on

} // namespace

constinit const OperationTable operation_table =
    makeTable<OperationTable, OperationVerb, OperationStatus>(transitions, refusals);

// clang-format off
constinit const std::array<OperationGuardFact, operation_guard_count> operation_guard_facts{{
    {"source valid",    Why::SourceInvalid},
    {"capacity free",   Why::MaxConcurrentExceeded},
    {"expects a peer",  Why::PeerNotExpected},
    {"peer not ready",  Why::AlreadyPeerReady},
    {"outcome matches", Why::OutcomeMismatch},
}};

//                            kind                           expects peer, in feed, wakes, stored
constinit const std::array<OperationKindFact, operationKindName.names.size()> operation_kind_facts{{
    {"OK1", OperationKind::MobMemberChild, true,         true,    false, true},
    {"OK2", OperationKind::BackgroundTool, false,        true,    true,  true},
    {"OK3", OperationKind::CapacitySlot,   false,        false,   false, false},
}};
// clang-format on

} // namespace burrow
