// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"

#include <QCoreApplication>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <thread>

/// How a host goes down, asked or destroyed, whatever its executors and its store do meanwhile.
namespace burrow::test {

constexpr char destroy_on_shard[] = "--destroy-host-on-its-shard";

/// What no program may do: the end of a host in a continuation, which runs on one of its shards.
int destroyHostOnItsShard()
{
    HostRig rig(1);
    Tally held;
    Tally ready;
    rig.executors->setScript({.conduct = [&](const ApplyCall &call) {
        held.add();
        ready.waitFor(1);
        return byText(call);
    }});
    Submission work = rig.host().submit(rig.open("alpha"), promptOf("work"), {.wait = WaitFor::Terminal});
    held.waitFor(1);
    // Attached while the shard is held up, so that it does run there.
    const QFuture<void> ended = work.outcome.then([&rig](const Outcome &) { rig.endHost(); });
    ready.add();
    finishes(ended);
    return 0;
}

class ShutdownTest : public QObject
{
    Q_OBJECT

    /// A name for each way an executor can be in the way, and the text that makes it so.
    static void addTroubles()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing runs") << QByteArray("work");
        QTest::newRow("ends at the boundary") << QByteArray("hang");
        QTest::newRow("ends when cancelled hard") << QByteArray("deaf");
        QTest::newRow("never ends") << QByteArray("dead");
        QTest::newRow("fails and is tried again") << QByteArray("fail");
    }

private Q_SLOTS:
    void anIdleHostGoesDownAtOnce()
    {
        HostRig rig;
        QVERIFY(finishes(rig.host().shutdown()));
        QVERIFY2(finishes(rig.host().shutdown()), "a repeat joins");
        rig.host().shutdownNow();
        QVERIFY(rig.host().sessionNames().isEmpty());
    }

