// SPDX-License-Identifier: Apache-2.0
#include "plugin/token_table.h"
#include "wait.h"

#include <QTest>

#include <set>
#include <thread>

using namespace burrow;
using namespace burrow::test;

namespace {

class Holder final : public TokenHolder
{
public:
    qint32 completed(quint64, TokenKind, const burrow_completion *) override
    {
        ++completions;
        return 0;
    }
    void completedAgain(quint64, TokenKind) override { ++repeats; }
    qint32 emitted(quint64, const burrow_event &) override { return 0; }
    qint32 boundaryChanged(quint64, qint32, quint64) override { return 0; }
    LogSubject logSubject(quint64) const override { return {}; }

    std::atomic<int> completions{0};
    std::atomic<int> repeats{0};
};

} // namespace

class TokensTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTokenIsSpentOnce();
    void tokensAreNeverRepeated();
    void foreignAndForgedTokensAreNothing();
    void anInstanceIsNoCall();
    void levelsOnlyRise();
    void aPinKeepsTheHolder();
    void aSlotThatHasServedAllGenerationsIsRetired();
    void theTableGrowsAndIsBounded();
    void racingCompletionsHaveOneWinner();
    void leasesAndPinsRace();
};

void TokensTest::aTokenIsSpentOnce()
{
    TokenTable table(1);
    const auto holder = std::make_shared<Holder>();
    TokenLease lease = table.lease(holder, TokenKind::Apply);
    const quint64 token = lease.open();
    QVERIFY(token != 0);
    QVERIFY(lease.isOpen(token));
    QVERIFY(table.pinOpen(token));
    {
        const TokenTable::Pin pin = table.spend(token);
        QVERIFY(pin);
        QCOMPARE(&pin.holder(), holder.get());
        QCOMPARE(pin.kind(), TokenKind::Apply);
    }
    QVERIFY(!table.spend(token));
    QVERIFY(!table.pinOpen(token));
    QVERIFY(!lease.close(token));
    QVERIFY(!table.cancelLevel(token));
    QVERIFY(table.pinHolder(token)); // Its holder can still be named.
    QVERIFY(table.wasGiven(token));
    const quint64 next = lease.open();
    QVERIFY(next != token);
    QVERIFY(!table.spend(token));
    QVERIFY(lease.close(next));
    QVERIFY(!table.spend(next));
}

void TokensTest::tokensAreNeverRepeated()
{
    TokenTable table(1);
    std::set<quint64> seen;
    for (int round = 0; round < 100; ++round) {
        TokenLease lease = table.lease(std::make_shared<Holder>(), TokenKind::Apply);
        for (int run = 0; run < 10; ++run) {
            const quint64 token = lease.open();
            QVERIFY(seen.insert(token).second);
            QVERIFY(lease.close(token));
        }
    }
}

void TokensTest::foreignAndForgedTokensAreNothing()
{
    TokenTable mine(1);
    TokenTable other(2);
    const auto holder = std::make_shared<Holder>();
    TokenLease lease = mine.lease(holder, TokenKind::Apply);
    TokenLease otherLease = other.lease(holder, TokenKind::Apply);
    const quint64 token = lease.open();
    const quint64 otherToken = otherLease.open();
    QVERIFY(!mine.spend(otherToken));
    QVERIFY(!mine.pinHolder(otherToken));
    QVERIFY(!mine.wasGiven(otherToken));
    for (const quint64 forged :
         {quint64(0), ~quint64(0), token + 1, token ^ (quint64(1) << 40), quint64(12345)}) {
        QVERIFY(!mine.spend(forged));
        QVERIFY(!mine.pinOpen(forged));
        QVERIFY(!mine.wasGiven(forged));
        QVERIFY(!mine.cancelLevel(forged));
    }
    QVERIFY(mine.spend(token));
}

void TokensTest::anInstanceIsNoCall()
{
    TokenTable table(1);
    TokenLease lease = table.lease(std::make_shared<Holder>(), TokenKind::Instance);
    const quint64 token = lease.open();
    QVERIFY(!table.spend(token));
    QVERIFY(!table.cancelLevel(token));
    QVERIFY(table.pinHolder(token));
}

