// SPDX-License-Identifier: Apache-2.0
#include "machine/describe.h"

#include <QJsonArray>

#include <algorithm>
#include <numeric>

/// Descriptions as text in columns, as Markdown with diagrams, and as JSON.
namespace burrow {
namespace {

constexpr qsizetype line_width_max = 120;
constexpr qsizetype gap = 2;

/// The end of the first line of a cell that is broken at `width`: between two names of a list, or else between
/// words, or else inside a compound word. Columns are never narrower than the longest part of a compound word.
qsizetype breakAt(QByteArrayView text, qsizetype width)
{
    if (text.size() <= width)
        return text.size();
    const qsizetype comma = text.lastIndexOf(", ", width - 1);
    if (comma > 0)
        return comma + 2;
    const qsizetype blank = text.lastIndexOf(' ', width);
    if (blank > 0)
        return blank + 1;
    const qsizetype underscore = text.lastIndexOf('_', width - 1);
    return underscore > 0 ? underscore + 1 : width;
}

/// The longest stretch of a cell that breakAt() has no better place in.
qsizetype longestPart(QByteArrayView text)
{
    qsizetype longest = 0;
    qsizetype start = 0;
    for (qsizetype at = 0; at < text.size(); ++at) {
        if (text[at] != ' ' && text[at] != '_')
            continue;
        longest = std::max(longest, at - start + (text[at] == '_' ? 1 : 0));
        start = at + 1;
    }
    return std::max(longest, text.size() - start);
}

std::vector<QByteArray> wrap(QByteArrayView text, qsizetype width)
{
    std::vector<QByteArray> lines;
    do {
        const qsizetype end = breakAt(text, width);
        lines.push_back(text.first(end).trimmed().toByteArray());
        text = text.sliced(end);
    } while (!text.isEmpty());
    return lines;
}

/// How many lines each row's cell of one column takes at a width.
std::vector<qsizetype> cellHeights(const MachineDescription &machine, std::size_t column, qsizetype width)
{
    std::vector<qsizetype> heights;
    for (const auto &row : machine.rows) {
        QByteArrayView text = row[column];
        qsizetype lines = 1;
        for (qsizetype end = breakAt(text, width); end < text.size(); end = breakAt(text, width)) {
            text = text.sliced(end);
            ++lines;
        }
        heights.push_back(lines);
    }
    return heights;
}

/// Finds widths that fit on a line and make the table short: again and again, the column gives way by as much
/// as costs the fewest lines for each character that is won.
class ColumnFitter
{
public:
    explicit ColumnFitter(const MachineDescription &machine)
        : m_machine(machine)
    {
        for (std::size_t column = 0; column < machine.columns.size(); ++column) {
            qsizetype width = machine.columns[column].size();
            qsizetype least = width;
            for (const auto &row : machine.rows) {
                width = std::max(width, row[column].size());
                least = std::max(least, longestPart(row[column]));
            }
            m_widths.push_back(width);
            m_least.push_back(least);
            m_heights.push_back(cellHeights(machine, column, width));
        }
    }

    std::vector<qsizetype> fit()
    {
        const qsizetype room = line_width_max - gap * static_cast<qsizetype>(m_widths.size() - 1);
        qsizetype excess = std::accumulate(m_widths.begin(), m_widths.end(), -room);
        while (excess > 0) {
            const qsizetype won = narrowCheapest(excess);
            if (won == 0)
                break;
            excess -= won;
        }
        return m_widths;
    }

private:
    /// Narrows one column by at most `most` and says by how much; 0 when none can give way any more.
    qsizetype narrowCheapest(qsizetype most)
    {
        const qsizetype before = tableHeight(0, m_heights[0]);
        std::size_t best = 0;
        qsizetype won = 0;
        double cheapest = 0;
        for (std::size_t column = 0; column < m_widths.size(); ++column) {
            const qsizetype least = std::max(m_least[column], m_widths[column] - most);
            for (qsizetype width = m_widths[column] - 1; width >= least; --width) {
                const qsizetype gain = m_widths[column] - width;
                const qsizetype lines = tableHeight(column, cellHeights(m_machine, column, width)) - before;
                const double price = static_cast<double>(lines) / static_cast<double>(gain);
                if (won == 0 || price < cheapest || (price == cheapest && gain > won)) {
                    best = column;
                    won = gain;
                    cheapest = price;
                }
            }
        }
        if (won > 0) {
            m_widths[best] -= won;
            m_heights[best] = cellHeights(m_machine, best, m_widths[best]);
        }
        return won;
    }

