// SPDX-License-Identifier: Apache-2.0
// What a registry holds, steps that end nothing, and waits.
#include "operations/operation_registry.h"

#include "base/limits.h"

#include <algorithm>

namespace burrow {

OperationRegistry::OperationRegistry(EpochId epoch, OperationLimits limits)
    : m_epoch(epoch)
    , m_limits(limits)
{
}

OperationStatus OperationRegistry::status(OperationId operation) const
{
    const auto found = m_entries.find(operation);
    return found == m_entries.end() ? OperationStatus::Absent : found->second.registers.status;
}

OperationsView OperationRegistry::view() const
{
    OperationsView view;
    view.active = m_active;
    view.ended = static_cast<quint32>(m_entries.size()) - m_active;
    view.watermark = m_feed.watermark();
    if (m_poisoned.isEmpty())
        view.cursors = m_feed.cursors();
    return view;
}

EndedOperation OperationRegistry::endedOf(const Entry &entry)
{
    return {entry.spec, *entry.outcome, entry.sequence, entry.registers.progress};
}

std::optional<EndedOperation> OperationRegistry::ended(OperationId operation) const
{
    const auto found = m_entries.find(operation);
    if (found == m_entries.end() || !isTerminal(found->second.registers.status))
        return std::nullopt;
    return endedOf(found->second);
}

OperationReceipt OperationRegistry::receiptOf(OperationId operation) const
{
    OperationReceipt receipt;
    receipt.operation = operation;
    receipt.status = status(operation);
    return receipt;
}

OperationReceipt OperationRegistry::refused(OperationReceipt receipt, OperationRefusal refusal,
                                            const QString &message) const
{
    receipt.refusal = refusal;
    receipt.message = message;
    return receipt;
}

OperationReceipt OperationRegistry::refusedStep(OperationId operation, OperationVerb verb,
                                                OperationRefusal refusal) const
{
    const OperationReceipt receipt = receiptOf(operation);
    const QString id = QString::fromLatin1(operation.toText());
    switch (refusal) {
    case OperationRefusal::NotFound:
        return refused(receipt, refusal, QStringLiteral("there is no operation %1 in this session").arg(id));
    case OperationRefusal::AlreadyRegistered:
        return refused(receipt, refusal, QStringLiteral("operation %1 is registered already").arg(id));
    case OperationRefusal::SourceInvalid:
        return refused(receipt, refusal, QStringLiteral("operation %1 does not say who has begun it").arg(id));
    case OperationRefusal::PeerNotExpected:
        return refused(receipt, refusal,
                       QStringLiteral("operation %1 is of a kind that expects no peer").arg(id));
    case OperationRefusal::AlreadyPeerReady:
        return refused(receipt, refusal, QStringLiteral("the peer of operation %1 is ready already").arg(id));
    case OperationRefusal::OutcomeMismatch:
        return refused(receipt, refusal,
                       QStringLiteral("what is given as the end of operation %1 does not belong to \"%2\"")
                           .arg(id, QLatin1String(operationVerbName(verb))));
    default:
        return refused(receipt, refusal,
                       QStringLiteral("operation %1 is %2 and does not take \"%3\"")
                           .arg(id, QLatin1String(operationStatusName(receipt.status)),
                                QLatin1String(operationVerbName(verb))));
    }
}

std::optional<OperationReceipt> OperationRegistry::unusable(OperationId operation) const
{
    if (!m_poisoned.isEmpty())
        return refused(receiptOf(operation), OperationRefusal::Unavailable, m_poisoned);
    const auto found = m_entries.find(operation);
    if (found != m_entries.end() && found->second.ending != Ending::No) {
        return refused(receiptOf(operation), OperationRefusal::EndInFlight,
                       QStringLiteral("the end of operation %1 is being written; try again when it is known")
                           .arg(QString::fromLatin1(operation.toText())));
    }
    return std::nullopt;
}

std::vector<LiveOperation> OperationRegistry::live() const
{
    std::vector<LiveOperation> all;
    for (const auto &[id, entry] : m_entries) {
        if (!isTerminal(entry.registers.status))
            all.push_back({entry.spec, entry.registers.status, entry.registers.progress});
    }
    std::sort(all.begin(), all.end(),
              [](const LiveOperation &a, const LiveOperation &b) { return a.spec.id < b.spec.id; });
    return all;
}

OperationReceipt OperationRegistry::cancellable(OperationId operation, QByteArrayView source) const
{
    if (std::optional<OperationReceipt> no = unusable(operation))
        return *no;
    const auto found = m_entries.find(operation);
    if (found == m_entries.end())
        return refusedStep(operation, OperationVerb::Cancel, OperationRefusal::NotFound);
    if (isTerminal(found->second.registers.status))
        return refusedStep(operation, OperationVerb::Cancel, OperationRefusal::InvalidTransition);
    if (found->second.spec.source != source) {
        return refused(
            receiptOf(operation), OperationRefusal::Unavailable,
            QStringLiteral("operation %1 was begun by \"%2\" and not by the session's executor, so "
                           "nobody can be asked to cancel it; who has begun it can end it")
                .arg(QString::fromLatin1(operation.toText()), QString::fromUtf8(found->second.spec.source)));
    }
    return receiptOf(operation);
}

OperationReceipt OperationRegistry::add(const OperationSpec &spec)
{
    if (std::optional<OperationReceipt> no = unusable(spec.id))
        return *no;
    const auto tooLong = [&](const char *what, qsizetype most) {
        return refused(receiptOf(spec.id), OperationRefusal::TooLarge,
                       QStringLiteral("the %1 of operation %2 has more than %3 bytes")
                           .arg(QLatin1String(what), QString::fromLatin1(spec.id.toText()))
                           .arg(most));
    };
    if (spec.name.size() > limits::operation_name_bytes_max)
        return tooLong("name", limits::operation_name_bytes_max);
    if (spec.source.size() > limits::key_bytes_max)
        return tooLong("source", limits::key_bytes_max);
    const auto found = m_entries.find(spec.id);
    OperationInput input{.verb = OperationVerb::Register, .kind = spec.kind};
    input.sourceValid = !spec.source.isEmpty() && !spec.id.isNull();
    input.capacityFree = !m_limits.concurrent || m_active < *m_limits.concurrent;
    const OperationStep stepped =
        step(found == m_entries.end() ? OperationRegisters{} : found->second.registers, input);
    if (!stepped.accepted) {
        OperationReceipt receipt = refusedStep(spec.id, OperationVerb::Register, stepped.refusal);
        if (stepped.refusal == OperationRefusal::MaxConcurrentExceeded) {
            receipt.limit = *m_limits.concurrent;
            receipt.active = m_active;
            receipt.message = QStringLiteral("the session has %1 operations under way and its limit is %2; try "
                                             "again when one has ended")
                                  .arg(m_active)
                                  .arg(*m_limits.concurrent);
        }
        return receipt;
    }
    Entry &entry = m_entries[spec.id];
    entry.spec = spec;
    entry.registers = stepped.next;
    ++m_active;
    return receiptOf(spec.id);
}

OperationReceipt OperationRegistry::advance(OperationId operation, OperationVerb verb)
{
    BURROW_ASSERT(endOf(verb) == OperationStatus::Absent && verb != OperationVerb::Register);
    if (std::optional<OperationReceipt> no = unusable(operation))
        return *no;
    const auto found = m_entries.find(operation);
    const OperationStep stepped =
        step(found == m_entries.end() ? OperationRegisters{} : found->second.registers, {.verb = verb});
    if (!stepped.accepted)
        return refusedStep(operation, verb, stepped.refusal);
    if (stepped.next.status == OperationStatus::Absent)
        m_entries.erase(found);
    else
        found->second.registers = stepped.next;
    return receiptOf(operation);
}

Result<OperationNotices> OperationRegistry::watch(OperationId operation, WaiterId waiter)
{
    if (!m_poisoned.isEmpty())
        return Error{ErrorKind::NotReady, m_poisoned};
    const auto found = m_entries.find(operation);
    if (found == m_entries.end())
        return Error{ErrorKind::NotFound,
                     refusedStep(operation, OperationVerb::Evict, OperationRefusal::NotFound).message};
    if (!isTerminal(found->second.registers.status)) {
        m_waits.watch(operation, waiter);
        return OperationNotices{};
    }
    return OperationNotices{{waiter, std::vector<EndedOperation>{endedOf(found->second)}}};
}

Result<OperationNotices> OperationRegistry::waitForAll(std::vector<OperationId> operations, WaiterId waiter)
{
    if (!m_poisoned.isEmpty())
        return Error{ErrorKind::NotReady, m_poisoned};
    std::vector<OperationId> sorted = operations;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
        return Error{ErrorKind::InvalidArgument, QStringLiteral("operation %1 is waited for twice in one wait")
                                                     .arg(QString::fromLatin1(twice->toText()))};
    }
    if (m_waits.waitsForAll()) {
        return Error{ErrorKind::Conflict,
                     QStringLiteral("somebody waits for several operations of this session "
                                    "already; wait until that has ended")};
    }
    std::vector<std::optional<EndedOperation>> ended;
    bool open = false;
    for (const OperationId operation : operations) {
        if (status(operation) == OperationStatus::Absent)
            return Error{ErrorKind::NotFound,
                         refusedStep(operation, OperationVerb::Evict, OperationRefusal::NotFound).message};
        ended.push_back(this->ended(operation));
        open = open || !ended.back();
    }
    if (open) {
        m_waits.waitForAll(waiter, std::move(operations), std::move(ended));
        return OperationNotices{};
    }
    std::vector<EndedOperation> all;
    for (std::optional<EndedOperation> &one : ended)
        all.push_back(*std::move(one));
    return OperationNotices{{waiter, std::move(all)}};
}

