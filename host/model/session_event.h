// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/event.h"

namespace burrow {

/// One thing a session said, stamped with who said it.
struct SessionEvent
{
    SessionId session;
    QByteArray name;
    std::variant<LifecycleEvent, ProgressEvent> event;
    /// Said because the write of that row of the event log became durable, and most of it stands there; 0 =
    /// said without one.
    quint64 row = 0;
    /// Progress: its place among all that the executor says in that run, from 1; 0 = it has none.
    quint64 number = 0;
};

/// What an executor has said so far in the run that is under way, as far as it is kept.
struct RecentProgress
{
    struct Said
    {
        ProgressEvent event; ///< Texts that followed each other may have been put together.
        WallTime at;
    };
    SessionId session;
    QByteArray name;
    RunId run;
    quint64 forgotten = 0;  ///< How many before these are not kept.
    quint64 last = 0;       ///< The number of the last one; see SessionEvent.
    std::vector<Said> said; ///< In order.
};

} // namespace burrow
