// SPDX-License-Identifier: Apache-2.0
#include "store/store_history.h"

#include "store/record_columns_io.h"

#include <sqlite3.h>

namespace burrow {

namespace {

/// Reads rows of the ledger by their sequence.
class LedgerReader
{
public:
    LedgerReader(SqliteDatabase &reader, const SessionEntry &entry)
        : m_reader(reader)
        , m_entry(entry)
        , m_select(reader.prepare(QByteArray(QByteArray(ledger_select) + " WHERE seq=?").constData()))
    {
    }

    /// Nothing: there is no such row of this session.
    Result<std::optional<StoredOutcome>> at(quint64 sequence)
    {
        if (!m_select)
            return m_select.error();
        LedgerColumns row;
        const int code = m_select->number(sequence).step();
        const bool sound = code == SQLITE_ROW && readRow(*m_select, row);
        m_select->reset();
        if (code == SQLITE_DONE || (code == SQLITE_ROW && row.sid != m_entry.sid))
            return std::optional<StoredOutcome>();
        std::optional<FinishedInput> finished = sound ? decodeFinished(row) : std::nullopt;
        if (code != SQLITE_ROW)
            return m_reader.lastError();
        if (!finished)
            return Error{
                ErrorKind::Io,
                QStringLiteral("the row of input %1 in table \"ledger\" is damaged; restore a backup of the "
                               "store, or remove the row")
                    .arg(sequence)};
        return std::optional(StoredOutcome{.session = m_entry.id,
                                           .input = std::move(*finished),
                                           .endedAt = {std::chrono::milliseconds(row.endedAt)}});
    }

private:
    SqliteDatabase &m_reader;
    const SessionEntry &m_entry;
    Result<SqliteStatement> m_select;
};

} // namespace

Result<std::optional<StoredOutcome>> readOutcome(SqliteDatabase &reader, const SessionEntry &entry,
                                                 InputId input)
{
    Result<std::optional<StoredOutcome>> found = LedgerReader(reader, entry).at(sequenceOf(input));
    if (found && *found && (*found)->input.id != input)
        return std::optional<StoredOutcome>();
    return found;
}

Result<std::optional<StoredOutcome>> readOutcomeByKey(SqliteDatabase &reader, const SessionEntry &entry,
                                                      const QByteArray &key, const KeyIndex &keys)
{
    LedgerReader ledger(reader, entry);
    const std::vector<quint64> candidates = keys.candidates(entry.sid, key);
    for (auto sequence = candidates.rbegin(); sequence != candidates.rend(); ++sequence) {
        Result<std::optional<StoredOutcome>> found = ledger.at(*sequence);
        if (!found || (*found && (*found)->input.idempotencyKey == key))
            return found;
    }
    return std::optional<StoredOutcome>();
}

Result<std::vector<RetainedKey>> readKeys(SqliteDatabase &reader, const SessionEntry &entry,
                                          const KeyIndex &keys)
{
    std::vector<RetainedKey> retained;
    LedgerReader ledger(reader, entry);
    for (const quint64 sequence : keys.sequencesOf(entry.sid)) {
        Result<std::optional<StoredOutcome>> found = ledger.at(sequence);
        if (!found)
            return found.error();
        if (!*found)
            continue; // Pruned since.
        const StoredOutcome &outcome = **found;
        retained.push_back({.key = outcome.input.idempotencyKey,
                            .input = outcome.input.id,
                            .payloadHash = outcome.input.payloadHash,
                            .endedAs = outcome.input.outcome.outcome,
                            .endedAt = outcome.endedAt});
    }
    return retained;
}

} // namespace burrow
