// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/event.h"
#include "model/stored_session.h"

namespace burrow {

/// What a session that was opened with `executor` says of the one it had before: nothing while it is the same
/// one, or when either is not known.
std::optional<LifecycleEvent> executorChange(const StoredSession &stored, const ExecutorIdentity &executor);

/// The snapshot that an instance of that plugin starts from: one of its own making. What another plugin has
/// made stays in the store, for the day on which it is configured again, until this one makes its first.
std::optional<QByteArray> snapshotFor(const StoredSession &stored, const QByteArray &plugin);

} // namespace burrow
