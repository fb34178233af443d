// SPDX-License-Identifier: Apache-2.0
#include "library_rig.h"

#include <QTest>

/// Steered input that reaches a run under way: through the host, with executors of the tests and with the
/// bundled plugin "scripted" as a library.
namespace burrow::test {

namespace {

Input steer(const QByteArray &text, const QByteArray &key = {})
{
    Input input = promptOf(text, key);
    input.handling = HandlingMode::Steer;
    return input;
}

/// Submits the run that opens its boundary, and waits until it is with the executor.
Submission beginRun(LibraryRig &rig, const QByteArray &directive)
{
    Submission run = rig.host->submit(rig.session, promptOf(directive), {.wait = WaitFor::Terminal});
    const bool begun = QTest::qWaitFor(
        [&rig] {
            const auto views = resultOf(rig.host->view(rig.session));
            return views && !views->empty() && !views->front().run.isNull();
        },
        30'000);
    if (!begun)
        qWarning("the run did not begin");
    return run;
}

} // namespace

class LiveBoundaryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSteerReachesTheRunUnderWay()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission run = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        const RunId open = rig.waitForOpenRun();
        QVERIFY(
            rig.executors->say(alpha, [open](ExecutorListener &ear) { ear.boundaryChanged(open, true, 1); }));
        const Submission left = rig.host().submit(alpha, steer("left"), {.wait = WaitFor::Terminal});
        QCOMPARE(resultOf(left.receipt)->verdict, AcceptReceipt::Verdict::Accepted);
        const auto outcome = resultOf(left.outcome);
        QCOMPARE(outcome->outcome, OutcomeClass::CompletedWithoutResult);
        QCOMPARE(outcome->run, open);
        QCOMPARE(rig.executors->staged().size(), std::size_t(1));
        QCOMPARE(rig.executors->staged()[0].texts, QByteArrayList{"left"});
        QVERIFY(!run.outcome.isFinished());
        const auto fate = resultOf(rig.host().outcome(alpha, left.input));
        QVERIFY(fate->ok());
        QCOMPARE(fate->value().state, InputFate::State::Ended);
        QCOMPARE(fate->value().ended.input.boundarySequence, 1U);
        rig.executors->finishAll();
        QVERIFY(resultOf(run.outcome)->succeeded());
        QVERIFY(rig.settles());
        QCOMPARE(rig.executors->applied().size(), std::size_t(1));
        QCOMPARE(rig.executors->violations(), QStringList());
    }

    void anExecutorThatStagesNothingRunsItNext()
    {
        HostRig rig;
        ExecutorScript script;
        script.staging = Answering::Refuses;
        rig.executors->setScript(script);
        const SessionId alpha = rig.open("alpha");
        rig.host().submit(alpha, promptOf("hang"));
        const RunId open = rig.waitForOpenRun();
        rig.executors->say(alpha, [open](ExecutorListener &ear) { ear.boundaryChanged(open, true, 1); });
        const Submission left = rig.host().submit(alpha, steer("left"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(left.receipt)->accepted());
        QVERIFY(rig.executors->waitForStagings(1));
        rig.executors->finishAll();
        QCOMPARE(resultOf(left.outcome)->text, QByteArray("left"));
        QCOMPARE(rig.executors->applied().size(), std::size_t(2));
        QCOMPARE(rig.executors->staged().size(), std::size_t(1));
    }

    void theBundledPluginTakesSteersOneByOne()
    {
        LibraryRig rig;
        const Submission run = beginRun(rig, "!steer 3");
        std::vector<Submission> steers;
        for (const char *text : {"one", "two", "three"})
            steers.push_back(rig.host->submit(rig.session, steer(text), {.wait = WaitFor::Terminal}));
        for (const Submission &one : steers)
            QCOMPARE(resultOf(one.outcome)->outcome, OutcomeClass::CompletedWithoutResult);
        const auto outcome = resultOf(run.outcome);
        QCOMPARE(outcome->outcome, OutcomeClass::Completed);
        QCOMPARE(outcome->text, QByteArray("one\ntwo\nthree"));
        quint64 sequence = 0;
        for (const Submission &one : steers) {
            const auto fate = resultOf(rig.host->outcome(rig.session, one.input));
            QCOMPARE(fate->value().ended.input.boundarySequence, ++sequence);
            QCOMPARE(fate->value().ended.input.run, outcome->run);
        }
        // The receipt of the end takes the next number.
        QCOMPARE(resultOf(rig.host->outcome(rig.session, run.input))->value().ended.input.boundarySequence, 4U);
        // The snapshot that came with the last one is the session's.
        const Submission state = rig.host->submit(rig.session, promptOf("!state"), {.wait = WaitFor::Terminal});
        QCOMPARE(resultOf(state.outcome)->text, QByteArray("one\ntwo\nthree"));
    }

    void aKeyIsStagedOnce()
    {
        LibraryRig rig;
        const Submission run = beginRun(rig, "!steer 2");
        const Submission first = rig.host->submit(rig.session, steer("one", "k"), {.wait = WaitFor::Terminal});
        const Submission again = rig.host->submit(rig.session, steer("one", "k"));
        QCOMPARE(resultOf(again.receipt)->verdict, AcceptReceipt::Verdict::Deduplicated);
        const Submission second = rig.host->submit(rig.session, steer("two"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(first.outcome)->succeeded() && resultOf(second.outcome)->succeeded());
        QCOMPARE(resultOf(run.outcome)->text, QByteArray("one\ntwo"));
    }

    void aBundledPluginThatRefusesLeavesItQueued()
    {
        LibraryRig rig;
        const Submission run = beginRun(rig, "!steer 1 BUSY");
        const Submission left = rig.host->submit(rig.session, steer("left"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(left.receipt)->accepted());
        QCOMPARE(resultOf(run.outcome)->text, QByteArray());        // Nothing was staged.
        QCOMPARE(resultOf(left.outcome)->text, QByteArray("left")); // It ran by itself.
    }

    void aWriteThatFailsTakesTheContextOutOfTheBundledPlugin()
    {
        LibraryRig rig;
        const Submission run = beginRun(rig, "!steer 2");
        rig.store.holdWrites(true);
        const Submission lost = rig.host->submit(rig.session, steer("lost"), {.wait = WaitFor::Attempt});
        const auto letGo = [&rig](std::optional<Verdict> verdict) {
            return QTest::qWaitFor([&rig] { return rig.store.heldWrites() > 0; }, 30'000)
                   && rig.store.letWriteGo(verdict);
        };
        QVERIFY(letGo(std::nullopt));        // The accept.
        QVERIFY(letGo(Verdict::NotWritten)); // The injection.
        QCOMPARE(resultOf(lost.outcome)->outcome, OutcomeClass::AbandonedWithError);
        rig.store.holdWrites(false);
        const Submission kept = rig.host->submit(rig.session, steer("kept"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(kept.outcome)->succeeded());
        QCOMPARE(resultOf(run.outcome)->text, QByteArray("kept"));
        // The first one was queued all the while, and has its own run now.
        QVERIFY(finishes(rig.host->whenSettled()));
        QCOMPARE(resultOf(rig.host->outcome(rig.session, lost.input))->value().ended.input.outcome.text,
                 QByteArray("lost"));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::LiveBoundaryTest)
#include "live_boundary_test.moc"
