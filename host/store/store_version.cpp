// SPDX-License-Identifier: Apache-2.0
#include "store/store_version.h"

#include "store/sqlite_schema.h"

#include <sqlite3.h>

namespace burrow {

qint64 storeSchemaVersion()
{
    return store_schema_version;
}

QByteArray sqliteVersion()
{
    return sqlite3_libversion();
}

} // namespace burrow
