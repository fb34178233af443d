// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"

#include <QTest>

/// Cancel, stop and start, as a caller sees them.
namespace burrow::test {

class CommandsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cancelEndsTheRunThatItNames()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission first = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        const Submission second = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        const RunId open = rig.waitForOpenRun();
        QVERIFY(open);

        const auto wrong = resultOf(rig.host().cancel(alpha, CancelMode::Boundary, runIdOf(404)));
        QCOMPARE(wrong->refusal, Refusal::NotCurrent);
        QCOMPARE(wrong->run, open);
        QCOMPARE(rig.executors->cancels(), QByteArrayList());

        const auto right =
            resultOf(rig.host().cancel(alpha, CancelMode::Boundary, open, QStringLiteral("enough")));
        QCOMPARE(right->verdict, CommandReceipt::Verdict::Done);
        QCOMPARE(right->run, open);
        const auto outcome = resultOf(first.outcome);
        QCOMPARE(outcome->outcome, OutcomeClass::Cancelled);
        QVERIFY(outcome->reason.contains(QStringLiteral("enough")));
        QVERIFY2(resultOf(second.outcome)->succeeded(), "the next run is not the one that was cancelled");

        const auto late = resultOf(rig.host().cancel(alpha, CancelMode::Hard, open));
        QVERIFY2(!late->ok() || late->verdict == CommandReceipt::Verdict::NoOp, "that run is over");
        QCOMPARE(rig.executors->violations(), QStringList());
    }

    void aHardCancelReachesAnExecutorThatIsDeafToBoundaries()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission deaf = rig.host().submit(alpha, promptOf("deaf"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        QCOMPARE(resultOf(rig.host().cancel(alpha, CancelMode::Boundary))->verdict,
                 CommandReceipt::Verdict::Done);
        QCOMPARE(resultOf(rig.host().cancel(alpha, CancelMode::Boundary))->verdict,
                 CommandReceipt::Verdict::NoOp);
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::CancelPending);
        QVERIFY(!deaf.outcome.isFinished());
        QCOMPARE(resultOf(rig.host().cancel(alpha, CancelMode::Hard))->verdict, CommandReceipt::Verdict::Done);
        QCOMPARE(resultOf(deaf.outcome)->outcome, OutcomeClass::Cancelled);
        QCOMPARE(rig.executors->cancels().count("hard"), 1);
    }

    void anExecutorThatIsDeafToEverythingIsGivenUp()
    {
        HostRig rig;
        CoreSettings settings = briskSettings();
        settings.restart.policy = RestartPolicy::Never;
        const SessionId alpha = rig.open("alpha", settings);
        const Submission dead = rig.host().submit(alpha, promptOf("dead"), {.wait = WaitFor::Terminal});
        const Submission behind = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        QVERIFY(resultOf(rig.host().cancel(alpha, CancelMode::Hard))->ok());
        QCOMPARE(resultOf(dead.outcome)->outcome, OutcomeClass::Cancelled);
        QVERIFY(rig.settles());
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::ExecutorFailed);
        QVERIFY(!behind.outcome.isFinished());
        // Started again, a new instance takes what is left.
        QVERIFY(resultOf(rig.host().start(alpha))->ok());
        QVERIFY(resultOf(behind.outcome)->succeeded());
        QCOMPARE(rig.executors->created().size(), std::size_t(2));
        QCOMPARE(rig.executors->created()[1].generation, 2U);
        QCOMPARE(rig.executors->liveInstances(), 1);
        QCOMPARE(rig.executors->violations(), QStringList());
    }

    void thereIsNothingToCancelWithoutARun()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const auto receipt = resultOf(rig.host().cancel(alpha, CancelMode::Boundary));
        QVERIFY(receipt->refusal == Refusal::NotReady || receipt->verdict == CommandReceipt::Verdict::NoOp);
        QVERIFY(!receipt->message.isEmpty());
    }

    void stopAbandonsWhatIsOpenAndStartTakesInputAgain()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission running = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        const Submission queued =
            rig.host().submit(alpha, promptOf("work", "key"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        const auto stopped = resultOf(rig.host().stop(alpha, QStringLiteral("for the night")));
        QCOMPARE(stopped->verdict, CommandReceipt::Verdict::Done);
        QCOMPARE(stopped->phase, Phase::Stopped);
        QCOMPARE(resultOf(running.outcome)->outcome, OutcomeClass::Cancelled);
        QCOMPARE(resultOf(queued.outcome)->outcome, OutcomeClass::RuntimeTerminated);
        QVERIFY(rig.executors->waitForCleanups(1));

        const auto refused = resultOf(rig.host().submit(alpha, promptOf("work")).receipt);
        QCOMPARE(refused->refusal, Refusal::NotReady);
        QCOMPARE(refused->phase, Phase::Stopped);
        QVERIFY(!resultOf(rig.host().stop(alpha))->ok());

        const auto started = resultOf(rig.host().start(alpha));
        QVERIFY(started->ok());
        QVERIFY(resultOf(rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal}).outcome)
                    ->succeeded());
        QVERIFY(!resultOf(rig.host().start(alpha))->ok() || rig.view(alpha).attached);
        QCOMPARE(rig.executors->violations(), QStringList());
    }

    void aStopThatTheExecutorRefusesLeavesTheInputsAlone()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        QVERIFY(resultOf(rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal}).outcome)
                    ->succeeded());
        rig.executors->setScript({.stop = Answering::Refuses});
        const auto refused = resultOf(rig.host().stop(alpha));
        QVERIFY(!refused->ok());
        QVERIFY(refused->message.contains(QStringLiteral("refuse")));
        QVERIFY(rig.view(alpha).phase != Phase::Stopped);
    }

    void everybodyWhoStopsASessionJoinsOneStop()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        rig.host().submit(alpha, promptOf("deaf"));
        QVERIFY(rig.waitForOpenRun());
        std::vector<QFuture<CommandReceipt>> stops;
        for (int at = 0; at < 20; ++at)
            stops.push_back(rig.host().stop(alpha));
        for (const QFuture<CommandReceipt> &stop : stops) {
            const auto receipt = resultOf(stop);
            QVERIFY(receipt && receipt->ok());
            QCOMPARE(receipt->phase, Phase::Stopped);
        }
        // None when the machine was so slow that the run had to be given up together with its instance.
        QVERIFY(rig.executors->stops().size() <= 1);
        QVERIFY(rig.executors->waitForCleanups(1));
        QCOMPARE(rig.executors->cleaned().size(), std::size_t(1));
    }

    void aStopDuringTheMakingOfAnInstanceEnds()
    {
        HostRig rig;
        rig.executors->setScript({.create = Answering::Never});
        const SessionId alpha = rig.open("alpha");
        const Submission waiting = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(waiting.receipt)->accepted());
        const auto stopped = resultOf(rig.host().stop(alpha));
        QVERIFY(stopped->ok());
        QVERIFY(resultOf(waiting.outcome));
        QTRY_COMPARE(rig.view(alpha).phase, Phase::Stopped);
        QCOMPARE(rig.executors->liveInstances(), 0);
    }

    void aWriteThatFailsIsToldAndTheSessionGoesOn()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        rig.store.answerWith(Verdict::NotWritten);
        const Submission unwritten =
            rig.host().submit(alpha, promptOf("work", "key"), {.wait = WaitFor::Terminal});
        const auto refused = resultOf(unwritten.receipt);
        QCOMPARE(refused->refusal, Refusal::NotWritten);
        QVERIFY(refused->retryable());
        QCOMPARE(resultOf(unwritten.outcome)->waitFailure, WaitFailure::ChannelClosed);
        rig.store.answerWith(std::nullopt);
        const Submission again = rig.host().submit(alpha, promptOf("work", "key"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(again.receipt)->accepted());
        QVERIFY(resultOf(again.outcome)->succeeded());
    }

    void aWriteThatIsRefusedHoldsTheSessionAndNoOther()
    {
        HostRig rig;
        CoreSettings patient = briskSettings();
        // A held session is read again by itself, and then it is not held any more.
        patient.retryBackoff = std::chrono::minutes(1);
        const SessionId alpha = rig.open("alpha", patient);
        const SessionId beta = rig.open("beta");
        rig.store.answerWith(Verdict::Refused);
        QVERIFY(!resultOf(rig.host().submit(alpha, promptOf("work")).receipt)->accepted());
        rig.store.answerWith(std::nullopt);
        const auto held = resultOf(rig.host().submit(alpha, promptOf("work")).receipt);
        QCOMPARE(held->refusal, Refusal::Held);
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::Held);
        QVERIFY(!rig.view(alpha).note.isEmpty());
        QVERIFY(resultOf(rig.host().submit(beta, promptOf("work"), {.wait = WaitFor::Terminal}).outcome)
                    ->succeeded());
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::CommandsTest)
#include "commands_test.moc"
