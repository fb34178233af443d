// SPDX-License-Identifier: Apache-2.0
// What a host that broke off leaves behind: permissions to start that nobody gave back.
#include "store/record_columns_io.h"
#include "store/record_crc.h"
#include "store/sqlite_recovery.h"
#include "store/store_sequence.h"

#include <algorithm>

#include <sqlite3.h>

namespace burrow {

namespace {

/// The grants of one session that are open: that of its row, and that which rode in an accept as long as the
/// row was not written after it.
class OpenGrants
{
public:
    OpenGrants(RecoveredSession &image, quint64 epoch)
        : m_image(image)
        , m_epoch(epoch)
    {
        if (std::optional<StoredGrant> grant = decodeGrant(image.grant())) {
            m_open = grant->epoch == epoch;
            m_grant = std::move(grant->grant);
        }
    }

    bool rowHasOne() const { return m_open && !m_grant.inputs.empty(); }
    /// The row's grant is about to be cleared: the attempt number that it gave out stays used, also when an
    /// orderly close has voided the grant. True: the input did not know that number itself.
    bool keepAttempt(RecoveredInput &input) const
    {
        if (!granted(input) || input.starts >= m_grant.attempt)
            return false;
        input.starts = m_grant.attempt;
        return true;
    }
    /// Counts the input if its start was granted; true when it did.
    bool count(RecoveredInput &input) const
    {
        const bool byRow = m_open && granted(input);
        const bool byAccept = input.starts > 0 && epochOfSequence(input.sequence) == m_epoch
                              && m_image.nextAdmission <= input.admission;
        if (!byRow && !byAccept)
            return false;
        ++input.crashes;
        if (byRow)
            input.starts = std::max(input.starts, m_grant.attempt);
        return true;
    }

private:
    bool granted(const RecoveredInput &input) const
    {
        return std::find(m_grant.inputs.begin(), m_grant.inputs.end(), input.sequence) != m_grant.inputs.end();
    }

    const RecoveredSession &m_image;
    quint64 m_epoch;
    StartGrant m_grant;  ///< Of the row, also when it is void.
    bool m_open = false; ///< It is not: the host that wrote it broke off.
};

} // namespace

Result<quint64> countBrokenStarts(SqliteDatabase &database, RecoveryScan &scan, quint64 epoch)
{
    Result<SqliteStatement> input = database.prepare("UPDATE input SET starts=?,crashes=?,crc=? WHERE seq=?");
    Result<SqliteStatement> session =
        database.prepare("UPDATE session SET next_adm=?,grant=NULL,crc=? WHERE sid=?");
    if (!input || !session)
        return (input ? session : input).error();
    const auto write = [&input](const RecoveredInput &row, qint64 sid) {
        const quint32 crc = checksum(row.row(sid));
        return input->integer(row.starts).integer(row.crashes).integer(crc).number(row.sequence).run();
    };
    quint64 count = 0;
    for (SessionEntry *entry : scan.granted) {
        RecoveredSession &image = *entry->image;
        // A session that is held keeps its rows as they are, for whoever looks into it.
        if (!image.problem.isEmpty())
            continue;
        const OpenGrants grants(image, epoch);
        bool counted = grants.rowHasOne();
        for (RecoveredInput &row : image.inputs) {
            if (!grants.count(row))
                continue;
            counted = true;
            ++count;
            if (write(row, entry->sid) != SQLITE_DONE)
                return database.lastError();
        }
        if (!counted)
            continue;
        for (RecoveredInput &row : image.inputs) {
            image.nextAdmission = std::max(image.nextAdmission, row.admission + 1);
            if (grants.keepAttempt(row) && write(row, entry->sid) != SQLITE_DONE)
                return database.lastError();
        }
        image.clearGrant();
        entry->grant = {};
        const quint32 crc = checksum(rowOf(*entry, image));
        if (session->number(image.nextAdmission).integer(crc).integer(entry->sid).run() != SQLITE_DONE)
            return database.lastError();
    }
    return count;
}

} // namespace burrow
