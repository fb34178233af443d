// SPDX-License-Identifier: Apache-2.0
// Since when a session waits for what it waits for, and what its run is for: for those who ask, read by no
// decision.
#include "core/session_core.h"

namespace burrow {

void SessionCore::heard(RunId run, MonotonicTime now)
{
    if (!m_run || m_run->id != run || m_run->stage != CurrentRun::Stage::Open)
        return;
    if (m_run->begunAt == MonotonicTime::never())
        m_run->begunAt = now;
    m_run->heardAt = now;
}

std::shared_ptr<const RunSubject> SessionCore::subjectOf(RunId run) const
{
    if (!runOpen() || m_run->id != run)
        return nullptr;
    auto subject = std::make_shared<RunSubject>();
    for (const InputRecord *record : m_run->contributors)
        subject->inputs.push_back(record->input->id);
    subject->correlation = m_run->correlation();
    return subject;
}

void SessionCore::rest(MonotonicTime now)
{
    const WaitReason reason = waitReason();
    if (reason == m_restReason && m_restSince != MonotonicTime::never())
        return;
    m_restReason = reason;
    m_restSince = now;
}

void SessionCore::describeRest(SessionView &view) const
{
    // What has changed since the last look changed with the last event.
    view.since = view.waitReason == m_restReason ? m_restSince : m_now;
    if (!m_run)
        return;
    view.startedAt = m_run->startedAt;
    view.begunAt = m_run->begunAt;
    view.heardAt = m_run->heardAt;
    // One run can follow another between two looks, so a run knows its own beginning.
    if (view.waitReason == WaitReason::Running)
        view.since = m_run->startedAt;
}

} // namespace burrow
