// SPDX-License-Identifier: Apache-2.0
// Opening: the two tables that make up the present are read whole; history is not touched, so that its length
// costs nothing.
#include "store/sqlite_recovery.h"

#include "store/damage.h"
#include "store/row_reading.h"
#include "store/sqlite_schema.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <latch>
#include <thread>

namespace burrow {

namespace {

/// The session cannot be trusted; the first problem that was met is the one that is told.
void hold(RecoveryScan &scan, SessionEntry &entry, const QString &problem)
{
    scan.corruptSessions += entry.refused.exchange(true) ? 0 : 1;
    entry.image->complain(problem);
}

/// The same for a row of another table.
void hold(RecoveryScan &scan, SessionEntry &entry, DamagedRow row)
{
    scan.damaged[&entry].push_back(row);
    hold(scan, entry, damaged(row));
}

struct Inputs
{
    Result<void> read;
    /// With the number of the session that each belongs to, so that giving them out touches no row.
    std::deque<std::pair<qint64, RecoveredInputPtr>> sound;
    std::vector<InputColumns> damaged;
    std::vector<qint64> granted; ///< The sessions of those whose start was granted; some of them often.
    quint64 highest = 0;         ///< The last sequence.
};

Inputs readInputs(const QString &path, const QByteArray &vfs)
{
    Inputs inputs;
    Result<SqliteDatabase> database = openReader(path, vfs);
    if (!database) {
        inputs.read = database.error();
        return inputs;
    }
    RecoveryBlocks blocks;
    quint64 last = 0;
    bool inOrder = true;
    inputs.read = database->fold(input_select, [&](const SqliteArguments &columns) {
        InputColumnsView row;
        const bool sound = readRow(columns, row);
        inOrder &= row.sequence > last;
        last = row.sequence;
        inputs.highest = std::max(inputs.highest, row.sequence);
        if (row.starts > 0)
            inputs.granted.push_back(row.sid);
        if (sound)
            inputs.sound.emplace_back(row.sid, keep(blocks, row));
        else
            inputs.damaged.push_back(ownedCopy(row));
    });
    // A row that is out of its place stands where another one was.
    if (inputs.read && !inOrder)
        inputs.read =
            Error{ErrorKind::Io, QStringLiteral("table \"input\" of the store %1 is damaged: its rows are out "
                                                "of order; restore a backup of the store")
                                     .arg(path)};
    return inputs;
}

class SessionScan
{
public:
    SessionScan(RecoveryScan &scan, SidIndex &bySid)
        : m_scan(scan)
        , m_bySid(bySid)
    {
    }

    Result<void> run(const QString &path, const QByteArray &vfs)
    {
        Result<SqliteDatabase> database = openReader(path, vfs);
        if (!database)
            return database.error();
        RecoveryBlocks blocks;
        Result<void> read = database->fold(session_select, [this, &blocks](const SqliteArguments &columns) {
            SessionColumnsView row;
            const bool sound = readRow(columns, row);
            take(blocks, row, sound);
        });
        // A row that is out of its place stands where another one was, and nobody would be found by number.
        if (read && !m_inOrder)
            read =
                Error{ErrorKind::Io,
                      QStringLiteral("table \"session\" of the store %1 is damaged: its rows are out of order; "
                                     "restore a backup of the store")
                          .arg(path)};
        if (read)
            read = takeNamesOfIndex(*database);
        if (read)
            read = takeBindings(*database);
        if (read)
            read = takeSnapshotNumbers(*database);
        if (read)
            read = takeCounters(*database);
        return read;
    }

    /// The sessions whose own row is damaged.
    const std::vector<SessionEntry *> &damagedRows() const { return m_damaged; }

private:
    void take(RecoveryBlocks &blocks, const SessionColumnsView &row, bool sound)
    {
        SessionEntry &entry = m_scan.sessions.add();
        entry.sid = row.sid;
        entry.id = {row.uuid.uuid()};
        entry.name = row.name.toByteArray();
        entry.image = keep(blocks, row);
        const std::optional<StoredGrant> grant = decodeGrant(row.grant);
        if (!sound || !grant) {
            hold(m_scan, entry, damagedSession(row.sid));
            m_damaged.push_back(&entry);
        } else {
            entry.grant = grant->grant;
            if (!row.grant.isEmpty())
                m_scan.granted.push_back(&entry);
        }
        m_bySid.add(entry);
        m_inOrder &= entry.sid > m_scan.lastSid;
        m_scan.lastSid = std::max(m_scan.lastSid, entry.sid);
    }

    /// The name of a damaged row may be the damage. The index holds each name a second time.
    Result<void> takeNamesOfIndex(SqliteDatabase &database)
    {
        if (m_damaged.empty())
            return {};
        Result<SqliteStatement> names =
            database.prepare("SELECT sid,name FROM session INDEXED BY session_name ORDER BY name");
        if (!names)
            return names.error();
        while (names->step() == SQLITE_ROW) {
            SessionEntry *entry = m_bySid.find(names->integerAt(0));
            if (entry != nullptr && !entry->image->problem.isEmpty())
                entry->name = names->bytesAt(1).toByteArray();
        }
        return {};
    }

    Result<void> takeBindings(SqliteDatabase &database)
    {
        Result<void> owned;
        const Result<void> read =
            forEachRow<ColdColumns>(database, cold_select, {}, [&](const ColdColumns &row, bool sound) {
                SessionEntry *entry = m_bySid.find(row.sid);
                if (!sound) {
                    if (SessionEntry *moved = ownerByChecksum(row, m_bySid))
                        entry = moved;
                    const DamagedRow cold{DamagedRow::Table::Cold, row.sid};
                    if (entry != nullptr)
                        hold(m_scan, *entry, cold);
                    else
                        owned = belongsToNobody(cold);
                } else if (entry != nullptr) {
                    entry->image->cold = std::make_unique<ColdColumns>(row);
                }
            });
        return read ? owned : read;
    }

