// SPDX-License-Identifier: Apache-2.0
// Order, exactness, and many threads at once.
#include "store_contract.h"

#include <set>
#include <thread>

namespace burrow::test {

namespace {

/// Runs the work on so many threads at once and waits for all.
void onThreads(int count, const std::function<void(int)> &work)
{
    Tally ready;
    std::vector<std::thread> threads;
    for (int at = 0; at < count; ++at) {
        threads.emplace_back([&, at] {
            ready.add();
            ready.waitFor(static_cast<std::size_t>(count));
            work(at);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
}

/// Each session's tickets in the order of their answers.
std::map<SessionId, std::vector<TicketNumber>> ticketsBySession(const std::vector<StoreAnswer> &answers)
{
    std::map<SessionId, std::vector<TicketNumber>> tickets;
    for (const StoreAnswer &answer : answers)
        tickets[answer.session].push_back(answer.ticket);
    return tickets;
}

bool countsUpFromOne(const std::vector<TicketNumber> &tickets, std::size_t count)
{
    for (std::size_t at = 0; at < tickets.size(); ++at) {
        if (tickets[at] != at + 1)
            return false;
    }
    return tickets.size() == count;
}

} // namespace

void StoreContract::verdictsOfASessionComeInTicketOrder()
{
    constexpr std::size_t count = 500;
    const StoredSession alpha = openSession("alpha");
    const StoredSession beta = openSession("beta");
    SetBuilder ofAlpha(alpha.id);
    SetBuilder ofBeta(beta.id);
    VerdictLog log;
    for (std::size_t at = 0; at < count; ++at) {
        store().submitOne(ofAlpha.accept(freshInput()), log, SubmitHint::NeverBlock);
        store().submitOne(ofBeta.accept(freshInput()), log, SubmitHint::MayBlock);
    }
    QVERIFY(log.waitFor(2 * count));
    const auto tickets = ticketsBySession(log.answers());
    QVERIFY(countsUpFromOne(tickets.at(alpha.id), count));
    QVERIFY(countsUpFromOne(tickets.at(beta.id), count));
}

void StoreContract::aBatchIsSubmittedInItsOrderAndUsedAgain()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    VerdictLog log;
    const std::unique_ptr<WriteBatch> batch = store().makeBatch(log);
    std::size_t told = 0;
    for (const std::size_t count : {1U, 20U, 0U, 8U}) {
        for (std::size_t at = 0; at < count; ++at)
            batch->add(sets.accept(freshInput()));
        QCOMPARE(batch->count(), count);
        QCOMPARE(log.count(), told);
        batch->submit(SubmitHint::NeverBlock);
        QCOMPARE(batch->count(), std::size_t(0));
        told += count;
        QVERIFY(log.waitFor(told));
    }
    QVERIFY(countsUpFromOne(ticketsBySession(log.answers()).at(alpha.id), told));
    const std::vector<StoreAnswer> answers = log.answers();
    QVERIFY(std::all_of(answers.begin(), answers.end(),
                        [](const StoreAnswer &answer) { return answer.verdict == Verdict::Committed; }));
}

void StoreContract::everySetGetsExactlyOneVerdict()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    VerdictLog log;
    for (int at = 0; at < 50; ++at)
        store().submitOne(sets.accept(freshInput()), log, SubmitHint::NeverBlock);
    // The second half stands behind one that is refused.
    store().submitOne(sets.finishRun(runIdOf(1), {freshInput()}), log, SubmitHint::NeverBlock);
    for (int at = 0; at < 49; ++at)
        store().submitOne(sets.accept(freshInput()), log, SubmitHint::NeverBlock);
    QVERIFY(log.waitFor(100));
    // Closing the store lets out whatever it would have said twice.
    m_store.reset();
    const std::vector<StoreAnswer> answers = log.answers();
    QCOMPARE(answers.size(), std::size_t(100));
    QVERIFY(countsUpFromOne(ticketsBySession(answers).at(alpha.id), 100));
    for (const StoreAnswer &answer : answers)
        QCOMPARE(answer.verdict, answer.ticket <= 50 ? Verdict::Committed : Verdict::Refused);
}

void StoreContract::sequencesNeverRepeatOverThreads()
{
    constexpr int threads = 8;
    constexpr int each = 5'000;
    std::vector<std::vector<quint64>> taken(threads);
    onThreads(threads, [&](int at) {
        for (int count = 0; count < each; ++count)
            taken[static_cast<std::size_t>(at)].push_back(store().nextSequence());
    });
    std::set<quint64> all;
    for (const std::vector<quint64> &ofThread : taken) {
        QVERIFY2(std::is_sorted(ofThread.begin(), ofThread.end()), "they rise for each thread");
        all.insert(ofThread.begin(), ofThread.end());
    }
    QCOMPARE(all.size(), static_cast<std::size_t>(threads) * each);
    QVERIFY(!all.contains(0));
}

void StoreContract::manyThreadsSubmitAtOnce()
{
    constexpr int threads = 8;
    constexpr std::size_t cycles = 250;
    std::vector<StoredSession> sessions;
    for (int at = 0; at < threads; ++at)
        sessions.push_back(openSession("session-" + QByteArray::number(at)));
    VerdictLog log;
    onThreads(threads, [&](int at) {
        const SessionId session = sessions[static_cast<std::size_t>(at)].id;
        SetBuilder sets(session);
        for (std::size_t count = 0; count < cycles; ++count) {
            const InputPointer ends = freshInput();
            store().submitOne(sets.accept(ends), log, SubmitHint::NeverBlock);
            store().submitOne(sets.accept(freshInput()), log, SubmitHint::NeverBlock);
            store().submitOne(sets.finishRun(runIdOf(count), {ends}), log, SubmitHint::MayBlock);
        }
    });
    QVERIFY(log.waitFor(threads * cycles * 3));
    for (const StoreAnswer &answer : log.answers())
        QVERIFY2(answer.verdict == Verdict::Committed, qPrintable(answer.reason));
    for (const auto &[session, tickets] : ticketsBySession(log.answers()))
        QVERIFY(countsUpFromOne(tickets, cycles * 3));
    for (const StoredSession &session : sessions)
        QCOMPARE(openSession(session.name).openInputs.size(), cycles);
}

void StoreContract::manyThreadsOpenOneNameAndGetOneSession()
{
    constexpr int threads = 8;
    std::mutex mutex;
    std::set<SessionId> ids;
    Tally answered;
    onThreads(threads, [&](int at) {
        store().openSession(sessionIdOf(static_cast<quint64>(at) + 1), "shared", {},
                            [&](Result<StoredSession> opened) {
                                {
                                    const std::lock_guard lock(mutex);
                                    if (opened.ok())
                                        ids.insert(opened->id);
                                }
                                answered.add();
                            });
    });
    QVERIFY(answered.waitFor(threads));
    const std::lock_guard lock(mutex);
    QCOMPARE(ids.size(), std::size_t(1));
}

void StoreContract::aClientHearsOnlyItsOwnVerdicts()
{
    const StoredSession alpha = openSession("alpha");
    const StoredSession beta = openSession("beta");
    SetBuilder ofAlpha(alpha.id);
    SetBuilder ofBeta(beta.id);
    VerdictLog alphaLog;
    VerdictLog betaLog;
    for (int at = 0; at < 100; ++at) {
        store().submitOne(ofAlpha.accept(freshInput()), alphaLog, SubmitHint::NeverBlock);
        store().submitOne(ofBeta.accept(freshInput()), betaLog, SubmitHint::NeverBlock);
    }
    QVERIFY(alphaLog.waitFor(100));
    QVERIFY(betaLog.waitFor(100));
    for (const StoreAnswer &answer : alphaLog.answers())
        QCOMPARE(answer.session, alpha.id);
    for (const StoreAnswer &answer : betaLog.answers())
        QCOMPARE(answer.session, beta.id);
}

} // namespace burrow::test
