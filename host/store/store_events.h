// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/event_log.h"
#include "store/sqlite_database.h"

namespace burrow {

/// A page of the file's event log as it is at one moment, from any connection that reads and has no transaction
/// open. Rows that are damaged are left out and told as the page's gap. Errors: Io.
Result<EventPage> readEventPage(SqliteDatabase &reader, const EventQuery &query);

} // namespace burrow
