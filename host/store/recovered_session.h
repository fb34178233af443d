// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_columns.h"
#include "store/recovery_blocks.h"

#include <QString>

#include <memory>
#include <utility>

namespace burrow {

/// An open input as recovery found it: its row, sound and as small as it can be, for there may be hundreds of
/// thousands. The bytes of key, semantics and payload stand behind it in the same piece of its block.
struct RecoveredInput
{
    RecoveredInput *next = nullptr;
    quint64 sequence = 0;
    quint64 admission = 0;
    qint64 submittedAt = 0;
    IdBytes id;
    HashBytes payloadHash;
    quint32 tries = 0;
    quint32 starts = 0;
    quint32 crashes = 0;
    quint32 keySize = 0;
    quint32 semanticsSize = 0;
    quint32 payloadSize = 0;
    quint8 phase = 0;
    quint8 kind = 0;

    /// The row that it is now; `crc` is left to the caller.
    InputColumnsView row(qint64 sid) const;
};
using RecoveredInputPtr = std::unique_ptr<RecoveredInput, RecoveryDeleter>;

/// The open inputs of one session, in the order of their sequence.
class RecoveredInputs
{
public:
    class Iterator
    {
    public:
        explicit Iterator(RecoveredInput *at)
            : m_at(at)
        {
        }
        RecoveredInput &operator*() const { return *m_at; }
        Iterator &operator++()
        {
            m_at = m_at->next;
            return *this;
        }
        friend bool operator==(const Iterator &, const Iterator &) = default;

    private:
        RecoveredInput *m_at;
    };

    RecoveredInputs() = default;
    ~RecoveredInputs()
    {
        while (m_first != nullptr)
            RecoveredInputPtr(std::exchange(m_first, m_first->next));
    }
    Q_DISABLE_COPY_MOVE(RecoveredInputs)

    void append(RecoveredInputPtr input)
    {
        RecoveredInput *added = input.release();
        (m_last != nullptr ? m_last->next : m_first) = added;
        m_last = added;
    }
    Iterator begin() const { return Iterator(m_first); }
    Iterator end() const { return Iterator(nullptr); }

private:
    RecoveredInput *m_first = nullptr;
    RecoveredInput *m_last = nullptr;
};

/// What recovery found of one session; handed out once, by the first openSession(). Its number, id and name are
/// the entry's. The bytes of the grant stand behind it in the same piece of its block.
struct RecoveredSession
{
    quint64 revision = 0;
    quint64 nextAdmission = 0;
    quint64 nextPriority = 0;
    IdBytes lastRun;
    std::unique_ptr<ColdColumns> cold; ///< Null when nobody has written one.
    RecoveredInputs inputs;
    QString problem; ///< Why it cannot be trusted; the first that was met.
    quint32 grantSize = 0;
    quint8 phase = 0;
    bool hasSnapshot = false;

    QByteArrayView grant() const;
    void clearGrant() { grantSize = 0; }
    void complain(const QString &what)
    {
        if (problem.isEmpty())
            problem = what;
    }
};
using RecoveredSessionPtr = std::unique_ptr<RecoveredSession, RecoveryDeleter>;

/// Puts what was found into a block.
RecoveredInputPtr keep(RecoveryBlocks &blocks, const InputColumnsView &row);
RecoveredSessionPtr keep(RecoveryBlocks &blocks, const SessionColumnsView &row);

} // namespace burrow
