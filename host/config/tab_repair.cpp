// SPDX-License-Identifier: Apache-2.0
#include "config/tab_repair.h"

#include <algorithm>

namespace burrow {

namespace {

constexpr int spaces_per_level = 2;

qsizetype leadOf(QByteArrayView line)
{
    qsizetype at = 0;
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t'))
        ++at;
    return at;
}

/// The text of a line without a comment behind it. A "#" within quotes ends it too: this serves only guesses.
QByteArrayView textOf(QByteArrayView line)
{
    const qsizetype comment = line.indexOf(" #");
    return (comment < 0 ? line : line.first(comment)).trimmed();
}

bool saysSomething(QByteArrayView line)
{
    const QByteArrayView text = line.trimmed();
    return !text.isEmpty() && text[0] != '#';
}

/// A block of text, or a quote, may go on in the next line, where a tab is a part of it.
bool mayBeginText(QByteArrayView line)
{
    QByteArrayView text = textOf(line);
    while (!text.isEmpty()
           && (text.back() == '-' || text.back() == '+' || (text.back() >= '1' && text.back() <= '9')))
        text.chop(1);
    const bool block = !text.isEmpty() && (text.back() == '|' || text.back() == '>');
    const auto quotes = [line](char quote) { return std::count(line.begin(), line.end(), quote); };
    return block || quotes('"') % 2 != 0 || quotes('\'') % 2 != 0;
}

} // namespace

bool isIndentedByTab(QByteArrayView line)
{
    const qsizetype lead = leadOf(line);
    return line.first(lead).indexOf('\t') >= 0 && lead < line.size() && line[lead] != '#';
}

TabRepair::TabRepair(SourcePointer written)
    : m_written(std::move(written))
    , m_source(m_written)
{
}

bool TabRepair::repair(int failed, const std::function<bool(int)> &isText)
{
    if (m_lines.empty()) {
        for (int number = 1; number <= m_written->lineCount(); ++number)
            m_lines.push_back(m_written->line(number).toByteArray());
    }
    m_known.clear();
    bool repaired = false;
    for (int number = 1; number <= m_written->lineCount(); ++number) {
        const QByteArray &line = m_lines[static_cast<std::size_t>(number - 1)];
        if (!isText(number) && isIndentedByTab(line))
            repaired = repairLine(number) || repaired;
        else if (const auto changed = m_changed.constFind(number); changed != m_changed.constEnd())
            remember(m_written->line(number).first(changed->written).toByteArray(), changed->read);
        else if (saysSomething(line))
            m_known.clear();
        if (number >= failed && mayBeginText(line))
            break;
    }
    if (repaired) {
        QByteArray bytes;
        for (const QByteArray &line : m_lines)
            bytes += line + '\n';
        bytes.chop(1);
        m_source = std::make_shared<const SourceText>(m_written, bytes, m_changed);
    }
    return repaired;
}

bool TabRepair::repairLine(int number)
{
    QByteArray &line = m_lines[static_cast<std::size_t>(number - 1)];
    const qsizetype leadSize = leadOf(line);
    const QByteArray lead = line.first(leadSize);
    const int spaces = indentationFor(number, lead);
    line = QByteArray(spaces, ' ') + line.sliced(leadSize);
    m_changed.insert(number, {static_cast<int>(leadSize), spaces});
    remember(lead, spaces);
    m_lastLine = std::max(m_lastLine, number);
    return true;
}

void TabRepair::remember(const QByteArray &lead, int spaces)
{
    m_known.erase(std::remove_if(m_known.begin(), m_known.end(),
                                 [spaces](const auto &each) { return each.second >= spaces; }),
                  m_known.end());
    m_known.emplace_back(lead, spaces);
}

/// Like the line above it, one level deeper where that one opens something, and always the same for the same
/// sequence of tabs.
int TabRepair::indentationFor(int number, const QByteArray &lead) const
{
    const auto known =
        std::find_if(m_known.begin(), m_known.end(), [&lead](const auto &each) { return each.first == lead; });
    if (known != m_known.end())
        return known->second;
    int above = number - 1;
    while (above > 0 && !saysSomething(m_lines[static_cast<std::size_t>(above - 1)]))
        --above;
    if (above == 0)
        return 0;
    const QByteArray &line = m_lines[static_cast<std::size_t>(above - 1)];
    const QByteArrayView text = textOf(line);
    const QByteArrayView own = textOf(m_lines[static_cast<std::size_t>(number - 1)]);
    const int item = static_cast<int>(leadOf(line));
    const int keys = text.startsWith("- ") ? item + spaces_per_level : item;
    if (text.endsWith(':'))
        return keys + spaces_per_level;
    return own.startsWith("- ") ? item : keys;
}

} // namespace burrow
