// SPDX-License-Identifier: Apache-2.0
#include "control/operations.h"

#include "control/answer.h"
#include "session/shard_inbox.h"

#include <QUuid>

namespace burrow {

namespace {

/// Names a waiter; unique in the process, so that it can be taken back whatever shard it is with.
WaiterId freshWaiter()
{
    static std::atomic<WaiterId> last = 0;
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

OperationId freshOperation()
{
    return OperationId::fromText(QUuid::createUuid().toByteArray(QUuid::WithoutBraces)).value();
}

OperationReceipt notThatWay(OperationId operation, OperationVerb verb)
{
    OperationReceipt receipt;
    receipt.operation = operation;
    receipt.refusal = OperationRefusal::InvalidTransition;
    receipt.message =
        QStringLiteral("\"%1\" is not a step of this call").arg(QLatin1String(operationVerbName(verb)));
    return receipt;
}

bool endsNothing(OperationVerb verb)
{
    return verb == OperationVerb::ProvisioningSucceeded || verb == OperationVerb::PeerReady
           || verb == OperationVerb::ReportProgress || verb == OperationVerb::RequestRetire;
}

} // namespace

OperationWait::OperationWait(QFuture<OperationsAnswer> future, std::function<void()> giveUp)
    : m_future(std::move(future))
    , m_giveUp(std::move(giveUp))
{
}

OperationWait::~OperationWait()
{
    if (m_giveUp && !m_future.isFinished())
        m_giveUp();
}

OperationWait::OperationWait(OperationWait &&other) noexcept
    : m_future(std::move(other.m_future))
    , m_giveUp(std::exchange(other.m_giveUp, {}))
{
}

OperationWait &OperationWait::operator=(OperationWait &&other) noexcept
{
    std::swap(m_future, other.m_future);
    std::swap(m_giveUp, other.m_giveUp);
    return *this;
}

Operations::Operations(SessionId session, std::shared_ptr<ShardInbox> inbox, EpochId epoch)
    : m_session(session)
    , m_inbox(std::move(inbox))
    , m_epoch(epoch)
{
}

QFuture<OperationReceipt> Operations::step(OperationRequest request) const
{
    const Answer<OperationReceipt> answer;
    m_inbox->post(OperationMessage{m_session, 0, std::move(request), answer, {}, m_epoch});
    return answer.future();
}

QFuture<OperationsAnswer> Operations::ask(OperationRequest request) const
{
    const Answer<OperationsAnswer> answer;
    m_inbox->post(OperationMessage{m_session, 0, std::move(request), {}, answer, m_epoch});
    return answer.future();
}

OperationWait Operations::wait(OperationRequest request, WaiterId waiter) const
{
    return {ask(std::move(request)), [inbox = m_inbox, session = m_session, waiter] {
                inbox->post(OperationMessage{session, 0, EndOperationWait{waiter}, {}, {}, {}});
            }};
}

QFuture<OperationReceipt> Operations::add(OperationSpec spec) const
{
    if (spec.id.isNull())
        spec.id = freshOperation();
    return step(RegisterOperation{std::move(spec), {}});
}

QFuture<OperationReceipt> Operations::advance(OperationId operation, OperationVerb verb) const
{
    if (!endsNothing(verb))
        return QtFuture::makeReadyFuture(notThatWay(operation, verb));
    return step(AdvanceOperation{operation, verb});
}

QFuture<OperationReceipt> Operations::end(OperationId operation, OperationVerb verb,
                                          OperationOutcome outcome) const
{
    if (endsNothing(verb) || verb == OperationVerb::Register || verb == OperationVerb::Evict)
        return QtFuture::makeReadyFuture(notThatWay(operation, verb));
    return step(EndOperation{operation, verb, std::move(outcome)});
}

QFuture<OperationReceipt> Operations::requestCancel(OperationId operation, CancelMode mode) const
{
    return step(CancelOperation{operation, mode});
}

QFuture<LiveOperations> Operations::underWay() const
{
    const Answer<LiveOperations> answer;
    m_inbox->post(LiveOperationsMessage{m_session, m_epoch, answer});
    return answer.future();
}

OperationWait Operations::watch(OperationId operation) const
{
    const WaiterId waiter = freshWaiter();
    return wait(WatchOperation{operation, waiter}, waiter);
}

OperationWait Operations::waitForAll(std::vector<OperationId> operations) const
{
    const WaiterId waiter = freshWaiter();
    return wait(WaitForOperations{std::move(operations), waiter}, waiter);
}

QFuture<OperationsAnswer> Operations::completions() const
{
    return ask(ReadCompletions{freshWaiter()});
}

QFuture<OperationReceipt> Operations::acknowledge(quint64 sequence) const
{
    return step(AcknowledgeCompletions{sequence});
}

QFuture<Result<OperationsView>> Operations::view() const
{
    const Answer<Result<OperationsView>> answer;
    m_inbox->post(OperationsViewMessage{m_session, m_epoch, answer});
    return answer.future();
}

} // namespace burrow
