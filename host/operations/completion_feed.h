// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/operation.h"

#include <deque>

namespace burrow {

/// What a look into the feed leads to.
enum class FeedLook : quint8 {
    Nothing,   ///< There is nothing that was not observed.
    Ignorable, ///< Something, but nothing that wakes a session: observe it.
    Wake,      ///< A session that is quiet gets a continuation.
};

/// The ends of a session's operations that it is told of, and who has read them how far.
///
/// Invariants:
///  - entries rise by sequence, and no cursor passes the last of them;
///  - cursors only rise;
///  - whether there is something to wake for does not depend on how many entries are kept.
class CompletionFeed
{
public:
    /// `entry.sequence` is above the watermark.
    void append(const FeedEntry &entry);
    /// The last entry's place; 0 while there was none.
    quint64 watermark() const { return m_watermark; }
    /// Those after that place that are kept, in order.
    std::vector<FeedEntry> since(quint64 sequence) const;

    quint64 cursor(FeedCursor which) const { return m_cursors[static_cast<std::size_t>(which)]; }
    /// Never back, and never beyond the watermark.
    void advance(FeedCursor which, quint64 to);
    /// Where a loop that begins starts from: what a continuation was submitted for is observed.
    void seed();

    FeedLook look() const;

    const std::deque<FeedEntry> &entries() const { return m_entries; }
    const FeedCursors &cursors() const { return m_cursors; }
    /// The last entry that wakes, kept or not; 0 while there was none.
    quint64 newestWake() const { return m_newestWake; }
    /// From a stored image that was checked.
    static CompletionFeed restored(const StoredOperations &stored);

private:
    std::deque<FeedEntry> m_entries;
    FeedCursors m_cursors{};
    quint64 m_watermark = 0;
    quint64 m_newestWake = 0;
};

} // namespace burrow
