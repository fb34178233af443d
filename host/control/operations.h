// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/operation_request.h"

#include <QFuture>

#include <memory>

namespace burrow {

class ShardInbox;

/// A wait for operations. Whoever drops it ends the wait, and nothing else: the operations go on. Movable; any
/// thread.
class OperationWait
{
public:
    OperationWait(QFuture<OperationsAnswer> future, std::function<void()> giveUp);
    ~OperationWait();
    OperationWait(OperationWait &&other) noexcept;
    OperationWait &operator=(OperationWait &&other) noexcept;
    Q_DISABLE_COPY(OperationWait)

    /// Finishes when the operations have ended, in the order in which they were named, or when nobody will know
    /// any more. Errors: NotFound (an operation or the session), InvalidArgument (one is named twice), Conflict
    /// (somebody waits for several already), NotReady (the session is held, or the host goes down).
    QFuture<OperationsAnswer> future() const { return m_future; }

private:
    QFuture<OperationsAnswer> m_future;
    std::function<void()> m_giveUp; ///< Empty once moved from.
};

/// The asynchronous operations of one session: work that ends on its own time, apart from any run. Got from
/// Host::operations(); any thread; may outlive the host, and then answers that it is gone. What is begun here
/// belongs to its `source` and not to the session's executor.
class Operations
{
public:
    /// With an epoch everything is refused once the session is in another one.
    Operations(SessionId session, std::shared_ptr<ShardInbox> inbox, EpochId epoch = {});

    /// Registers it; the receipt names it. An id that is null is minted.
    QFuture<OperationReceipt> add(OperationSpec spec) const;
    /// A step that ends nothing: ProvisioningSucceeded, PeerReady, ReportProgress or RequestRetire.
    QFuture<OperationReceipt> advance(OperationId operation, OperationVerb verb) const;
    /// A step that ends it: any other but Register and Evict, with the payload of that end. Answered when the
    /// end is durable; one that cannot be made durable has not happened.
    QFuture<OperationReceipt> end(OperationId operation, OperationVerb verb, OperationOutcome outcome) const;

    /// Has the session's executor asked to end an operation that it has begun: at once, or where it can be
    /// left in order. A request only: ok() means that the executor has heard it, and the operation ends when
    /// and how the executor ends it (watch()). Refused, and nothing has changed: NotFound; InvalidTransition
    /// and EndInFlight, when it has ended or is about to; Unavailable, when the executor takes no such request
    /// or does not answer, and for an operation that somebody else has begun, who is not asked.
    QFuture<OperationReceipt> requestCancel(OperationId operation, CancelMode mode) const;

    /// Those that have not ended, as the session knows them now. Errors: NotFound (the session, or it is in
    /// another epoch), NotReady (the host is gone).
    QFuture<LiveOperations> underWay() const;

    OperationWait watch(OperationId operation) const;
    /// At most one such wait per session.
    OperationWait waitForAll(std::vector<OperationId> operations) const;

    /// The ends that the agent was not told of, oldest first.
    QFuture<OperationsAnswer> completions() const;
    /// The agent was told of all ends up to that sequence.
    QFuture<OperationReceipt> acknowledge(quint64 sequence) const;
    /// How many there are and who has read their ends how far, as it is now: what was asked for before and was
    /// not answered may not show yet. Zeros where there was none. Errors: NotFound (the session, or its epoch),
    /// NotReady (the session is held, so nobody knows how far the cursors are, or the host goes down).
    QFuture<Result<OperationsView>> view() const;

private:
    QFuture<OperationReceipt> step(OperationRequest request) const;
    QFuture<OperationsAnswer> ask(OperationRequest request) const;
    OperationWait wait(OperationRequest request, WaiterId waiter) const;

    SessionId m_session;
    std::shared_ptr<ShardInbox> m_inbox;
    EpochId m_epoch;
};

} // namespace burrow
