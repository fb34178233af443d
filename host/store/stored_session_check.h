// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/stored_session.h"

namespace burrow {

/// What is wrong with a stored image although each of its rows is sound, or nothing. Such an image was written
/// by a defect or by hand, and a session that is built on a guess loses somebody's work. Total; any thread.
QString storedImageDefect(const StoredSession &session);

/// Raises the counters of the row above the open inputs: an accept does not write the row.
void raiseAdmissionCounters(StoredSession &session);

} // namespace burrow
