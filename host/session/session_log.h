// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/event.h"

namespace burrow {

/// Logs what a session says of itself: what somebody should look at as a warning, what is worth knowing later
/// as information, and each step of each input for whoever looks for a fault. Any thread.
void logSessionEvent(const QByteArray &session, const LifecycleEvent &event);

/// Logs, as a warning, what an executor did wrong when no shard hears of it any more, so that no event will say
/// it. Any thread.
void logLateMisbehaviour(const QByteArray &session, const QString &sentence);

} // namespace burrow
