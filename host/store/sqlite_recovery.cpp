// SPDX-License-Identifier: Apache-2.0
// Opening: the two tables that make up the present are read whole; history is not touched, so that its length
// costs nothing.
#include "store/sqlite_recovery.h"

#include "store/damage.h"
#include "store/record_columns_io.h"
#include "store/sqlite_schema.h"

#include <algorithm>
#include <latch>
#include <thread>

#include <sqlite3.h>

namespace burrow {

namespace {

Result<SqliteDatabase> openReader(const QString &path, const QByteArray &vfs)
{
    Result<SqliteDatabase> database = SqliteDatabase::open(path, SqliteAccess::ReadOnly, vfs);
    if (!database)
        return database.error();
    if (const Result<void> prepared = prepareReader(*database); !prepared)
        return prepared.error();
    return database;
}

/// Calls `take` with the statement at every row.
template <typename Take>
Result<void> stepThrough(SqliteDatabase &database, const char *select, Take take)
{
    Result<SqliteStatement> statement = database.prepare(select);
    if (!statement)
        return statement.error();
    int code = SQLITE_ROW;
    while ((code = statement->step()) == SQLITE_ROW)
        take(*statement);
    return code == SQLITE_DONE ? Result<void>() : database.lastError();
}

/// Calls `take` with every row and whether it is sound.
template <typename Columns, typename Take>
Result<void> eachRow(SqliteDatabase &database, const char *select, Take take)
{
    return stepThrough(database, select, [&take](const SqliteStatement &statement) {
        Columns row;
        const bool sound = readRow(statement, row);
        take(std::move(row), sound);
    });
}

/// The session cannot be trusted; the first problem that was met is the one that is told.
void hold(RecoveryScan &scan, SessionEntry &entry, const QString &problem)
{
    scan.corruptSessions += entry.refused.exchange(true) ? 0 : 1;
    entry.image->complain(problem);
}

struct Inputs
{
    Result<void> read;
    std::list<InputColumns> sound;
    std::vector<InputColumns> damaged;
};

Inputs readInputs(const QString &path, const QByteArray &vfs)
{
    Inputs inputs;
    Result<SqliteDatabase> database = openReader(path, vfs);
    if (!database) {
        inputs.read = database.error();
        return inputs;
    }
    quint64 last = 0;
    bool inOrder = true;
    inputs.read = stepThrough(*database, input_select, [&](const SqliteStatement &statement) {
        InputColumns &row = inputs.sound.emplace_back();
        const bool sound = readRow(statement, row);
        inOrder &= row.sequence > last;
        last = row.sequence;
        if (!sound) {
            inputs.damaged.push_back(std::move(row));
            inputs.sound.pop_back();
        }
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
        const Result<qint64> count = database->integerOf("SELECT count(*) FROM session");
        if (!count)
            return count.error();
        m_bySid.reserve(*count);
        Result<void> read = eachRow<SessionColumns>(
            *database, session_select, [this](SessionColumns row, bool sound) { take(std::move(row), sound); });
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
    void take(SessionColumns row, bool sound)
    {
        SessionEntry &entry = m_scan.sessions.add();
        entry.sid = row.sid;
        entry.id = {row.uuid.uuid()};
        entry.name = row.name;
        entry.image = std::make_unique<RecoveredSession>();
        const std::optional<StoredGrant> grant = decodeGrant(row.grant);
        if (!sound || !grant) {
            hold(m_scan, entry, damaged("session", QStringLiteral("session %1").arg(row.sid)));
            m_damaged.push_back(&entry);
        } else {
            entry.grant = grant->grant;
        }
        entry.image->row = std::move(row);
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
        const Result<void> read = eachRow<ColdColumns>(database, cold_select, [&](ColdColumns row, bool sound) {
            SessionEntry *entry = m_bySid.find(row.sid);
            if (!sound) {
                if (SessionEntry *moved = ownerByChecksum(row, m_bySid))
                    entry = moved;
                const QString which = QStringLiteral("session %1").arg(row.sid);
                if (entry != nullptr)
                    hold(m_scan, *entry, damaged("cold", which));
                else
                    owned = belongsToNobody("cold", which);
            } else if (entry != nullptr) {
                entry->image->cold = std::make_unique<ColdColumns>(std::move(row));
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
        const Result<void> read =
            eachRow<SnapshotColumns>(database, snapshot_select, [&](const SnapshotColumns &row, bool sound) {
                if (sound)
                    return;
                SessionEntry *owner = ownerByChecksum(row, m_bySid);
                if (owner == nullptr)
                    owner = m_bySid.find(row.sid);
                const QString which = QStringLiteral("session %1").arg(row.sid);
                if (owner != nullptr)
                    hold(m_scan, *owner, damaged("snapshot", which));
                else
                    owned = belongsToNobody("snapshot", which);
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
    while (!inputs.sound.empty()) {
        const InputColumns &row = inputs.sound.front();
        scan.highestSequence = std::max(scan.highestSequence, row.sequence);
        const SessionEntry *owner = bySid.find(row.sid);
        if (owner == nullptr)
            return sessionIsGone(row);
        ++scan.openInputs;
        std::list<InputColumns> &own = owner->image->inputs;
        own.splice(own.end(), inputs.sound, inputs.sound.begin());
    }
    for (const InputColumns &row : inputs.damaged) {
        scan.highestSequence = std::max(scan.highestSequence, row.sequence);
        SessionEntry *owner = ownerOfDamaged(row, bySid);
        if (owner == nullptr)
            return belongsToNobody("input", QStringLiteral("input %1").arg(row.sequence));
        hold(scan, *owner, damaged("input", QStringLiteral("input %1").arg(row.sequence)));
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
    // The indexes are filled after the scan, for rows and indexes together do not fit into the cache; and on
    // both threads, for they are a third of it.
    std::thread second([&] {
        sessions = sessionScan.run(path, vfs);
        sessionsAreRead.count_down();
        indexIds(scan, bySid);
    });
    Inputs inputs = readInputs(path, vfs);
    sessionsAreRead.wait();
    Result<void> linked;
    if (sessions && inputs.read) {
        indexNames(scan, bySid, sessionScan.damagedRows());
        linked = link(scan, bySid, inputs);
    }
    second.join();
    for (const Result<void> &done : {sessions, inputs.read, linked}) {
        if (!done)
            return done.error();
    }
    return scan;
}

StoredSession storedSession(const SessionEntry &entry, RecoveredSession image)
{
    StoredSession session;
    session.id = entry.id;
    session.name = entry.name;
    session.existed = true;
    const bool rowSound = image.problem.isEmpty() || decodeGrant(image.row.grant).has_value();
    if (std::optional<SessionRow> row = rowSound ? decodeSession(image.row) : std::nullopt)
        session.row = std::move(*row);
    else
        image.complain(damaged("session", QStringLiteral("session %1").arg(entry.sid)));
    if (image.cold) {
        if (std::optional<StoredCold> cold = decodeCold(*image.cold)) {
            session.binding = std::move(cold->binding);
            session.owed = std::move(cold->owed);
            session.executor = std::move(cold->executor);
            session.operations = std::move(cold->operations);
        } else {
            image.complain(damaged("cold", QStringLiteral("session %1").arg(entry.sid)));
        }
    }
    session.openInputs.reserve(image.inputs.size());
    for (const InputColumns &columns : image.inputs) {
        std::optional<InputRow> row = decodeInput(columns);
        if (!row) {
            image.complain(damaged("input", QStringLiteral("input %1").arg(columns.sequence)));
            continue;
        }
        const std::vector<quint64> &granted = session.row.grant.inputs;
        if (std::find(granted.begin(), granted.end(), row->sequence) != granted.end())
            row->starts = std::max(row->starts, session.row.grant.attempt);
        session.openInputs.push_back(std::move(*row));
    }
    session.corruption = image.problem;
    return session;
}

Result<void> readSnapshot(SqliteDatabase &reader, const SessionEntry &entry, StoredSession &session)
{
    const QByteArray select = QByteArray(snapshot_select) + " WHERE sid=?";
    Result<SqliteStatement> statement = reader.prepare(select.constData());
    if (!statement)
        return statement.error();
    const int code = statement->integer(entry.sid).step();
    if (code == SQLITE_DONE)
        return {};
    if (code != SQLITE_ROW)
        return reader.lastError();
    SnapshotColumns row;
    if (readRow(*statement, row)) {
        session.snapshot = row.bytes.isNull() ? QByteArray("") : std::move(row.bytes);
        session.snapshotRun = {row.run.uuid()};
        session.snapshotPlugin = std::move(row.plugin);
    } else if (session.corruption.isEmpty()) {
        session.corruption = damaged("snapshot", QStringLiteral("session %1").arg(entry.sid));
    }
    return {};
}

Result<StoredSession> readSession(SqliteDatabase &reader, const SessionEntry &entry)
{
    // One transaction: the parts fit together. It is short, for a long one would keep the log from being
    // reused.
    if (const Result<void> begun = reader.execute("BEGIN"); !begun)
        return begun.error();
    RecoveredSession image;
    bool found = false;
    const QByteArray where = " WHERE sid=" + QByteArray::number(entry.sid);
    Result<void> read = eachRow<SessionColumns>(
        reader, QByteArray(session_select + where).constData(), [&](SessionColumns row, bool sound) {
            found = true;
            if (!sound)
                image.complain(damaged("session", QStringLiteral("session")));
            image.row = std::move(row);
        });
    if (read)
        read = eachRow<ColdColumns>(reader, QByteArray(cold_select + where).constData(),
                                    [&](ColdColumns row, bool sound) {
                                        if (!sound)
                                            image.complain(damaged("cold", QStringLiteral("the session")));
                                        image.cold = std::make_unique<ColdColumns>(std::move(row));
                                    });
    if (read)
        read = eachRow<InputColumns>(
            reader, QByteArray(input_select + where).constData(), [&](InputColumns row, bool sound) {
                if (sound)
                    image.inputs.push_back(std::move(row));
                else
                    image.complain(damaged("input", QStringLiteral("input %1").arg(row.sequence)));
            });
    StoredSession session = storedSession(entry, std::move(image));
    if (read && found)
        read = readSnapshot(reader, entry, session);
    static_cast<void>(reader.execute("COMMIT"));
    if (!read)
        return read.error();
    if (!found)
        return Error{ErrorKind::Io,
                     QStringLiteral("the session \"%1\" was not stored").arg(QString::fromUtf8(entry.name))};
    return session;
}

} // namespace burrow