void TokensTest::levelsOnlyRise()
{
    TokenTable table(1);
    TokenLease lease = table.lease(std::make_shared<Holder>(), TokenKind::Apply);
    const quint64 token = lease.open();
    QCOMPARE(table.cancelLevel(token), std::optional<qint32>(0));
    QVERIFY(lease.raise(token, 1));
    QVERIFY(!lease.raise(token, 1));
    QVERIFY(lease.raise(token, 2));
    QVERIFY(!lease.raise(token, 1));
    QCOMPARE(table.cancelLevel(token), std::optional<qint32>(2));
    QVERIFY(lease.close(token));
    const quint64 next = lease.open();
    QCOMPARE(table.cancelLevel(next), std::optional<qint32>(0)); // The next run is not cancelled.
    QVERIFY(!lease.raise(token, 2));
}

void TokensTest::aPinKeepsTheHolder()
{
    TokenTable table(1);
    auto holder = std::make_shared<Holder>();
    const std::weak_ptr<Holder> watch = holder;
    TokenLease lease = table.lease(holder, TokenKind::Apply);
    holder.reset();
    const quint64 token = lease.open();
    {
        const TokenTable::Pin pin = table.pinOpen(token);
        QVERIFY(pin);
        lease.giveBack();
        QVERIFY(!watch.expired());
        QVERIFY(!table.pinHolder(token)); // Nobody new gets in.
        pin.holder().completedAgain(token, TokenKind::Apply);
    }
    QVERIFY(watch.expired());
    QVERIFY(table.wasGiven(token));
}

void TokensTest::aSlotThatHasServedAllGenerationsIsRetired()
{
    TokenTable table(1, UINT32_MAX - 2);
    TokenLease lease = table.lease(std::make_shared<Holder>(), TokenKind::Apply);
    const quint64 first = lease.open();
    QVERIFY(lease.close(first));
    const quint64 last = lease.open();
    QVERIFY(last != 0);
    QVERIFY(lease.close(last));
    QCOMPARE(lease.open(), quint64(0));
    lease.giveBack();
    std::set<quint64> slots;
    std::vector<TokenLease> leases;
    for (int at = 0; at < 100; ++at) {
        leases.push_back(table.lease(std::make_shared<Holder>(), TokenKind::Apply));
        const quint64 token = leases.back().open();
        QVERIFY((token >> 32) != (first >> 32)); // Never that slot again.
    }
}

void TokensTest::theTableGrowsAndIsBounded()
{
    TokenTable table(2047);
    const auto holder = std::make_shared<Holder>();
    std::vector<TokenLease> leases;
    std::set<quint64> seen;
    for (int at = 0; at < 10'000; ++at) {
        leases.push_back(table.lease(holder, TokenKind::Apply));
        QVERIFY(leases.back().isValid());
        QVERIFY(seen.insert(leases.back().open()).second);
    }
    for (const quint64 token : seen)
        QVERIFY(table.spend(token));
}

void TokensTest::racingCompletionsHaveOneWinner()
{
    constexpr int threads = 4;
    constexpr int rounds = 1000;
    TokenTable table(1);
    TokenLease lease = table.lease(std::make_shared<Holder>(), TokenKind::Apply);
    std::atomic<quint64> token{0};
    std::atomic<int> winners{0};
    Rendezvous rendezvous(threads + 1);
    std::vector<std::thread> team;
    for (int at = 0; at < threads; ++at) {
        team.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                rendezvous.meet();
                if (table.spend(token))
                    ++winners;
                rendezvous.meet();
            }
        });
    }
    for (int round = 0; round < rounds; ++round) {
        token = lease.open();
        rendezvous.meet();
        rendezvous.meet();
    }
    for (std::thread &thread : team)
        thread.join();
    QCOMPARE(winners.load(), rounds);
}

void TokensTest::leasesAndPinsRace()
{
    TokenTable table(1);
    std::atomic<bool> over{false};
    std::atomic<quint64> token{0};
    std::thread prober([&] {
        while (!over) {
            const quint64 known = token;
            if (const TokenTable::Pin pin = table.pinHolder(known))
                pin.holder().completedAgain(known, pin.kind());
            (void)table.spend(known);
        }
    });
    for (int round = 0; round < 5000; ++round) {
        TokenLease lease = table.lease(std::make_shared<Holder>(), TokenKind::Apply);
        token = lease.open();
    }
    over = true;
    prober.join();
}

QTEST_GUILESS_MAIN(TokensTest)
#include "tokens_test.moc"
