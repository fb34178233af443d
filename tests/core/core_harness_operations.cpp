// SPDX-License-Identifier: Apache-2.0
// Operations in the harness: who asks, what they are told, and what may never be told.
#include "core_harness.h"

namespace burrow::test {

namespace {

OperationId operationId(quint64 number)
{
    return {Uuid{7, number}};
}

} // namespace

CommandId CoreHarness::ask(OperationRequest request, bool isStep)
{
    const CommandId command = isStep ? ++m_lastCommand : 0;
    if (isStep)
        m_operationsAsked.insert(command);
    feed(OperationCommand{command, std::make_shared<const OperationRequest>(std::move(request))});
    return command;
}

CommandId CoreHarness::addOperation(quint64 number, OperationKind kind, const QByteArray &source)
{
    return ask(RegisterOperation{{operationId(number), kind, "work", source}, EpochId{Uuid{9, ++m_lastEpoch}}});
}

CommandId CoreHarness::startOperation(quint64 number)
{
    return ask(AdvanceOperation{operationId(number), OperationVerb::ProvisioningSucceeded});
}

CommandId CoreHarness::endOperation(quint64 number, OperationVerb verb, OperationOutcome outcome)
{
    return ask(EndOperation{operationId(number), verb, std::move(outcome)});
}

CommandId CoreHarness::runOperation(quint64 number, OperationKind kind)
{
    addOperation(number, kind);
    startOperation(number);
    return endOperation(number);
}

WaiterId CoreHarness::watchOperation(quint64 number)
{
    const WaiterId waiter = ++m_lastWaiter;
    ask(WatchOperation{operationId(number), waiter}, false);
    return waiter;
}

WaiterId CoreHarness::waitForOperations(const std::vector<quint64> &numbers)
{
    WaitForOperations wait;
    wait.waiter = ++m_lastWaiter;
    for (const quint64 number : numbers)
        wait.operations.push_back(operationId(number));
    const WaiterId waiter = wait.waiter;
    ask(std::move(wait), false);
    return waiter;
}

const OperationReceipt *CoreHarness::operationReceipt(CommandId command) const
{
    const auto found = m_operationReceipts.find(command);
    return found == m_operationReceipts.end() ? nullptr : &found->second;
}

const OperationsAnswer *CoreHarness::operationsAnswer(WaiterId waiter) const
{
    const auto found = m_operationsAnswers.find(waiter);
    return found == m_operationsAnswers.end() ? nullptr : &found->second;
}

void CoreHarness::minted()
{
    require(m_mintOpen, "the test gives an id that nobody asked for");
    m_mintOpen = false;
    const InputId id = mintInput();
    m_storedInputs.insert(id);
    dispatch(ContinuationMinted{id, wallNow()});
    settle();
}

void CoreHarness::carry(ReplyOperation &action)
{
    require(m_operationsAsked.erase(action.command) == 1, "a step of an operation is answered once");
    require(action.receipt.ok() || !action.receipt.message.isEmpty(), "a refused step has a sentence");
    m_operationReceipts[action.command] = std::move(action.receipt);
}

void CoreHarness::carry(ResolveOperations &action)
{
    require(!m_operationsAnswers.contains(action.waiter), "a wait for operations is resolved once");
    if (action.answer.ok()) {
        for (const EndedOperation &one : *action.answer) {
            require(one.spec.kind == OperationKind::CapacitySlot || store.operationEnded(one.spec.id)
                        || store.operationsForgotten(),
                    "the end of an operation is durable before anybody hears of it");
            const auto told = m_operationsTold.emplace(one.spec.id, one.outcome).first;
            require(told->second == one.outcome, "an operation ends in one way");
        }
    }
    m_operationsAnswers.emplace(action.waiter, std::move(action.answer));
}

void CoreHarness::carry(MintContinuation &)
{
    require(!m_mintOpen, "an id for a continuation is asked for once at a time");
    m_mintOpen = true;
}

} // namespace burrow::test
