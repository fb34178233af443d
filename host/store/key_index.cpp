// SPDX-License-Identifier: Apache-2.0
#include "store/key_index.h"

#include <QHash>

#include <algorithm>

#include <sqlite3.h>

namespace burrow {

namespace {

constexpr int rows_per_step = 20'000;

quint64 hashOf(QByteArrayView key)
{
    return qHash(key, size_t(0x6b657973));
}

} // namespace

void KeyIndex::add(const PreparedSet &set)
{
    for (const LedgerColumns &row : set.finished)
        add(row.sid, row.key, row.sequence);
    if (set.rare && set.rare->consumed)
        add(set.rare->consumed->sid, set.rare->consumed->key, set.rare->consumed->sequence);
}

void KeyIndex::add(qint64 sid, QByteArrayView key, quint64 sequence)
{
    if (key.isEmpty())
        return;
    const std::lock_guard lock(m_mutex);
    m_bySession[sid].push_back({hashOf(key), sequence});
}

Result<bool> KeyIndex::scanStep(SqliteDatabase &reader)
{
    const auto finish = [this] {
        const std::lock_guard lock(m_mutex);
        m_complete = true;
    };
    Result<SqliteStatement> select =
        reader.prepare("SELECT seq,sid,key FROM ledger WHERE seq>? ORDER BY seq LIMIT ?");
    if (!select) {
        finish();
        return select.error();
    }
    select->number(m_scanned).integer(rows_per_step);
    int count = 0;
    int code = SQLITE_ROW;
    for (; (code = select->step()) == SQLITE_ROW; ++count) {
        m_scanned = static_cast<quint64>(select->integerAt(0));
        add(select->integerAt(1), select->bytesAt(2), m_scanned);
    }
    if (code == SQLITE_DONE && count == rows_per_step)
        return true;
    finish();
    return code == SQLITE_DONE ? Result<bool>(false) : reader.lastError();
}

bool KeyIndex::isComplete() const
{
    const std::lock_guard lock(m_mutex);
    return m_complete;
}

std::vector<quint64> KeyIndex::sequencesOf(qint64 sid) const
{
    std::vector<quint64> sequences;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_bySession.find(sid);
        if (found == m_bySession.end())
            return sequences;
        for (const Entry &entry : found->second)
            sequences.push_back(entry.sequence);
    }
    // A row that was committed while the ledger was read may have been seen twice.
    std::sort(sequences.begin(), sequences.end());
    sequences.erase(std::unique(sequences.begin(), sequences.end()), sequences.end());
    return sequences;
}

std::vector<quint64> KeyIndex::candidates(qint64 sid, QByteArrayView key) const
{
    std::vector<quint64> sequences;
    const quint64 hash = hashOf(key);
    const std::lock_guard lock(m_mutex);
    const auto found = m_bySession.find(sid);
    if (found == m_bySession.end())
        return sequences;
    for (const Entry &entry : found->second) {
        if (entry.hash == hash)
            sequences.push_back(entry.sequence);
    }
    std::sort(sequences.begin(), sequences.end());
    return sequences;
}

void KeyIndex::forget(qint64 sid, quint64 sequence)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_bySession.find(sid);
    if (found == m_bySession.end())
        return;
    std::erase_if(found->second, [sequence](const Entry &entry) { return entry.sequence == sequence; });
    if (found->second.empty())
        m_bySession.erase(found);
}

} // namespace burrow
