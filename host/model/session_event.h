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
};

} // namespace burrow
