// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_columns.h"

/// The checksum of each row: CRC-32C over the table's letter and every other column in the order of the table,
/// so that a bit that turned, and a row that stands in another row's place, are seen.
namespace burrow {

quint32 checksum(const HostColumns &row);
quint32 checksum(const SessionColumnsView &row);
quint32 checksum(const ColdColumns &row);
quint32 checksum(const SnapshotColumns &row);
quint32 checksum(const InputColumnsView &row);
quint32 checksum(const LedgerColumns &row);
quint32 checksum(const ReceiptColumns &row);
quint32 checksum(const EventColumns &row);
inline quint32 checksum(const SessionColumns &row)
{
    return checksum(viewOf(row));
}
inline quint32 checksum(const InputColumns &row)
{
    return checksum(viewOf(row));
}

} // namespace burrow
