// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/memory_store.h"

#include <deque>
#include <optional>

namespace burrow::test {

/// A memory store that keeps its answers back until the test lets them go, and can answer with any verdict. It
/// has no thread: what is let go is answered inside the letting go.
class HeldStore : public Store
{
public:
    void openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                     OpenReply reply) override;
    void submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint) override;
    void findOutcome(SessionId session, InputId input, OutcomeReply reply) override;
    void findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply) override;
    void loadKeys(SessionId session, KeysReply reply) override;
    void readEvents(EventQuery query, EventsReply reply) override;
    quint64 nextSequence() override { return m_inner.nextSequence(); }

    /// From now on writes, or opens, wait.
    void holdWrites(bool held);
    void holdOpens(bool held);
    std::size_t heldWrites() const;
    std::size_t heldOpens() const;
    /// Writes and answers the first that waits, or answers it with that verdict and writes nothing.
    bool letWriteGo(std::optional<Verdict> instead = std::nullopt);
    void letOpensGo();
    /// Every open is answered with that error; unset: as usual.
    void failOpensWith(std::optional<Error> error);
    /// Everything that comes is answered with that verdict and not written; unset: as usual.
    void answerWith(std::optional<Verdict> verdict);

    std::size_t submitted() const;
    std::vector<SubmitHint> hints() const;

private:
    struct HeldWrite
    {
        WriteSet set;
        StoreClient *client = nullptr;
    };
    struct HeldOpen
    {
        SessionId id;
        QByteArray name;
        ExecutorIdentity executor;
        OpenReply reply;
    };

    void openNow(HeldOpen open);
    void submitOrHold(WriteSet set, StoreClient &client, SubmitHint hint);
    void answer(HeldWrite write, std::optional<Verdict> instead);

    MemoryStore m_inner;
    mutable std::mutex m_mutex;
    // Guarded by m_mutex.
    std::deque<HeldWrite> m_writes;
    std::deque<HeldOpen> m_opens;
    std::vector<SubmitHint> m_hints;
    std::optional<Verdict> m_verdict;
    std::optional<Error> m_openError;
    bool m_holdWrites = false;
    bool m_holdOpens = false;
};

} // namespace burrow::test
