// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/prepared_set.h"
#include "store/row_inserter.h"
#include "store/sqlite_database.h"

namespace burrow {

/// What became of one set inside a transaction.
struct SetResult
{
    enum class Kind : quint8 {
        Written,
        Refused, ///< Store and memory disagree; earlier statements of the set may still be in the transaction.
        Failed,  ///< The outside: `code` is SQLite's.
    };
    Kind kind = Kind::Written;
    int code = 0;
    QString reason;
};

/// Writes prepared sets on one connection, inside the caller's transaction. New rows of several sets are
/// gathered and inserted together, so a set must live until flush(), and what contradicts the store may be met
/// by a later set or by flush(). One thread.
class SetWriter
{
public:
    /// Errors: Io (a file without these tables).
    static Result<SetWriter> make(SqliteDatabase &database);

    /// The connection has moved to another place.
    void setDatabase(SqliteDatabase &database) { m_database = &database; }

    SetResult write(PreparedSet &set);
    /// Writes what write() has gathered. Called before anything is committed, or released.
    SetResult flush();

    /// What write() noted beside the database goes with the transaction: mark(), then either undoTo() with a
    /// rollback or accept() with the commit.
    std::size_t mark() const { return m_grants.size(); }
    void undoTo(std::size_t mark);
    void accept() { m_grants.clear(); }

    /// Both give SQLite's code, which is SQLITE_DONE when it worked.
    int begin() { return m_begin.run(); }
    int commit() { return m_commit.run(); }
    /// The epoch that the file holds now, or nothing with `code` set.
    std::optional<quint64> epoch(int &code);

    void setCounters(quint64 receipt, quint64 event) { m_receipt = receipt, m_event = event; }
    quint64 lastReceipt() const { return m_receipt; }
    quint64 lastEvent() const { return m_event; }
    /// Sequences above this one were never written: an accept needs no look into the ledger.
    void setHighest(quint64 sequence) { m_highest = sequence; }
    quint64 highest() const { return m_highest; }

private:
    struct GrantChange
    {
        SessionEntry *entry = nullptr;
        StartGrant before;
    };

    SetResult accept(const InputColumns &row);
    SetResult consume(const LedgerColumns &row);
    SetResult finish(const LedgerColumns &row);
    SetResult requeue(const RequeuedInput &input, const SessionEntry &entry);
    SetResult writeRow(PreparedSet &set);
    SetResult keepAttempts(const PreparedSet &set);
    SetResult raiseStarts(quint64 sequence, qint64 sid, quint32 attempt);
    SetResult update(const InputColumns &row);
    SetResult checkGrant(const PreparedSet &set);
    SetResult writeRest(PreparedSet &set);
    SetResult writeCold(const SessionEntry &entry, const RareRows &rows);
    SetResult isUnused(quint64 sequence);
    bool needsGathered(const PreparedSet &set) const;
    SetResult result(int code) const;
    SetResult refused(const QString &reason) const { return {SetResult::Kind::Refused, 0, reason}; }

    SqliteDatabase *m_database = nullptr;
    SqliteStatement m_begin;
    SqliteStatement m_commit;
    SqliteStatement m_epoch;
    SqliteStatement m_createSession;
    SqliteStatement m_findInput;
    SqliteStatement m_readInput;
    SqliteStatement m_updateInput;
    SqliteStatement m_deleteInput;
    SqliteStatement m_findLedger;
    SqliteStatement m_updateSession;
    SqliteStatement m_readCold;
    SqliteStatement m_upsertCold;
    SqliteStatement m_upsertSnapshot;
    RowInserter<InputColumns> m_newInputs;
    RowInserter<LedgerColumns> m_newLedger;
    RowInserter<ReceiptColumns> m_newReceipts;
    RowInserter<EventColumns> m_newEvents;
    std::vector<GrantChange> m_grants; ///< Of this transaction, oldest first.
    quint64 m_receipt = 0;
    quint64 m_event = 0;
    quint64 m_highest = 0;
};

} // namespace burrow
