// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session_entry.h"
#include "store/sqlite_database.h"

/// A session as the port gives it, from its rows.
namespace burrow {

/// From what recovery found, without the snapshot.
StoredSession storedSession(const SessionEntry &entry, const RecoveredSession &image);
/// Adds the snapshot. Errors: Io.
Result<void> readSnapshot(SqliteDatabase &reader, const SessionEntry &entry, StoredSession &session);
/// Reads one session afresh, snapshot included. Of the rows that were damaged, each that still is makes it one
/// that is not to be trusted. Errors: Io.
Result<StoredSession> readSession(SqliteDatabase &reader, const SessionEntry &entry,
                                  const std::vector<DamagedRow> &wereDamaged);

} // namespace burrow
