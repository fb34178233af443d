// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/source_text.h"

#include <QHash>

#include <functional>

namespace burrow {

/// Reads a file whose lines are indented by tabs as if spaces stood there, so that one tab does not hide every
/// other mistake of the file. How many spaces were meant is a guess from the lines around: the tab is an error
/// in any case, and the guess only decides what else is found. Places stay those of the file as it is written.
class TabRepair
{
public:
    explicit TabRepair(SourcePointer written);

    /// What to parse: the file as it is written, until something was repaired.
    const SourcePointer &source() const { return m_source; }
    /// The last line that was repaired; 0 when none was.
    int lastLine() const { return m_lastLine; }

    /// Repairs what made the parser fail in line `failed`: every line up to there that a tab indents, and those
    /// behind it until one where text of several lines may begin. False when there was nothing to repair.
    bool repair(int failed, const std::function<bool(int line)> &isText);

private:
    bool repairLine(int number);
    void remember(const QByteArray &lead, int spaces);
    int indentationFor(int number, const QByteArray &lead) const;

    const SourcePointer m_written;
    SourcePointer m_source;
    std::vector<QByteArray> m_lines; // As repaired so far.
    SourceText::Indentations m_changed;
    std::vector<std::pair<QByteArray, int>>
        m_known; // In this run of lines: what stood there, what it was taken for.
    int m_lastLine = 0;
};

/// A tab stands between the beginning of the line and its text, and it has a text.
bool isIndentedByTab(QByteArrayView line);

} // namespace burrow
