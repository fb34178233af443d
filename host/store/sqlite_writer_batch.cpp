// SPDX-License-Identifier: Apache-2.0
// One transaction over everything that waits.
//
//   a set contradicts the store     all is rolled back and done again with a savepoint around each set, so that
//                                   only that set and those behind it of its session are refused: one sync
//   the epoch is another one        nothing is written: another host owns the file
//   somebody else writes            nothing was begun
//   no space, an I/O error          SQLite has rolled back; nothing is written
//   the sync or the commit failed   nobody knows: a marker commit decides (sqlite_writer_verdicts.cpp)
//
// An error inside a savepoint can end the whole transaction; a further statement would then commit alone,
// outside the epoch check. So the transaction is looked at after every step that failed.
#include "store/sqlite_writer.h"

#include <sqlite3.h>

namespace burrow {

namespace {

bool isFull(int code)
{
    return primaryCode(code) == SQLITE_FULL;
}

/// Errors of a commit after which nothing of it can be in the log: it was never written completely.
bool rolledBackForSure(int code)
{
    switch (code) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_NOMEM:
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_NOMEM:
        return true;
    default:
        return isFull(code);
    }
}

} // namespace

SqliteWriter::BatchEnd SqliteWriter::runBatch(Savepoints savepoints)
{
    if (const BatchEnd begun = begin(); begun != BatchEnd::Committed)
        return begun;
    if (const BatchEnd written = writeSets(savepoints); written != BatchEnd::Committed)
        return undo(written);
    const BatchEnd end = commit();
    return end == BatchEnd::Committed ? end : undo(end);
}

/// BEGIN IMMEDIATE and the epoch, in this order: read before, another host could come between.
SqliteWriter::BatchEnd SqliteWriter::begin()
{
    int code = m_sets.begin();
    if (primaryCode(code) == SQLITE_BUSY) {
        m_failure = QStringLiteral("another connection is writing to the store");
        m_full = false;
        return BatchEnd::Busy;
    }
    if (code != SQLITE_DONE)
        return failed(code, m_database.lastMessage());
    const std::optional<quint64> epoch = m_sets.epoch(code);
    if (!epoch)
        return undo(failed(code, m_database.lastMessage()));
    if (*epoch != m_options.epoch)
        return undo(BatchEnd::Fenced);
    return BatchEnd::Committed;
}

SqliteWriter::BatchEnd SqliteWriter::writeSets(Savepoints savepoints)
{
    for (WriterItem &item : m_batch) {
        if (!item.set)
            continue;
        item.verdict = item.doomed ? Verdict::NotWritten : Verdict::Committed;
        if (item.doomed)
            continue;
        item.reason.clear();
        SessionEntry *entry = item.set->entry;
        if (entry != nullptr && (entry->refused || entry->refusedInBatch)) {
            item.verdict = Verdict::Refused;
            item.reason = QStringLiteral("an earlier write of this session was refused");
            continue;
        }
        const BatchEnd end = writeOne(item, savepoints);
        if (end != BatchEnd::Committed)
            return end;
    }
    // Whose row it was that contradicts the store shows when each set is written by itself.
    const SetResult flushed = m_sets.flush();
    if (flushed.kind == SetResult::Kind::Written)
        return BatchEnd::Committed;
    if (flushed.kind == SetResult::Kind::Failed || !m_database.inTransaction())
        return failed(flushed.code, flushed.reason);
    return BatchEnd::Redo;
}

SqliteWriter::BatchEnd SqliteWriter::writeOne(WriterItem &item, Savepoints savepoints)
{
    const bool guarded = savepoints == Savepoints::EachSet;
    if (guarded && m_database.executeCode("SAVEPOINT one") != SQLITE_OK)
        return failed(SQLITE_IOERR, m_database.lastMessage());
    const std::size_t mark = m_sets.mark();
    SetResult result = m_sets.write(*item.set);
    if (guarded && result.kind == SetResult::Kind::Written)
        result = m_sets.flush();
    if (result.kind == SetResult::Kind::Written) {
        if (guarded && m_database.executeCode("RELEASE one") != SQLITE_OK)
            return failed(SQLITE_IOERR, m_database.lastMessage());
        return BatchEnd::Committed;
    }
    if (result.kind == SetResult::Kind::Failed)
        return failed(result.code, result.reason);
    if (!m_database.inTransaction())
        return failed(SQLITE_IOERR, result.reason);
    if (!guarded)
        return BatchEnd::Redo;
    m_sets.undoTo(mark);
    if (m_database.executeCode("ROLLBACK TO one; RELEASE one") != SQLITE_OK)
        return failed(SQLITE_IOERR, m_database.lastMessage());
    item.verdict = Verdict::Refused;
    item.reason = std::move(result.reason);
    if (item.set->entry != nullptr) {
        item.set->entry->refusedInBatch = true;
        m_refusedInBatch.push_back(item.set->entry);
    }
    return BatchEnd::Committed;
}

SqliteWriter::BatchEnd SqliteWriter::commit()
{
    const MonotonicTime begin = m_clock.now();
    const int code = m_sets.commit();
    m_pace.add(m_clock.now() - begin, m_batch.size());
    if (code == SQLITE_DONE) {
        m_sets.accept();
        return BatchEnd::Committed;
    }
    failed(code, m_database.lastMessage());
    return rolledBackForSure(code) ? BatchEnd::NotWritten : BatchEnd::Undecided;
}

SqliteWriter::BatchEnd SqliteWriter::undo(BatchEnd end)
{
    m_sets.undoTo(0);
    for (SessionEntry *entry : m_refusedInBatch)
        entry->refusedInBatch = false;
    m_refusedInBatch.clear();
    if (m_database.inTransaction())
        m_database.executeCode("ROLLBACK");
    return end;
}

SqliteWriter::BatchEnd SqliteWriter::failed(int code, const QString &words)
{
    m_full = isFull(code);
    m_failure = words;
    return BatchEnd::NotWritten;
}

} // namespace burrow
