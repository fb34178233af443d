// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session_entry.h"

#include <span>

namespace burrow {

/// Rows that few sets have. Apart, so that the many have nothing to read of them.
struct RareRows
{
    std::optional<LedgerColumns> consumed; ///< Accepted and ended at once: never among the open inputs.
    std::vector<RequeuedInput> requeued;
    std::optional<SnapshotColumns> snapshot;
    std::optional<ColdColumns> cold;      ///< All of the cold row but the operations, which stay.
    std::optional<QByteArray> operations; ///< Of the cold row, the rest of which stays.
};

/// A write set as rows, encoded and summed on the thread that submits it, so that the one writer only binds and
/// steps.
struct PreparedSet
{
    enum class Kind : quint8 { Create, Accept, FinishRun, Note, Other };

    SessionEntry *entry = nullptr; ///< Null: the session is not known.
    SessionId session;
    TicketNumber ticket = 0;
    Kind kind = Kind::Other;
    QString defect; ///< Non-empty: the set contradicts itself, and why.

    std::optional<InputColumns> accepted;
    std::vector<LedgerColumns> finished;
    std::optional<SessionColumns> row;
    StartGrant grant; ///< That of `row`.
    std::optional<ReceiptColumns> receipt;
    std::optional<EventColumns> event;
    std::unique_ptr<RareRows> rare; ///< Null: none of them.
    SpareBlobs spare;

    /// Nobody has been told of it and nothing has run for it: without space it is given back, not held. Who
    /// runs a session that is there is held: one moment without space must not keep it closed.
    bool isRefusable() const { return kind == Kind::Create || kind == Kind::Accept || kind == Kind::Note; }
    /// Makes room for rows that few sets have.
    RareRows &withRare();
    /// Those that there are.
    std::span<const RequeuedInput> requeued() const;
    /// Its rows hold so much that it is not worth keeping for the next one.
    bool isLarge() const;
    /// As new, but for the memory that its rows had.
    void clear();
};

/// Fills a set that is new or was cleared. `entry` may be null. Any thread.
void prepareSet(PreparedSet &prepared, const WriteSet &set, SessionEntry *entry, quint64 epoch, WallTime now);
/// The first rows of a new session.
PreparedSet prepareCreation(SessionEntry &entry, quint64 epoch);
/// That the session, which was found as `stored`, is run by the entry's executor from now on. A snapshot that
/// does not say whose it is gets an owner: before this, nobody knew of several.
PreparedSet prepareReopening(SessionEntry &entry, const StoredSession &stored, WallTime now);

} // namespace burrow
