// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_columns.h"
#include "store/sqlite_database.h"

#include <functional>

namespace burrow {

/// Reads the one row of table "host", lets `change` edit it, and writes it back with its checksum, in the
/// caller's transaction. False: the row is damaged, `change` said no, or the write failed.
bool changeHost(SqliteDatabase &database, const std::function<bool(HostColumns &)> &change);

} // namespace burrow
