// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/store.h"

#include <QHash>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>

namespace burrow {

/// A store that lasts as long as the process. It keeps every rule of the port, so that what runs on it runs on
/// a durable store: one verdict per write set, in order per session, and a set that contradicts what is stored
/// is refused whole. Thread-safe.
class MemoryStore : public Store
{
public:
    void openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                     OpenReply reply) override;
    void submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint) override;
    void findOutcome(SessionId session, InputId input, OutcomeReply reply) override;
    void findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply) override;
    void loadKeys(SessionId session, KeysReply reply) override;
    void readEvents(EventQuery query, EventsReply reply) override;
    quint64 nextSequence() override { return ++m_sequence; }

private:
    struct Image
    {
        SessionId id;
        QByteArray name;
        SessionRow row;
        std::shared_ptr<const RuntimeBinding> binding;
        std::shared_ptr<const OwedCleanup> owed;
        ExecutorIdentity executor;
        std::optional<QByteArray> snapshot;
        RunId snapshotRun;
        QByteArray snapshotPlugin;
        std::shared_ptr<const StoredOperations> operations;
        std::map<quint64, InputRow> open; ///< By sequence.
        bool refused = false; ///< Then every later set is refused too, until the session is reopened.
    };

    static WallTime now();
    StoreAnswer write(const WriteSet &set);
    QString apply(Image &image, const AcceptOperation &operation);
    QString apply(Image &image, const FinishRunOperation &operation);
    QString apply(Image &image, const FailRunOperation &operation);
    QString apply(Image &image, const LifecycleOperation &operation);
    QString apply(Image &image, const GrantOperation &operation);
    static QString apply(Image &, const NoteOperation &) { return {}; }
    QString apply(Image &image, const OperationsOperation &operation);
    void finish(Image &image, const std::vector<FinishedInput> &inputs);
    void writeRow(Image &image, const SessionRow &row);
    void remember(StoredOutcome outcome);
    quint64 log(const Image &image, const QByteArray &verb, std::vector<LifecycleEvent> events);
    EventPage pageOf(const EventQuery &query) const;

    std::atomic<quint64> m_sequence = 0;
    std::mutex m_mutex;
    QHash<SessionId, Image> m_sessions;    // Guarded by m_mutex.
    QHash<QByteArray, SessionId> m_byName; // Guarded by m_mutex.
    /// Ended inputs by sequence, the newest limits::memory_ledger_max of them: an input ends once.
    std::map<quint64, StoredOutcome> m_ledger; // Guarded by m_mutex.
    std::deque<LoggedEvents> m_events;         ///< The newest limits::memory_events_max. Guarded by m_mutex.
    SessionId m_firstSession;                  // Guarded by m_mutex.
    quint64 m_lastEvent = 0;                   // Guarded by m_mutex.
};

} // namespace burrow