    void shutdownEndsWhateverExecutorsDo_data() { addTroubles(); }
    void shutdownEndsWhateverExecutorsDo()
    {
        QFETCH(QByteArray, text);
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission work = rig.host().submit(alpha, promptOf(text), {.wait = WaitFor::Terminal});
        const Submission behind = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(work.receipt)->accepted());
        QVERIFY(rig.executors->waitForApplies(1));
        // The thread of the host waits and serves no event meanwhile; the time limit holds all the same.
        rig.host().shutdown().waitForFinished();
        QVERIFY(work.outcome.isFinished() && !work.outcome.isCanceled());
        QVERIFY(behind.outcome.isFinished());
        QCOMPARE(behind.outcome.result().outcome, OutcomeClass::RuntimeTerminated);
        QVERIFY(behind.outcome.result().reason.contains(QStringLiteral("shutting down")));
        QCOMPARE(rig.executors->liveInstances(), 0);
        QVERIFY(rig.executors->openRuns().empty());
        QCOMPARE(rig.executors->violations(), QStringList());
        for (const StopKind kind : rig.executors->stops())
            QCOMPARE(kind, StopKind::HostShutdown);
        QVERIFY2(rig.executors->cleaned().empty(),
                 "a shutdown is no stop: the session goes on after a restart");
    }

    void destructionEndsWhateverExecutorsDo_data() { addTroubles(); }
    void destructionEndsWhateverExecutorsDo()
    {
        QFETCH(QByteArray, text);
        HostRig rig(2, 1h);
        const SessionId alpha = rig.open("alpha");
        const SessionId beta = rig.open("beta");
        std::vector<Submission> submissions;
        for (int at = 0; at < 20; ++at) {
            submissions.push_back(rig.host().submit(alpha, promptOf(text), {.wait = WaitFor::Terminal}));
            submissions.push_back(rig.host().submit(beta, ephemeralOf(text), {.wait = WaitFor::Attempt}));
        }
        const auto settled = rig.host().whenSettled();
        const auto stopping = rig.host().stop(beta);
        const auto views = rig.host().views();
        rig.endHost();
        for (const Submission &one : submissions) {
            QVERIFY(one.receipt.isFinished() && !one.receipt.isCanceled());
            QVERIFY(one.outcome.isFinished() && !one.outcome.isCanceled());
            QCOMPARE(one.receipt.resultCount(), 1);
            QCOMPARE(one.outcome.resultCount(), 1);
        }
        QVERIFY(settled.isFinished() && !settled.isCanceled());
        QVERIFY(stopping.isFinished() && !stopping.isCanceled());
        QVERIFY(views.isFinished() && !views.isCanceled());
        QCOMPARE(rig.executors->liveInstances(), 0);
        QCOMPARE(rig.executors->violations(), QStringList());
    }

    void anExecutorThatNeverAnswersIsLeftAlone_data()
    {
        QTest::addColumn<bool>("create");
        QTest::newRow("create") << true;
        QTest::newRow("stop") << false;
    }
    void anExecutorThatNeverAnswersIsLeftAlone()
    {
        QFETCH(bool, create);
        HostRig rig;
        rig.executors->setScript(create ? ExecutorScript{.create = Answering::Never}
                                        : ExecutorScript{.stop = Answering::Never});
        const SessionId alpha = rig.open("alpha");
        const Submission work = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(work.receipt)->accepted());
        if (!create)
            QVERIFY(resultOf(work.outcome)->succeeded());
        rig.host().shutdown().waitForFinished();
        QVERIFY(work.outcome.isFinished());
        QCOMPARE(rig.executors->liveInstances(), 0);
    }

    void aShutdownTurnsHardWhenItsTimeIsOverAndNotBefore()
    {
        HeldStore store;
        ManualClock clock;
        HostRig rig({.name = "test", .shards = 1, .shutdownTimeout = 20s}, store, clock);
        const SessionId alpha = rig.open("alpha");
        const Submission deaf = rig.host().submit(alpha, promptOf("deaf"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        const QFuture<void> down = rig.host().shutdown();
        QVERIFY(resultOf(rig.host().views())); // Everything before this was heard.
        clock.advance(19s);
        QVERIFY(resultOf(rig.host().views()));
        QCOMPARE(rig.executors->cancels(), QByteArrayList{"boundary"});
        QVERIFY(!down.isFinished());
        clock.advance(1s);
        QVERIFY(finishes(down));
        QCOMPARE(rig.executors->cancels(), (QByteArrayList{"boundary", "hard"}));
        QCOMPARE(resultOf(deaf.outcome)->outcome, OutcomeClass::RuntimeTerminated);
    }

    void shutdownNowDoesNotWaitForBoundaries()
    {
        HostRig rig(2, 1h);
        const SessionId alpha = rig.open("alpha");
        const Submission deaf = rig.host().submit(alpha, promptOf("deaf"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        const QFuture<void> down = rig.host().shutdown();
        QVERIFY(!deaf.outcome.isFinished());
        rig.host().shutdownNow();
        QVERIFY(finishes(down));
        QVERIFY(deaf.outcome.isFinished());
    }

    void everyCallIsAnsweredWhenTheHostIsDown()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        QVERIFY(finishes(rig.host().shutdown()));
        const Submission late = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        QCOMPARE(resultOf(late.receipt)->refusal, Refusal::ShuttingDown);
        QCOMPARE(resultOf(late.outcome)->waitFailure, WaitFailure::ChannelClosed);
        QCOMPARE(resultOf(rig.host().openSession(rig.spec("beta")))->error().kind, ErrorKind::NotReady);
        QVERIFY(!resultOf(rig.host().stop(alpha))->ok());
        QVERIFY(!resultOf(rig.host().start(alpha))->ok());
        QVERIFY(resultOf(rig.host().cancel(alpha, CancelMode::Hard)));
        QCOMPARE(resultOf(rig.host().views())->size(), std::size_t(1));
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::ShuttingDown);
        QVERIFY(rig.settles());
    }

    void callsThatNobodyHeardAreAnsweredByTheEnd()
    {
        // Said so late that the shards may or may not hear it; answered either way.
        for (int round = 0; round < 50; ++round) {
            HostRig rig;
            const SessionId alpha = rig.open("alpha");
            QVERIFY(finishes(rig.host().shutdown()));
            const Submission late = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
            const auto stop = rig.host().stop(alpha);
            const auto views = rig.host().views();
            const auto settled = rig.host().whenSettled();
            rig.endHost();
            QVERIFY(late.receipt.isFinished() && !late.receipt.isCanceled());
            QCOMPARE(late.receipt.result().refusal, Refusal::ShuttingDown);
            QVERIFY(late.outcome.isFinished() && !late.outcome.isCanceled());
            QVERIFY(stop.isFinished() && !stop.isCanceled() && !stop.result().ok());
            QVERIFY(views.isFinished() && !views.isCanceled());
            QVERIFY(settled.isFinished() && !settled.isCanceled());
        }
    }

    void continuationsMayCallTheHostWhileItGoesDown()
    {
        for (int round = 0; round < 30; ++round) {
            Tally called;
            std::vector<QFuture<void>> continued;
            {
                HostRig rig;
                Host &host = rig.host(); // The rig lets go of it first; it is there until its end.
                const SessionId alpha = rig.open("alpha");
                for (int at = 0; at < 10; ++at) {
                    Submission work = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
                    continued.push_back(work.outcome.then([&host, &called, alpha](const Outcome &) {
                        host.sessionNamed("alpha");
                        host.submit(alpha, promptOf("once more"));
                        host.views();
                        host.shutdownNow();
                        called.add();
                    }));
                }
                rig.endHost();
            }
            QVERIFY(called.waitFor(10));
        }
    }

    void anOpenInFlightIsRefusedByAShutdown()
    {
        HostRig rig;
        rig.store.holdOpens(true);
        const auto opening = rig.host().openSession(rig.spec("alpha"));
        QVERIFY(finishes(rig.host().shutdown()));
        QVERIFY(!opening.isFinished());
        rig.store.letOpensGo();
        QVERIFY(finishes(opening));
        QCOMPARE(opening.result().error().kind, ErrorKind::NotReady);
        QVERIFY(rig.host().sessionNames().isEmpty());
    }

    void anOpenMayBeAnsweredAfterTheHostIsGone()
    {
        HostRig rig;
        rig.store.holdOpens(true);
        const auto opening = rig.host().openSession(rig.spec("alpha"));
        rig.endHost();
        QVERIFY(!opening.isFinished());
        rig.store.letOpensGo();
        QVERIFY(opening.isFinished() && !opening.isCanceled());
        QCOMPARE(opening.result().error().kind, ErrorKind::NotReady);
    }

    void aShutdownWaitsForTheStoreAndKeepsWhatItSays()
    {
        HostRig rig(1);
        const SessionId alpha = rig.open("alpha");
        rig.store.holdWrites(true);
        const Submission slow = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        const QFuture<void> down = rig.host().shutdown();
        QVERIFY(resultOf(rig.host().views()));
        QVERIFY(!down.isFinished());
        QVERIFY(rig.store.letWriteGo());
        QVERIFY(finishes(down));
        QVERIFY(resultOf(slow.receipt)->accepted());
        QCOMPARE(resultOf(slow.outcome)->outcome, OutcomeClass::RuntimeTerminated);
    }

    void aStoreThatFailsDuringAShutdownHangsNobody_data()
    {
        QTest::addColumn<Verdict>("verdict");
        QTest::newRow("not written") << Verdict::NotWritten;
        QTest::newRow("refused") << Verdict::Refused;
        QTest::newRow("unknown") << Verdict::Unknown;
        QTest::newRow("fenced") << Verdict::Fenced;
    }
    void aStoreThatFailsDuringAShutdownHangsNobody()
    {
        QFETCH(Verdict, verdict);
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission work = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        rig.store.answerWith(verdict);
        const QFuture<void> down = rig.host().shutdown();
        rig.executors->finishAll();
        QVERIFY(finishes(down));
        QVERIFY(work.outcome.isFinished() && !work.outcome.isCanceled());
        QCOMPARE(rig.executors->liveInstances(), 0);
    }

    void aStoreThatFailsInTheMiddleHangsNobody_data() { aStoreThatFailsDuringAShutdownHangsNobody_data(); }
    void aStoreThatFailsInTheMiddleHangsNobody()
    {
        QFETCH(Verdict, verdict);
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission work = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        const Submission behind = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        rig.store.answerWith(verdict);
        rig.executors->finishAll();
        QVERIFY(resultOf(work.outcome));
        QVERIFY2(!work.outcome.result().succeeded(), "what is not durable is not handed out");
        QVERIFY(rig.settles());
        QVERIFY(finishes(rig.host().shutdown()));
        QVERIFY(behind.outcome.isFinished() && !behind.outcome.isCanceled());
    }

    void aHostThatIsFencedSaysSoOnceAndGoesDown()
    {
        HostRig rig(4);
        std::vector<SessionId> sessions;
        for (int at = 0; at < 16; ++at)
            sessions.push_back(rig.open("session-" + QByteArray::number(at)));
        QSignalSpy fenced(&rig.host(), &Host::fenced);
        rig.store.answerWith(Verdict::Fenced);
        std::vector<Submission> submissions;
        for (const SessionId session : sessions)
            submissions.push_back(rig.host().submit(session, promptOf("work"), {.wait = WaitFor::Terminal}));
        for (const Submission &one : submissions)
            QVERIFY(!resultOf(one.receipt)->accepted());
        QVERIFY(fenced.count() > 0 || fenced.wait());
        QVERIFY(finishes(rig.host().shutdown()));
        QCOMPARE(resultOf(rig.host().openSession(rig.spec("late")))->error().kind, ErrorKind::NotReady);
        QCOMPARE(fenced.count(), 1);
    }

    void aHostThatIsDestroyedOnItsOwnShardSaysSoAndStops()
    {
        // It would wait for itself for ever; a crash with a sentence is better than that.
        QProcess child;
        child.setProcessChannelMode(QProcess::MergedChannels);
        child.start(QCoreApplication::applicationFilePath(), {QString::fromLatin1(destroy_on_shard)});
        QVERIFY(child.waitForFinished(static_cast<int>(patience.count())));
        QCOMPARE(child.exitStatus(), QProcess::CrashExit);
        QVERIFY(child.readAll().contains("onShardThread"));
    }

    void hostsComeAndGoUnderLoad()
    {
        for (int round = 0; round < 40; ++round) {
            std::vector<Submission> submissions;
            std::mutex mutex;
            HostRig rig(3);
            const std::vector<SessionId> sessions{rig.open("a"), rig.open("b"), rig.open("c")};
            std::vector<std::thread> threads;
            for (int thread = 0; thread < 3; ++thread) {
                threads.emplace_back([&, thread] {
                    const QByteArrayList texts{"work", "hang", "deaf", "fail", "snapshot"};
                    for (int at = 0; at < 40; ++at) {
                        Submission one = rig.host().submit(sessions[static_cast<std::size_t>(thread + at) % 3],
                                                           promptOf(texts[(thread + at + round) % 5]),
                                                           {.wait = WaitFor::Terminal});
                        const std::lock_guard lock(mutex);
                        submissions.push_back(std::move(one));
                    }
                });
            }
            for (std::thread &thread : threads)
                thread.join();
            rig.endHost();
            for (const Submission &one : submissions) {
                QVERIFY(one.receipt.isFinished() && !one.receipt.isCanceled());
                QVERIFY(one.outcome.isFinished() && !one.outcome.isCanceled());
            }
            QCOMPARE(rig.executors->liveInstances(), 0);
            QCOMPARE(rig.executors->violations(), QStringList());
        }
    }
};

} // namespace burrow::test

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (application.arguments().contains(QString::fromLatin1(burrow::test::destroy_on_shard)))
        return burrow::test::destroyHostOnItsShard();
    burrow::test::ShutdownTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "shutdown_test.moc"
