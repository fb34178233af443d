// SPDX-License-Identifier: Apache-2.0
#include "store/host_row.h"

#include "store/record_columns_io.h"
#include "store/record_crc.h"

#include <sqlite3.h>

namespace burrow {

bool changeHost(SqliteDatabase &database, const std::function<bool(HostColumns &)> &change)
{
    Result<SqliteStatement> select = database.prepare(host_select);
    Result<SqliteStatement> update = database.prepare(host_update);
    HostColumns host;
    if (!select || !update || select->step() != SQLITE_ROW || !readRow(*select, host))
        return false;
    select->reset();
    if (!change(host))
        return false;
    host.crc = checksum(host);
    bindRow(*update, host);
    return update->run() == SQLITE_DONE;
}

} // namespace burrow
