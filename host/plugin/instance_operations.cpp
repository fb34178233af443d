// SPDX-License-Identifier: Apache-2.0
#include "plugin/instance_operations.h"

#include "plugin/abi_text.h"
#include "plugin/instance.h"
#include "plugin/plugin_limits.h"
#include "plugin/status_words.h"

#include <QUuid>

namespace burrow {

namespace {

static_assert(sizeof(burrow_operation_begin) == BURROW_OPERATION_BEGIN_BASE);
static_assert(sizeof(burrow_operation_update) == BURROW_OPERATION_UPDATE_BASE);
static_assert(BURROW_OPERATION_MEMBER_CHILD + static_cast<int>(OperationKind::CapacitySlot)
              == BURROW_OPERATION_CAPACITY_SLOT);

// clang-format off
qint32 statusOfAnswer(OperationRefusal refusal)
{
    switch (refusal) {
    case OperationRefusal::None: return BURROW_OK;
    case OperationRefusal::NotFound: return BURROW_NOT_FOUND;
    case OperationRefusal::AlreadyRegistered: return BURROW_DUPLICATE;
    case OperationRefusal::MaxConcurrentExceeded: return BURROW_EXHAUSTED;
    case OperationRefusal::SourceInvalid: return BURROW_INVALID;
    case OperationRefusal::InvalidTransition:
    case OperationRefusal::PeerNotExpected:
    case OperationRefusal::AlreadyPeerReady: return BURROW_BAD_STATE;
    case OperationRefusal::OutcomeMismatch: return BURROW_INVALID;
    case OperationRefusal::EndInFlight: return BURROW_BUSY;
    case OperationRefusal::TooLarge: return BURROW_TOO_LARGE;
    case OperationRefusal::NotWritten: return BURROW_IO;
    case OperationRefusal::Unavailable: return BURROW_CLOSED;
    }
    return BURROW_INTERNAL;
}
// clang-format on

OperationId freshId()
{
    return OperationId::fromText(QUuid::createUuid().toByteArray(QUuid::WithoutBraces)).value();
}

/// What its plugin says of an operation that has failed: the error's sentence, else the text, else the status.
OperationFailed failureOf(const burrow_operation_update &update)
{
    QString message =
        update.error ? sanitised(update.error->message, limits::plugin_message_bytes_max) : QString();
    if (message.isEmpty())
        message = sanitised(update.text, limits::operation_outcome_bytes_max);
    if (message.isEmpty() && update.error)
        message = QStringLiteral("it failed: %1").arg(statusWord(update.error->code));
    return {message};
}

/// Nothing for an action that this revision does not know.
std::optional<OperationRequest> requestOf(OperationId id, const burrow_operation_update &update)
{
    const auto advance = [&](OperationVerb verb) { return OperationRequest(AdvanceOperation{id, verb}); };
    const auto end = [&](OperationVerb verb, OperationOutcome outcome) {
        return OperationRequest(EndOperation{id, verb, std::move(outcome)});
    };
    const auto sentence = [&] { return sanitised(update.text, limits::operation_outcome_bytes_max); };
    switch (update.action) {
    case BURROW_OPERATION_STARTED:
        return advance(OperationVerb::ProvisioningSucceeded);
    case BURROW_OPERATION_PROGRESS:
        return advance(OperationVerb::ReportProgress);
    case BURROW_OPERATION_PEER_READY:
        return advance(OperationVerb::PeerReady);
    case BURROW_OPERATION_RETIRING:
        return advance(OperationVerb::RequestRetire);
    case BURROW_OPERATION_COMPLETE:
        return end(OperationVerb::Complete, OperationCompleted{copyOf(update.text), copyOf(update.json)});
    case BURROW_OPERATION_FAIL:
        return end(OperationVerb::Fail, failureOf(update));
    case BURROW_OPERATION_ABORT:
        return end(OperationVerb::AbortProvisioning, OperationAborted{sentence()});
    case BURROW_OPERATION_CANCEL:
        return end(OperationVerb::Cancel, OperationCancelled{sentence()});
    case BURROW_OPERATION_RETIRED:
        return end(OperationVerb::MarkRetired, OperationRetired{});
    default:
        return std::nullopt;
    }
}

} // namespace

InstanceOperations::InstanceOperations(ListenerGate &gate)
    : m_gate(gate)
{
}

bool InstanceOperations::hasRoom()
{
    const std::lock_guard lock(m_shared->mutex);
    auto &known = m_shared->known;
    if (known.size() >= limits::plugin_operations_per_instance_max)
        std::erase_if(known, [](const auto &each) { return each.second.refused; });
    return known.size() < limits::plugin_operations_per_instance_max;
}

qint32 InstanceOperations::begin(TokenLease lease, const burrow_operation_begin &request, quint64 &operation)
{
    if (sizeFault(request.struct_size, BURROW_OPERATION_BEGIN_BASE)
        || request.kind < BURROW_OPERATION_MEMBER_CHILD || request.kind > BURROW_OPERATION_CAPACITY_SLOT)
        return BURROW_INVALID;
    if (request.name.size > quint64(limits::operation_name_bytes_max))
        return BURROW_TOO_LARGE;
    if (plainTextFault(request.name, limits::operation_name_bytes_max))
        return BURROW_INVALID;
    const quint64 name = lease.isValid() ? lease.open() : 0;
    if (name == 0)
        return BURROW_EXHAUSTED;
    OperationSpec spec;
    spec.id = freshId();
    spec.kind = static_cast<OperationKind>(request.kind - BURROW_OPERATION_MEMBER_CHILD);
    spec.name = copyOf(request.name);
    spec.source = executor_operation_source;
    {
        const std::lock_guard lock(m_shared->mutex);
        if (m_shared->closed) {
            lease.close(name);
            return BURROW_STALE;
        }
        Known &known = m_shared->known[name];
        known.id = spec.id;
        known.name = std::move(lease);
        known.cookie = request.cookie;
        ++known.onTheWay;
    }
    operation = name;
    ask(name, true, RegisterOperation{std::move(spec), {}});
    return BURROW_OK;
}

qint32 InstanceOperations::update(quint64 operation, const burrow_operation_update &update)
{
    if (sizeFault(update.struct_size, BURROW_OPERATION_UPDATE_BASE))
        return BURROW_INVALID;
    if (update.action == BURROW_OPERATION_FAIL && update.error
        && sizeFault(update.error->struct_size, BURROW_ERROR_BASE))
        return BURROW_INVALID;
    const auto bound = static_cast<quint64>(limits::operation_outcome_bytes_max);
    if (update.text.size > bound || update.json.size > bound || update.text.size + update.json.size > bound)
        return BURROW_TOO_LARGE;
    if (textFault(update.text, limits::operation_outcome_bytes_max)
        || textFault(update.json, limits::operation_outcome_bytes_max))
        return BURROW_INVALID;
    std::optional<OperationRequest> request;
    {
        const std::lock_guard lock(m_shared->mutex);
        const auto found = m_shared->known.find(operation);
        if (found == m_shared->known.end() || found->second.refused)
            return BURROW_STALE;
        request = requestOf(found->second.id, update);
        if (!request)
            return BURROW_INVALID;
        ++found->second.onTheWay;
    }
    ask(operation, false, *std::move(request));
    return BURROW_OK;
}

qint32 InstanceOperations::state(quint64 operation) const
{
    const std::lock_guard lock(m_shared->mutex);
    const auto found = m_shared->known.find(operation);
    if (found == m_shared->known.end())
        return BURROW_STALE;
    return found->second.onTheWay > 0 ? BURROW_WOULD_BLOCK : found->second.answered;
}

std::optional<InstanceOperations::Names> InstanceOperations::namesOf(OperationId operation) const
{
    const std::lock_guard lock(m_shared->mutex);
    for (const auto &[name, known] : m_shared->known) {
        if (known.id == operation && !known.refused)
            return Names{name, known.cookie};
    }
    return std::nullopt;
}

void InstanceOperations::clear()
{
    std::unordered_map<quint64, Known> gone;
    const std::lock_guard lock(m_shared->mutex);
    m_shared->closed = true;
    gone.swap(m_shared->known);
    for (auto &[name, known] : gone)
        known.name.close(name);
}

void InstanceOperations::ask(quint64 operation, bool isBegin, OperationRequest request)
{
    m_gate.operationAsked(std::move(request),
                          [shared = m_shared, operation, isBegin](const OperationReceipt &receipt) {
                              shared->answered(operation, isBegin, receipt);
                          });
}

/// On the session's shard.
void InstanceOperations::Shared::answered(quint64 operation, bool isBegin, const OperationReceipt &receipt)
{
    TokenLease over; // Given back behind the lock: it may be the last that keeps the instance.
    const std::lock_guard lock(mutex);
    const auto found = known.find(operation);
    if (found == known.end())
        return;
    Known &one = found->second;
    --one.onTheWay;
    one.answered = statusOfAnswer(receipt.refusal);
    one.refused = one.refused || (isBegin && !receipt.ok());
    if (!receipt.ok() || !isTerminal(receipt.status))
        return;
    one.name.close(operation);
    over = std::move(one.name);
    known.erase(found);
}

} // namespace burrow
