// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/memory_store.h"

#include <condition_variable>
#include <thread>

namespace burrow::test {

/// A memory store behind a writer thread, as durable stores are: whatever waits is written together, and each
/// client hears of its part with one call from that thread. Opens are answered from there, too.
class WriterStore : public Store
{
public:
    WriterStore();
    /// Writes and answers what is left.
    ~WriterStore() override;
    Q_DISABLE_COPY_MOVE(WriterStore)

    void openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                     OpenReply reply) override;
    void submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint) override;
    void findOutcome(SessionId session, InputId input, OutcomeReply reply) override;
    void findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply) override;
    void loadKeys(SessionId session, KeysReply reply) override;
    void readEvents(EventQuery query, EventsReply reply) override;
    quint64 nextSequence() override { return m_inner.nextSequence(); }

private:
    struct Write
    {
        WriteSet set;
        StoreClient *client = nullptr;
    };

    void work();
    void write(std::vector<Write> batch);

    MemoryStore m_inner;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Write> m_writes;                // Guarded by m_mutex.
    std::vector<std::function<void()>> m_reads; // Guarded by m_mutex.
    bool m_ending = false;                      // Guarded by m_mutex.
    std::thread m_thread;                       ///< Last: it uses everything above.
};

} // namespace burrow::test
