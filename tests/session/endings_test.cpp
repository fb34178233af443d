// SPDX-License-Identifier: Apache-2.0
#include "shard_rig.h"

#include <QTest>

#include <thread>

/// How things end on a shard: instances that are replaced or die, stops, shutdowns, and the end of the shard
/// itself.
namespace burrow::test {

using namespace std::chrono_literals;

class EndingsTest : public QObject
{
    Q_OBJECT

    static ExecutorMessage said(SessionId session, quint32 generation, CoreEvent event)
    {
        return {session, generation, std::move(event)};
    }

    static CoreSettings givenUpAtOnce()
    {
        CoreSettings settings;
        settings.restart.policy = RestartPolicy::Never;
        return settings;
    }

private Q_SLOTS:
    void aSessionThatWasUnregisteredHasLeftBeforeItsCallersHearOfIt()
    {
        // More than a session gets through in one round.
        constexpr int submits = 4 * static_cast<int>(limits::turns_per_session_per_drain);
        ShardRig rig;
        const SessionId alpha = rig.adopt("alpha", nullptr);
        rig.settle();
        QByteArrayList leftByThen;
        rig.shard->post(CommandMessage{alpha, LifecycleCommand{0, LifecycleVerb::Unregister, {}},
                                       [&](const CommandReceipt &receipt) {
                                           QVERIFY(receipt.ok());
                                           leftByThen = rig.observer.left;
                                       }});
        rig.store.holdWrites(true);
        rig.settle();
        QVERIFY(rig.store.letWriteGo()); // That it goes.
        rig.settle();
        // The word that its clean-up is done is the last, and is heard in one round with what comes behind it.
        QVERIFY(rig.store.letWriteGo());
        std::vector<std::shared_ptr<Submitted>> submitted;
        for (int at = 0; at < submits; ++at)
            submitted.push_back(rig.submit(alpha, promptOf("late")));
        const auto again = rig.lifecycle(alpha, LifecycleVerb::Unregister);
        rig.settle();
        QCOMPARE(leftByThen, QByteArrayList{"alpha"});
        QCOMPARE(rig.observer.left, QByteArrayList{"alpha"});
        for (const auto &one : submitted) {
            QCOMPARE(one->receipts, 1);
            QCOMPARE(one->receipt->refusal, Refusal::NotReady);
            QCOMPARE(one->receipt->phase, Phase::Destroyed);
        }
        QCOMPARE(again->receipt->verdict, CommandReceipt::Verdict::NoOp);
    }

    void anInstanceThatWasReplacedIsNotHeard()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.submit(alpha, promptOf("warm"));
        rig.settle();
        rig.lifecycle(alpha, LifecycleVerb::Stop);
        rig.settle();
        rig.lifecycle(alpha, LifecycleVerb::Start);
        const auto hanging = rig.submit(alpha, promptOf("hang"));
        rig.settle();
        QCOMPARE(executors->created().size(), std::size_t(2));
        QCOMPARE(executors->created()[1].generation, 2U);
        const RunId open = executors->openRuns().at(0);

        // Words of the first instance, which are about the very run that is open now.
        rig.observer.said.clear();
        rig.shard->post(said(alpha, 1, ApplyFinished{open, RunCancelled{}}));
        rig.shard->post(said(alpha, 1, ExecutorDied{QStringLiteral("late news")}));
        rig.shard->post(said(alpha, 1, StopFinished{{}}));
        rig.shard->post(ExecutorMessage{alpha, 1, ProgressEvent{.text = "late words"}});
        rig.settle();
        QVERIFY(!hanging->outcome);
        QVERIFY(rig.observer.said.empty());
        QVERIFY(rig.view(alpha).attached);

        rig.shard->post(said(alpha, 2, ApplyFinished{open, RunCancelled{QStringLiteral("heard")}}));
        rig.settle();
        QVERIFY(hanging->outcome);
    }

