// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/control.h"
#include "model/operation.h"

/// What is asked of a session's operations. Each step is answered with a receipt, each question and each wait
/// with the ends that it is about.
namespace burrow {

struct RegisterOperation
{
    OperationSpec spec;
    EpochId epochIfFirst; ///< Fresh; the epoch of a session that has had no operation yet.
};

/// A step that ends nothing.
struct AdvanceOperation
{
    OperationId operation;
    OperationVerb verb = OperationVerb::ProvisioningSucceeded;
};

/// A step that ends it; answered when that is durable.
struct EndOperation
{
    OperationId operation;
    OperationVerb verb = OperationVerb::Complete;
    OperationOutcome outcome;
};

/// Has who began it asked to end it. Answered when that one has heard, which ends nothing yet.
struct CancelOperation
{
    OperationId operation;
    CancelMode mode = CancelMode::Boundary;
};

struct WatchOperation
{
    OperationId operation;
    WaiterId waiter = 0;
};

struct WaitForOperations
{
    std::vector<OperationId> operations;
    WaiterId waiter = 0;
};

/// Who waited is gone; nothing answers.
struct EndOperationWait
{
    WaiterId waiter = 0;
};

/// The ends that the agent was not told of.
struct ReadCompletions
{
    WaiterId waiter = 0;
};

/// The agent was told of all ends up to that one; answered when that is durable.
struct AcknowledgeCompletions
{
    quint64 sequence = 0;
};

using OperationRequest =
    std::variant<RegisterOperation, AdvanceOperation, EndOperation, CancelOperation, WatchOperation,
                 WaitForOperations, EndOperationWait, ReadCompletions, AcknowledgeCompletions>;

/// Who waits for the answer to a request; 0 when it is a step, or the end of a wait.
inline WaiterId waiterOf(const OperationRequest &request)
{
    if (const auto *watch = std::get_if<WatchOperation>(&request))
        return watch->waiter;
    if (const auto *wait = std::get_if<WaitForOperations>(&request))
        return wait->waiter;
    const auto *read = std::get_if<ReadCompletions>(&request);
    return read != nullptr ? read->waiter : 0;
}

/// What an executor begins belongs to its instance, under this name: a session has one instance at a time.
inline constexpr const char *executor_operation_source = "executor";

} // namespace burrow
