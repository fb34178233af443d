// SPDX-License-Identifier: Apache-2.0
#include "session/shard_inbox.h"
#include "support/tally.h"
#include "support/test_inputs.h"

#include <QTest>

#include <thread>

namespace burrow::test {

class InboxTest : public QObject
{
    Q_OBJECT

    static ShardMessage numberedMessage(quint64 number)
    {
        return ExecutorMessage{sessionIdOf(number), 1, QStringLiteral("word")};
    }
    static quint64 numberOf(const ShardMessage &message)
    {
        return std::get<ExecutorMessage>(message).session.uuid.low & 0x3fffffffffffffffULL;
    }

private Q_SLOTS:
    void manyMessagesWakeOnce()
    {
        int wakes = 0;
        ShardInbox inbox([&wakes] { ++wakes; });
        for (quint64 at = 0; at < 100; ++at)
            inbox.post(numberedMessage(at));
        QCOMPARE(wakes, 1);
        std::vector<ShardMessage> taken;
        QVERIFY(inbox.take(taken));
        QCOMPARE(taken.size(), std::size_t(100));
        for (quint64 at = 0; at < 100; ++at)
            QCOMPARE(numberOf(taken[at]), at);
    }

    void itWakesAgainOnlyAfterItWasFoundEmpty()
    {
        int wakes = 0;
        ShardInbox inbox([&wakes] { ++wakes; });
        std::vector<ShardMessage> taken;
        inbox.post(numberedMessage(1));
        QVERIFY(inbox.take(taken));
        inbox.post(numberedMessage(2));
        QVERIFY2(wakes == 1, "who took something comes back to look again");
        QVERIFY(inbox.take(taken));
        QCOMPARE(taken.size(), std::size_t(1));
        QVERIFY(!inbox.take(taken));
        QVERIFY(taken.empty());
        inbox.post(numberedMessage(3));
        QCOMPARE(wakes, 2);
    }

    void takingClearsWhatWasThere()
    {
        ShardInbox inbox([] {});
        std::vector<ShardMessage> taken;
        taken.push_back(numberedMessage(9));
        inbox.post(numberedMessage(1));
        QVERIFY(inbox.take(taken));
        QCOMPARE(taken.size(), std::size_t(1));
        QCOMPARE(numberOf(taken.front()), 1U);
    }

    void aClosedInboxDropsAndDoesNotWake()
    {
        int wakes = 0;
        ShardInbox inbox([&wakes] { ++wakes; });
        const auto before = std::make_shared<int>(1);
        const auto after = std::make_shared<int>(2);
        inbox.post(SettledMessage{[before] {}});
        QCOMPARE(inbox.close().size(), std::size_t(1));
        QVERIFY2(before.use_count() == 1, "what nobody heard is given away");
        QVERIFY(!inbox.post(SettledMessage{[after] {}}));
        QVERIFY2(after.use_count() == 1, "what comes later is not kept either");
        QCOMPARE(wakes, 1);
        std::vector<ShardMessage> taken;
        QVERIFY(!inbox.take(taken));
    }

    void aDroppedCallbackMaySpeakToTheInboxThatDropsIt()
    {
        struct Speaks
        {
            explicit Speaks(ShardInbox &to)
                : inbox(to)
            {
            }
            Q_DISABLE_COPY_MOVE(Speaks)

            ShardInbox &inbox;
            ~Speaks() { inbox.post(numberedMessage(7)); }
        };
        ShardInbox inbox([] {});
        inbox.post(SettledMessage{[speaks = std::make_shared<Speaks>(inbox)] {}});
        QCOMPARE(inbox.close().size(), std::size_t(1));
        inbox.post(SettledMessage{[speaks = std::make_shared<Speaks>(inbox)] {}});
        std::vector<ShardMessage> taken;
        QVERIFY(!inbox.take(taken));
    }

    void nothingIsLostBetweenThreads()
    {
        constexpr int threads = 8;
        constexpr quint64 each = 20'000;
        Tally woken;
        ShardInbox inbox([&woken] { woken.add(); });
        std::vector<std::thread> posting;
        for (quint64 thread = 0; thread < threads; ++thread) {
            posting.emplace_back([&inbox, thread] {
                for (quint64 at = 0; at < each; ++at)
                    inbox.post(numberedMessage(thread * each + at));
            });
        }
        std::vector<quint64> next(threads, 0);
        std::vector<ShardMessage> taken;
        quint64 heard = 0;
        std::size_t slept = 0;
        bool inOrder = true;
        // As a shard does: take until there is nothing, then wait for the next wake-up.
        while (heard < threads * each) {
            QVERIFY2(woken.waitFor(++slept), "a wake-up was lost");
            while (inbox.take(taken)) {
                heard += taken.size();
                for (const ShardMessage &message : taken) {
                    const quint64 number = numberOf(message);
                    inOrder = inOrder && next[number / each]++ == number % each;
                }
            }
        }
        for (std::thread &thread : posting)
            thread.join();
        QCOMPARE(heard, threads * each);
        QVERIFY2(inOrder, "the messages of one thread keep their order");
        QVERIFY(woken.count() <= heard);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::InboxTest)
#include "inbox_test.moc"
