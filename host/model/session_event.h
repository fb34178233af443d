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
};

} // namespace burrow
