// SPDX-License-Identifier: Apache-2.0
#include "session/system_clock.h"
#include "shard_rig.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

namespace burrow::test {

using namespace std::chrono_literals;

class TimersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneTimerServesEverySession()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        std::vector<std::shared_ptr<Submitted>> answers;
        for (int at = 0; at < 100; ++at) {
            CoreSettings settings;
            settings.retryBackoff = std::chrono::milliseconds(100 + 10 * at);
            const SessionId session = rig.adopt("session-" + QByteArray::number(at), executors, settings);
            answers.push_back(rig.submit(session, promptOf("fail")));
        }
        rig.settle();
        QCOMPARE(rig.clock.timerCount(), std::size_t(1));
        QCOMPARE(executors->applied().size(), std::size_t(100));
        // Each is tried again at its own time, and at no other.
        rig.pass(99ms);
        QCOMPARE(executors->applied().size(), std::size_t(100));
        rig.pass(1ms);
        QCOMPARE(executors->applied().size(), std::size_t(101));
        rig.pass(500ms);
        // By then 51 had their second try; those whose second backoff, twice the first, is over had their
        // third.
        std::size_t expected = 100;
        for (int at = 0; at < 100; ++at)
            expected += (100 + 10 * at <= 600 ? 1 : 0) + (3 * (100 + 10 * at) <= 600 ? 1 : 0);
        QCOMPARE(executors->applied().size(), expected);
        rig.pass(10s);
        QCOMPARE(executors->applied().size(), std::size_t(300));
        for (const auto &answer : answers) {
            QCOMPARE(answer->outcomes, 1);
            QCOMPARE(answer->outcome->outcome, OutcomeClass::AbandonedWithError);
        }
        QCOMPARE(rig.clock.timerCount(), std::size_t(1));
        rig.pass(1h); // The times that the turns had, and did not use up.
        QVERIFY2(rig.clock.nextDeadline() == MonotonicTime::never(), "nothing is left to wait for");
    }

    void anEarlierDeadlineMovesTheTimerAndALaterOneDoesNot()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        CoreSettings slow;
        slow.retryBackoff = 10s;
        CoreSettings quick;
        quick.retryBackoff = 1s;
        const SessionId slowSession = rig.adopt("slow", executors, slow);
        const SessionId quickSession = rig.adopt("quick", executors, quick);
        const SessionId lateSession = rig.adopt("late", executors, slow);
        rig.submit(slowSession, promptOf("fail"));
        rig.settle();
        QVERIFY(rig.clock.nextDeadline() == rig.clock.now() + 10s);
        rig.submit(quickSession, promptOf("fail"));
        rig.settle();
        QVERIFY(rig.clock.nextDeadline() == rig.clock.now() + 1s);
        const quint64 armed = rig.clock.armCount();
        rig.submit(lateSession, promptOf("fail"));
        rig.settle();
        QVERIFY(rig.clock.nextDeadline() == rig.clock.now() + 1s);
        QCOMPARE(rig.clock.armCount(), armed);
    }

    void aDeadlineThatWentAwayWakesAtMostOnce()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        CoreSettings settings;
        settings.turnTimeout = 1min;
        const SessionId alpha = rig.adopt("alpha", executors, settings);
        const auto work = rig.submit(alpha, promptOf("hang"));
        rig.settle();
        QVERIFY(rig.clock.nextDeadline() == rig.clock.now() + 1min);
        executors->finishAll();
        rig.settle();
        QVERIFY(work->outcome->succeeded());
        rig.pass(2min);
        QVERIFY(rig.clock.nextDeadline() == MonotonicTime::never());
        QCOMPARE(executors->cancels(), QByteArrayList());
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
    }

    void aTurnThatUsesUpItsTimeIsCancelledInThreeSteps()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        CoreSettings settings;
        settings.turnTimeout = 60s;
        settings.stopGrace = 10s;
        settings.abandonAfterHard = 5s;
        const SessionId alpha = rig.adopt("alpha", executors, settings);
        const auto work = rig.submit(alpha, promptOf("dead"), WaitMode::Attempt);
        rig.settle();
        rig.pass(59s);
        QCOMPARE(executors->cancels(), QByteArrayList());
        rig.pass(1s);
        QCOMPARE(executors->cancels(), QByteArrayList{"boundary"});
        rig.pass(10s);
        QCOMPARE(executors->cancels(), (QByteArrayList{"boundary", "hard"}));
        QVERIFY(!work->outcome);
        rig.pass(5s);
        QCOMPARE(executors->cancels(), (QByteArrayList{"boundary", "hard", "abandon"}));
        QVERIFY(work->outcome);
        QVERIFY(work->outcome->reason.contains(QStringLiteral("time")));
        QCOMPARE(executors->violations(), QStringList());
    }

    void aStopThatTakesLongAnswersDeferredAndGoesOn()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>(ExecutorScript{.stop = Answering::Never});
        CoreSettings settings;
        settings.stopGrace = 10s;
        settings.abandonAfterHard = 5s;
        const SessionId alpha = rig.adopt("alpha", executors, settings);
        rig.submit(alpha, promptOf("warm"));
        rig.settle();
        const auto stop = rig.lifecycle(alpha, LifecycleVerb::Stop);
        rig.pass(100ms);
        const auto joined = rig.lifecycle(alpha, LifecycleVerb::Stop);
        rig.pass(99ms);
        QCOMPARE(stop->receipts, 0);
        rig.pass(1ms);
        QCOMPARE(stop->receipts, 1);
        QCOMPARE(stop->receipt->verdict, CommandReceipt::Verdict::Deferred);
        QCOMPARE(joined->receipts, 0);
        rig.pass(100ms);
        QCOMPARE(joined->receipt->verdict, CommandReceipt::Verdict::Deferred);
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::Stopping);
        rig.pass(15s);
        QCOMPARE(rig.view(alpha).phase, Phase::Stopped);
        QCOMPARE(stop->receipts, 1);
        QCOMPARE(executors->liveInstances(), 0);
    }

    void aShutdownThatWaitsTooLongTurnsHardByItself()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        CoreSettings settings;
        settings.abandonAfterHard = 5s;
        const SessionId alpha = rig.adopt("alpha", executors, settings);
        const SessionId beta = rig.adopt("beta", executors, settings);
        const auto deaf = rig.submit(alpha, promptOf("deaf"));
        const auto dead = rig.submit(beta, promptOf("dead"));
        rig.settle();
        const auto finished = rig.shutDown(CancelMode::Boundary, rig.clock.now() + 20s);
        rig.pass(19s);
        QCOMPARE(executors->cancels(), (QByteArrayList{"boundary", "boundary"}));
        QCOMPARE(*finished, 0);
        rig.pass(1s);
        QCOMPARE(executors->cancels().count("hard"), 2);
        QVERIFY(deaf->outcome);
        QVERIFY(!dead->outcome);
        rig.pass(5s);
        QVERIFY(dead->outcome);
        QCOMPARE(*finished, 1);
        QCOMPARE(executors->liveInstances(), 0);
        QCOMPARE(executors->violations(), QStringList());
        rig.pass(1h);
        QVERIFY(rig.clock.nextDeadline() == MonotonicTime::never());
        QCOMPARE(executors->cancels().count("hard"), 2);
    }

    void aShutdownThatIsDoneTurnsNothingHard()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.submit(alpha, promptOf("hang"));
        rig.settle();
        const auto finished = rig.shutDown(CancelMode::Boundary, rig.clock.now() + 20s);
        rig.settle();
        QCOMPARE(*finished, 1);
        rig.pass(1min);
        QCOMPARE(executors->cancels(), QByteArrayList{"boundary"});
    }

    void theSystemClockFiresOnceAndNeverEarly()
    {
        SystemClock clock;
        const QThread *firedOn = nullptr;
        int fired = 0;
        MonotonicTime at;
        const std::unique_ptr<Timer> timer = clock.makeTimer([&] {
            ++fired;
            at = clock.now();
            firedOn = QThread::currentThread();
        });
        const MonotonicTime deadline = clock.now() + 3'100us;
        timer->arm(deadline);
        QCOMPARE(fired, 0);
        QTRY_COMPARE(fired, 1);
        QVERIFY(at >= deadline);
        QCOMPARE(firedOn, QThread::currentThread());
        timer->arm(MonotonicTime{});
        QVERIFY2(fired == 1, "never inside arm()");
        QTRY_COMPARE(fired, 2);
    }

    void aTimerOfTheSystemClockIsArmedAnewDisarmedAndEnds()
    {
        SystemClock clock;
        QStringList fired;
        std::unique_ptr<Timer> ended = clock.makeTimer([&] { fired.push_back(QStringLiteral("ended")); });
        const std::unique_ptr<Timer> disarmed =
            clock.makeTimer([&] { fired.push_back(QStringLiteral("disarmed")); });
        const std::unique_ptr<Timer> moved = clock.makeTimer([&] { fired.push_back(QStringLiteral("moved")); });
        const std::unique_ptr<Timer> last = clock.makeTimer([&] { fired.push_back(QStringLiteral("last")); });
        ended->arm(clock.now());
        disarmed->arm(clock.now());
        moved->arm(clock.now() + 1h);
        ended.reset();
        disarmed->arm(MonotonicTime::never());
        moved->arm(clock.now() + 1ms);
        last->arm(clock.now() + 5ms);
        QTRY_VERIFY(fired.contains(QStringLiteral("last")));
        QCOMPARE(fired, (QStringList{QStringLiteral("moved"), QStringLiteral("last")}));
    }

    void theClocksDoNotGoBack()
    {
        SystemClock clock;
        MonotonicTime last = clock.now();
        for (int at = 0; at < 1'000; ++at) {
            const MonotonicTime next = clock.now();
            QVERIFY(next >= last);
            last = next;
        }
        QVERIFY(clock.wallNow().sinceEpoch > std::chrono::hours(24 * 365 * 50));
    }

    void idsAreMintedInOrderWhateverTheCalendarDoes()
    {
        IdMint mint;
        const WallTime time{std::chrono::milliseconds(1'700'000'000'000)};
        RunId last = mint.next<RunId>(time);
        // More within one millisecond than its tail can count, then a calendar that is set back.
        for (int at = 0; at < 10'000; ++at) {
            const RunId next = mint.next<RunId>(at < 9'000 ? time : WallTime{time.sinceEpoch - 1h});
            QVERIFY(next > last);
            last = next;
        }
        const RunId later = mint.next<RunId>(WallTime{time.sinceEpoch + 1h});
        QVERIFY(later > last);
        QCOMPARE(later.uuid.high >> 16, static_cast<quint64>((time.sinceEpoch + 1h).count()));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::TimersTest)
#include "timers_test.moc"
