// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/key_index.h"
#include "store/sqlite_store.h"
#include "store/sqlite_writer.h"

namespace burrow {

/// Forgets history that is older than its retention, a few rows at a time while nothing else is to be written.
/// Never a key within its window, a key that is kept for ever, or the receipt that belongs to a snapshot. Runs
/// on the writer's thread.
class StorePrune
{
public:
    StorePrune(StoreRetention retention, const Clock &clock, KeyIndex &keys);

    /// Looks at the next rows. True: call again soon.
    bool step(SqliteWriter &writer);

private:
    enum class Table : quint8 { Ledger, Receipt, Event };

    bool pruneLedger(SqliteDatabase &database);
    bool pruneReceipts(SqliteDatabase &database);
    bool pruneEvents(SqliteDatabase &database);
    qint64 before(Duration retention) const;

    StoreRetention m_retention;
    const Clock &m_clock;
    KeyIndex &m_keys;
    std::optional<MonotonicTime> m_nextRound;
    Table m_table = Table::Ledger;
    quint64 m_cursor = 0; ///< Rows of the table up to here were looked at in this round.
    bool m_more = false;
    std::vector<std::pair<qint64, quint64>> m_pruned; ///< Session and sequence of keys that are gone.
};

} // namespace burrow
