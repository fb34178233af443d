// SPDX-License-Identifier: Apache-2.0
#include "base/moment_text.h"

#include <QDateTime>

namespace burrow {

QString momentText(WallTime moment)
{
    return QDateTime::fromMSecsSinceEpoch(moment.sinceEpoch.count(), Qt::UTC).toString(Qt::ISODateWithMs);
}

} // namespace burrow
