// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session_core.h"

/// Rules of a core for whoever drives one: the harness and the explorer.
namespace burrow::test {

/// The rule that a lane breaks of which the core says that it holds so many inputs; null: none.
const char *brokenLane(const SessionCore &core, Lane lane, quint32 count);

/// What a waiter was told of an input that has ended is not what outcome(id) says of it. Two answers may
/// differ: a failure of the hook behind the commit, and that to who waits for an input which is found to have
/// ended when its session is read again.
bool contradicts(const Outcome &told, const FinishedInput &written);

} // namespace burrow::test
