// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

#include <set>
#include <vector>

namespace burrow {

/// Text in columns that are as wide as their widest cell.
class TextTable
{
public:
    /// The cells of a column are aligned to the right: numbers.
    void alignRight(size_t column) { m_rightAligned.insert(column); }
    /// Every row has as many cells as the first.
    void addRow(const QStringList &cells) { m_rows.push_back(cells); }
    /// One line per row, each after `indent` spaces, no spaces at their ends.
    QString toText(qsizetype indent = 0) const;

private:
    std::set<size_t> m_rightAligned;
    std::vector<QStringList> m_rows;
};

} // namespace burrow
