// SPDX-License-Identifier: Apache-2.0
#include "model/event_log.h"

namespace burrow {

namespace {

constexpr qsizetype uuid_characters = 36;

} // namespace

QByteArray EventCursor::toText() const
{
    return log.toText() + '.' + QByteArray::number(number);
}

std::optional<EventCursor> EventCursor::fromText(QByteArrayView text)
{
    if (text.size() < uuid_characters + 2 || text[uuid_characters] != '.')
        return std::nullopt;
    const std::optional<Uuid> log = Uuid::fromText(text.first(uuid_characters));
    bool isNumber = false;
    const QByteArray digits = text.sliced(uuid_characters + 1).toByteArray();
    const quint64 number = digits.toULongLong(&isNumber);
    if (!log || !isNumber || QByteArray::number(number) != digits)
        return std::nullopt;
    return EventCursor{*log, number};
}

QString sentenceOf(const EventGap &gap)
{
    const QString count = gap.count > 0 ? QString::number(gap.count) : QStringLiteral("some");
    switch (gap.cause) {
    case EventGap::Cause::Forgotten:
        return QStringLiteral("events behind the cursor are no longer kept (store.retention.events); what "
                              "follows begins with the oldest that are");
    case EventGap::Cause::OtherLog:
        return QStringLiteral("the cursor belongs to the log of another store; what follows is this one's, "
                              "from its oldest event");
    case EventGap::Cause::Ahead:
        return QStringLiteral("the log ends before the cursor, so the store is an older copy; what follows "
                              "begins with its oldest event");
    case EventGap::Cause::Damaged:
        return QStringLiteral("%1 rows of the event log are damaged and left out; run \"burrow storage check\"")
            .arg(count);
    case EventGap::Cause::ProgressForgotten:
        return QStringLiteral("%1 events that an executor told earlier in a run that is under way are not kept")
            .arg(count);
    case EventGap::Cause::Lost:
        break;
    }
    return QStringLiteral("%1 live events were dropped because they were not taken in time").arg(count);
}

void beginPage(EventPage &page, const EventCursor &since, quint64 oldest, quint64 last)
{
    const bool fromTheBeginning = since.log.isNull() && since.number == 0;
    if (fromTheBeginning)
        return;
    if (!since.log.isNull() && since.log != page.next.log) {
        page.gaps.push_back({EventGap::Cause::OtherLog, 0});
    } else if (since.number > last) {
        page.gaps.push_back({EventGap::Cause::Ahead, 0});
    } else {
        page.next.number = since.number;
        // A number that no row has used looks the same; the store cannot tell, and says it rather once too
        // often.
        if (since.number + 1 < oldest)
            page.gaps.push_back({EventGap::Cause::Forgotten, 0});
    }
}

} // namespace burrow
