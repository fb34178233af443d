// SPDX-License-Identifier: Apache-2.0
#include "shard_rig.h"

#include <QCoreApplication>
#include <QTest>
#include <QTimer>

namespace burrow::test {

class ShardTest : public QObject
{
    Q_OBJECT

    static CoreSettings roomy()
    {
        CoreSettings settings;
        settings.queueLimit = 1'000'000;
        return settings;
    }

private Q_SLOTS:
    void aPreviewIsNotCertainWhileSomethingWaitsToBeHeard()
    {
        ShardRig rig;
        const SessionId alpha = rig.adopt("alpha", std::make_shared<InlineExecutorFactory>());
        rig.settle();
        std::vector<AdmissionPreview> previews;
        const auto ask = [&] {
            PreviewMessage message;
            message.session = alpha;
            message.input = numbered(promptOf("asked"), rig.store.nextSequence());
            message.reply = [&](AdmissionPreview preview) { previews.push_back(std::move(preview)); };
            rig.shard->post(std::move(message));
        };
        ask();
        rig.settle();
        rig.lifecycle(alpha, LifecycleVerb::Stop);
        ask();
        rig.settle();
        QCOMPARE(previews.size(), std::size_t(2));
        QVERIFY(previews[0].certain);
        QVERIFY2(!previews[1].certain, "the stop in front of it was not heard yet");
    }

    void aCancelIsJudgedByTheEpochThatItMeetsInItsTurn()
    {
        ShardRig rig;
        const SessionId alpha = rig.adopt("alpha", std::make_shared<InlineExecutorFactory>());
        rig.settle();
        const EpochId epoch = {Uuid::version7(5, 0, 5)};
        const EpochId other = {Uuid::version7(6, 0, 6)};
        std::vector<Refusal> refusals;
        const auto reply = [&](const CommandReceipt &receipt) { refusals.push_back(receipt.refusal); };
        BindCommand bind;
        bind.freshEpoch = epoch;
        rig.shard->post(CommandMessage{alpha, std::move(bind), {}});
        rig.shard->post(CommandMessage{alpha, CancelCommand{0, CancelMode::Hard, {}, {}, epoch}, reply});
        rig.shard->post(CommandMessage{alpha, CancelCommand{0, CancelMode::Hard, {}, {}, other}, reply});
        rig.settle();
        QCOMPARE(refusals.size(), std::size_t(2));
        QVERIFY2(refusals[0] != Refusal::BindingMismatch, "the binding in front of it was heard first");
        QCOMPARE(refusals[1], Refusal::BindingMismatch);
    }

    void anInputRunsAndEveryAnswerComesOnce()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const auto work = rig.submit(alpha, promptOf("work", "key-1"));
        rig.settle();
        QCOMPARE(work->receipts, 1);
        QCOMPARE(work->outcomes, 1);
        QVERIFY(work->receipt->accepted());
        QVERIFY(work->receipt->willResolve);
        QCOMPARE(work->outcome->outcome, OutcomeClass::Completed);
        QCOMPARE(work->outcome->text, QByteArray("work"));
        QCOMPARE(executors->applied().size(), std::size_t(1));
        QCOMPARE(executors->applied()[0].attempt, 1U);
        QCOMPARE(executors->violations(), QStringList());
    }

