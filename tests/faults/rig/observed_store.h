// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/store.h"
#include "rig/moments.h"
#include "rig/witness.h"

#include <QHash>
#include <QSet>

#include <mutex>

namespace burrow::faults {

/// The store of the host under test, seen from outside: keeps the gauges of Moments right, notes what is
/// admitted and requeued, and stands between the store's verdict and its client, where the windows are. Changes
/// nothing.
class ObservedStore : public Store, private StoreClient
{
public:
    /// `stopIsBeingWritten` may be empty; RigOptions says when it is called.
    ObservedStore(Store &inner, Witness &witness, Moments &moments,
                  std::function<void(const QByteArray &)> stopIsBeingWritten)
        : m_inner(inner)
        , m_witness(witness)
        , m_moments(moments)
        , m_stopIsBeingWritten(std::move(stopIsBeingWritten))
    {
    }

    void openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                     OpenReply reply) override;
    void submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint) override;
    void findOutcome(SessionId session, InputId input, OutcomeReply reply) override;
    void findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply) override;
    void loadKeys(SessionId session, KeysReply reply) override;
    void readEvents(EventQuery query, EventsReply reply) override;
    quint64 nextSequence() override { return m_inner.nextSequence(); }

    /// The executor was called for a run of that session.
    void applying(SessionId session);
    QByteArray nameOf(SessionId session) const;

private:
    enum class Step : quint8 { Accept, Ending, Other };
    struct Ticket
    {
        StoreClient *client = nullptr;
        Step step = Step::Other;
        bool grants = false; ///< Carries a permission to start.
        int ended = 0;       ///< Inputs that it ends and somebody here waits for.
    };
    using Key = std::pair<SessionId, TicketNumber>;

    void storeAnswered(std::vector<StoreAnswer> answers) override;
    Ticket describe(const WriteSet &set);
    int awaited(const std::vector<FinishedInput> &inputs);
    void note(const WriteSet &set);
    void submitting(const WriteSet &set, StoreClient &client);
    void answered(const Ticket &ticket, const StoreAnswer &answer);
    void granted(SessionId session, bool grants);

    Store &m_inner;
    Witness &m_witness;
    Moments &m_moments;
    const std::function<void(const QByteArray &)> m_stopIsBeingWritten;
    mutable std::mutex m_mutex;
    QHash<Key, Ticket> m_tickets;         // Guarded by m_mutex.
    QHash<SessionId, QByteArray> m_names; // Guarded by m_mutex.
    QHash<SessionId, bool> m_granted;     // Guarded by m_mutex.
    QSet<quint64> m_admitted;             // Guarded by m_mutex; what came in through this very process.
};

/// Label and flavour of an input of the tests, which stand in its text.
QByteArray labelOf(const Input &input);
QByteArray labelOf(const QByteArray &text);

} // namespace burrow::faults
