// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite_writer.h"

#include <span>

namespace burrow {

/// Lays out what one client submits together as rows, some sets at a time while the next ones are being
/// decided, and gives the rows to the writer.
class RowBatch : public WriteBatch
{
public:
    /// Puts the session of each set beside it, or null. Any thread.
    using FindEntries = std::function<void(std::span<const WriteSet> sets, std::span<SessionEntry *> entries)>;

    /// Everything that is given by reference must outlive the batch.
    RowBatch(SqliteWriter &writer, StoreClient &client, const Clock &clock, quint64 epoch, FindEntries find);

    void add(WriteSet &&set) override;
    std::size_t count() const override { return m_items.size() + m_fresh.size(); }
    void submit(SubmitHint hint) override;

private:
    void layOut();

    SqliteWriter &m_writer;
    StoreClient &m_client;
    const Clock &m_clock;
    const quint64 m_epoch;
    const FindEntries m_find;
    std::vector<WriteSet> m_fresh; ///< Came last and are not laid out yet.
    std::vector<WriterItem> m_items;
};

} // namespace burrow