    void aFloodOfOneSessionDoesNotStarveOthers()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId flooding = rig.adopt("flooding", executors, roomy());
        std::vector<SessionId> quiet;
        for (int at = 0; at < 9; ++at)
            quiet.push_back(rig.adopt("quiet-" + QByteArray::number(at), executors));
        rig.settle();
        for (int at = 0; at < 5'000; ++at)
            rig.submit(flooding, ephemeralOf("flood"), std::nullopt);
        std::vector<std::shared_ptr<Submitted>> answers;
        for (const SessionId session : quiet)
            answers.push_back(rig.submit(session, promptOf("quiet")));
        const auto settled = rig.whenSettled();
        for (int pass = 0; pass < 100 && *settled == 0; ++pass)
            rig.settle();

        // Every step of a quiet session waits for at most one share of the flood: its accept, its verdict, its
        // instance, its run and the commit are five rounds.
        constexpr std::size_t rounds = 5;
        std::size_t floodBeforeLastQuiet = 0;
        std::size_t flood = 0;
        for (const Applied &applied : executors->applied()) {
            if (applied.session == flooding)
                ++flood;
            else
                floodBeforeLastQuiet = flood;
        }
        QCOMPARE(flood, std::size_t(5'000));
        QVERIFY2(floodBeforeLastQuiet <= rounds * limits::turns_per_session_per_drain,
                 QByteArray::number(floodBeforeLastQuiet).constData());
        for (const auto &answer : answers)
            QVERIFY(answer->outcome && answer->outcome->succeeded());
    }

    void aFloodThatNeverEndsLeavesTheEventLoopItsTurn()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors, roomy());
        bool stop = false;
        quint64 submitted = 0;
        // Every receipt submits the next input, so there is always something to hear.
        std::function<void(AcceptReceipt)> next = [&](const AcceptReceipt &) {
            if (stop)
                return;
            SubmitMessage message;
            message.session = alpha;
            message.input = numbered(ephemeralOf("again"), 1'000'000 + ++submitted);
            message.receipt = next;
            rig.shard->post(std::move(message));
        };
        next({});
        bool fired = false;
        QTimer::singleShot(0, [&] { fired = true; });
        for (int pass = 0; pass < 100 && !fired; ++pass)
            QCoreApplication::processEvents();
        QVERIFY2(fired, "a timer of this thread got its turn");
        QVERIFY(submitted > 10);
        stop = true;
        rig.settle();
    }

    void aTurnIsNeverNested()
    {
        ShardRig rig;
        int depth = 0;
        int deepest = 0;
        ExecutorScript script;
        script.conduct = [&](const ApplyCall &call) {
            deepest = std::max(deepest, ++depth);
            // What a plugin that is run inline may cause: more work for this very shard, and a drain.
            if (m_executorsSubmit)
                m_executorsSubmit();
            rig.shard->drain();
            --depth;
            return byText(call);
        };
        auto executors = std::make_shared<InlineExecutorFactory>(script);
        const SessionId alpha = rig.adopt("alpha", executors);
        const SessionId beta = rig.adopt("beta", executors);
        std::vector<std::shared_ptr<Submitted>> caused;
        m_executorsSubmit = [&] {
            if (caused.size() < 50)
                caused.push_back(rig.submit(caused.size() % 2 == 0 ? beta : alpha, ephemeralOf("caused")));
        };
        const auto first = rig.submit(alpha, promptOf("first"));
        rig.settle();
        m_executorsSubmit = nullptr;
        QCOMPARE(deepest, 1);
        QCOMPARE(caused.size(), std::size_t(50));
        QVERIFY(first->outcome && first->outcome->succeeded());
        for (const auto &one : caused)
            QVERIFY(one->outcome && one->outcome->succeeded());
        QCOMPARE(executors->violations(), QStringList());
    }

