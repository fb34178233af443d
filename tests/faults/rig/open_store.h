// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "port/store.h"

#include <QString>

#include <memory>

namespace burrow::faults {

struct StoreSettings
{
    QString path;
    QByteArray vfs;      ///< Empty: SQLite's own.
    qint64 pagesMax = 0; ///< Largest size of the file in pages; 0: no limit.
    /// So long a finish waits for a disk without space.
    Duration stallLimit = std::chrono::seconds(30);
    qint64 reserveBytes = 64 * 1024; ///< Kept for a disk that is full; 0: none.
};

/// The store under test: SQLite as it ships.
Result<std::unique_ptr<Store>> openStore(const StoreSettings &settings);

} // namespace burrow::faults
