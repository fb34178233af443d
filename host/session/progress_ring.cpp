// SPDX-License-Identifier: Apache-2.0
#include "session/progress_ring.h"

#include "base/limits.h"

namespace burrow {

namespace {

/// As long as one text becomes; then the next begins, so that the oldest can go in parts.
constexpr qsizetype joined_bytes_max = 4096;

qint64 ringBytes(const ProgressEvent &event)
{
    return event.name.size() + event.text.size() + event.json.size();
}

bool isBareText(const ProgressEvent &event)
{
    return event.type == ProgressType::TextDelta && event.name.isEmpty() && event.json.isEmpty();
}

} // namespace

ProgressRing::ProgressRing(RunId run, std::shared_ptr<const RunSubject> subject)
    : m_run(run)
    , m_subject(std::move(subject))
{
}

quint64 ProgressRing::take(const ProgressEvent &event, WallTime at)
{
    if (!append(event)) {
        Kept &kept = m_kept.emplace_back(Kept{event, at});
        kept.event.subject = nullptr;
    }
    m_bytes += ringBytes(event);
    while (m_kept.size() > limits::recent_progress_per_session_max
           || m_bytes > limits::recent_progress_bytes_per_session_max)
        dropOldest();
    return ++m_last;
}

/// Puts a text behind the one before it; false when it has to stand alone.
bool ProgressRing::append(const ProgressEvent &event)
{
    if (m_kept.empty() || !isBareText(event) || !isBareText(m_kept.back().event)
        || m_kept.back().event.text.size() + event.text.size() > joined_bytes_max)
        return false;
    m_kept.back().event.text += event.text;
    ++m_kept.back().pieces;
    return true;
}

void ProgressRing::dropOldest()
{
    m_bytes -= ringBytes(m_kept.front().event);
    m_forgotten += m_kept.front().pieces;
    m_kept.pop_front();
}

RecentProgress ProgressRing::recent() const
{
    RecentProgress recent;
    recent.run = m_run;
    recent.forgotten = m_forgotten;
    recent.last = m_last;
    recent.said.reserve(m_kept.size());
    for (const Kept &kept : m_kept) {
        recent.said.push_back({kept.event, kept.at});
        recent.said.back().event.subject = m_subject;
    }
    return recent;
}

} // namespace burrow
