// SPDX-License-Identifier: Apache-2.0
// From the end of a transaction to the verdict of each set. Verdicts of one session keep the order of its sets:
// an accept that is given back stands aside until the held set in front of it is decided.
#include "store/sqlite_writer.h"

#include "base/log_categories.h"
#include "store/host_row.h"

#include <algorithm>
#include <set>

#include <sqlite3.h>

namespace burrow {

namespace {

using namespace std::chrono_literals;

/// So long another connection may keep the database before accepts are given back.
constexpr auto busy_limit = 2s;

} // namespace

void SqliteWriter::process()
{
    if (m_condition != Condition::Serving) {
        tellAll(m_condition == Condition::Fenced ? Verdict::Fenced : Verdict::NotWritten, m_conditionReason);
        return;
    }
    if (m_acceptsClosed)
        m_acceptsClosed = !m_reserve.restore();
    if (m_acceptsClosed)
        closeAccepts();
    if (m_batch.empty())
        return;
    BatchEnd end = runBatch(Savepoints::None);
    if (end == BatchEnd::Redo)
        end = runBatch(Savepoints::EachSet);
    m_idlePending = true;
    settle(end);
}

void SqliteWriter::settle(BatchEnd end)
{
    switch (end) {
    case BatchEnd::Committed:
        if (m_stalledFor)
            qCInfo(storeLog).noquote() << m_options.connection.path << "is written to again";
        m_stalledFor.reset();
        m_busy = false;
        for (SessionEntry *entry : m_refusedInBatch) {
            entry->refused = true;
            entry->refusedInBatch = false;
        }
        m_refusedInBatch.clear();
        answer(std::exchange(m_batch, {}));
        break;
    case BatchEnd::Fenced:
        fence();
        break;
    case BatchEnd::Undecided:
        decideWithMarker();
        break;
    case BatchEnd::Busy:
    case BatchEnd::Redo: // A set with savepoints is refused, never asked for again.
    case BatchEnd::NotWritten:
        m_busy = end == BatchEnd::Busy;
        hold();
        break;
    }
}

/// Accepts are given back, for nothing has happened for them yet. What ends a run or a session is held and
/// tried again: one moment without space must not stop a thousand sessions.
void SqliteWriter::hold()
{
    if (m_full && m_reserve.release())
        m_acceptsClosed = true;
    if (!m_stalledFor) {
        m_stalledFor = m_clock.now();
        qCWarning(storeLog).noquote() << m_options.connection.path << "cannot be written to:" << m_failure;
    }
    const Duration stalled = m_clock.now() - *m_stalledFor;
    if (m_busy && stalled < busy_limit)
        return;
    if (stalled >= m_options.stallLimit) {
        m_stalledFor.reset();
        tellAll(Verdict::NotWritten, m_failure);
        return;
    }
    closeAccepts();
    if (m_batch.empty())
        m_stalledFor.reset();
}

void SqliteWriter::closeAccepts()
{
    std::set<const SessionEntry *> behind; // Sessions with a set in front that is held.
    std::vector<WriterItem> told;
    std::vector<WriterItem> kept;
    for (WriterItem &item : m_batch) {
        const bool refusable = item.set && item.set->isRefusable();
        if (!refusable && item.set)
            behind.insert(item.set->entry);
        if (refusable) {
            item.verdict = Verdict::NotWritten;
            item.reason =
                m_failure.isEmpty() ? QStringLiteral("there is no space left for the store") : m_failure;
            item.doomed = behind.contains(item.set->entry);
        }
        (refusable && !item.doomed ? told : kept).push_back(std::move(item));
    }
    m_batch = std::move(kept);
    answer(std::move(told));
}

void SqliteWriter::tellAll(Verdict verdict, const QString &reason)
{
    for (WriterItem &item : m_batch) {
        item.verdict = verdict;
        item.reason = reason;
    }
    answer(std::exchange(m_batch, {}));
}

/// One call for each client, and before it whatever else has to know of a committed set.
void SqliteWriter::answer(std::vector<WriterItem> items)
{
    std::vector<std::pair<StoreClient *, std::vector<StoreAnswer>>> answers;
    for (WriterItem &item : items) {
        if (!item.set)
            continue;
        if (item.verdict == Verdict::Committed) {
            ++(item.set->kind == PreparedSet::Kind::Accept ? m_accepts : m_finishes);
            if (m_committed)
                m_committed(*item.set);
        }
        if (item.client == nullptr)
            continue;
        auto place = std::find_if(answers.begin(), answers.end(),
                                  [&](const auto &entry) { return entry.first == item.client; });
        if (place == answers.end()) {
            place = answers.insert(answers.end(), {item.client, {}});
            place->second.reserve(items.size());
        }
        StoreAnswer told{item.set->session, item.set->ticket, item.verdict, item.reason};
        if (item.verdict == Verdict::Committed && item.set->event)
            told.eventNumber = item.set->event->number;
        place->second.push_back(std::move(told));
    }
    for (auto &[client, told] : answers)
        client->storeAnswered(std::move(told));
    std::vector<std::unique_ptr<PreparedSet>> answered;
    answered.reserve(items.size());
    for (WriterItem &item : items) {
        if (item.done)
            item.done(item.verdict, item.reason);
        if (item.set)
            answered.push_back(std::move(item.set));
    }
    m_pool.giveBack(std::move(answered));
}

void SqliteWriter::fence()
{
    QString owner = QStringLiteral("another host");
    if (Result<SqliteStatement> select = m_database.prepare("SELECT owner FROM host WHERE k=1");
        select && select->step() == SQLITE_ROW)
        owner = QString::fromUtf8(select->bytesAt(0));
    m_condition = Condition::Fenced;
    m_conditionReason = QStringLiteral("the store %1 now belongs to %2; this host must stop")
                            .arg(m_options.connection.path, owner);
    qCCritical(storeLog).noquote() << m_conditionReason;
    tellAll(Verdict::Fenced, m_conditionReason);
}

/// After a failed sync the frames of the transaction may be on the disk or not. A further commit overwrites
/// them and is itself synced: with it they are gone for certain.
void SqliteWriter::decideWithMarker()
{
    const QString failure = m_failure;
    bool taken = false; // By another host: then nothing of ours can come after it.
    int code = m_database.executeCode("BEGIN IMMEDIATE");
    if (code == SQLITE_OK) {
        const bool marked = changeHost(m_database, [&](HostColumns &host) {
            ++host.incarnation;
            taken = host.epoch != m_options.epoch;
            return !taken;
        });
        code = marked ? m_database.executeCode("COMMIT") : SQLITE_ABORT;
    }
    if (taken) {
        m_database.executeCode("ROLLBACK");
        fence();
        return;
    }
    if (code == SQLITE_OK) {
        tellAll(Verdict::NotWritten, failure);
        if (reopen())
            return;
        m_conditionReason =
            QStringLiteral("the store %1 could not be opened again after a disk error (%2); check "
                           "the disk and restart the host")
                .arg(m_options.connection.path, m_failure);
    } else {
        m_conditionReason = QStringLiteral("the disk of the store %1 fails (%2); check it and restart the host")
                                .arg(m_options.connection.path, failure);
        if (m_database.inTransaction())
            m_database.executeCode("ROLLBACK");
        tellAll(Verdict::Unknown,
                QStringLiteral("nobody can tell whether this was written: %1").arg(m_conditionReason));
    }
    m_condition = Condition::Broken;
    qCCritical(storeLog).noquote() << m_conditionReason;
}

/// The kernel may have dropped pages that it could not write, while its cache shows them as good: so the file
/// is opened afresh, the log copied whole, and the mark read back.
bool SqliteWriter::reopen()
{
    m_sets.undoTo(0);
    const quint64 receipt = m_sets.lastReceipt();
    const quint64 event = m_sets.lastEvent();
    const quint64 highest = m_sets.highest();
    m_sets = {};
    m_database = {};
    Result<SqliteDatabase> database = openWriterConnection(m_options.connection);
    if (!database) {
        m_failure = database.error().message;
        return false;
    }
    m_database = std::move(*database);
    Result<SetWriter> sets = SetWriter::make(m_database);
    if (!sets || !checkpoint(m_database, CheckpointMode::Truncate)) {
        m_failure = m_database.lastMessage();
        return false;
    }
    noteCopied();
    m_sets = std::move(*sets);
    m_sets.setCounters(receipt, event);
    m_sets.setHighest(highest);
    hookLog();
    int code = SQLITE_OK;
    return m_sets.epoch(code) == m_options.epoch;
}

} // namespace burrow
