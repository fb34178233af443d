// SPDX-License-Identifier: Apache-2.0
#include "store/damage.h"

#include "model/ids.h"

namespace burrow {

namespace {

const char *tableOf(DamagedRow::Table table)
{
    switch (table) {
    case DamagedRow::Table::Input:
        return "input";
    case DamagedRow::Table::Cold:
        return "cold";
    case DamagedRow::Table::Snapshot:
        break;
    }
    return "snapshot";
}

/// "input 7", for the words of a message.
QString nameOf(const DamagedRow &row)
{
    const bool isInput = row.table == DamagedRow::Table::Input;
    return QStringLiteral("%1 %2").arg(QLatin1String(isInput ? "input" : "session")).arg(row.place);
}

QString damagedIn(const char *table, const QString &name)
{
    return QStringLiteral(
               "the row of %1 in table \"%2\" is damaged; restore a backup of the store, or remove the "
               "row")
        .arg(name, QLatin1String(table));
}

} // namespace

QString damaged(const DamagedRow &row)
{
    return damagedIn(tableOf(row.table), nameOf(row));
}

QString damagedSession(qint64 sid)
{
    return damagedIn("session", QStringLiteral("session %1").arg(sid));
}

Error belongsToNobody(const DamagedRow &row)
{
    return {ErrorKind::Io,
            QStringLiteral("the row of %1 in table \"%2\" is damaged so that nobody can tell whose it "
                           "is; restore a backup of the store, or remove the row")
                .arg(nameOf(row), QLatin1String(tableOf(row.table)))};
}

Error sessionIsGone(const InputColumnsView &input)
{
    return {ErrorKind::Io,
            QStringLiteral(
                "input %1 was accepted for a session whose row (%2 in table \"session\") is gone; restore "
                "a backup of the store, or remove the input's row")
                .arg(input.sequence)
                .arg(input.sid)};
}

SessionEntry *ownerOfDamaged(const InputColumnsView &row, const SidIndex &bySid)
{
    if (SessionEntry *moved = ownerByChecksum(row, bySid))
        return moved;
    const auto isSoundWith = [&row](auto change) {
        InputColumnsView other = row;
        change(other);
        return checksum(other) == row.crc;
    };
    const Uuid id = row.id.uuid();
    const quint64 sequence = sequenceOf(InputId{id});
    const Uuid repaired{id.high, id.low - sequence + row.sequence};
    const bool agrees = sequence == row.sequence
                        || isSoundWith([&](InputColumnsView &other) { other.sequence = sequence; })
                        || isSoundWith([&](InputColumnsView &other) { other.id = repaired; });
    return agrees ? bySid.find(row.sid) : nullptr;
}

} // namespace burrow