    void anAnswerMayCallTheShardAgain()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors, roomy());
        int depth = 0;
        int deepest = 0;
        int left = 2'000;
        int outcomes = 0;
        std::function<void()> submitNext = [&] {
            SubmitMessage message;
            message.session = alpha;
            message.input = numbered(ephemeralOf("chain"), 10'000 + static_cast<quint64>(left));
            message.mode = WaitMode::Terminal;
            message.outcome = [&](const Outcome &outcome) {
                deepest = std::max(deepest, ++depth);
                outcomes += outcome.succeeded() ? 1 : 0;
                rig.shard->drain();
                if (--left > 0)
                    submitNext();
                rig.shard->drain();
                --depth;
            };
            rig.shard->post(std::move(message));
        };
        submitNext();
        for (int pass = 0; pass < 10'000 && left > 0; ++pass)
            rig.settle();
        QCOMPARE(outcomes, 2'000);
        QVERIFY2(deepest == 1, "an answer is never given inside another");
    }

    void aNestedEventLoopInAnAnswerLosesNoWakeUp()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.settle();
        std::shared_ptr<Submitted> inside;
        // Asked for by nobody but possible: an answer that runs an event loop of its own, which hears the
        // wake-up while the drain below it can do nothing with it.
        rig.shard->post(SettledMessage{[&] {
            inside = rig.submit(alpha, ephemeralOf("inside"));
            QCoreApplication::sendPostedEvents();
            QVERIFY2(inside->receipts == 0, "not inside the answer");
        }});
        rig.settle();
        QVERIFY(inside);
        QVERIFY2(inside->outcome && inside->outcome->succeeded(), "it was served afterwards");
    }

    void answersLeaveAfterTheReadyList()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const SessionId beta = rig.adopt("beta", executors);
        rig.submit(alpha, ephemeralOf("warm"));
        rig.submit(beta, ephemeralOf("warm"));
        rig.settle();
        std::size_t runsAtFirstAnswer = 0;
        for (const SessionId session : {alpha, beta}) {
            SubmitMessage message;
            message.session = session;
            message.input = numbered(ephemeralOf("together"), rig.store.nextSequence());
            message.receipt = [&](const AcceptReceipt &) {
                if (runsAtFirstAnswer == 0)
                    runsAtFirstAnswer = executors->applied().size();
            };
            rig.shard->post(std::move(message));
        }
        rig.settle();
        QVERIFY2(runsAtFirstAnswer == 4, "both sessions had their turn before anybody was told");
    }

    void theReceiptComesBeforeTheOutcome()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const auto good = rig.submit(alpha, promptOf("x", "key"));
        const auto duplicate = rig.submit(alpha, promptOf("x", "key"));
        const auto conflict = rig.submit(alpha, promptOf("y", "key"));
        const auto unknown = rig.submit(sessionIdOf(404), promptOf("x"));
        rig.settle();
        const auto ended = rig.submit(alpha, promptOf("x", "key"));
        rig.settle();
        for (const auto &one : {good, duplicate, conflict, unknown, ended}) {
            QCOMPARE(one->receipts, 1);
            QCOMPARE(one->outcomes, 1);
            QVERIFY(!one->outcomeCameFirst);
        }
        QCOMPARE(duplicate->receipt->verdict, AcceptReceipt::Verdict::Deduplicated);
        QVERIFY(duplicate->outcome->succeeded());
        QCOMPARE(conflict->receipt->refusal, Refusal::KeyConflict);
        QCOMPARE(conflict->outcome->waitFailure, WaitFailure::ChannelClosed);
        QCOMPARE(ended->receipt->work, Work::Ended);
        QCOMPARE(ended->outcome->waitFailure, WaitFailure::ChannelClosed);
    }

    void anUnknownSessionIsAnswered()
    {
        ShardRig rig;
        const SessionId nobody = sessionIdOf(404);
        const auto submitted = rig.submit(nobody, promptOf("x"));
        const auto quiet = rig.submit(nobody, promptOf("x"), std::nullopt);
        const auto cancelled = rig.cancel(nobody, CancelMode::Hard);
        const auto stopped = rig.lifecycle(nobody, LifecycleVerb::Stop);
        bool viewed = false;
        rig.shard->post(
            ViewMessage{nobody, [&](const std::vector<SessionView> &views) { viewed = views.empty(); }});
        rig.shard->post(ExecutorMessage{nobody, 1, CoreEvent(ExecutorCreated{{}})});
        rig.shard->storeAnswered({{nobody, 1, Verdict::Committed, {}}});
        rig.settle();
        QCOMPARE(submitted->receipt->verdict, AcceptReceipt::Verdict::Rejected);
        QCOMPARE(submitted->receipt->refusal, Refusal::NotReady);
        QVERIFY(!submitted->receipt->message.isEmpty());
        QCOMPARE(submitted->outcome->waitFailure, WaitFailure::ChannelClosed);
        QCOMPARE(quiet->receipts, 1);
        for (const auto &command : {cancelled, stopped}) {
            QCOMPARE(command->receipts, 1);
            QVERIFY(!command->receipt->ok());
        }
        QVERIFY(viewed);
    }

    void viewsShowOneSessionOrAll()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.adopt("beta", nullptr);
        rig.settle();
        QCOMPARE(rig.view(alpha).name, QByteArray("alpha"));
        QCOMPARE(rig.view(alpha).executor, QByteArray("scripted"));
        QByteArrayList names;
        rig.shard->post(ViewMessage{{}, [&](const std::vector<SessionView> &views) {
                                        for (const SessionView &view : views)
                                            names.push_back(view.name + ':' + view.executor);
                                    }});
        rig.settle();
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (QByteArrayList{"alpha:scripted", "beta:"}));
        QCOMPARE(rig.shard->sessionCount(), std::size_t(2));
    }

    void eventsLeaveInOrderAndOnlyWhenWanted()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        rig.settle();
        rig.observer.said.clear();
        rig.submit(alpha, promptOf("x"));
        rig.settle();
        const QByteArrayList codes = rig.observer.codes(alpha);
        int last = -1;
        for (const char *code : {"input.accepted", "input.queued", "input.staged", "run.started",
                                 "input.applied", "input.consumed", "run.completed"}) {
            const int at = static_cast<int>(codes.indexOf(code));
            QVERIFY2(at > last, code);
            QCOMPARE(codes.count(code), 1);
            last = at;
        }
        for (const SessionEvent &event : rig.observer.said)
            QCOMPARE(event.name, QByteArray("alpha"));

        rig.observer.wanted = false;
        rig.observer.said.clear();
        rig.submit(alpha, promptOf("y"));
        rig.settle();
        QVERIFY(rig.observer.said.empty());
    }

    void progressIsHandedOnWithItsSession()
    {
        ShardRig rig;
        ExecutorScript script;
        script.conduct = [](const ApplyCall &call) {
            Conduct conduct = byText(call);
            for (const char *text : {"one", "two", "three"})
                conduct.progress.push_back({.type = ProgressType::TextDelta, .run = call.run, .text = text});
            return conduct;
        };
        const SessionId alpha = rig.adopt("alpha", std::make_shared<InlineExecutorFactory>(script));
        rig.submit(alpha, promptOf("x"));
        rig.settle();
        const std::vector<ProgressEvent> progress = rig.observer.progress(alpha);
        QCOMPARE(progress.size(), std::size_t(3));
        QCOMPARE(progress[0].text, QByteArray("one"));
        QCOMPARE(progress[2].text, QByteArray("three"));
    }

    void writesMayBlockOnlyWhenNobodyElseWaits()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const SessionId alpha = rig.adopt("alpha", executors);
        const SessionId beta = rig.adopt("beta", executors);
        rig.settle();
        const std::size_t before = rig.store.hints().size();
        rig.submit(alpha, promptOf("first of two"), std::nullopt);
        rig.submit(beta, promptOf("second of two"), std::nullopt);
        rig.shard->drain();
        QVERIFY2(rig.store.hints()[before] == SubmitHint::MayBlock, "both sessions have had their turn");
        QVERIFY2(rig.store.hints()[before + 1] == SubmitHint::MayBlock, "both sessions have had their turn");
        rig.settle();

        const std::size_t flood = rig.store.hints().size();
        for (quint32 more = 0; more <= limits::turns_per_session_per_drain; ++more)
            rig.submit(alpha, promptOf("one of many"), std::nullopt);
        rig.shard->drain();
        QVERIFY2(rig.store.hints()[flood] == SubmitHint::NeverBlock, "the session is ready for another turn");
        rig.settle();
    }

    void aLongRoundIsGivenToTheStoreInParts()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        std::vector<SessionId> sessions;
        for (int at = 0; at < 100; ++at)
            sessions.push_back(rig.adopt("s" + QByteArray::number(at), executors));
        rig.settle();
        const std::size_t before = rig.store.hints().size();
        for (const SessionId session : sessions)
            rig.submit(session, promptOf("one of many"), std::nullopt);
        rig.shard->drain();
        const std::vector<SubmitHint> hints = rig.store.hints();
        QVERIFY(hints.size() >= before + sessions.size());
        QVERIFY2(hints[before] == SubmitHint::MoreComes, "the first part goes while the round goes on");
        QVERIFY2(hints[before + sessions.size() - 1] != SubmitHint::MoreComes,
                 "nothing of the round comes later");
        rig.settle();
    }

    void settledIsToldWhenNothingMovesAnyMore()
    {
        ShardRig rig;
        auto executors = std::make_shared<InlineExecutorFactory>();
        const auto nothingThere = rig.whenSettled();
        rig.settle();
        QCOMPARE(*nothingThere, 1);

        const SessionId alpha = rig.adopt("alpha", executors);
        const SessionId beta = rig.adopt("beta", executors);
        const auto hanging = rig.submit(alpha, promptOf("hang"));
        const auto done = rig.submit(beta, promptOf("work"));
        const auto settled = rig.whenSettled();
        rig.settle();
        QVERIFY(done->outcome);
        QVERIFY2(*settled == 0, "one run is open");
        executors->finishAll();
        rig.settle();
        QVERIFY(hanging->outcome);
        QCOMPARE(*settled, 1);
    }

private:
    std::function<void()> m_executorsSubmit;
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::ShardTest)
#include "shard_test.moc"
