// SPDX-License-Identifier: Apache-2.0
// Ends: staged, written, and published when they are durable.
#include "base/limits.h"
#include "operations/operation_registry.h"

#include <algorithm>

namespace burrow {

OperationNews OperationRegistry::stage(const OperationEnd &end)
{
    OperationNews news;
    const auto answer = [&](OperationReceipt receipt) {
        news.replies.push_back({end.command, std::move(receipt)});
        return std::move(news);
    };
    BURROW_ASSERT(endOf(end.verb) != OperationStatus::Absent);
    if (std::optional<OperationReceipt> no = unusable(end.operation))
        return answer(*std::move(no));
    if (outcomeBytes(end.outcome) > limits::operation_outcome_bytes_max) {
        return answer(
            refused(receiptOf(end.operation), OperationRefusal::TooLarge,
                    QStringLiteral("the outcome of operation %1 has %2 bytes and at most %3 are kept; put "
                                   "the rest where its name can be given")
                        .arg(QString::fromLatin1(end.operation.toText()))
                        .arg(outcomeBytes(end.outcome))
                        .arg(limits::operation_outcome_bytes_max)));
    }
    const auto found = m_entries.find(end.operation);
    const OperationRegisters before = found == m_entries.end() ? OperationRegisters{} : found->second.registers;
    const OperationStep stepped = step(before, {.verb = end.verb, .outcome = statusOf(end.outcome)});
    if (!stepped.accepted)
        return answer(refusedStep(end.operation, end.verb, stepped.refusal));
    if (stepped.next == before) // It had ended.
        return answer(receiptOf(end.operation));

    Entry &entry = found->second;
    entry.outcome = end.outcome;
    entry.endVerb = end.verb;
    entry.command = end.command;
    if (factOf(entry.registers.kind).stored) {
        entry.ending = Ending::Staged;
        m_staged.push_back(end.operation);
        return news;
    }
    entry.sequence = ++m_sequence;
    publish(entry, news);
    evictOldest();
    return news;
}

OperationNews OperationRegistry::terminateOwner(QByteArrayView source, const QString &reason)
{
    for (auto &[id, entry] : m_entries) {
        const bool theirs = source.isEmpty() || source == entry.spec.source;
        if (theirs && !isTerminal(entry.registers.status) && !entry.ownerGone)
            entry.ownerGone = reason;
    }
    return {.replies = {}, .notices = terminateOrphans()};
}

/// Stages the end of all that has lost its owner and has no end on its way.
OperationNotices OperationRegistry::terminateOrphans()
{
    if (!m_poisoned.isEmpty())
        return {};
    std::vector<OperationId> orphans;
    for (const auto &[id, entry] : m_entries) {
        if (entry.ownerGone && !isTerminal(entry.registers.status) && entry.ending == Ending::No)
            orphans.push_back(id);
    }
    std::sort(orphans.begin(), orphans.end());
    OperationNotices notices;
    for (const OperationId id : orphans) {
        const OperationTerminated terminated{*m_entries.at(id).ownerGone};
        OperationNews one = stage({id, OperationVerb::TerminateOwner, terminated, 0});
        notices.insert(notices.end(), std::make_move_iterator(one.notices.begin()),
                       std::make_move_iterator(one.notices.end()));
    }
    return notices;
}

void OperationRegistry::terminateAll(const QString &reason)
{
    std::vector<OperationId> all;
    for (const auto &[id, entry] : m_entries) {
        if (!isTerminal(entry.registers.status) && entry.ending == Ending::No
            && factOf(entry.registers.kind).stored)
            all.push_back(id);
    }
    std::sort(all.begin(), all.end());
    for (const OperationId id : all)
        stage({id, OperationVerb::TerminateOwner, OperationTerminated{reason}, 0});
}

StoredOperations OperationRegistry::write()
{
    BURROW_ASSERT(!m_writing);
    m_writing = true;
    m_inWrite = std::exchange(m_staged, {});
    m_cursorsInWrite = std::exchange(m_stagedCursors, {});
    for (const OperationId id : m_inWrite) {
        Entry &entry = m_entries.at(id);
        entry.ending = Ending::Writing;
        entry.sequence = ++m_sequence;
    }
    return image();
}

OperationNews OperationRegistry::commit()
{
    BURROW_ASSERT(m_writing);
    m_writing = false;
    OperationNews news;
    for (const OperationId id : std::exchange(m_inWrite, {}))
        publish(m_entries.at(id), news);
    moveCursors(m_feed);
    m_cursorsInWrite = {};
    evictOldest();
    return news;
}

/// The one place where an operation ends.
void OperationRegistry::publish(Entry &entry, OperationNews &news)
{
    const OperationStep stepped =
        step(entry.registers, {.verb = entry.endVerb, .outcome = statusOf(*entry.outcome)});
    BURROW_ASSERT(stepped.accepted); // No other step is taken while an end is on its way.
    entry.registers = stepped.next;
    entry.ending = Ending::No;
    --m_active;
    if (factOf(entry.registers.kind).inFeed)
        m_feed.append({entry.sequence, entry.spec.id, entry.spec.kind, entry.registers.status});
    OperationNotices notices = m_waits.resolve(endedOf(entry));
    news.notices.insert(news.notices.end(), std::make_move_iterator(notices.begin()),
                        std::make_move_iterator(notices.end()));
    news.replies.push_back({std::exchange(entry.command, 0), receiptOf(entry.spec.id)});
}

OperationNews OperationRegistry::undo(OperationRefusal refusal, const QString &reason)
{
    BURROW_ASSERT(m_writing);
    m_writing = false;
    m_cursorsInWrite = {};
    OperationNews news = undoAll(std::exchange(m_inWrite, {}), refusal, reason);
    news.notices = terminateOrphans();
    return news;
}

OperationNews OperationRegistry::undoAll(const std::vector<OperationId> &ends, OperationRefusal refusal,
                                         const QString &reason)
{
    OperationNews news;
    for (const OperationId id : ends) {
        Entry &entry = m_entries.at(id);
        entry.ending = Ending::No;
        entry.outcome.reset();
        entry.sequence = 0;
        const QString sentence = QStringLiteral("the end of operation %1 could not be made durable: %2")
                                     .arg(QString::fromLatin1(id.toText()), reason);
        news.replies.push_back({std::exchange(entry.command, 0), refused(receiptOf(id), refusal, sentence)});
    }
    return news;
}

std::vector<OperationId> OperationRegistry::endedInOrder(bool withWriting) const
{
    std::vector<std::pair<quint64, OperationId>> over;
    for (const auto &[id, entry] : m_entries) {
        if (isTerminal(entry.registers.status) || (withWriting && entry.ending == Ending::Writing))
            over.emplace_back(entry.sequence, id);
    }
    std::sort(over.begin(), over.end());
    std::vector<OperationId> ids;
    ids.reserve(over.size());
    for (const auto &[sequence, id] : over)
        ids.push_back(id);
    return ids;
}

void OperationRegistry::evictOldest()
{
    const std::vector<OperationId> over = endedInOrder();
    for (std::size_t at = 0; at + m_limits.retained < over.size(); ++at)
        advance(over[at], OperationVerb::Evict);
}

std::vector<EndedOperation> OperationRegistry::collect()
{
    std::vector<EndedOperation> all;
    for (const OperationId id : endedInOrder()) {
        all.push_back(endedOf(m_entries.at(id)));
        advance(id, OperationVerb::Evict);
    }
    return all;
}

} // namespace burrow
