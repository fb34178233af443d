// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/stored_session.h"

#include <map>
#include <set>

namespace burrow::test {

/// What the committed write sets of one session add up to, with the checks that a store makes: an input is
/// inserted once, ends once, and nothing that is not there is touched. Whoever builds a write set from a wrong
/// picture of the store is found here, not at the next start.
class StoreModel
{
public:
    struct OpenInput
    {
        InputId id;
        quint32 starts = 0;
        quint32 tries = 0;
        quint64 admission = 0;
        InputRow row; ///< As it was accepted; the members above say what has become of it.
    };

    /// Commits one write set. Gives a sentence when a store would have to refuse it.
    std::optional<QString> commit(const WriteSet &set);

    /// True when these inputs may be started under this attempt number and it was not handed out before.
    bool covers(quint64 sequence, quint32 attempt) const;
    /// The attempt number is used up.
    void started(quint64 sequence, quint32 attempt);
    /// The last attempt number of that input that an executor got, or that a crash has used up; 0 = none.
    quint32 usedUp(quint64 sequence) const;
    /// That input was accepted since the last crash.
    bool acceptedHere(quint64 sequence) const { return m_acceptedHere.contains(sequence); }

    /// The session as a store gives it to the next host.
    StoredSession image(SessionId id) const;
    /// The keys of the inputs that have ended.
    std::vector<RetainedKey> keys() const;
    /// The host has ended without a word: starts that were granted and have no result are blamed on their
    /// inputs, and every attempt number that was granted is used up.
    void crash();
    /// Puts an input there as an earlier host left it.
    void put(const InputRow &row);
    /// What the clock says when a write is taken.
    WallTime now;

    const std::map<quint64, OpenInput> &open() const { return m_open; }
    const std::map<quint64, FinishedInput> &ledger() const { return m_ledger; }
    const SessionRow &row() const { return m_row; }
    void setRow(const SessionRow &row) { m_row = row; }
    bool written() const { return m_written; }
    bool hasOpen(quint64 sequence) const { return m_open.contains(sequence); }
    const FinishedInput *ended(quint64 sequence) const;
    std::size_t receipts() const { return m_receipts.size(); }
    std::optional<CleanupCause> cleanupOwed() const
    {
        return m_owed ? std::optional(m_owed->cause) : std::nullopt;
    }
    const std::optional<QByteArray> &snapshot() const { return m_snapshot; }
    const std::shared_ptr<const StoredOperations> &operations() const { return m_operations; }
    void setOperations(std::shared_ptr<const StoredOperations> operations)
    {
        m_operations = std::move(operations);
    }
    /// The last that was written of them is that there are none any more.
    bool operationsForgotten() const { return m_operationsForgotten; }
    /// Was ever stored as ended, also when it was evicted since.
    bool operationEnded(OperationId operation) const { return m_endedOperations.contains(operation); }

private:
    std::optional<QString> commitOne(const AcceptOperation &operation);
    std::optional<QString> commitOne(const FinishRunOperation &operation);
    std::optional<QString> commitOne(const FailRunOperation &operation);
    std::optional<QString> commitOne(const LifecycleOperation &operation);
    std::optional<QString> commitOne(const GrantOperation &operation);
    static std::optional<QString> commitOne(const NoteOperation &) { return std::nullopt; }
    std::optional<QString> commitOne(const OperationsOperation &operation);
    std::optional<QString> finish(const std::vector<FinishedInput> &inputs);
    std::optional<QString> writeRow(const SessionRow &row);

    std::map<quint64, OpenInput> m_open;
    std::map<quint64, FinishedInput> m_ledger;
    std::set<quint64> m_acceptedHere;       ///< Accepted since the last crash.
    std::map<quint64, quint32> m_handedOut; ///< Last attempt number that an executor got.
    std::set<std::pair<RunId, quint64>> m_receipts;
    std::map<quint64, InputRow> m_accepted; ///< Every input, whatever became of it.
    std::map<quint64, WallTime> m_endedAt;  ///< Of those in the ledger.
    std::shared_ptr<const RuntimeBinding> m_binding;
    std::shared_ptr<const OwedCleanup> m_owed;
    bool m_written = false; ///< Something was committed, or put there.
    std::optional<QByteArray> m_snapshot;
    std::shared_ptr<const StoredOperations> m_operations;
    std::set<OperationId> m_endedOperations;
    bool m_operationsForgotten = false;
    SessionRow m_row;
};

} // namespace burrow::test
