// SPDX-License-Identifier: Apache-2.0
#include "store/record_codec.h"
#include "store/store_reader_connection.h"

#include <QHash>

#include <algorithm>

#include <sqlite3.h>

namespace burrow {

namespace {

InputPhase phaseOf(quint8 terminalKind)
{
    switch (TerminalKind(terminalKind)) {
    case TerminalKind::Consumed:
        return InputPhase::Consumed;
    case TerminalKind::Superseded:
        return InputPhase::Superseded;
    case TerminalKind::Coalesced:
        return InputPhase::Coalesced;
    case TerminalKind::Abandoned:
        break;
    }
    return InputPhase::Abandoned;
}

QString sentence(quint64 sequence)
{
    return QStringLiteral("input %1").arg(sequence);
}

QString bindingOf(const ColdColumns &row)
{
    return QStringLiteral("the binding and executor of session %1").arg(row.sid);
}

SessionSummary summaryOf(const SessionColumnsView &row, bool sound)
{
    SessionSummary summary{.id = {row.uuid.uuid()},
                           .name = row.name.toByteArray(),
                           .phase = Phase(std::min<quint8>(row.phase, quint8(Phase::Destroyed))),
                           .executor = {},
                           .inputs = {},
                           .corruption = {}};
    if (!sound)
        summary.corruption = QStringLiteral("its own row is damaged");
    return summary;
}

void takeCold(SessionSummary &summary, const ColdColumns &row, bool sound)
{
    const std::optional<StoredCold> cold = sound ? decodeCold(row) : std::nullopt;
    if (cold)
        summary.executor = cold->executor;
    else if (summary.corruption.isEmpty())
        summary.corruption = QStringLiteral("the row of its binding and executor is damaged");
}

void countOpen(SessionSummary &summary, const InputColumnsView &row, bool sound)
{
    if (row.phase < summary.inputs.size())
        ++summary.inputs[row.phase];
    if (!sound && summary.corruption.isEmpty())
        summary.corruption = QStringLiteral("%1 is damaged").arg(sentence(row.sequence));
}

/// The number of the attempt that may be running, where the session's grant covers the input.
quint32 attemptOf(const InputColumnsView &row, const StartGrant &grant)
{
    const bool granted =
        std::find(grant.inputs.begin(), grant.inputs.end(), row.sequence) != grant.inputs.end();
    return granted ? std::max(row.starts, grant.attempt) : row.starts;
}

InputSummary summaryOf(const InputColumnsView &row, const StartGrant &grant)
{
    return {.id = {row.id.uuid()},
            .key = row.key.toByteArray(),
            .phase = InputPhase(std::min<quint8>(row.phase, quint8(InputPhase::Abandoned))),
            .attempt = attemptOf(row, grant),
            .crashes = row.crashes,
            .run = {},
            .outcome = {},
            .at = {std::chrono::milliseconds(row.submittedAt)}};
}

InputSummary summaryOf(const LedgerColumns &row)
{
    InputSummary summary{.id = {row.id.uuid()},
                         .key = row.key,
                         .phase = phaseOf(row.kind),
                         .attempt = row.attempt,
                         .crashes = 0,
                         .run = {row.run.uuid()},
                         .outcome = {},
                         .at = {std::chrono::milliseconds(row.endedAt)}};
    if (std::optional<FinishedInput> finished = decodeFinished(row))
        summary.outcome = std::move(finished->outcome);
    return summary;
}

} // namespace

Result<QByteArrayList> StoreReader::names()
{
    Result<SqliteStatement> statement = d->database.prepare("SELECT name FROM session ORDER BY name");
    if (!statement)
        return statement.error();
    QByteArrayList names;
    while (statement->step() == SQLITE_ROW)
        names.append(statement->bytesAt(0).toByteArray());
    return names;
}

Result<QByteArray> StoreReader::lastActive()
{
    // The newest row of each table, by its key; the tables grow with time.
    constexpr const char *newest =
        "SELECT name FROM (SELECT * FROM (SELECT sid,at FROM input ORDER BY seq DESC LIMIT 1)"
        " UNION ALL SELECT * FROM (SELECT sid,at FROM ledger ORDER BY seq DESC LIMIT 1)"
        " UNION ALL SELECT * FROM (SELECT sid,at FROM receipt ORDER BY rno DESC LIMIT 1)"
        " UNION ALL SELECT * FROM (SELECT sid,at FROM event ORDER BY eno DESC LIMIT 1))"
        " JOIN session USING(sid) ORDER BY at DESC LIMIT 1";
    Result<SqliteStatement> statement = d->database.prepare(newest);
    if (!statement)
        return statement.error();
    return statement->step() == SQLITE_ROW ? statement->bytesAt(0).toByteArray() : QByteArray();
}

Result<SessionsPage> StoreReader::sessions()
{
    ReadTransaction transaction(d->database);
    if (Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    SessionsPage page;
    Result<StoreSight> sight = d->look(page.damage);
    if (!sight)
        return sight.error();
    page.sight = *std::move(sight);

    QHash<qint64, size_t> places;
    Result<void> read = forEachRow<SessionColumnsView>(
        d->database, QByteArray(session_select) + " ORDER BY name", {},
        [&](const SessionColumnsView &row, bool sound) {
            places.insert(row.sid, page.sessions.size());
            page.sessions.push_back(summaryOf(row, sound));
            if (!sound)
                page.damage.push_back(damagedRow(QStringLiteral("session %1").arg(row.sid)));
        });
    if (!read)
        return read.error();
    read = forEachRow<ColdColumns>(d->database, cold_select, {}, [&](const ColdColumns &row, bool sound) {
        if (!sound)
            page.damage.push_back(damagedRow(bindingOf(row)));
        if (const auto place = places.constFind(row.sid); place != places.constEnd())
            takeCold(page.sessions[*place], row, sound);
    });
    if (!read)
        return read.error();
    read = forEachRow<InputColumnsView>(
        d->database, input_select, {}, [&](const InputColumnsView &row, bool sound) {
            if (!sound)
                page.damage.push_back(damagedRow(sentence(row.sequence)));
            if (const auto place = places.constFind(row.sid); place != places.constEnd())
                countOpen(page.sessions[*place], row, sound);
        });
    if (!read)
        return read.error();
    Result<SqliteStatement> ended =
        d->database.prepare("SELECT sid,outcome,count(*) FROM ledger GROUP BY sid,outcome");
    if (!ended)
        return ended.error();
    while (ended->step() == SQLITE_ROW) {
        if (const auto place = places.constFind(ended->integerAt(0)); place != places.constEnd())
            page.sessions[*place].inputs[size_t(phaseOf(quint8(ended->integerAt(1))))] +=
                quint64(ended->integerAt(2));
    }
    return page;
}

Result<SessionPage> StoreReader::session(const QByteArray &name, quint32 endedMax)
{
    ReadTransaction transaction(d->database);
    if (Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    SessionPage page;
    Result<StoreSight> sight = d->look(page.damage);
    if (!sight)
        return sight.error();
    page.sight = *std::move(sight);

    std::optional<qint64> sid;
    StartGrant grant;
    Result<void> read = forEachRow<SessionColumnsView>(
        d->database, session_select, {}, [&](const SessionColumnsView &row, bool sound) {
            if (row.name != name)
                return;
            sid = row.sid;
            page.session = summaryOf(row, sound);
            if (const auto stored = decodeGrant(row.grant); sound && stored)
                grant = stored->grant;
        });
    if (!read)
        return read.error();
    if (!sid)
        return Error{ErrorKind::NotFound,
                     QStringLiteral("there is no session \"%1\" in %2").arg(QString::fromUtf8(name), d->path)};
    read = forEachRow<ColdColumns>(d->database, QByteArray(cold_select) + " WHERE sid=?", {*sid},
                                   [&](const ColdColumns &row, bool sound) {
                                       if (!sound)
                                           page.damage.push_back(damagedRow(bindingOf(row)));
                                       takeCold(page.session, row, sound);
                                   });
    if (!read)
        return read.error();
    if (read = readEnded(*sid, endedMax, page); !read)
        return read.error();
    read = forEachRow<InputColumnsView>(d->database, QByteArray(input_select) + " WHERE sid=? ORDER BY seq",
                                        {*sid}, [&](const InputColumnsView &row, bool sound) {
                                            countOpen(page.session, row, sound);
                                            page.inputs.push_back(summaryOf(row, grant));
                                            if (!sound)
                                                page.damage.push_back(damagedRow(sentence(row.sequence)));
                                        });
    if (!read)
        return read.error();
    std::stable_sort(page.inputs.begin(), page.inputs.end(), [](const InputSummary &a, const InputSummary &b) {
        return sequenceOf(a.id) < sequenceOf(b.id);
    });
    return page;
}

Result<void> StoreReader::readEnded(qint64 sid, quint32 most, SessionPage &page)
{
    Result<SqliteStatement> counts =
        d->database.prepare("SELECT outcome,count(*) FROM ledger WHERE sid=? GROUP BY outcome");
    if (!counts)
        return counts.error();
    quint64 ended = 0;
    for (counts->integer(sid); counts->step() == SQLITE_ROW;) {
        page.session.inputs[size_t(phaseOf(quint8(counts->integerAt(0))))] += quint64(counts->integerAt(1));
        ended += quint64(counts->integerAt(1));
    }
    Result<void> read = forEachRow<LedgerColumns>(
        d->database, QByteArray(ledger_select) + " WHERE sid=? ORDER BY seq DESC LIMIT ?", {sid, most},
        [&](const LedgerColumns &row, bool sound) {
            page.inputs.push_back(summaryOf(row));
            if (!sound)
                page.damage.push_back(damagedRow(sentence(row.sequence)));
        });
    page.leftOut = ended - std::min<quint64>(ended, page.inputs.size());
    return read;
}

} // namespace burrow