    void anInstanceThatWasDroppedIsNotHeard()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.submit(alpha, promptOf("warm"));
        rig.settle();
        rig.lifecycle(alpha, LifecycleVerb::Stop);
        rig.settle();
        QCOMPARE(executors->liveInstances(), 0);
        rig.observer.said.clear();
        rig.shard->post(said(alpha, 1, ApplyFinished{runIdOf(1), RunCancelled{}}));
        rig.shard->post(ExecutorMessage{alpha, 1, ProgressEvent{.text = "late words"}});
        rig.settle();
        QVERIFY2(rig.observer.said.empty(), "no accusation either");
        // What a plugin did wrong is told even when it is over.
        rig.shard->post(ExecutorMessage{alpha, 1, QStringLiteral("it wrote behind its buffer")});
        rig.settle();
        QCOMPARE(rig.observer.details(EventCode::RuntimeMisbehaviour),
                 QStringList{QStringLiteral("it wrote behind its buffer")});
    }

    void anInstanceThatCannotBeMadeLeavesItsInputsQueued()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>(ExecutorScript{.create = Answering::Refuses});
        const SessionId alpha = rig.adopt("alpha", executors, givenUpAtOnce());
        const auto work = rig.submit(alpha, promptOf("work"));
        const auto settled = rig.whenSettled();
        rig.settle();
        QVERIFY(work->receipt->accepted());
        QVERIFY(!work->outcome);
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::ExecutorFailed);
        QVERIFY(rig.view(alpha).note.contains(QStringLiteral("refuses to create")));
        QCOMPARE(*settled, 1);
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));

        executors->setScript({});
        rig.lifecycle(alpha, LifecycleVerb::Start);
        rig.settle();
        QVERIFY2(work->outcome && work->outcome->succeeded(), "starting it again runs what is queued");
    }

    void aCallThatDoesNotComeBackIsSeenWhileItLasts()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const auto hanging = rig.submit(alpha, promptOf("hang"));
        rig.settle();
        const QString sentence = QStringLiteral("the plugin x has not come back from apply for more than 1 s");
        const auto block = [&] {
            executors->say(alpha, [&](ExecutorListener &ear) { ear.blocked(sentence); });
            rig.settle();
        };
        block();
        QCOMPARE(rig.view(alpha).note, sentence);
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::Running);
        executors->say(alpha, [](ExecutorListener &ear) { ear.blocked({}); });
        rig.settle();
        QCOMPARE(rig.view(alpha).note, QString());
        block();
        rig.lifecycle(alpha, LifecycleVerb::Stop);
        rig.settle();
        rig.pass(limits::stop_grace_default + limits::abandon_after_hard);
        QVERIFY(hanging->outcome);
        QCOMPARE(executors->liveInstances(), 0);
        QCOMPARE(rig.view(alpha).note, QString());
    }

    void anInstanceThatDiesIsMadeAgainFromTheLastSnapshot()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.submit(alpha, promptOf("snapshot one"));
        rig.settle();
        executors->say(alpha, [](ExecutorListener &ear) {
            ear.died(QStringLiteral("killed by signal 9"), ExecutorEnding::Failed);
        });
        rig.settle();
        QCOMPARE(executors->liveInstances(), 0);
        QVERIFY(rig.view(alpha).attached);
        const auto next = rig.submit(alpha, promptOf("more"));
        rig.settle();
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::RestartBackoff);
        QCOMPARE(rig.view(alpha).note, QStringLiteral("killed by signal 9"));
        QCOMPARE(executors->created().size(), std::size_t(1));
        const auto settled = rig.whenSettled();
        rig.settle();
        QCOMPARE(*settled, 0);
        rig.pass(limits::restart_backoff_default);
        QVERIFY(next->outcome && next->outcome->succeeded());
        QCOMPARE(*settled, 1);
        const std::vector<CreateCall> created = executors->created();
        QCOMPARE(created.size(), std::size_t(2));
        QCOMPARE(created[1].generation, 2U);
        QVERIFY(created[1].snapshot.has_value());
        QCOMPARE(rig.view(alpha).restarts, 1U);
        QCOMPARE(rig.view(alpha).note, QString());
        QCOMPARE(rig.observer.details(EventCode::ExecutorRestarting).size(), 1);
        QCOMPARE(rig.observer.details(EventCode::ExecutorRestarted).size(), 1);
        QVERIFY(rig.observer.details(EventCode::ExecutorFailed).isEmpty());
        QCOMPARE(executors->violations(), QStringList());
    }

    void anInstanceThatDiesDuringARunHangsNobody()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        CoreSettings settings = givenUpAtOnce();
        settings.turnTimeout = 1min;
        const SessionId alpha = rig.adopt("alpha", executors, settings);
        const auto hanging = rig.submit(alpha, promptOf("hang"), WaitMode::Attempt);
        rig.settle();
        // As the port asks: open calls are answered before the death is told.
        executors->finish(executors->openRuns().at(0), RunAbandoned{QStringLiteral("the process is gone")});
        executors->say(
            alpha, [](ExecutorListener &ear) { ear.died(QStringLiteral("killed"), ExecutorEnding::Failed); });
        rig.settle();
        QVERIFY(hanging->outcome);
        QVERIFY(!rig.view(alpha).attached);
        QCOMPARE(executors->liveInstances(), 0);
        QCOMPARE(rig.view(alpha).queued, 1U);
    }

    void aDeathWithoutTheAnswersBeforeItHangsNobodyEither()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        CoreSettings settings = givenUpAtOnce();
        settings.turnTimeout = 1min;
        const SessionId alpha = rig.adopt("alpha", executors, settings);
        const auto hanging = rig.submit(alpha, promptOf("hang"), WaitMode::Attempt);
        rig.settle();
        executors->say(
            alpha, [](ExecutorListener &ear) { ear.died(QStringLiteral("killed"), ExecutorEnding::Failed); });
        rig.settle();
        // At the latest when the turn has used up its time, and the boundary, and the hard cancel.
        rig.pass(settings.turnTimeout + settings.stopGrace + settings.abandonAfterHard);
        QVERIFY(hanging->outcome);
        QVERIFY(!rig.view(alpha).run);
    }

    void aStopGoesThroughTheRunThenTheExecutorThenTheStore()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const auto running = rig.submit(alpha, promptOf("hang"));
        const auto queued = rig.submit(alpha, promptOf("behind"));
        rig.settle();
        const auto stop = rig.lifecycle(alpha, LifecycleVerb::Stop);
        rig.settle();
        QCOMPARE(stop->receipts, 1);
        QVERIFY(stop->receipt->ok());
        QCOMPARE(rig.view(alpha).phase, Phase::Stopped);
        QCOMPARE(executors->cancels(), QByteArrayList{"boundary"});
        QCOMPARE(executors->stops(), std::vector<StopKind>{StopKind::SessionStop});
        QCOMPARE(executors->cleaned().size(), std::size_t(1));
        QCOMPARE(executors->liveInstances(), 0);
        QCOMPARE(running->outcomes, 1);
        QCOMPARE(queued->outcomes, 1);
        QCOMPARE(queued->outcome->outcome, OutcomeClass::RuntimeTerminated);
        QCOMPARE(rig.shard->loopCount(), std::size_t(0));
        QCOMPARE(executors->violations(), QStringList());
        // It is durable: a host that opens the session finds it stopped, and nothing open.
        StoredSession stored;
        rig.store.openSession({}, "alpha", {},
                              [&](Result<StoredSession> opened) { stored = std::move(opened).value(); });
        QCOMPARE(stored.row.phase, Phase::Stopped);
        QVERIFY(stored.openInputs.empty());
    }

    void aShutdownOfAShardWithoutSessionsIsDoneAtOnce()
    {
        ShardRig rig;
        const auto finished = rig.shutDown();
        rig.settle();
        QCOMPARE(*finished, 1);
        const auto again = rig.shutDown();
        rig.settle();
        QCOMPARE(*again, 1);
    }

    void aShutdownEndsEverySessionOnce()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId parked = rig.adopt("parked", executors);
        const SessionId warm = rig.adopt("warm", executors);
        const SessionId running = rig.adopt("running", executors);
        rig.adopt("unattached", nullptr);
        rig.submit(warm, promptOf("work"));
        const auto hanging = rig.submit(running, promptOf("hang"));
        const auto behind = rig.submit(running, promptOf("behind"));
        rig.settle();
        const auto finished = rig.shutDown();
        const auto joined = rig.shutDown();
        rig.settle();
        QCOMPARE(*finished, 1);
        QCOMPARE(*joined, 1);
        QCOMPARE(executors->liveInstances(), 0);
        QCOMPARE(executors->stops(), (std::vector<StopKind>{StopKind::HostShutdown, StopKind::HostShutdown}));
        // Rolled back, not ended: the store still has both, and who waited hears why nothing comes.
        for (const auto &one : {hanging, behind}) {
            QCOMPARE(one->outcomes, 1);
            QCOMPARE(one->outcome->outcome, OutcomeClass::RuntimeTerminated);
            QVERIFY(one->outcome->reason.contains(QStringLiteral("shutting down")));
        }
        StoredSession stored;
        rig.store.openSession({}, "running", {},
                              [&](Result<StoredSession> opened) { stored = std::move(opened).value(); });
        QCOMPARE(stored.openInputs.size(), std::size_t(2));
        QCOMPARE(stored.openInputs[0].registers.tries, 0U);
        QCOMPARE(stored.row.phase, Phase::Idle);

        const auto late = rig.submit(parked, promptOf("late"));
        const auto lateStop = rig.lifecycle(parked, LifecycleVerb::Stop);
        rig.settle();
        QCOMPARE(late->receipt->refusal, Refusal::ShuttingDown);
        QCOMPARE(late->outcomes, 1);
        QVERIFY(!lateStop->receipt->ok());
    }

    void aShutdownCommitsWhatFinishes()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>(
            ExecutorScript{.conduct = [](const ApplyCall &) { return Conduct{.heeds = Heeds::Nothing}; }});
        const SessionId alpha = rig.adopt("alpha", executors);
        const auto work = rig.submit(alpha, promptOf("work"));
        rig.settle();
        const auto finished = rig.shutDown();
        rig.settle();
        QCOMPARE(*finished, 0);
        executors->finishAll();
        rig.settle();
        QCOMPARE(*finished, 1);
        QVERIFY(work->outcome->succeeded());
    }

    void aShutdownWaitsForTheVerdictOfAWrite()
    {
        ShardRig rig;
        const SessionId alpha = rig.adopt("alpha", std::make_shared<InlineExecutorFactory>());
        rig.settle();
        rig.store.holdWrites(true);
        const auto accepted = rig.submit(alpha, promptOf("work"));
        const auto finished = rig.shutDown();
        rig.settle();
        QCOMPARE(*finished, 0);
        QCOMPARE(accepted->receipts, 0);
        QVERIFY(rig.store.letWriteGo());
        rig.settle();
        QVERIFY2(accepted->receipt->accepted(), "it is durable, and that is what a receipt says");
        QCOMPARE(accepted->outcomes, 1);
        QCOMPARE(*finished, 1);
    }

    void aSessionThatIsAdoptedDuringAShutdownGoesDownToo()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId running = rig.adopt("running", executors);
        const auto hanging = rig.submit(running, promptOf("dead"));
        rig.settle();
        const auto finished = rig.shutDown();
        rig.settle();
        const SessionId late = rig.adopt("late", executors);
        const auto refused = rig.submit(late, promptOf("x"));
        rig.settle();
        QCOMPARE(refused->receipt->refusal, Refusal::ShuttingDown);
        QCOMPARE(*finished, 0);
        executors->finishAll();
        rig.settle();
        QCOMPARE(*finished, 1);
        QVERIFY(hanging->outcome);
    }

    void aShardThatEndsAnswersEverybody()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const auto hanging = rig.submit(alpha, promptOf("dead"));
        rig.settle();
        const auto stopping = rig.lifecycle(alpha, LifecycleVerb::Stop);
        rig.settle();
        rig.store.holdWrites(true);
        const SessionId beta = rig.adopt("beta", executors);
        const auto unwritten = rig.submit(beta, promptOf("unwritten"));
        rig.settle();
        QCOMPARE(unwritten->receipts + stopping->receipts + hanging->outcomes, 0);
        const auto dropped = std::make_shared<int>(1);
        rig.shard->post(SettledMessage{[dropped] {}});

        rig.shard.reset();
        QCOMPARE(hanging->outcome->waitFailure, WaitFailure::ChannelClosed);
        QCOMPARE(unwritten->receipt->refusal, Refusal::ShuttingDown);
        QCOMPARE(unwritten->outcomes, 1);
        QVERIFY(!stopping->receipt->ok());
        QVERIFY2(dropped.use_count() == 1, "what was not heard is let go");
        QCOMPARE(executors->liveInstances(), 0);
        // Its verdict would reach a client that is gone; the port forbids that end, so it is thrown away here.
        rig.store.holdWrites(false);
    }

    void wordsAfterTheEndAreHarmless()
    {
        ShardRig rig;
        const SessionId alpha = rig.adopt("alpha", std::make_shared<InlineExecutorFactory>());
        rig.settle();
        const std::shared_ptr<ShardInbox> inbox = rig.shard->inbox();
        std::vector<std::thread> speaking;
        Tally half;
        Tally ended;
        for (int at = 0; at < 3; ++at) {
            speaking.emplace_back([&] {
                for (int word = 0; word < 20'000; ++word) {
                    if (word == 10'000)
                        half.add();
                    if (word == 15'000)
                        ended.waitFor(1); // The rest comes when the shard is gone for certain.
                    inbox->post(said(alpha, 1, CoreEvent(Wake{})));
                    inbox->post(StoreMessage{{{alpha, 99, Verdict::Committed, {}}}});
                }
            });
        }
        const bool spoke = half.waitFor(3);
        rig.shard.reset();
        ended.add();
        const auto late = std::make_shared<int>(1);
        inbox->post(SettledMessage{[late] {}});
        for (std::thread &thread : speaking)
            thread.join();
        QVERIFY(spoke);
        QVERIFY(late.use_count() == 1);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::EndingsTest)
#include "endings_test.moc"
