// SPDX-License-Identifier: Apache-2.0
#include "operations/completion_feed.h"

#include "base/limits.h"
#include "machine/operation_machine.h"

#include <algorithm>

namespace burrow {

void CompletionFeed::append(const FeedEntry &entry)
{
    BURROW_ASSERT(entry.sequence > m_watermark);
    m_watermark = entry.sequence;
    if (factOf(entry.kind).wakes)
        m_newestWake = entry.sequence;
    m_entries.push_back(entry);
    if (m_entries.size() > limits::operation_feed_max)
        m_entries.pop_front();
}

std::vector<FeedEntry> CompletionFeed::since(quint64 sequence) const
{
    const auto first = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const FeedEntry &entry) { return entry.sequence > sequence; });
    return {first, m_entries.end()};
}

void CompletionFeed::advance(FeedCursor which, quint64 to)
{
    quint64 &cursor = m_cursors[static_cast<std::size_t>(which)];
    cursor = std::max(cursor, std::min(to, m_watermark));
}

void CompletionFeed::seed()
{
    advance(FeedCursor::RuntimeObserved, cursor(FeedCursor::RuntimeInjected));
}

FeedLook CompletionFeed::look() const
{
    if (m_watermark <= cursor(FeedCursor::RuntimeObserved))
        return FeedLook::Nothing;
    return m_newestWake > cursor(FeedCursor::RuntimeInjected) ? FeedLook::Wake : FeedLook::Ignorable;
}

CompletionFeed CompletionFeed::restored(const StoredOperations &stored)
{
    CompletionFeed feed;
    for (const FeedEntry &entry : stored.feed)
        feed.append(entry);
    feed.m_cursors = stored.cursors;
    feed.m_newestWake = std::max(feed.m_newestWake, stored.newestWake);
    return feed;
}

} // namespace burrow
