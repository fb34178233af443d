// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_columns_io.h"

#include <algorithm>
#include <array>

#include <sqlite3.h>

namespace burrow {

/// Gathers new rows of one table and inserts them together: half of what a small insert costs is the statement
/// around it. A row that was added must live until it was written or dropped. One thread.
///
/// A statement for many rows that fails leaves some of them behind, and does not say whose row it was: whoever
/// gathers rows of several sets rolls the transaction back then, and writes them again one by one.
template <typename Columns>
class RowInserter
{
public:
    /// `insert` ends with "VALUES(?,…)". Errors: Io.
    Result<void> prepare(SqliteDatabase &database, const char *insert)
    {
        Result<SqliteStatement> one = database.prepare(insert);
        if (!one)
            return one.error();
        QByteArray text(insert);
        const QByteArray row = text.mid(text.lastIndexOf('('));
        for (std::size_t more = 1; more < together; ++more)
            text += ',' + row;
        // Without a copy of every page it touches, to take back what a statement has done before it fails.
        text.replace(0, qsizetype(sizeof "INSERT" - 1), "INSERT OR FAIL");
        Result<SqliteStatement> many = database.prepare(text.constData());
        if (!many)
            return many.error();
        m_one = std::move(*one);
        m_many = std::move(*many);
        return {};
    }

    /// SQLITE_DONE, or the error of writing what was gathered.
    int add(const Columns &row)
    {
        m_rows[m_count++] = &row;
        if (m_count < together)
            return SQLITE_DONE;
        for (const Columns *one : m_rows)
            bindRow(m_many, *one);
        m_count = 0;
        return m_many.run();
    }

    /// Writes what was gathered, in its order; the same answer.
    int flush()
    {
        int code = SQLITE_DONE;
        for (std::size_t at = 0; at < m_count && code == SQLITE_DONE; ++at) {
            bindRow(m_one, *m_rows[at]);
            code = m_one.run();
        }
        m_count = 0;
        return code;
    }

    void drop() { m_count = 0; }
    /// The oldest row that is not written yet, or null.
    const Columns *oldest() const { return m_count == 0 ? nullptr : m_rows.front(); }
    /// A row of that input is gathered and not written yet.
    bool holds(quint64 sequence) const
    {
        return std::any_of(m_rows.begin(), m_rows.begin() + m_count,
                           [sequence](const Columns *row) { return row->sequence == sequence; });
    }

private:
    static constexpr std::size_t together = 16;

    SqliteStatement m_one;
    SqliteStatement m_many;
    std::array<const Columns *, together> m_rows{};
    std::size_t m_count = 0;
};

} // namespace burrow
