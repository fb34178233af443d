// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

namespace burrow {

/// An item of `include`: a path, or a pattern with `*`, `?` and `[…]` in any of its steps.
struct IncludeMatch
{
    QStringList files; ///< Regular files, sorted by their bytes, named like the file that includes them.
    QString problem;   ///< Why there is none, where that is wrong; continues a sentence that names the item.
    QString help;
};

bool isPattern(const QString &path);

/// `from` is the name of the file that holds the item: a relative path starts in its folder.
IncludeMatch matchInclude(const QString &item, const QString &from, const QString &home);

} // namespace burrow
