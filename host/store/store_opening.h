// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite_recovery.h"
#include "store/sqlite_store.h"
#include "store/store_lock.h"

namespace burrow {

/// A store that is ours: locked, of our version, with a new epoch, and read.
struct OpenedStore
{
    StoreLock lock;
    SqliteDatabase database; ///< The writing connection.
    SqliteDatabase reader;
    RecoveryScan scan;
    quint64 epoch = 0;
    RecoveryReport report;
};

/// Everything that SqliteStore::open() does before its threads run. Errors: as there.
Result<OpenedStore> openStoreFile(const SqliteStoreOptions &options);

} // namespace burrow
