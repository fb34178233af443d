// SPDX-License-Identifier: Apache-2.0
#include "store/session_reading.h"

#include "store/damage.h"
#include "store/row_reading.h"

#include <algorithm>

namespace burrow {

namespace {

/// Puts a session together from its rows: first its own, then the others in any order. What cannot be read
/// makes it one that is not to be trusted; the first of that is what is told.
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
    void complainOf(const char *table) { complain(damaged(table, QStringLiteral("session %1").arg(m_sid))); }
    void complainOfInput(quint64 sequence)
    {
        complain(damaged("input", QStringLiteral("input %1").arg(sequence)));
    }

    void take(const SessionView &columns)
    {
        if (std::optional<SessionRow> row = decodeSession(columns))
            m_session.row = std::move(*row);
        else
            complainOf("session");
    }
    void take(const ColdColumns &columns)
    {
        std::optional<StoredCold> cold = decodeCold(columns);
        if (!cold) {
            complainOf("cold");
            return;
        }
        m_session.binding = std::move(cold->binding);
        m_session.owed = std::move(cold->owed);
        m_session.executor = std::move(cold->executor);
        m_session.operations = std::move(cold->operations);
    }
    void take(const InputView &columns)
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
                session.corruption = damaged("snapshot", QStringLiteral("session %1").arg(entry.sid));
            }
        });
}

Result<StoredSession> readSession(SqliteDatabase &reader, const SessionEntry &entry)
{
    // One transaction: the parts fit together. It is short, for a long one would keep the log from being
    // reused.
    ReadTransaction transaction(reader);
    if (const Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    SessionAssembly assembly(entry);
    bool found = false;
    const auto rowsOf = [](const char *select) { return QByteArray(select) + " WHERE sid=?"; };
    Result<void> read = forEachRow<SessionView>(reader, rowsOf(session_select), {entry.sid},
                                                [&](const SessionView &row, bool sound) {
                                                    found = true;
                                                    if (!sound)
                                                        assembly.complainOf("session");
                                                    assembly.take(row);
                                                });
    if (!read)
        return read.error();
    if (!found)
        return Error{ErrorKind::Io,
                     QStringLiteral("the session \"%1\" was not stored").arg(QString::fromUtf8(entry.name))};
    read = forEachRow<ColdColumns>(reader, rowsOf(cold_select), {entry.sid},
                                   [&](const ColdColumns &row, bool sound) {
                                       if (!sound)
                                           assembly.complainOf("cold");
                                       assembly.take(row);
                                   });
    if (!read)
        return read.error();
    read =
        forEachRow<InputView>(reader, rowsOf(input_select), {entry.sid}, [&](const InputView &row, bool sound) {
            if (sound)
                assembly.take(row);
            else
                assembly.complainOfInput(row.sequence);
        });
    if (!read)
        return read.error();
    StoredSession session = assembly.finish();
    if (read = readSnapshot(reader, entry, session); !read)
        return read.error();
    return session;
}

} // namespace burrow
