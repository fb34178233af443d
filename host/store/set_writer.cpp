// SPDX-License-Identifier: Apache-2.0
// Plain INSERT, UPDATE and DELETE with counted rows: nothing here ignores or replaces what is already there,
// but for the two tables that hold one value of each session.
#include "store/set_writer.h"

#include "store/record_columns_io.h"
#include "store/record_crc.h"

#include <algorithm>

#include <sqlite3.h>

namespace burrow {

namespace {

template <typename Numbers>
bool contains(const Numbers &values, quint64 value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

QString notOpen(quint64 sequence)
{
    return QStringLiteral("input %1 is not among the open inputs").arg(sequence);
}

} // namespace

Result<SetWriter> SetWriter::make(SqliteDatabase &database)
{
    SetWriter writer;
    writer.m_database = &database;
    const QByteArray readInput = QByteArray(input_select) + " WHERE seq=? AND sid=?";
    const QByteArray readCold = QByteArray(cold_select) + " WHERE sid=?";
    const std::pair<SqliteStatement *, const char *> statements[] = {
        {&writer.m_begin, "BEGIN IMMEDIATE"},
        {&writer.m_commit, "COMMIT"},
        {&writer.m_epoch, "SELECT epoch FROM host WHERE k=1"},
        {&writer.m_createSession, session_insert},
        {&writer.m_findInput, "SELECT 1 FROM input WHERE seq=? AND sid=?"},
        {&writer.m_readInput, readInput.constData()},
        {&writer.m_updateInput, "UPDATE input SET adm=?,tries=?,starts=?,crashes=?,crc=? WHERE seq=?"},
        {&writer.m_deleteInput, "DELETE FROM input WHERE seq=? AND sid=?"},
        {&writer.m_findLedger, "SELECT 1 FROM ledger WHERE seq=?"},
        {&writer.m_updateSession, "UPDATE session SET phase=?,rev=?,next_adm=?,prio_adm=?,last_run=?,grant=?,"
                                  "crc=? WHERE sid=?"},
        {&writer.m_readCold, readCold.constData()},
        {&writer.m_upsertCold, "INSERT INTO cold(sid,binding,ops,executor,owed,crc) VALUES(?,?,?,?,?,?) "
                               "ON CONFLICT(sid) DO UPDATE SET binding=excluded.binding,ops=excluded.ops,"
                               "executor=excluded.executor,owed=excluded.owed,crc=excluded.crc"},
        {&writer.m_upsertSnapshot, "INSERT INTO snapshot(sid,run,bytes,plugin,crc) VALUES(?,?,?,?,?) "
                                   "ON CONFLICT(sid) DO UPDATE SET run=excluded.run,bytes=excluded.bytes,"
                                   "plugin=excluded.plugin,crc=excluded.crc"},
    };
    for (const auto &[statement, sql] : statements) {
        Result<SqliteStatement> prepared = database.prepare(sql);
        if (!prepared)
            return prepared.error();
        *statement = std::move(*prepared);
    }
    for (const Result<void> &prepared : {writer.m_newInputs.prepare(database, input_insert),
                                         writer.m_newLedger.prepare(database, ledger_insert),
                                         writer.m_newReceipts.prepare(database, receipt_insert),
                                         writer.m_newEvents.prepare(database, event_insert)}) {
        if (!prepared)
            return prepared.error();
    }
    return writer;
}

void SetWriter::undoTo(std::size_t mark)
{
    m_newInputs.drop();
    m_newLedger.drop();
    m_newReceipts.drop();
    m_newEvents.drop();
    for (; m_grants.size() > mark; m_grants.pop_back())
        m_grants.back().entry->grant = std::move(m_grants.back().before);
}

std::optional<quint64> SetWriter::epoch(int &code)
{
    code = m_epoch.step();
    const quint64 value = code == SQLITE_ROW ? static_cast<quint64>(m_epoch.integerAt(0)) : 0;
    m_epoch.reset();
    return code == SQLITE_ROW ? std::optional(value) : std::nullopt;
}

SetResult SetWriter::result(int code) const
{
    if (code == SQLITE_DONE || code == SQLITE_ROW || code == SQLITE_OK)
        return {};
    const QString reason = m_database->lastMessage();
    const int primary = primaryCode(code);
    const bool disagrees = primary == SQLITE_CONSTRAINT || primary == SQLITE_TOOBIG
                           || primary == SQLITE_MISMATCH || primary == SQLITE_CORRUPT;
    return {disagrees ? SetResult::Kind::Refused : SetResult::Kind::Failed, code, reason};
}

SetResult SetWriter::flush()
{
    int code = m_newInputs.flush();
    if (code == SQLITE_DONE)
        code = m_newLedger.flush();
    if (code == SQLITE_DONE)
        code = m_newReceipts.flush();
    if (code == SQLITE_DONE)
        code = m_newEvents.flush();
    return result(code);
}

/// A session can speak of an input as soon as it was accepted, here as soon as its row is gathered.
bool SetWriter::needsGathered(const PreparedSet &set) const
{
    const InputColumns *oldest = m_newInputs.oldest();
    if (oldest == nullptr || set.entry == nullptr)
        return false;
    const auto isNew = [oldest](quint64 sequence) { return sequence >= oldest->sequence; };
    const std::span<const RequeuedInput> requeued = set.requeued();
    return std::any_of(set.finished.begin(), set.finished.end(),
                       [&](const LedgerColumns &row) { return isNew(row.sequence); })
           || std::any_of(requeued.begin(), requeued.end(),
                          [&](const RequeuedInput &input) { return isNew(input.sequence); })
           || std::any_of(set.grant.inputs.begin(), set.grant.inputs.end(), isNew)
           || std::any_of(set.entry->grant.inputs.begin(), set.entry->grant.inputs.end(), isNew);
}

SetResult SetWriter::write(PreparedSet &set)
{
    if (!set.defect.isEmpty())
        return refused(set.defect);
    if (needsGathered(set)) {
        if (SetResult flushed = flush(); flushed.kind != SetResult::Kind::Written)
            return flushed;
    }
    if (set.kind == PreparedSet::Kind::Create) {
        bindRow(m_createSession, *set.row);
        SetResult created = result(m_createSession.run());
        return created.kind == SetResult::Kind::Written ? writeRest(set) : created;
    }
    SetResult done;
    const auto go = [&done](SetResult next) {
        done = std::move(next);
        return done.kind == SetResult::Kind::Written;
    };
    for (const RequeuedInput &input : set.requeued()) {
        if (!go(requeue(input, *set.entry)))
            return done;
    }
    for (const LedgerColumns &row : set.finished) {
        if (!go(finish(row)))
            return done;
    }
    if (set.accepted && !go(accept(*set.accepted)))
        return done;
    if (set.rare && set.rare->consumed && !go(consume(*set.rare->consumed)))
        return done;
    if (set.row && !go(writeRow(set)))
        return done;
    go(writeRest(set));
    return done;
}

SetResult SetWriter::isUnused(quint64 sequence)
{
    if (sequence > m_highest) {
        m_highest = sequence;
        return {};
    }
    if (m_newLedger.holds(sequence))
        return refused(QStringLiteral("input %1 is stored already").arg(sequence));
    const int code = m_findLedger.number(sequence).step();
    m_findLedger.reset();
    if (code == SQLITE_ROW)
        return refused(QStringLiteral("input %1 is stored already").arg(sequence));
    return result(code);
}

SetResult SetWriter::accept(const InputColumns &row)
{
    SetResult unused = isUnused(row.sequence);
    if (unused.kind != SetResult::Kind::Written)
        return unused;
    return result(m_newInputs.add(row));
}

SetResult SetWriter::consume(const LedgerColumns &row)
{
    // It goes to the ledger at once, whose key refuses a second one; an open input of that number must not be
    // there either.
    if (row.sequence <= m_highest) {
        const int code = m_findInput.number(row.sequence).integer(row.sid).step();
        m_findInput.reset();
        if (code == SQLITE_ROW || m_newInputs.holds(row.sequence))
            return refused(QStringLiteral("input %1 is stored already").arg(row.sequence));
    }
    m_highest = std::max(m_highest, row.sequence);
    return result(m_newLedger.add(row));
}

SetResult SetWriter::finish(const LedgerColumns &row)
{
    const int deleted = m_deleteInput.number(row.sequence).integer(row.sid).run();
    if (deleted != SQLITE_DONE)
        return result(deleted);
    if (m_database->changes() != 1)
        return refused(notOpen(row.sequence));
    return result(m_newLedger.add(row));
}

SetResult SetWriter::update(const InputColumns &row)
{
    m_updateInput.number(row.admission).integer(row.tries).integer(row.starts).integer(row.crashes);
    const int code = m_updateInput.integer(checksum(row)).number(row.sequence).run();
    if (code == SQLITE_DONE && m_database->changes() != 1)
        return refused(notOpen(row.sequence));
    return result(code);
}

SetResult SetWriter::requeue(const RequeuedInput &input, const SessionEntry &entry)
{
    InputColumns row;
    const int code = m_readInput.number(input.sequence).integer(entry.sid).step();
    const bool good = code == SQLITE_ROW && readRow(m_readInput, row);
    m_readInput.reset();
    if (code != SQLITE_ROW)
        return code == SQLITE_DONE ? refused(notOpen(input.sequence)) : result(code);
    if (!good)
        return refused(QStringLiteral("the row of input %1 is damaged").arg(input.sequence));
    row.tries = input.tries;
    row.admission = input.admission;
    if (contains(entry.grant.inputs, input.sequence))
        row.starts = std::max(row.starts, entry.grant.attempt);
    return update(row);
}

/// A grant hands out an attempt number, which stays used. The session's row keeps it until the row is written
/// again; then the inputs that are still open keep it themselves.
SetResult SetWriter::keepAttempts(const PreparedSet &set)
{
    const StartGrant &old = set.entry->grant;
    for (const quint64 sequence : old.inputs) {
        if (set.grant.attempt >= old.attempt && contains(set.grant.inputs, sequence))
            continue;
        const bool ended = std::any_of(set.finished.begin(), set.finished.end(),
                                       [&](const LedgerColumns &row) { return row.sequence == sequence; });
        if (ended)
            continue;
        SetResult raised = raiseStarts(sequence, set.entry->sid, old.attempt);
        if (raised.kind != SetResult::Kind::Written)
            return raised;
    }
    return {};
}

SetResult SetWriter::raiseStarts(quint64 sequence, qint64 sid, quint32 attempt)
{
    InputColumns row;
    const int code = m_readInput.number(sequence).integer(sid).step();
    const bool good = code == SQLITE_ROW && readRow(m_readInput, row);
    m_readInput.reset();
    if (code != SQLITE_ROW)
        return result(code); // It has ended since: nothing to keep.
    if (!good)
        return refused(QStringLiteral("the row of input %1 is damaged").arg(sequence));
    if (row.starts >= attempt)
        return {};
    row.starts = attempt;
    return update(row);
}

/// A grant is for inputs that are still there when it is written.
SetResult SetWriter::checkGrant(const PreparedSet &set)
{
    for (const quint64 sequence : set.grant.inputs) {
        const int code = m_findInput.number(sequence).integer(set.entry->sid).step();
        m_findInput.reset();
        if (code != SQLITE_ROW)
            return code == SQLITE_DONE ? refused(notOpen(sequence)) : result(code);
    }
    return {};
}

SetResult SetWriter::writeRow(PreparedSet &set)
{
    if (SetResult granted = checkGrant(set); granted.kind != SetResult::Kind::Written)
        return granted;
    if (SetResult kept = keepAttempts(set); kept.kind != SetResult::Kind::Written)
        return kept;
    const SessionColumns &row = *set.row;
    m_updateSession.integer(row.phase).number(row.revision).number(row.nextAdmission).number(row.nextPriority);
    m_updateSession.blobOrNull(row.lastRun.isNull() ? QByteArrayView() : row.lastRun.view());
    const int code = m_updateSession.blobOrNull(row.grant).integer(row.crc).integer(row.sid).run();
    if (code == SQLITE_DONE && m_database->changes() != 1)
        return refused(QStringLiteral("the row of the session is gone"));
    SetResult written = result(code);
    if (written.kind == SetResult::Kind::Written) {
        m_grants.push_back({set.entry, std::move(set.entry->grant)});
        set.entry->grant = set.grant;
    }
    return written;
}

SetResult SetWriter::writeRest(PreparedSet &set)
{
    int code = SQLITE_DONE;
    if (set.receipt) {
        set.receipt->number = ++m_receipt;
        set.receipt->crc = checksum(*set.receipt);
        code = m_newReceipts.add(*set.receipt);
    }
    if (code == SQLITE_DONE && set.rare && set.rare->snapshot) {
        const SnapshotColumns &row = *set.rare->snapshot;
        m_upsertSnapshot.integer(row.sid).blob(row.run.view()).blob(row.bytes);
        row.plugin.isEmpty() ? m_upsertSnapshot.null() : m_upsertSnapshot.text(row.plugin);
        m_upsertSnapshot.integer(row.crc);
        code = m_upsertSnapshot.run();
    }
    if (code == SQLITE_DONE && set.event) {
        set.event->number = ++m_event;
        set.event->crc = checksum(*set.event);
        code = m_newEvents.add(*set.event);
    }
    if (code == SQLITE_DONE && set.rare && (set.rare->cold || set.rare->operations))
        return writeCold(*set.entry, *set.rare);
    return result(code);
}

/// The parts of this row change apart from each other and are summed together, so it is read before it is
/// written.
SetResult SetWriter::writeCold(const SessionEntry &entry, const RareRows &rows)
{
    ColdColumns row;
    const int found = m_readCold.integer(entry.sid).step();
    const bool good = found != SQLITE_ROW || (readRow(m_readCold, row) && row.crc == checksum(row));
    m_readCold.reset();
    if (found != SQLITE_ROW && found != SQLITE_DONE)
        return result(found);
    if (!good)
        return refused(QStringLiteral("the cold row of the session is damaged"));
    // Copied: a set whose transaction fails is written again.
    QByteArray operations = rows.operations ? *rows.operations : row.operations;
    if (rows.cold)
        row = *rows.cold;
    row.sid = entry.sid;
    row.operations = std::move(operations);
    row.crc = checksum(row);
    m_upsertCold.integer(row.sid).blobOrNull(row.binding).blobOrNull(row.operations).blobOrNull(row.executor);
    return result(m_upsertCold.blobOrNull(row.owed).integer(row.crc).run());
}

} // namespace burrow
