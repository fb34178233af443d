// SPDX-License-Identifier: Apache-2.0
#include "rogue_row.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>

namespace burrow::test {

namespace {

constexpr int columns = 12;

bool isPattern(const QString &text)
{
    return QRegularExpression(text).isValid();
}

} // namespace

std::vector<RogueRow> readRogueTable(const QString &path, QString &problem)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        problem = QStringLiteral("cannot read %1").arg(path);
        return {};
    }
    std::vector<RogueRow> rows;
    QSet<QString> acts;
    int line = 0;
    while (!file.atEnd()) {
        const QString text = QString::fromUtf8(file.readLine()).remove(u'\n');
        ++line;
        if (text.isEmpty() || text.startsWith(u'#'))
            continue;
        const QStringList cells = text.split(u'\t');
        problem = QStringLiteral("%1:%2: ").arg(path).arg(line);
        if (cells.size() != columns) {
            problem += QStringLiteral("%1 columns instead of %2").arg(cells.size()).arg(columns);
            return {};
        }
        if (!isPattern(cells[10]) || !isPattern(cells[11]) || acts.contains(cells[1])) {
            problem += QStringLiteral("a pattern that is none, or a second row of %1").arg(cells[1]);
            return {};
        }
        acts.insert(cells[1]);
        rows.push_back({.number = cells[0].toInt(),
                        .act = cells[1],
                        .form = cells[2],
                        .strikes = cells[3],
                        .restart = cells[4],
                        .exit = cells[5],
                        .plugin = cells[6],
                        .session = cells[7],
                        .inputs = cells[8].split(u' ', Qt::SkipEmptyParts),
                        .code = cells[9],
                        .says = cells[10],
                        .next = cells[11]});
    }
    problem.clear();
    return rows;
}

} // namespace burrow::test