Result<quint64> OperationRegistry::cursor(FeedCursor which) const
{
    if (!m_poisoned.isEmpty())
        return Error{ErrorKind::NotReady, m_poisoned};
    return m_feed.cursor(which);
}

void OperationRegistry::stageCursor(FeedCursor which, quint64 to)
{
    quint64 &staged = m_stagedCursors[static_cast<std::size_t>(which)];
    staged = std::max(staged, std::min(to, m_feed.watermark()));
}

std::vector<EndedOperation> OperationRegistry::unsurfaced() const
{
    std::vector<EndedOperation> all;
    for (const FeedEntry &entry : m_feed.since(m_feed.cursor(FeedCursor::AgentApplied))) {
        if (std::optional<EndedOperation> one = ended(entry.operation))
            all.push_back(*std::move(one));
    }
    return all;
}

OperationNews OperationRegistry::poison(const QString &reason)
{
    BURROW_ASSERT(!reason.isEmpty());
    std::vector<OperationId> onTheirWay = std::exchange(m_inWrite, {});
    onTheirWay.insert(onTheirWay.end(), m_staged.begin(), m_staged.end());
    m_staged.clear();
    m_stagedCursors = m_cursorsInWrite = {};
    m_writing = false;
    OperationNews news = undoAll(onTheirWay, OperationRefusal::Unavailable, reason);
    m_poisoned = reason;
    news.notices = m_waits.fail({ErrorKind::NotReady, reason});
    return news;
}

} // namespace burrow
