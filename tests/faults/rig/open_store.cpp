// SPDX-License-Identifier: Apache-2.0
#include "rig/open_store.h"

#include "session/system_clock.h"
#include "store/sqlite_store.h"

namespace burrow::faults {

Result<std::unique_ptr<Store>> openStore(const StoreSettings &settings)
{
    static const SystemClock clock;
    SqliteStoreOptions options;
    options.path = settings.path;
    options.hostName = "faults";
    options.clock = &clock;
    options.vfs = settings.vfs;
    options.stallLimit = settings.stallLimit;
    options.reserveBytes = settings.reserveBytes;
    options.pagesMax = settings.pagesMax;
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(options);
    if (!store)
        return store.error();
    return std::unique_ptr<Store>(std::move(store).value());
}

} // namespace burrow::faults
