// SPDX-License-Identifier: Apache-2.0
#include "store/record_codec.h"
#include "store/store_reader_connection.h"

#include <sqlite3.h>

namespace burrow {

namespace {

// More than anybody reads; the rest is counted.
constexpr size_t findings_kept_max = 200;

/// Collects what a check finds, up to a bound.
class Findings
{
public:
    explicit Findings(StoreCheck &check)
        : m_check(check)
    {
    }
    void add(StoreFinding finding)
    {
        if (m_check.findings.size() < findings_kept_max)
            m_check.findings.push_back(std::move(finding));
        else
            ++m_check.moreFindings;
    }

private:
    StoreCheck &m_check;
};

/// What rows say of each other, as selects that give the number of each row that is wrong.
struct CrossCheck
{
    const char *select;
    const char *where; ///< What the number is the number of.
    const char *what;
    const char *remedy;
};

constexpr const char *held = "the host holds the session; restore a backup";
constexpr const char *report_it = "no host writes this: report it, with a copy of the file; restore a backup";

// clang-format off
constexpr CrossCheck cross_checks[] = {
    {"SELECT seq FROM input WHERE sid NOT IN (SELECT sid FROM session)", "input",
     "belongs to a session that is not there", report_it},
    {"SELECT seq FROM ledger WHERE sid NOT IN (SELECT sid FROM session)", "input",
     "has ended in a session that is not there", report_it},
    {"SELECT sid FROM cold WHERE sid NOT IN (SELECT sid FROM session)", "the binding of session",
     "belongs to a session that is not there", report_it},
    {"SELECT sid FROM snapshot WHERE sid NOT IN (SELECT sid FROM session)", "the snapshot of session",
     "belongs to a session that is not there", report_it},
    {"SELECT seq FROM input WHERE seq IN (SELECT seq FROM ledger)", "input",
     "is open and has ended at once", report_it},
    {"SELECT sid FROM session WHERE phase IN (0,2,3)", "session",
     "is stored in a phase that is never stored", held},
    {"SELECT seq FROM input WHERE sid IN (SELECT sid FROM session WHERE phase IN (5,6))", "input",
     "is open in a session that is stopped or destroyed", held},
    {"SELECT max(seq) FROM input WHERE key IS NOT NULL GROUP BY sid,key HAVING count(*)>1", "input",
     "has the idempotency key of another open input of its session", report_it},
    {"SELECT max(seq) FROM input WHERE adm>0 GROUP BY sid,adm HAVING count(*)>1", "input",
     "has the place in the queue of another open input of its session", report_it},
};
// clang-format on
static_assert(quint8(Phase::Initializing) == 0 && quint8(Phase::Attached) == 2 && quint8(Phase::Running) == 3
              && quint8(Phase::Stopped) == 5 && quint8(Phase::Destroyed) == 6);

/// Looks at everything, in the transaction that it is given.
class Checker
{
public:
    Checker(SqliteDatabase &database, StoreCheck &check)
        : m_database(database)
        , m_check(check)
        , m_findings(check)
    {
    }

    Result<void> pages();
    Result<void> across();
    /// `decode` tells whether a row whose checksum fits holds what this version reads.
    template <typename Row, typename Number, typename Decode>
    Result<void> table(const char *select, const char *what, Number Row::*number, Decode decode);

private:
    SqliteDatabase &m_database;
    StoreCheck &m_check;
    Findings m_findings;
};

Result<void> Checker::pages()
{
    Result<SqliteStatement> statement = m_database.prepare("PRAGMA integrity_check(100)");
    if (!statement)
        return statement.error();
    int code = statement->step();
    for (; code == SQLITE_ROW; code = statement->step()) {
        const QByteArray line = statement->bytesAt(0).toByteArray();
        if (line != "ok") {
            m_findings.add({QStringLiteral("the file"), QString::fromUtf8(line),
                            QStringLiteral("stop the host, keep a copy of the file, and restore a backup")});
        }
    }
    return code == SQLITE_DONE ? Result<void>() : m_database.lastError();
}

Result<void> Checker::across()
{
    for (const CrossCheck &each : cross_checks) {
        Result<SqliteStatement> statement = m_database.prepare(each.select);
        if (!statement)
            return statement.error();
        int code = statement->step();
        for (; code == SQLITE_ROW; code = statement->step()) {
            m_findings.add({QStringLiteral("%1 %2").arg(QLatin1String(each.where)).arg(statement->integerAt(0)),
                            QLatin1String(each.what), QLatin1String(each.remedy)});
        }
        if (code != SQLITE_DONE)
            return m_database.lastError();
    }
    return {};
}

template <typename Row, typename Number, typename Decode>
Result<void> Checker::table(const char *select, const char *what, Number Row::*number, Decode decode)
{
    return forEachRow<Row>(m_database, select, {}, [&](const Row &row, bool sound) {
        ++m_check.rows;
        const QString where = QStringLiteral("%1 %2").arg(QLatin1String(what)).arg(row.*number);
        if (!sound) {
            m_findings.add(damagedRow(where));
        } else if (!decode(row)) {
            m_findings.add({where, QStringLiteral("what it holds has a form that this version does not read"),
                            QLatin1String(held)});
        }
    });
}

Result<void> checkTables(Checker &checker)
{
    Result<void> done =
        checker.table<SessionColumnsView>(session_select, "session", &SessionColumnsView::sid,
                                          [](auto &row) { return decodeSession(row).has_value(); });
    if (done)
        done = checker.table<ColdColumns>(cold_select, "the binding and executor of session", &ColdColumns::sid,
                                          [](auto &row) { return decodeCold(row).has_value(); });
    if (done)
        done = checker.table<SnapshotColumns>(snapshot_select, "the snapshot of session", &SnapshotColumns::sid,
                                              [](auto &) { return true; });
    if (done)
        done = checker.table<InputColumnsView>(input_select, "open input", &InputColumnsView::sequence,
                                               [](auto &row) { return decodeInput(row).has_value(); });
    if (done)
        done = checker.table<LedgerColumns>(ledger_select, "ended input", &LedgerColumns::sequence,
                                            [](auto &row) { return decodeFinished(row).has_value(); });
    if (done)
        done = checker.table<ReceiptColumns>(receipt_select, "receipt", &ReceiptColumns::number,
                                             [](auto &row) { return decodeReceipt(row).has_value(); });
    if (done)
        done = checker.table<EventColumns>(event_select, "event", &EventColumns::number,
                                           [](auto &row) { return decodeEvents(row).has_value(); });
    return done;
}

} // namespace

Result<StoreCheck> StoreReader::check()
{
    ReadTransaction transaction(d->database);
    if (Result<void> begun = transaction.begin(); !begun)
        return begun.error();
    StoreCheck check;
    Result<StoreSight> sight = d->look(check.findings);
    if (!sight)
        return sight.error();
    check.sight = *std::move(sight);
    check.rows = 1; // The host's own.
    Checker checker(d->database, check);
    Result<void> done = checker.pages();
    if (done)
        done = checkTables(checker);
    if (done)
        done = checker.across();
    if (!done)
        return done.error();
    return check;
}

} // namespace burrow
