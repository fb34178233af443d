// SPDX-License-Identifier: Apache-2.0
#include "config/nearest_name.h"

#include "config/finding.h"

#include <algorithm>
#include <vector>

namespace burrow {

namespace {

constexpr qsizetype compared_bytes_max = 64; // A longer word is no typing error of a key.
constexpr qsizetype listed_max = 20;

/// Case and the choice between "-" and "_" are what people mistype most; they cost nothing.
QByteArray folded(const QByteArray &text)
{
    return text.toLower().replace('-', '_');
}

/// Insertions, deletions, replacements and swaps of neighbours that make one text of the other.
int editDistance(const QByteArray &a, const QByteArray &b)
{
    const auto width = static_cast<std::size_t>(b.size()) + 1;
    std::vector<int> beforeLast(width);
    std::vector<int> last(width);
    std::vector<int> now(width);
    for (std::size_t at = 0; at < width; ++at)
        last[at] = static_cast<int>(at);
    for (qsizetype row = 1; row <= a.size(); ++row) {
        now[0] = static_cast<int>(row);
        for (qsizetype column = 1; column <= b.size(); ++column) {
            const auto at = static_cast<std::size_t>(column);
            const bool same = a[row - 1] == b[column - 1];
            now[at] = std::min({last[at] + 1, now[at - 1] + 1, last[at - 1] + (same ? 0 : 1)});
            const bool swapped =
                row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
            if (swapped)
                now[at] = std::min(now[at], beforeLast[at - 2] + 1);
        }
        std::swap(beforeLast, last);
        std::swap(last, now);
    }
    return last[width - 1];
}

} // namespace

QByteArray nearestName(const QByteArray &text, const QByteArrayList &candidates)
{
    if (text.isEmpty() || text.size() > compared_bytes_max)
        return {};
    const QByteArray wanted = folded(text);
    constexpr qsizetype prefix_bytes_min = 3;
    const int allowed = std::clamp(static_cast<int>(text.size()) / 3, 1, 3);
    QByteArray nearest;
    int best = allowed + 1;
    for (const QByteArray &each : candidates) {
        if (each.size() > compared_bytes_max)
            continue;
        const QByteArray candidate = folded(each);
        // A beginning counts as near: "warn" is no misspelling of "warning", and yet it is meant.
        const bool begun = wanted.size() >= prefix_bytes_min && candidate.startsWith(wanted);
        const int distance =
            begun ? std::min(allowed, editDistance(wanted, candidate)) : editDistance(wanted, candidate);
        if (distance < best) {
            best = distance;
            nearest = each;
        }
    }
    return nearest;
}

QString suggestionFor(const QByteArray &text, const QByteArrayList &candidates, const QString &otherwise)
{
    const QByteArray nearest = nearestName(text, candidates);
    if (!nearest.isEmpty())
        return QStringLiteral("did you mean %1?").arg(quoted(nearest));
    if (candidates.isEmpty())
        return {};
    QString list = QString::fromUtf8(candidates.first(std::min(candidates.size(), listed_max)).join(", "));
    if (candidates.size() > listed_max)
        list += QStringLiteral(", …");
    return otherwise + QStringLiteral(": ") + list;
}

} // namespace burrow
