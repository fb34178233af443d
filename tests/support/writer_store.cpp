// SPDX-License-Identifier: Apache-2.0
#include "support/writer_store.h"

namespace burrow::test {

namespace {

/// Gathers what the inner store answers, so that a client hears once per batch.
class Gatherer : public StoreClient
{
public:
    void storeAnswered(std::vector<StoreAnswer> answers) override
    {
        gathered.insert(gathered.end(), std::make_move_iterator(answers.begin()),
                        std::make_move_iterator(answers.end()));
    }
    std::vector<StoreAnswer> gathered;
};

} // namespace

WriterStore::WriterStore()
    : m_thread([this] { work(); })
{
}

WriterStore::~WriterStore()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_changed.notify_all();
    }
    m_thread.join();
}

void WriterStore::openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                              OpenReply reply)
{
    const std::lock_guard lock(m_mutex);
    m_reads.push_back([this, idIfNew, name, executor, reply = std::move(reply)] {
        m_inner.openSession(idIfNew, name, executor, reply);
    });
    m_changed.notify_all();
}

void WriterStore::submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint)
{
    const std::lock_guard lock(m_mutex);
    for (WriteSet &set : sets)
        m_writes.push_back({std::move(set), &client});
    m_changed.notify_all();
}

void WriterStore::findOutcome(SessionId session, InputId input, OutcomeReply reply)
{
    const std::lock_guard lock(m_mutex);
    m_reads.push_back(
        [this, session, input, reply = std::move(reply)] { m_inner.findOutcome(session, input, reply); });
    m_changed.notify_all();
}

void WriterStore::findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply)
{
    const std::lock_guard lock(m_mutex);
    m_reads.push_back(
        [this, session, key, reply = std::move(reply)] { m_inner.findOutcomeByKey(session, key, reply); });
    m_changed.notify_all();
}

void WriterStore::readEvents(EventQuery query, EventsReply reply)
{
    const std::lock_guard lock(m_mutex);
    m_reads.push_back(
        [this, query = std::move(query), reply = std::move(reply)] { m_inner.readEvents(query, reply); });
    m_changed.notify_all();
}

void WriterStore::loadKeys(SessionId session, KeysReply reply)
{
    const std::lock_guard lock(m_mutex);
    m_reads.push_back([this, session, reply = std::move(reply)] { m_inner.loadKeys(session, reply); });
    m_changed.notify_all();
}

void WriterStore::work()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_ending || !m_writes.empty() || !m_reads.empty(); });
        if (m_writes.empty() && m_reads.empty())
            return;
        std::vector<Write> writes = std::exchange(m_writes, {});
        const std::vector<std::function<void()>> reads = std::exchange(m_reads, {});
        lock.unlock();
        // Reads come after the writes they were asked behind.
        write(std::move(writes));
        for (const std::function<void()> &read : reads)
            read();
        lock.lock();
    }
}

void WriterStore::write(std::vector<Write> batch)
{
    std::unordered_map<StoreClient *, Gatherer> answers;
    for (Write &one : batch)
        m_inner.submitOne(std::move(one.set), answers[one.client], SubmitHint::MayBlock);
    for (auto &[client, gatherer] : answers)
        client->storeAnswered(std::move(gatherer.gathered));
}

} // namespace burrow::test
