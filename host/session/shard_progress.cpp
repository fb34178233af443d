// SPDX-License-Identifier: Apache-2.0
// What executors say while they work: handed on to those who listen, and kept for those who begin to.
#include "session/shard.h"

namespace burrow {

void Shard::executorSaid(SessionRecord &record, ProgressEvent &&event)
{
    record.core.heard(event.run, m_clock.now());
    quint64 number = 0;
    if (ProgressRing *ring = ringOf(record, event.run)) {
        event.subject = ring->subject();
        number = ring->take(event, m_clock.wallNow());
    }
    if (m_observer.wantsEvents())
        m_events.push_back({record.core.id(), record.name, std::move(event), 0, number});
}

/// Null for a run that is not the open one.
ProgressRing *Shard::ringOf(SessionRecord &record, RunId run)
{
    if (record.progress && record.progress->run() == run)
        return record.progress.get();
    std::shared_ptr<const RunSubject> subject = record.core.subjectOf(run);
    if (!subject)
        return nullptr;
    record.progress = std::make_unique<ProgressRing>(run, std::move(subject));
    return record.progress.get();
}

void Shard::on(RecentMessage &message)
{
    std::vector<RecentProgress> recent;
    const auto look = [&recent](const SessionRecord &record) {
        // A run that was rolled back has told no end.
        if (!record.progress || record.progress->run() != record.core.registers().run)
            return;
        recent.push_back(record.progress->recent());
        recent.back().session = record.core.id();
        recent.back().name = record.name;
    };
    if (message.session.isNull()) {
        for (const auto &[id, record] : m_sessions)
            look(*record);
    } else if (const SessionRecord *record = find(message.session)) {
        look(*record);
    }
    // What was said before leaves before this answer, as all events of a round do before its answers.
    m_outbox.push_back(
        [reply = std::move(message.reply), recent = std::move(recent)]() mutable { reply(std::move(recent)); });
}

} // namespace burrow
