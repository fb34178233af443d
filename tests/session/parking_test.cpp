// SPDX-License-Identifier: Apache-2.0
#include "shard_rig.h"

#include <QTest>

namespace burrow::test {

using namespace std::chrono_literals;

/// A session without work is a plain record: no loop, no timer, no thread, no descriptor.
class ParkingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLoopIsBoundOnlyWhileThereIsWork()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.settle();
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        const auto work = rig.submit(alpha, promptOf("hang"));
        rig.settle();
        QCOMPARE(rig.shard->loopCount(), std::size_t(1));
        executors->finishAll();
        rig.settle();
        QVERIFY(work->outcome);
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
    }

    void aSessionWithQueuedInputAndNobodyToRunItIsParked()
    {
        ShardRig rig;
        const SessionId alpha = rig.adopt("alpha", nullptr);
        rig.submit(alpha, promptOf("waits"));
        rig.settle();
        QCOMPARE(rig.view(alpha).queued, 1U);
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        QVERIFY(rig.clock.nextDeadline() == MonotonicTime::never());
    }

    void aSessionThatWaitsForTimeOrAVerdictIsNotParked()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const auto failing = rig.submit(alpha, promptOf("fail"), WaitMode::Attempt);
        rig.settle();
        QVERIFY(failing->outcome);
        QCOMPARE(rig.shard->loopCount(), std::size_t(1));
        rig.pass(1min);
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        rig.store.holdWrites(true);
        rig.submit(alpha, promptOf("work"));
        rig.settle();
        QCOMPARE(rig.shard->loopCount(), std::size_t(1));
        rig.store.holdWrites(false);
        while (rig.store.letWriteGo())
            rig.settle();
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
    }

    void tenThousandParkedSessionsHoldNothingOfTheSystem()
    {
        constexpr int count = 10'000;
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        rig.submit(rig.adopt("first", executors), promptOf("warm"));
        rig.settle();
        const std::size_t threads = threadsOfProcess();
        const std::size_t descriptors = descriptorsOfProcess();
        const std::size_t timers = rig.clock.timerCount();

        std::vector<SessionId> sessions;
        for (int at = 0; at < count; ++at)
            sessions.push_back(rig.adopt("session-" + QByteArray::number(at), executors));
        rig.settle();
        QCOMPARE(rig.shard->sessionCount(), std::size_t(count + 1));
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        QVERIFY2(rig.shard->spareLoopCount() == 1, "one loop attached them all, one after the other");
        // Each has run something, so each was as awake as a session can be.
        std::vector<std::shared_ptr<Submitted>> answers;
        for (const SessionId session : sessions)
            answers.push_back(rig.submit(session, promptOf("work")));
        const auto settled = rig.whenSettled();
        for (int pass = 0; pass < 100 && *settled == 0; ++pass)
            rig.settle();
        for (const auto &answer : answers)
            QVERIFY(answer->outcome && answer->outcome->succeeded());

        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        QVERIFY2(rig.shard->spareLoopCount() <= 1'024,
                 QByteArray::number(quint64(rig.shard->spareLoopCount())));
        QCOMPARE(threadsOfProcess(), threads);
        QCOMPARE(descriptorsOfProcess(), descriptors);
        QCOMPARE(rig.clock.timerCount(), timers);
        rig.pass(1h); // What is left of the deadlines of runs that ended in time.
        QVERIFY(rig.clock.nextDeadline() == MonotonicTime::never());
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));

        const auto one = rig.submit(sessions[count / 2], promptOf("again"));
        rig.settle();
        QVERIFY(one->outcome && one->outcome->succeeded());
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        QCOMPARE(executors->violations(), QStringList());
    }

    void sessionsThatAreDownAreParked()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        for (int at = 0; at < 100; ++at)
            rig.adopt("session-" + QByteArray::number(at), at % 2 == 0 ? executors : nullptr);
        rig.submit(rig.adopt("warm", executors), promptOf("work"));
        rig.settle();
        const auto finished = rig.shutDown();
        rig.settle();
        QCOMPARE(*finished, 1);
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        QVERIFY(rig.shard->spareLoopCount() <= 2);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::ParkingTest)
#include "parking_test.moc"
