// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session_entry.h"
#include "store/sqlite_database.h"

#include <vector>

namespace burrow {

/// Everything that opening a store reads.
struct RecoveryScan
{
    SessionEntries sessions;                      ///< Each with its image.
    QHash<QByteArrayView, SessionEntry *> byName; ///< The bytes are the entries'.
    QHash<SessionId, SessionEntry *> byId;
    /// Those whose row or inputs say that a start was granted, in the order of their numbers.
    std::vector<SessionEntry *> granted;
    DamagedRows damaged;
    qint64 lastSid = 0;
    quint64 openInputs = 0;
    quint64 corruptSessions = 0; ///< Those with a problem; each is refused until it was read again.
    quint64 highestSequence = 0;
    quint64 lastReceipt = 0;
    quint64 lastEvent = 0;
};

/// Reads sessions and open inputs on two connections at once and links them. The caller keeps everybody from
/// writing meanwhile. A damaged row leaves its session with a problem. Errors: Io.
Result<RecoveryScan> scanStore(const QString &path, const QByteArray &vfs);

/// Counts each start that was granted in `epoch` and has no result: the host died in it, maybe of it. Raises
/// crashes and starts of the inputs, voids the grants, in the caller's transaction and in the images. Gives the
/// number of inputs. Errors: Io.
Result<quint64> countBrokenStarts(SqliteDatabase &database, RecoveryScan &scan, quint64 epoch);

} // namespace burrow
