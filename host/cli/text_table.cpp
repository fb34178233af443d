// SPDX-License-Identifier: Apache-2.0
#include "cli/text_table.h"

namespace burrow {

QString TextTable::toText(qsizetype indent) const
{
    std::vector<qsizetype> widths;
    for (const QStringList &row : m_rows) {
        widths.resize(std::max(widths.size(), size_t(row.size())));
        for (qsizetype at = 0; at < row.size(); ++at)
            widths[size_t(at)] = std::max(widths[size_t(at)], row[at].size());
    }
    QString text;
    for (const QStringList &row : m_rows) {
        QString line(indent, u' ');
        for (qsizetype at = 0; at < row.size(); ++at) {
            const qsizetype width = widths[size_t(at)];
            line += m_rightAligned.contains(size_t(at)) ? row[at].rightJustified(width)
                                                        : row[at].leftJustified(width);
            line += QLatin1String("  ");
        }
        while (line.endsWith(u' '))
            line.chop(1);
        text += line + u'\n';
    }
    return text;
}

} // namespace burrow
