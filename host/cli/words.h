// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace burrow {

/// "1 session", "2 sessions".
inline QString counted(quint64 count, const char *noun)
{
    return QStringLiteral("%1 %2%3").arg(count).arg(QLatin1String(noun), QLatin1String(count == 1 ? "" : "s"));
}

} // namespace burrow
