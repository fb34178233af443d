// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/store.h"
#include "store/key_index.h"

/// Questions about ended inputs, answered from a connection that reads. Errors: Io, also for a damaged row.
namespace burrow {

Result<std::optional<StoredOutcome>> readOutcome(SqliteDatabase &reader, const SessionEntry &entry,
                                                 InputId input);
Result<std::optional<StoredOutcome>> readOutcomeByKey(SqliteDatabase &reader, const SessionEntry &entry,
                                                      const QByteArray &key, const KeyIndex &keys);
Result<std::vector<RetainedKey>> readKeys(SqliteDatabase &reader, const SessionEntry &entry,
                                          const KeyIndex &keys);

} // namespace burrow
