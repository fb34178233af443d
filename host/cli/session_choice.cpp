// SPDX-License-Identifier: Apache-2.0
#include "cli/session_choice.h"

#include "config/finding.h"
#include "config/nearest_name.h"

namespace burrow {

namespace {

// So many fit on a line; who sees them writes more of the name.
constexpr qsizetype matches_shown_max = 8;

QString listed(const QByteArrayList &names)
{
    QStringList shown;
    for (const QByteArray &name : names.mid(0, matches_shown_max))
        shown += quoted(name);
    if (names.size() > matches_shown_max)
        return QStringLiteral("%1 and %2 more")
            .arg(shown.join(QLatin1String(", ")))
            .arg(names.size() - shown.size());
    const QString final = shown.takeLast();
    return QStringLiteral("%1 and %2").arg(shown.join(QLatin1String(", ")), final);
}

} // namespace

Result<QByteArray> sessionMeant(const QByteArray &given, const QByteArrayList &names, const LastSession &last)
{
    if (names.contains(given))
        return given;
    if (given == "last")
        return last();
    QByteArrayList matches;
    for (const QByteArray &name : names) {
        if (!given.isEmpty() && name.startsWith(given))
            matches += name;
    }
    if (matches.size() == 1)
        return matches.front();
    if (!matches.isEmpty()) {
        return Error{ErrorKind::InvalidArgument,
                     QStringLiteral("%1 is the beginning of %2; write more of the name")
                         .arg(quoted(given), listed(matches))};
    }
    const QString help = suggestionFor(given, names, QStringLiteral("there are"));
    return Error{ErrorKind::NotFound,
                 QStringLiteral("there is no session %1%2")
                     .arg(quoted(given), help.isEmpty() ? QString() : QStringLiteral("; ") + help)};
}

} // namespace burrow
