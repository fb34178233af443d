// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/write_set.h"

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
    };

    /// Commits one write set. Gives a sentence when a store would have to refuse it.
    std::optional<QString> commit(const WriteSet &set);

    /// True when these inputs may be started under this attempt number and it was not handed out before.
    bool covers(quint64 sequence, quint32 attempt) const;
    /// The attempt number is used up.
    void started(quint64 sequence, quint32 attempt);

    const std::map<quint64, OpenInput> &open() const { return m_open; }
    const std::map<quint64, FinishedInput> &ledger() const { return m_ledger; }
    const SessionRow &row() const { return m_row; }
    void setRow(const SessionRow &row) { m_row = row; }
    bool hasOpen(quint64 sequence) const { return m_open.contains(sequence); }
    const FinishedInput *ended(quint64 sequence) const;
    std::size_t receipts() const { return m_receipts.size(); }
    const std::optional<QByteArray> &snapshot() const { return m_snapshot; }

private:
    std::optional<QString> commitOne(const AcceptOperation &operation);
    std::optional<QString> commitOne(const FinishRunOperation &operation);
    std::optional<QString> commitOne(const FailRunOperation &operation);
    std::optional<QString> commitOne(const LifecycleOperation &operation);
    std::optional<QString> commitOne(const GrantOperation &operation);
    std::optional<QString> finish(const std::vector<FinishedInput> &inputs);
    std::optional<QString> writeRow(const SessionRow &row);

    std::map<quint64, OpenInput> m_open;
    std::map<quint64, FinishedInput> m_ledger;
    std::map<quint64, quint32> m_handedOut; ///< Last attempt number that an executor got.
    std::set<RunId> m_receipts;
    std::optional<QByteArray> m_snapshot;
    SessionRow m_row;
};

} // namespace burrow::test
