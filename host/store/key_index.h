// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/prepared_set.h"
#include "store/sqlite_database.h"

#include <mutex>
#include <unordered_map>

namespace burrow {

/// Where the keys of ended inputs stand in the ledger: 16 bytes for each, and no index in the file. The ledger
/// is read once, in steps, after the store has opened; what ends meanwhile is added as it is committed. A hit
/// is always verified by reading the row. Thread-safe.
class KeyIndex
{
public:
    /// A committed set: its ended inputs with keys.
    void add(const PreparedSet &set);
    void add(qint64 sid, QByteArrayView key, quint64 sequence);
    /// Reads the next step of the ledger. False: that was the last. Errors: Io.
    Result<bool> scanStep(SqliteDatabase &reader);
    /// The scan is over, whether it could read everything or not; later questions need not wait.
    bool isComplete() const;

    /// Sequences of ended inputs of the session, rising; with a key: those that may have it.
    std::vector<quint64> sequencesOf(qint64 sid) const;
    std::vector<quint64> candidates(qint64 sid, QByteArrayView key) const;
    /// The row was pruned.
    void forget(qint64 sid, quint64 sequence);

private:
    struct Entry
    {
        quint64 hash = 0;
        quint64 sequence = 0;
    };

    mutable std::mutex m_mutex;
    std::unordered_map<qint64, std::vector<Entry>> m_bySession; ///< Guarded by m_mutex.
    quint64 m_scanned = 0;                                      ///< The reader's thread only.
    bool m_complete = false;                                    ///< Guarded by m_mutex.
};

} // namespace burrow
