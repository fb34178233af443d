// SPDX-License-Identifier: Apache-2.0
#include "store/session_reading.h"

#include "store/damage.h"
#include "store/row_reading.h"

#include <algorithm>

namespace burrow {

namespace {

/// Puts a session together from its rows: first its own, whose grant says which inputs were started, then the
/// others in any order. What cannot be read makes it one that is not to be trusted; the first of that is what
/// is told.
class SessionAssembly
{
public:
    explicit SessionAssembly(const SessionEntry &entry)
        : m_sid(entry.sid)
    {
        m_session.id = entry.id;
        m_session.name = entry.name;
        m_session.existed = true;
    }

    void complain(const QString &problem)
    {
        if (m_session.corruption.isEmpty())
            m_session.corruption = problem;
    }
    void complainOf(const DamagedRow &row) { complain(damaged(row)); }
    void complainOfSession() { complain(damagedSession(m_sid)); }
    void complainOfCold() { complainOf({DamagedRow::Table::Cold, m_sid}); }
    void complainOfInput(quint64 sequence)
    {
        complainOf({DamagedRow::Table::Input, static_cast<qint64>(sequence)});
    }

    void take(const SessionColumnsView &columns)
    {
        if (std::optional<SessionRow> row = decodeSession(columns))
            m_session.row = std::move(*row);
        else
            complainOfSession();
    }
    void take(const ColdColumns &columns)
    {
        std::optional<StoredCold> cold = decodeCold(columns);
        if (!cold) {
            complainOfCold();
            return;
        }
        m_session.binding = std::move(cold->binding);
        m_session.owed = std::move(cold->owed);
        m_session.executor = std::move(cold->executor);
        m_session.operations = std::move(cold->operations);
    }
    void take(const InputColumnsView &columns)
    {
        std::optional<InputRow> row = decodeInput(columns);
        if (!row) {
            complainOfInput(columns.sequence);
            return;
        }
        const StartGrant &grant = m_session.row.grant;
        if (std::find(grant.inputs.begin(), grant.inputs.end(), row->sequence) != grant.inputs.end())
            row->starts = std::max(row->starts, grant.attempt);
        m_session.openInputs.push_back(std::move(*row));
    }

    StoredSession finish() { return std::move(m_session); }

private:
    const qint64 m_sid;
    StoredSession m_session;
};

} // namespace

StoredSession storedSession(const SessionEntry &entry, const RecoveredSession &image)
{
    SessionAssembly assembly(entry);
    assembly.complain(image.problem);
    assembly.take(rowOf(entry, image));
    if (image.cold)
        assembly.take(*image.cold);
    for (const RecoveredInput &input : image.inputs)
        assembly.take(input.row(entry.sid));
    return assembly.finish();
}

Result<void> readSnapshot(SqliteDatabase &reader, const SessionEntry &entry, StoredSession &session)
{
    return forEachRow<SnapshotColumns>(
        reader, QByteArray(snapshot_select) + " WHERE sid=?", {entry.sid},
        [&](const SnapshotColumns &row, bool sound) {
            if (sound) {
                session.snapshot = row.bytes.isNull() ? QByteArray("") : row.bytes;
                session.snapshotRun = {row.run.uuid()};
                session.snapshotPlugin = row.plugin;
            } else if (session.corruption.isEmpty()) {
                session.corruption = damaged({DamagedRow::Table::Snapshot, entry.sid});
            }
        });
}

namespace {

template <typename Row>
Result<bool> isStillDamaged(SqliteDatabase &reader, const char *select, const char *where, qint64 place)
{
    bool isDamaged = false;
    const Result<void> read = forEachRow<Row>(reader, QByteArray(select) + where, {place},
                                              [&isDamaged](const Row &, bool sound) { isDamaged |= !sound; });
    if (!read)
        return read.error();
    return isDamaged;
}

Result<bool> isStillDamaged(SqliteDatabase &reader, const DamagedRow &row)
{
    switch (row.table) {
    case DamagedRow::Table::Input:
        return isStillDamaged<InputColumnsView>(reader, input_select, " WHERE seq=?", row.place);
    case DamagedRow::Table::Cold:
        return isStillDamaged<ColdColumns>(reader, cold_select, " WHERE sid=?", row.place);
    case DamagedRow::Table::Snapshot:
        break;
    }
    return isStillDamaged<SnapshotColumns>(reader, snapshot_select, " WHERE sid=?", row.place);
}

/// The rows of the session, but for the snapshot. False: it has none of its own.
Result<bool> readRows(SqliteDatabase &reader, qint64 sid, SessionAssembly &assembly)
{
    const auto rowsOf = [](const char *select) { return QByteArray(select) + " WHERE sid=?"; };
    bool found = false;
    Result<void> read = forEachRow<SessionColumnsView>(reader, rowsOf(session_select), {sid},
                                                       [&](const SessionColumnsView &row, bool sound) {
                                                           found = true;
                                                           if (!sound)
                                                               assembly.complainOfSession();
                                                           assembly.take(row);
                                                       });
    if (read)
        read = forEachRow<ColdColumns>(reader, rowsOf(cold_select), {sid},
                                       [&](const ColdColumns &row, bool sound) {
                                           if (!sound)
                                               assembly.complainOfCold();
                                           assembly.take(row);
                                       });
    if (read)
        read = forEachRow<InputColumnsView>(reader, rowsOf(input_select), {sid},
                                            [&](const InputColumnsView &row, bool sound) {
                                                if (sound)
                                                    assembly.take(row);
                                                else
                                                    assembly.complainOfInput(row.sequence);
                                            });
    if (!read)
        return read.error();
    return found;
}

} // namespace

Result<StoredSession> readSession(SqliteDatabase &reader, const SessionEntry &entry,
                                  const std::vector<DamagedRow> &wereDamaged)
{
    // One transaction: the parts fit together. It is short, for a long one would keep the log from being
    // reused.
    ReadTransaction transaction(reader);
    if (const Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    SessionAssembly assembly(entry);
    const Result<bool> found = readRows(reader, entry.sid, assembly);
    if (!found)
        return found.error();
    if (!*found)
        return Error{ErrorKind::Io,
                     QStringLiteral("the session \"%1\" was not stored").arg(QString::fromUtf8(entry.name))};
    for (const DamagedRow &row : wereDamaged) {
        const Result<bool> still = isStillDamaged(reader, row);
        if (!still)
            return still.error();
        if (*still)
            assembly.complainOf(row);
    }
    StoredSession session = assembly.finish();
    if (const Result<void> read = readSnapshot(reader, entry, session); !read)
        return read.error();
    return session;
}

} // namespace burrow