    /// Lines of the whole table if one column had these heights.
    qsizetype tableHeight(std::size_t changed, const std::vector<qsizetype> &heights) const
    {
        qsizetype total = 0;
        for (std::size_t row = 0; row < heights.size(); ++row) {
            qsizetype tallest = heights[row];
            for (std::size_t column = 0; column < m_heights.size(); ++column) {
                if (column != changed)
                    tallest = std::max(tallest, m_heights[column][row]);
            }
            total += tallest;
        }
        return total;
    }

    const MachineDescription &m_machine;
    std::vector<qsizetype> m_widths;
    std::vector<qsizetype> m_least;                ///< No column gets narrower than this.
    std::vector<std::vector<qsizetype>> m_heights; ///< By column, then row.
};

QByteArray withoutTrailingBlanks(QByteArray line)
{
    while (line.endsWith(' '))
        line.chop(1);
    return line;
}

QByteArray rowAsText(const std::vector<QByteArray> &row, const std::vector<qsizetype> &widths)
{
    std::vector<std::vector<QByteArray>> cells;
    std::size_t height = 1;
    for (std::size_t column = 0; column < row.size(); ++column) {
        cells.push_back(wrap(row[column], widths[column]));
        height = std::max(height, cells.back().size());
    }
    QByteArray text;
    for (std::size_t line = 0; line < height; ++line) {
        QByteArray part;
        for (std::size_t column = 0; column < cells.size(); ++column) {
            const QByteArray cell = line < cells[column].size() ? cells[column][line] : QByteArray();
            part += cell.leftJustified(widths[column] + gap);
        }
        text += withoutTrailingBlanks(part) + '\n';
    }
    return text;
}

QJsonObject machineAsJson(const MachineDescription &machine)
{
    QJsonArray columns;
    for (const QByteArray &column : machine.columns)
        columns.append(QString::fromUtf8(column));
    QJsonArray rows;
    for (const auto &row : machine.rows) {
        QJsonObject cells;
        for (std::size_t column = 0; column < row.size(); ++column)
            cells.insert(QString::fromUtf8(machine.columns[column]), QString::fromUtf8(row[column]));
        rows.append(cells);
    }
    QJsonObject object{{QStringLiteral("name"), QString::fromUtf8(machine.name)},
                       {QStringLiteral("title"), QString::fromUtf8(machine.title)},
                       {QStringLiteral("columns"), columns},
                       {QStringLiteral("rows"), rows}};
    if (!machine.mermaid.isEmpty())
        object.insert(QStringLiteral("mermaid"), QString::fromUtf8(machine.mermaid));
    return object;
}

} // namespace

QByteArray machineAsText(const MachineDescription &machine)
{
    const std::vector<qsizetype> widths = ColumnFitter(machine).fit();
    std::vector<QByteArray> rule;
    for (const qsizetype width : widths)
        rule.push_back(QByteArray(width, '-'));
    QByteArray text = machine.name + ": " + machine.title + "\n\n";
    text += rowAsText(machine.columns, widths);
    text += rowAsText(rule, widths);
    for (const auto &row : machine.rows)
        text += rowAsText(row, widths);
    return text;
}

QByteArray machinesAsText()
{
    QByteArray text;
    for (const MachineDescription &machine : describeMachines()) {
        if (!text.isEmpty())
            text += '\n';
        text += machineAsText(machine);
    }
    return text;
}

QByteArray machinesAsMermaid()
{
    QByteArray text;
    for (const MachineDescription &machine : describeMachines()) {
        if (machine.mermaid.isEmpty())
            continue;
        if (!text.isEmpty())
            text += '\n';
        text += "### " + machine.name + "\n\n" + machine.title + "\n\n```mermaid\n" + machine.mermaid + "```\n";
    }
    return text;
}

QJsonObject machinesAsJson()
{
    QJsonArray machines;
    for (const MachineDescription &machine : describeMachines())
        machines.append(machineAsJson(machine));
    return {{QStringLiteral("machines"), machines}};
}

} // namespace burrow
