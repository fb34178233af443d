// SPDX-License-Identifier: Apache-2.0
// What a shard does for asynchronous operations: steps and questions in, answers out.
#include "session/shard.h"

namespace burrow {

namespace {

OperationReceipt notHere(const QString &message)
{
    OperationReceipt receipt;
    receipt.refusal = OperationRefusal::Unavailable;
    receipt.message = message;
    return receipt;
}

} // namespace

void Shard::on(OperationMessage &message)
{
    SessionRecord *record = find(message.session);
    // What an instance asks when it has been replaced or dropped concerns nobody any more.
    const bool stale = record != nullptr && message.generation != 0
                       && (message.generation != record->generation || !record->link);
    if (const auto *ended = std::get_if<EndOperationWait>(&message.request))
        resolveOperations(ended->waiter, Error{ErrorKind::NotReady, QStringLiteral("the wait was given up")});
    if (const auto *cancel = std::get_if<CancelOperation>(&message.request); cancel && message.reply) {
        message.reply = [this, session = message.session, mode = cancel->mode,
                         reply = std::move(message.reply)](OperationReceipt receipt) mutable {
            if (receipt.ok())
                askForCancel(session, mode, std::move(receipt), std::move(reply));
            else
                reply(std::move(receipt));
        };
    }
    CommandId command = 0;
    if (message.reply)
        command = m_operationSteps.insert(std::move(message.reply));
    const WaiterId waiter = waiterOf(message.request);
    if (waiter != 0)
        m_operationWaits[waiter] = std::move(message.answer);
    if (record == nullptr || stale) {
        const QString reason = stale ? QStringLiteral("the executor that asks is gone")
                                     : QStringLiteral("there is no such session");
        if (command != 0)
            replyOperation(command, notHere(reason));
        if (waiter != 0)
            resolveOperations(waiter, Error{ErrorKind::NotFound, reason});
        return;
    }
    if (auto *added = std::get_if<RegisterOperation>(&message.request))
        added->epochIfFirst = m_mint.next<EpochId>(m_clock.wallNow());
    deliver(*record,
            OperationCommand{command, std::make_shared<const OperationRequest>(std::move(message.request)),
                             message.epoch});
}

/// The session has no objection: the rest is between its executor and who asks.
void Shard::askForCancel(SessionId session, CancelMode mode, OperationReceipt allowed, OperationCallback reply)
{
    SessionRecord *record = find(session);
    Executor *executor = record != nullptr ? record->executor() : nullptr;
    if (executor == nullptr) {
        allowed.refusal = OperationRefusal::Unavailable;
        allowed.message = QStringLiteral("the executor that had begun the operation is gone");
        return reply(std::move(allowed));
    }
    const OperationId operation = allowed.operation;
    const CommandId command = m_operationSteps.insert(std::move(reply));
    executor->cancelOperation(
        operation, mode,
        [inbox = m_inbox, command, receipt = std::move(allowed)](const Result<void> &heard) mutable {
            if (!heard) {
                receipt.refusal = OperationRefusal::Unavailable;
                receipt.message = heard.error().message;
            }
            inbox->post(OperationAnswered{command, std::move(receipt)});
        });
}

void Shard::on(OperationAnswered &message)
{
    replyOperation(message.command, std::move(message.receipt));
}

void Shard::on(LiveOperationsMessage &message)
{
    const SessionRecord *record = find(message.session);
    LiveOperations answer(std::vector<LiveOperation>{});
    if (record == nullptr)
        answer = Error{ErrorKind::NotFound, QStringLiteral("there is no such session")};
    else if (!message.epoch.isNull() && message.epoch != record->core.epoch())
        answer = Error{ErrorKind::NotFound, QStringLiteral("the session is in another epoch")};
    else if (const OperationRegistry *registry = record->core.operations())
        answer = registry->live();
    m_outbox.push_back(
        [reply = std::move(message.reply), answer = std::move(answer)]() mutable { reply(std::move(answer)); });
}

void Shard::on(OperationsViewMessage &message)
{
    Result<OperationsView> view = OperationsView{.cursors = FeedCursors{}}; // There was no operation yet.
    const SessionRecord *record = find(message.session);
    const OperationRegistry *registry = record != nullptr ? record->core.operations() : nullptr;
    if (record == nullptr)
        view = Error{ErrorKind::NotFound, QStringLiteral("there is no such session")};
    else if (!message.epoch.isNull() && message.epoch != record->core.epoch())
        view = Error{ErrorKind::NotFound,
                     QStringLiteral("the bindings are those of an earlier epoch of the session")};
    else if (registry != nullptr && !registry->poisoned().isEmpty())
        view = Error{ErrorKind::NotReady, registry->poisoned()};
    else if (registry != nullptr)
        view = registry->view();
    m_outbox.push_back(
        [reply = std::move(message.reply), view = std::move(view)]() mutable { reply(std::move(view)); });
}

void Shard::replyOperation(CommandId command, OperationReceipt receipt)
{
    if (std::optional<OperationCallback> reply = m_operationSteps.take(command)) {
        m_outbox.push_back(
            [reply = *std::move(reply), receipt = std::move(receipt)]() mutable { reply(std::move(receipt)); });
    }
}

void Shard::resolveOperations(WaiterId waiter, OperationsAnswer answer)
{
    const auto found = m_operationWaits.find(waiter);
    if (found == m_operationWaits.end())
        return;
    m_outbox.push_back([callback = std::move(found->second), answer = std::move(answer)]() mutable {
        callback(std::move(answer));
    });
    m_operationWaits.erase(found);
}

void Shard::mintContinuation(SessionRecord &record)
{
    const WallTime now = m_clock.wallNow();
    deliver(record, ContinuationMinted{IdMint::inputId(now, m_store.nextSequence()), now});
}

/// Nobody is left hanging.
void Shard::failOperations(const QString &reason)
{
    for (OperationCallback &reply : m_operationSteps.takeAll()) {
        if (reply)
            reply(notHere(reason));
    }
    for (auto &[waiter, callback] : std::exchange(m_operationWaits, {}))
        callback(Error{ErrorKind::NotReady, reason});
}

} // namespace burrow