    /// The bytes are left for when the session is opened. But a snapshot of no session, or one that is out of
    /// its place, is one that some session would miss without knowing: then all are looked at.
    Result<void> takeSnapshotNumbers(SqliteDatabase &database)
    {
        Result<SqliteStatement> numbers = database.prepare("SELECT sid FROM snapshot");
        if (!numbers)
            return numbers.error();
        bool inOrder = true;
        std::optional<qint64> last;
        while (numbers->step() == SQLITE_ROW) {
            const qint64 sid = numbers->integerAt(0);
            const SessionEntry *entry = m_bySid.find(sid);
            if (entry != nullptr)
                entry->image->hasSnapshot = true;
            inOrder &= entry != nullptr && (!last || *last < sid);
            last = sid;
        }
        return inOrder ? Result<void>() : blameDamagedSnapshots(database);
    }

    Result<void> blameDamagedSnapshots(SqliteDatabase &database)
    {
        Result<void> owned;
        const Result<void> read = forEachRow<SnapshotColumns>(
            database, snapshot_select, {}, [&](const SnapshotColumns &row, bool sound) {
                if (sound)
                    return;
                SessionEntry *owner = ownerByChecksum(row, m_bySid);
                if (owner == nullptr)
                    owner = m_bySid.find(row.sid);
                const DamagedRow snapshot{DamagedRow::Table::Snapshot, row.sid};
                if (owner != nullptr)
                    hold(m_scan, *owner, snapshot);
                else
                    owned = belongsToNobody(snapshot);
            });
        return read ? owned : read;
    }

    Result<void> takeCounters(SqliteDatabase &database)
    {
        const std::pair<const char *, quint64 *> counters[] = {
            {"SELECT max(rno) FROM receipt", &m_scan.lastReceipt},
            {"SELECT max(eno) FROM event", &m_scan.lastEvent},
            {"SELECT max(seq) FROM ledger", &m_scan.highestSequence},
        };
        for (const auto &[sql, counter] : counters) {
            const Result<qint64> value = database.integerOf(sql);
            if (!value)
                return value.error();
            *counter = static_cast<quint64>(*value);
        }
        return {};
    }

    RecoveryScan &m_scan;
    SidIndex &m_bySid;
    std::vector<SessionEntry *> m_damaged;
    bool m_inOrder = true;
};

void indexNames(RecoveryScan &scan, const SidIndex &bySid, const std::vector<SessionEntry *> &damaged)
{
    scan.byName.reserve(static_cast<qsizetype>(bySid.entries().size()));
    for (SessionEntry *entry : bySid.entries())
        scan.byName.insert(entry->name, entry);
    // Of two with one name nobody is told that all is well.
    for (SessionEntry *entry : damaged)
        scan.byName.insert(entry->name, entry);
}

void indexIds(RecoveryScan &scan, const SidIndex &bySid)
{
    scan.byId.reserve(static_cast<qsizetype>(bySid.entries().size()));
    for (SessionEntry *entry : bySid.entries())
        scan.byId.insert(entry->id, entry);
}

Result<void> link(RecoveryScan &scan, const SidIndex &bySid, Inputs &inputs)
{
    scan.openInputs += inputs.sound.size();
    scan.highestSequence = std::max(scan.highestSequence, inputs.highest);
    for (auto &[sid, input] : inputs.sound) {
        SessionEntry *owner = bySid.find(sid);
        if (owner == nullptr)
            return sessionIsGone(input->row(sid));
        owner->image->inputs.append(std::move(input));
    }
    for (const InputColumns &row : inputs.damaged) {
        SessionEntry *owner = ownerOfDamaged(viewOf(row), bySid);
        const DamagedRow place{DamagedRow::Table::Input, static_cast<qint64>(row.sequence)};
        if (owner == nullptr)
            return belongsToNobody(place);
        hold(scan, *owner, place);
    }
    std::vector<qint64> &granted = inputs.granted;
    for (const SessionEntry *entry : scan.granted)
        granted.push_back(entry->sid);
    std::sort(granted.begin(), granted.end());
    granted.erase(std::unique(granted.begin(), granted.end()), granted.end());
    scan.granted.clear();
    for (const qint64 sid : granted) {
        if (SessionEntry *entry = bySid.find(sid))
            scan.granted.push_back(entry);
    }
    return {};
}

} // namespace

Result<RecoveryScan> scanStore(const QString &path, const QByteArray &vfs)
{
    RecoveryScan scan;
    SidIndex bySid;
    SessionScan sessionScan(scan, bySid);
    Result<void> sessions;
    std::latch sessionsAreRead(1);
    // The indexes are filled after the scan, for rows and indexes together do not fit into the cache. That of
    // the names by whichever thread comes to it first.
    std::atomic_flag namesAreTaken;
    const auto takeNames = [&] {
        if (!namesAreTaken.test_and_set())
            indexNames(scan, bySid, sessionScan.damagedRows());
    };
    std::thread second([&] {
        sessions = sessionScan.run(path, vfs);
        sessionsAreRead.count_down();
        indexIds(scan, bySid);
        takeNames();
    });
    Inputs inputs = readInputs(path, vfs);
    sessionsAreRead.wait();
    Result<void> linked;
    if (sessions && inputs.read)
        linked = link(scan, bySid, inputs);
    takeNames();
    second.join();
    for (const Result<void> &done : {sessions, inputs.read, linked}) {
        if (!done)
            return done.error();
    }
    return scan;
}

} // namespace burrow
