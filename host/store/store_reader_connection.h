// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/row_reading.h"
#include "store/store_reader.h"

/// What the parts of StoreReader share; nobody else includes this.
namespace burrow {

class StoreReader::Private
{
public:
    Private(SqliteDatabase opened, QString itsPath)
        : database(std::move(opened))
        , path(std::move(itsPath))
    {
    }

    /// Fixes the moment that the transaction shows, and says whose the store is. `damage` gets a finding when
    /// the host's own row cannot be trusted. Errors: Io.
    Result<StoreSight> look(std::vector<StoreFinding> &damage);

    SqliteDatabase database;
    const QString path;
};

/// The words for a row whose checksum or form is wrong, and what to do about it.
StoreFinding damagedRow(const QString &where);

} // namespace burrow
