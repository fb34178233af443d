// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "store/record_crc.h"
#include "store/sid_index.h"

/// Whose a damaged row is. The damage may be in the very column that says it: then the wrong session would be
/// held, or none, while the right one goes on without what is damaged.
namespace burrow {

/// "the row of … is damaged", for the session that it belongs to.
QString damaged(const DamagedRow &row);
QString damagedSession(qint64 sid); ///< The session's own row.
/// The same where no session can be found: then the file is refused, for each might be the one. Io.
Error belongsToNobody(const DamagedRow &row);

/// A sound input of a session that is not there: opened under its name, that session would be a new one, and
/// nobody would miss what it had accepted.
Error sessionIsGone(const InputColumnsView &input);

/// The session whose number makes the checksum of a damaged row right: the damage is in the number itself. Null
/// when there is none.
template <typename Columns>
SessionEntry *ownerByChecksum(Columns row, const SidIndex &bySid)
{
    for (SessionEntry *entry : bySid.entries()) {
        row.sid = entry->sid;
        if (checksum(row) == row.crc)
            return entry;
    }
    return nullptr;
}

/// The session of a damaged row of an input; null when nobody can tell. The row's own number is trusted only
/// when the rest agrees with it: the row's place and the input's id, whose low bits are that place, show that
/// no column has moved.
SessionEntry *ownerOfDamaged(const InputColumnsView &row, const SidIndex &bySid);

} // namespace burrow
