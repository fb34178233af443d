// SPDX-License-Identifier: Apache-2.0
#include "store/row_batch.h"

#include <array>

namespace burrow {

namespace {

/// So many sets are still in the cache when the code that lays them out has come into it, and the memory of
/// their lists goes back to where the next ones take theirs from. With all sets of a round it would not be so.
constexpr std::size_t together = 7;

} // namespace

RowBatch::RowBatch(SqliteWriter &writer, StoreClient &client, const Clock &clock, quint64 epoch,
                   FindEntries find)
    : m_writer(writer)
    , m_client(client)
    , m_clock(clock)
    , m_epoch(epoch)
    , m_find(std::move(find))
{
}

void RowBatch::add(WriteSet &&set)
{
    m_fresh.push_back(std::move(set));
    if (m_fresh.size() == together)
        layOut();
}

void RowBatch::submit(SubmitHint hint)
{
    layOut();
    std::vector<WriterItem> items;
    items.reserve(m_items.size()); // As many will come again.
    items.swap(m_items);
    m_writer.submit(std::move(items), hint);
}

void RowBatch::layOut()
{
    const WallTime now = m_clock.wallNow();
    std::vector<std::unique_ptr<PreparedSet>> prepared = m_writer.pool().take(m_fresh.size());
    std::array<SessionEntry *, together> entries{};
    m_find(m_fresh, std::span(entries).first(m_fresh.size()));
    for (std::size_t at = 0; at < m_fresh.size(); ++at) {
        WriterItem &item = m_items.emplace_back();
        item.set = std::move(prepared[at]);
        item.client = &m_client;
        prepareSet(*item.set, m_fresh[at], entries[at], m_epoch, now);
    }
    m_fresh.clear();
}

} // namespace burrow
