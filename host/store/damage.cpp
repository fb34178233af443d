// SPDX-License-Identifier: Apache-2.0
#include "store/damage.h"

#include "model/ids.h"

namespace burrow {

QString damaged(const char *table, const QString &row)
{
    return QStringLiteral(
               "the row of %1 in table \"%2\" is damaged; restore a backup of the store, or remove the "
               "row")
        .arg(row, QString::fromLatin1(table));
}

Error belongsToNobody(const char *table, const QString &row)
{
    return {ErrorKind::Io,
            QStringLiteral("the row of %1 in table \"%2\" is damaged so that nobody can tell whose it "
                           "is; restore a backup of the store, or remove the row")
                .arg(row, QString::fromLatin1(table))};
}

Error sessionIsGone(const InputView &input)
{
    return {ErrorKind::Io,
            QStringLiteral(
                "input %1 was accepted for a session whose row (%2 in table \"session\") is gone; restore "
                "a backup of the store, or remove the input's row")
                .arg(input.sequence)
                .arg(input.sid)};
}

SessionEntry *ownerOfDamaged(const InputView &row, const SidIndex &bySid)
{
    if (SessionEntry *moved = ownerByChecksum(row, bySid))
        return moved;
    const auto isSoundWith = [&row](auto change) {
        InputView other = row;
        change(other);
        return checksum(other) == row.crc;
    };
    const Uuid id = row.id.uuid();
    const quint64 sequence = sequenceOf(InputId{id});
    const Uuid repaired{id.high, id.low - sequence + row.sequence};
    const bool agrees = sequence == row.sequence
                        || isSoundWith([&](InputView &other) { other.sequence = sequence; })
                        || isSoundWith([&](InputView &other) { other.id = repaired; });
    return agrees ? bySid.find(row.sid) : nullptr;
}

} // namespace burrow
