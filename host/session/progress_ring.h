// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/session_event.h"

#include <deque>

namespace burrow {

/// What an executor has said last in a run that is under way, for those who begin to listen meanwhile. Bounded
/// by limits::recent_progress_per_session_max and recent_progress_bytes_per_session_max; what is dropped is
/// counted. Pieces of one text are put together, so that a talkative executor does not fill it with syllables.
class ProgressRing
{
public:
    ProgressRing(RunId run, std::shared_ptr<const RunSubject> subject);

    RunId run() const { return m_run; }
    const std::shared_ptr<const RunSubject> &subject() const { return m_subject; }

    /// Keeps it as the newest. Gives its place in the run, from 1.
    quint64 take(const ProgressEvent &event, WallTime at);
    /// All that is kept; session and name are the caller's to fill in.
    RecentProgress recent() const;

private:
    struct Kept
    {
        ProgressEvent event; ///< Without its subject, which all have in common.
        WallTime at;         ///< Of the first piece.
        quint64 pieces = 1;
    };

    bool append(const ProgressEvent &event);
    void dropOldest();

    const RunId m_run;
    const std::shared_ptr<const RunSubject> m_subject;
    std::deque<Kept> m_kept;
    qint64 m_bytes = 0; ///< Of what is kept.
    quint64 m_last = 0;
    quint64 m_forgotten = 0;
};

} // namespace burrow
