// SPDX-License-Identifier: Apache-2.0
// Asynchronous operations: what is asked of the registry, and the writes that make their ends durable
// (decision 0019).
#include "core/session_core.h"

namespace burrow {

namespace {

constexpr const char *executor_gone = "the executor that had begun it is gone";

OperationReceipt unavailable(OperationId operation, const QString &message)
{
    OperationReceipt receipt;
    receipt.operation = operation;
    receipt.refusal = OperationRefusal::Unavailable;
    receipt.message = message;
    return receipt;
}

OperationReceipt unknownOperation(OperationId operation)
{
    OperationReceipt receipt;
    receipt.operation = operation;
    receipt.refusal = OperationRefusal::NotFound;
    receipt.message =
        QStringLiteral("there is no operation %1 in this session").arg(QString::fromLatin1(operation.toText()));
    return receipt;
}

Error noSuchOperation(OperationId operation)
{
    return {ErrorKind::NotFound, unknownOperation(operation).message};
}

} // namespace

SessionOperations &SessionCore::operations(EpochId epochIfFirst)
{
    if (!m_operations) {
        fixEpoch(epochIfFirst);
        m_operations = std::make_unique<SessionOperations>(
            SessionOperations{OperationRegistry(m_epoch, operationLimits())});
    }
    return *m_operations;
}

OperationLimits SessionCore::operationLimits() const
{
    return {m_settings->operationLimit, limits::operations_retained_max};
}

void SessionCore::on(OperationCommand &event)
{
    if (!event.epoch.isNull() && event.epoch != m_epoch) {
        refuseOperation(event, QStringLiteral("the bindings are those of an earlier epoch of the session"));
        return;
    }
    std::visit([&](const auto &request) { serve(event.command, request); }, *event.request);
}

void SessionCore::replyOperation(CommandId command, OperationReceipt receipt)
{
    if (command != 0)
        act(ReplyOperation{command, std::move(receipt)});
}

void SessionCore::tell(OperationNews news)
{
    // First those who asked for the end, then those who waited for it.
    for (OperationReply &reply : news.replies)
        replyOperation(reply.command, std::move(reply.receipt));
    tell(std::move(news.notices));
}

void SessionCore::tell(OperationNotices notices)
{
    for (OperationNotice &notice : notices)
        act(ResolveOperations{notice.waiter, std::move(notice.answer)});
}

/// Of a session that this host has let go of, or of another epoch.
void SessionCore::refuseOperation(const OperationCommand &event, const QString &why)
{
    replyOperation(event.command, unavailable({}, why));
    if (const WaiterId waiter = waiterOf(*event.request); waiter != 0)
        act(ResolveOperations{waiter, Error{ErrorKind::NotFound, why}});
}

/// Why nothing is begun or read here now; empty when it may be.
QString SessionCore::operationsClosed() const
{
    if (m_registers.phase == Phase::Destroyed)
        return QStringLiteral("the session is destroyed");
    if (m_stop && m_stop->kind != Teardown::Kind::Stop)
        return QStringLiteral("the session is %1").arg(QLatin1String(teardownWord()));
    return m_shutdown || !m_held.isEmpty() ? closed().message : QString();
}

void SessionCore::serve(CommandId command, const RegisterOperation &request)
{
    if (const QString closedBy = operationsClosed(); !closedBy.isEmpty()) {
        replyOperation(command, unavailable(request.spec.id, closedBy));
        return;
    }
    SessionOperations &all = operations(request.epochIfFirst);
    OperationSpec spec = request.spec;
    if (spec.source == executor_operation_source)
        spec.source = executorSource();
    replyOperation(command, all.registry.add(spec));
}

void SessionCore::serve(CommandId command, const AdvanceOperation &request)
{
    replyOperation(command, m_operations ? m_operations->registry.advance(request.operation, request.verb)
                                         : unknownOperation(request.operation));
}

/// Also while the host goes down, and after the session's own end: what finishes is committed, and nobody who
/// waits for it is left without an answer.
void SessionCore::serve(CommandId command, const EndOperation &request)
{
    if (!m_held.isEmpty()) {
        replyOperation(command, unavailable(request.operation, closed().message));
    } else if (!m_operations) {
        replyOperation(command, unknownOperation(request.operation));
    } else {
        tell(m_operations->registry.stage({request.operation, request.verb, request.outcome, command}));
        writeOperations();
    }
}

/// Only whether the executor may be asked: the question itself is the shell's, and the end comes as any other.
void SessionCore::serve(CommandId command, const CancelOperation &request)
{
    if (!m_held.isEmpty())
        replyOperation(command, unavailable(request.operation, closed().message));
    else
        replyOperation(command, m_operations
                                    ? m_operations->registry.cancellable(request.operation, executorSource())
                                    : unknownOperation(request.operation));
}

void SessionCore::serve(CommandId, const WatchOperation &request)
{
    Result<OperationNotices> notices = m_operations
                                           ? m_operations->registry.watch(request.operation, request.waiter)
                                           : Result<OperationNotices>(noSuchOperation(request.operation));
    if (notices)
        tell(*std::move(notices));
    else
        act(ResolveOperations{request.waiter, notices.error()});
}

void SessionCore::serve(CommandId, const WaitForOperations &request)
{
    if (!m_operations) {
        act(request.operations.empty()
                ? ResolveOperations{request.waiter, std::vector<EndedOperation>{}}
                : ResolveOperations{request.waiter, noSuchOperation(request.operations.front())});
        return;
    }
    Result<OperationNotices> notices = m_operations->registry.waitForAll(request.operations, request.waiter);
    if (notices)
        tell(*std::move(notices));
    else
        act(ResolveOperations{request.waiter, notices.error()});
}

void SessionCore::serve(CommandId, const EndOperationWait &request)
{
    if (m_operations)
        m_operations->registry.endWait(request.waiter);
}

void SessionCore::serve(CommandId, const ReadCompletions &request)
{
    OperationsAnswer answer(std::vector<EndedOperation>{});
    if (m_operations) {
        const Result<quint64> cursor = m_operations->registry.cursor(FeedCursor::AgentApplied);
        answer =
            cursor ? OperationsAnswer(m_operations->registry.unsurfaced()) : OperationsAnswer(cursor.error());
    }
    act(ResolveOperations{request.waiter, std::move(answer)});
}

void SessionCore::serve(CommandId command, const AcknowledgeCompletions &request)
{
    if (const QString closedBy = operationsClosed(); !closedBy.isEmpty()) {
        replyOperation(command, unavailable({}, closedBy));
        return;
    }
    if (m_operations)
        m_operations->registry.stageCursor(FeedCursor::AgentApplied, request.sequence);
    if (!m_operations || !m_operations->registry.hasStaged()) {
        replyOperation(command, {}); // There is no end to be told of.
        return;
    }
    m_operations->acknowledged.push_back(command);
    writeOperations();
}

/// Writes what is staged, if nothing has to come first: one image at a time, and never beside or ahead of a
/// lifecycle write.
void SessionCore::writeOperations()
{
    if (!m_operations || !m_operations->registry.hasStaged() || m_operations->registry.isWriting()
        || !m_held.isEmpty() || lifecycleInFlight() || !m_waiting.isEmpty()
        || (m_stop && m_stop->stage == Teardown::Stage::ReadyToTerminalize))
        return;
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Operations;
    submit(std::move(ticket), OperationsOperation{}, {}, operationsImage());
}

/// What is staged rides in a write that is made anyhow; null when there is nothing.
std::shared_ptr<const StoredOperations> SessionCore::stagedOperations()
{
    const bool staged =
        m_operations && m_operations->registry.hasStaged() && !m_operations->registry.isWriting();
    return staged ? operationsImage() : nullptr;
}

/// Stages what ends with the session, to be written with its own end. What the executor has begun goes with its
/// instance; what others have begun goes on, unless this host lets go of the session. Not null when the store
/// is to forget them: a session that leaves without having ended takes its operations along.
std::shared_ptr<const StoredOperations> SessionCore::operationsAtTeardown()
{
    if (!m_operations || !m_operations->registry.poisoned().isEmpty())
        return nullptr;
    OperationRegistry &registry = m_operations->registry;
    if (m_stop->kind != Teardown::Kind::Unregister) {
        tell(registry.terminateOwner(executorSource(), QLatin1String(executor_gone)));
        return nullptr;
    }
    registry.terminateAll(QStringLiteral("the session was unregistered"));
    const Phase left = m_stop->left.phase;
    if (left == Phase::Retired || left == Phase::Stopped)
        return nullptr;
    operationsImage();
    return std::make_shared<const StoredOperations>();
}

/// Begins the write of everything that is staged.
std::shared_ptr<const StoredOperations> SessionCore::operationsImage()
{
    m_operations->acknowledgedNow = std::exchange(m_operations->acknowledged, {});
    return std::make_shared<const StoredOperations>(m_operations->registry.write());
}

void SessionCore::publishOperations()
{
    tell(m_operations->registry.commit());
    for (const CommandId command : std::exchange(m_operations->acknowledgedNow, {}))
        replyOperation(command, {});
}

void SessionCore::operationsNotDurable(const StoreVerdict &verdict)
{
    OperationReceipt receipt = unavailable({}, verdict.reason);
    const std::vector<CommandId> acknowledged = std::exchange(m_operations->acknowledgedNow, {});
    if (verdict.verdict == Verdict::NotWritten) {
        receipt.refusal = OperationRefusal::NotWritten;
        tell(m_operations->registry.undo(OperationRefusal::NotWritten, verdict.reason));
        m_operations->retryAt = m_now + std::min(m_settings->retryBackoff, limits::retry_backoff_max);
    } else {
        poisonOperations(m_held);
    }
    for (const CommandId command : acknowledged)
        replyOperation(command, receipt);
}

void SessionCore::poisonOperations(const QString &reason)
{
    if (!m_operations || !m_operations->registry.poisoned().isEmpty())
        return;
    m_operations->retryAt = MonotonicTime::never();
    tell(m_operations->registry.poison(reason));
    for (const CommandId command : std::exchange(m_operations->acknowledged, {}))
        replyOperation(command, unavailable({}, reason));
}

/// Its instance is gone, and with it whoever could have ended what it has begun.
void SessionCore::endOperationsOfExecutor()
{
    if (!m_operations || m_shutdown)
        return;
    tell(m_operations->registry.terminateOwner(executorSource(), QLatin1String(executor_gone)));
    ++m_operations->instance;
    writeOperations();
}

QByteArray SessionCore::executorSource() const
{
    return QByteArray(executor_operation_source) + '/' + QByteArray::number(m_operations->instance);
}

/// From a stored image. A sentence when it cannot be true.
std::optional<QString> SessionCore::loadOperations(const StoredSession &stored)
{
    if (!m_operations) {
        if (!stored.operations)
            return std::nullopt;
        Result<OperationRegistry> restored = OperationRegistry::restored(*stored.operations, operationLimits());
        if (!restored)
            return restored.error().message;
        m_operations = std::make_unique<SessionOperations>(SessionOperations{*std::move(restored)});
        m_epoch = m_operations->registry.epoch();
        return std::nullopt;
    }
    // Read again: what lives here goes on living.
    StoredOperations none;
    none.epoch = m_operations->registry.epoch();
    Result<OperationNotices> told =
        m_operations->registry.reload(stored.operations ? *stored.operations : none);
    if (!told)
        return told.error().message;
    m_epoch = m_operations->registry.epoch();
    tell(*std::move(told));
    return std::nullopt;
}

} // namespace burrow
