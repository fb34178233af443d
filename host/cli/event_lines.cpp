// SPDX-License-Identifier: Apache-2.0
#include "cli/event_lines.h"

#include "cli/answer_writer.h"

#include <QDateTime>

#include <utility>

namespace burrow {

void EventLines::write(QJsonObject line)
{
    if (m_closed)
        return;
    line.insert(QStringLiteral("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs));
    m_answer.writeJsonLine(line);
}

void EventLines::tell(const char *event, QJsonObject members)
{
    if (const quint64 lost = std::exchange(m_lost, 0); lost > 0)
        write({{QStringLiteral("event"), QStringLiteral("events.lost")},
               {QStringLiteral("count"), qint64(lost)}});
    members.insert(QStringLiteral("event"), QLatin1String(event));
    write(std::move(members));
}

void EventLines::tellIfRoom(const QJsonObject &line)
{
    if (m_answer.isFull())
        ++m_lost;
    else
        tell(line.value(QLatin1String("event")).toString().toLatin1().constData(), line);
}

void EventLines::close(QJsonObject summary)
{
    tell("summary", std::move(summary));
    m_closed = true;
}

} // namespace burrow
