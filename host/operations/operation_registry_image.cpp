// SPDX-License-Identifier: Apache-2.0
// A registry as it is stored, and as it comes back.
#include "operations/operation_registry.h"

#include <algorithm>
#include <unordered_set>

namespace burrow {

namespace {

QString named(OperationId id)
{
    return QString::fromLatin1(id.toText());
}

std::optional<QString> defectOfEnds(const StoredOperations &stored)
{
    std::unordered_set<OperationId> seen;
    quint64 last = 0;
    for (const EndedOperation &one : stored.ended) {
        if (one.spec.id.isNull() || !seen.insert(one.spec.id).second)
            return QStringLiteral("operation %1 is stored twice or without an id").arg(named(one.spec.id));
        if (one.spec.source.isEmpty() || !factOf(one.spec.kind).stored)
            return QStringLiteral("operation %1 is of a kind or a source that is never stored")
                .arg(named(one.spec.id));
        if (one.sequence <= last || one.sequence > stored.sequence)
            return QStringLiteral("the end of operation %1 is out of order").arg(named(one.spec.id));
        last = one.sequence;
    }
    return std::nullopt;
}

std::optional<QString> defectOfFeed(const StoredOperations &stored)
{
    quint64 last = 0;
    for (const FeedEntry &entry : stored.feed) {
        if (!factOf(entry.kind).inFeed || !isTerminal(entry.status))
            return QStringLiteral("the feed tells of operation %1, which it never does")
                .arg(named(entry.operation));
        if (entry.sequence <= last)
            return QStringLiteral("the feed is out of order at operation %1").arg(named(entry.operation));
        last = entry.sequence;
    }
    if (last > stored.sequence)
        return QStringLiteral("the feed goes on beyond the last end");
    if (stored.newestWake > last)
        return QStringLiteral("the last end that wakes is beyond the end of the feed");
    for (const quint64 cursor : stored.cursors) {
        if (cursor > last)
            return QStringLiteral("a cursor is beyond the end of the feed");
    }
    return std::nullopt;
}

} // namespace

/// Everything that has ended, published or in the write that is under way.
StoredOperations OperationRegistry::image() const
{
    StoredOperations image;
    image.epoch = m_epoch;
    image.sequence = m_sequence;
    const std::vector<OperationId> over = endedInOrder(true);
    const std::size_t first = over.size() > m_limits.retained ? over.size() - m_limits.retained : 0;
    for (std::size_t at = first; at < over.size(); ++at) {
        const Entry &entry = m_entries.at(over[at]);
        if (factOf(entry.registers.kind).stored)
            image.ended.push_back(endedOf(entry));
    }
    CompletionFeed feed = m_feed;
    for (const OperationId id : m_inWrite) {
        const Entry &entry = m_entries.at(id);
        if (factOf(entry.registers.kind).inFeed)
            feed.append({entry.sequence, id, entry.spec.kind, statusOf(*entry.outcome)});
    }
    moveCursors(feed);
    image.cursors = feed.cursors();
    image.newestWake = feed.newestWake();
    image.feed.assign(feed.entries().begin(), feed.entries().end());
    return image;
}

/// As the write that is under way has them.
void OperationRegistry::moveCursors(CompletionFeed &feed) const
{
    for (std::size_t at = 0; at < m_cursorsInWrite.size(); ++at)
        feed.advance(static_cast<FeedCursor>(at), m_cursorsInWrite[at]);
}

std::optional<QString> OperationRegistry::defectOf(const StoredOperations &stored) const
{
    if (stored.epoch.isNull())
        return QStringLiteral("its operations belong to no epoch");
    if (std::optional<QString> defect = defectOfEnds(stored))
        return defect;
    return defectOfFeed(stored);
}

void OperationRegistry::takeEnded(const StoredOperations &stored)
{
    for (const EndedOperation &one : stored.ended) {
        Entry &entry = m_entries[one.spec.id];
        if (entry.registers.status != OperationStatus::Absent && !isTerminal(entry.registers.status))
            --m_active;
        entry = {};
        entry.spec = one.spec;
        entry.registers.kind = one.spec.kind;
        entry.registers.status = statusOf(one.outcome);
        entry.registers.progress = one.progress;
        entry.outcome = one.outcome;
        entry.sequence = one.sequence;
    }
    m_feed = CompletionFeed::restored(stored);
    m_sequence = std::max(m_sequence, stored.sequence);
}

Result<OperationRegistry> OperationRegistry::restored(const StoredOperations &stored, OperationLimits limits)
{
    OperationRegistry registry(stored.epoch, limits);
    if (std::optional<QString> defect = registry.defectOf(stored))
        return Error{ErrorKind::Internal, *defect};
    registry.takeEnded(stored);
    registry.evictOldest();
    return registry;
}

Result<OperationNotices> OperationRegistry::reload(const StoredOperations &stored)
{
    if (std::optional<QString> defect = defectOf(stored))
        return Error{ErrorKind::Internal, *defect};
    BURROW_ASSERT(!m_writing);
    // What ended here and is not in the image was told before it was durable, which never happens, or was
    // evicted.
    std::erase_if(m_entries, [](const auto &each) {
        return isTerminal(each.second.registers.status) && factOf(each.second.registers.kind).stored;
    });
    m_epoch = stored.epoch;
    takeEnded(stored);
    m_poisoned.clear(); // Before the first step, which is refused as long as it is set.
    evictOldest();
    OperationNotices notices;
    for (const EndedOperation &one : stored.ended) {
        OperationNotices told = m_waits.resolve(one);
        notices.insert(notices.end(), std::make_move_iterator(told.begin()),
                       std::make_move_iterator(told.end()));
    }
    OperationNotices orphans = terminateOrphans();
    notices.insert(notices.end(), std::make_move_iterator(orphans.begin()),
                   std::make_move_iterator(orphans.end()));
    return notices;
}

} // namespace burrow
