// SPDX-License-Identifier: Apache-2.0
#include "store/store_prune.h"

#include "store/host_row.h"

#include <sqlite3.h>

namespace burrow {

namespace {

using namespace std::chrono_literals;

constexpr int rows_per_step = 2'000;
constexpr auto round_pause = 1min;

} // namespace

StorePrune::StorePrune(StoreRetention retention, const Clock &clock, KeyIndex &keys)
    : m_retention(std::move(retention))
    , m_clock(clock)
    , m_keys(keys)
{
}

qint64 StorePrune::before(Duration retention) const
{
    return (m_clock.wallNow().sinceEpoch - std::chrono::duration_cast<std::chrono::milliseconds>(retention))
        .count();
}

bool StorePrune::step(SqliteWriter &writer)
{
    if (m_nextRound && m_clock.now() < *m_nextRound)
        return false;
    m_more = false;
    m_pruned.clear();
    const bool written = writer.inTransaction([this](SqliteDatabase &database) {
        switch (m_table) {
        case Table::Ledger:
            return pruneLedger(database);
        case Table::Receipt:
            return pruneReceipts(database);
        case Table::Event:
            return pruneEvents(database);
        }
        return false;
    });
    if (written) {
        for (const auto &[sid, sequence] : m_pruned)
            m_keys.forget(sid, sequence);
        if (m_more)
            return true;
        m_cursor = 0;
        if (m_table != Table::Event) {
            m_table = static_cast<Table>(static_cast<quint8>(m_table) + 1);
            return true;
        }
    }
    m_table = Table::Ledger;
    m_cursor = 0;
    m_nextRound = m_clock.now() + round_pause;
    return false;
}

/// An input that stood open for long has a low number and a young end, so a young row does not end the round.
bool StorePrune::pruneLedger(SqliteDatabase &database)
{
    Result<SqliteStatement> window = database.prepare("SELECT seq,sid,key,at FROM ledger WHERE seq>? AND "
                                                      "seq<(SELECT max(seq) FROM ledger) ORDER BY seq LIMIT ?");
    Result<SqliteStatement> remove = database.prepare("DELETE FROM ledger WHERE seq=?");
    if (!window || !remove)
        return false;
    const qint64 inputsBefore = before(m_retention.inputs);
    const qint64 keysBefore = before(std::max(m_retention.keys, m_retention.inputs));
    window->number(m_cursor).integer(rows_per_step);
    std::vector<quint64> old;
    int count = 0;
    int code = SQLITE_ROW;
    for (; (code = window->step()) == SQLITE_ROW; ++count) {
        m_cursor = static_cast<quint64>(window->integerAt(0));
        const QByteArrayView key = window->bytesAt(2);
        const qint64 at = window->integerAt(3);
        const bool kept = !m_retention.keptKeyPrefix.isEmpty() && key.startsWith(m_retention.keptKeyPrefix);
        if (kept || at >= (key.isEmpty() ? inputsBefore : keysBefore))
            continue;
        old.push_back(m_cursor);
        if (!key.isEmpty())
            m_pruned.emplace_back(window->integerAt(1), m_cursor);
    }
    m_more = count == rows_per_step;
    if (code != SQLITE_DONE)
        return false;
    for (const quint64 sequence : old) {
        if (remove->number(sequence).run() != SQLITE_DONE)
            return false;
    }
    if (m_pruned.empty())
        return true;
    const quint64 above = m_pruned.back().second + 1;
    return changeHost(database, [above](HostColumns &host) {
        host.keysFloor = std::max(host.keysFloor, above);
        return true;
    });
}

/// The newest row of each table stays, so that its number is never given again.
bool StorePrune::pruneReceipts(SqliteDatabase &database)
{
    Result<SqliteStatement> remove =
        database.prepare("DELETE FROM receipt WHERE rno IN (SELECT rno FROM receipt AS old WHERE at<?1 "
                         "AND rno<(SELECT max(rno) FROM receipt) AND NOT EXISTS (SELECT 1 FROM snapshot "
                         "WHERE snapshot.sid=old.sid AND snapshot.run=old.run) ORDER BY rno LIMIT ?2)");
    if (!remove || remove->integer(before(m_retention.inputs)).integer(rows_per_step).run() != SQLITE_DONE)
        return false;
    m_more = database.changes() == rows_per_step;
    return true;
}

bool StorePrune::pruneEvents(SqliteDatabase &database)
{
    Result<SqliteStatement> remove =
        database.prepare("DELETE FROM event WHERE eno IN (SELECT eno FROM event WHERE at<?1 "
                         "AND eno<(SELECT max(eno) FROM event) ORDER BY eno LIMIT ?2)");
    if (!remove || remove->integer(before(m_retention.events)).integer(rows_per_step).run() != SQLITE_DONE)
        return false;
    m_more = database.changes() == rows_per_step;
    return true;
}

} // namespace burrow
