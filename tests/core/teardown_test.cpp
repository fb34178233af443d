// SPDX-License-Identifier: Apache-2.0
// Destroy, recover, the clean-up that is owed, and every lifecycle write with every verdict.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using Receipt = CommandReceipt::Verdict;

/// Verbs whose commands are one write, or end with one.
constexpr LifecycleVerb writing_verbs[] = {
    LifecycleVerb::Stop,    LifecycleVerb::Retire,  LifecycleVerb::Reset,     LifecycleVerb::Recycle,
    LifecycleVerb::Recover, LifecycleVerb::Destroy, LifecycleVerb::Unregister};

} // namespace

class TeardownTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void destroyEndsEverythingForGood();
    void destroyDuringARunCancelsItHard();
    void destroyDoesNotNeedTheExecutorsConsent();
    void destroyFollowsAStopThatIsUnderWay();
    void aDestroyThatIsNotWrittenLeavesTheSessionAsItWas();
    void anUnregisterThatIsNotWrittenLeavesTheSessionAsItWas();
    void recoverReadsTheSessionAgain();
    void recoverIsTheRemedyForASessionThatIsHeld();
    void recoverOfAHeldSessionWaitsForItsRun();
    void recoverTellsWhyItFailed();
    void recoverTriesAnExecutorThatWasGivenUpAgain();
    void aHeldSessionIsLetGoWithoutAWrite();
    void anImageThatComesWhileTheSessionLeavesIsTaken();
    void anOwedCleanUpIsDoneAtTheNextOpening();
    void nothingRunsWhileAnOwedCleanUpIsUnderWay();
    void aCleanUpThatDoesNotAnswerIsOwed();
    void aCommandFromInsideAStopIsQueued();
    void everyLifecycleWriteGetsEveryVerdict_data();
    void everyLifecycleWriteGetsEveryVerdict();
    void lettingGoOverAFailedStoreWritesNothingMore();
};

void TeardownTest::destroyEndsEverythingForGood()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    const CommandId destroy = h.command(LifecycleVerb::Destroy);
    QCOMPARE(h.reply(destroy)->counts, (WorkCounts{.abandoned = 1}));
    QCOMPARE(h.reply(destroy)->cleanUp, CleanUp::Done);
    QCOMPARE(h.outcome(queued)->reason, QStringLiteral("runtime destroyed"));
    QCOMPARE(h.store.ended(queued.sequence())->reason, AbandonReason::Destroyed);
    QCOMPARE(h.cleanups, (std::vector<CleanupCause>{CleanupCause::Destroyed}));
    QCOMPARE(h.store.row().phase, Phase::Destroyed);
    QVERIFY(!h.store.cleanupOwed());
    h.crash();
    QCOMPARE(h.phase(), Phase::Destroyed);
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Destroyed);
}

void TeardownTest::destroyDuringARunCancelsItHard()
{
    WithRun with;
    CoreHarness &h = with.h;
    const CommandId destroy = h.command(LifecycleVerb::Destroy);
    QCOMPARE(h.cancels.back().mode, CancelMode::Hard);
    QVERIFY(!h.answered(destroy));
    h.advance(limits::abandon_after_hard);
    QCOMPARE(h.abandons.size(), std::size_t(1));
    QVERIFY(h.reply(destroy)->ok());
    QCOMPARE(h.phase(), Phase::Destroyed);
    QVERIFY(h.outcome(with.input) != nullptr);
}

void TeardownTest::destroyDoesNotNeedTheExecutorsConsent()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    const CommandId destroy = h.command(LifecycleVerb::Destroy);
    h.stopped(false);
    QVERIFY(h.reply(destroy)->ok());
    QCOMPARE(h.phase(), Phase::Destroyed);
}

void TeardownTest::destroyFollowsAStopThatIsUnderWay()
{
    WithRun with;
    CoreHarness &h = with.h;
    const CommandId stop = h.stop();
    QCOMPARE(h.cancels.back().mode, CancelMode::Boundary);
    const CommandId destroy = h.command(LifecycleVerb::Destroy);
    QCOMPARE(h.cancels.back().mode, CancelMode::Hard);
    h.endCancelled();
    QVERIFY(h.reply(stop)->ok());
    QCOMPARE(h.reply(stop)->phase, Phase::Stopped);
    QVERIFY(h.reply(destroy)->ok());
    QCOMPARE(h.phase(), Phase::Destroyed);
}

void TeardownTest::aDestroyThatIsNotWrittenLeavesTheSessionAsItWas()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    const CommandId destroy = h.command(LifecycleVerb::Destroy);
    QCOMPARE(h.phase(), Phase::Attached);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(destroy)->refusal, Refusal::NotWritten);
    QVERIFY(h.view().attached);
    QVERIFY(h.outcome(queued) == nullptr);
    h.script.store = Answers::AtOnce;
    h.commitAll();
    h.wake();
    QVERIFY(h.applyOpen());
}

void TeardownTest::anUnregisterThatIsNotWrittenLeavesTheSessionAsItWas()
{
    CoreHarness h;
    h.attach();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(unregister)->refusal, Refusal::NotWritten);
    QVERIFY(!h.released());
    QCOMPARE(h.phase(), Phase::Attached);
    QVERIFY(h.core.registers().registration != Registration::Draining);
    QVERIFY(h.outcome(queued) == nullptr);
    h.script.store = Answers::AtOnce;
    h.commitAll();
    h.wake();
    h.succeed();
    QCOMPARE(h.outcome(queued)->outcome, OutcomeClass::Completed);
}

void TeardownTest::recoverReadsTheSessionAgain()
{
    CoreHarness h;
    h.script.reload = Answers::Held;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    const CommandId recover = h.command(LifecycleVerb::Recover);
    QVERIFY(h.askedToReload());
    // It is a barrier: what comes meanwhile waits for the image.
    const Submitted late = h.submit(prompt());
    QVERIFY(h.receipt(late) == nullptr && !h.answered(recover));
    h.reloaded();
    QCOMPARE(h.reply(recover)->counts, (WorkCounts{.recovered = 1}));
    QVERIFY(h.isOpen(queued));
    QCOMPARE(h.unresolvedWaiters(), std::size_t(1));
    QVERIFY(h.receipt(late)->accepted());
}

void TeardownTest::recoverIsTheRemedyForASessionThatIsHeld()
{
    HarnessOptions options;
    options.corruption = QStringLiteral("a row is wrong");
    CoreHarness h(std::move(options));
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QCOMPARE(h.reply(h.command(LifecycleVerb::Retire))->refusal, Refusal::Held);
    QCOMPARE(h.reply(h.command(LifecycleVerb::Recover))->refusal, Refusal::Held);
    h.script.corruption.clear();
    QVERIFY(h.reply(h.command(LifecycleVerb::Recover))->ok());
    QVERIFY(h.view().waitReason != WaitReason::Held);
    QVERIFY(h.receipt(h.submit(prompt()))->accepted());
}

void TeardownTest::recoverOfAHeldSessionWaitsForItsRun()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.submit(prompt());
    h.answer(Verdict::Unknown);
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    const CommandId recover = h.command(LifecycleVerb::Recover);
    QVERIFY(!h.answered(recover));
    h.endCancelled();
    QVERIFY(h.reply(recover)->ok());
    QVERIFY(h.view().waitReason != WaitReason::Held);
    h.commitAll();
}

void TeardownTest::recoverTellsWhyItFailed()
{
    CoreHarness h;
    h.script.reload = Answers::Held;
    const CommandId recover = h.command(LifecycleVerb::Recover);
    h.reloaded(false);
    QCOMPARE(h.reply(recover)->refusal, Refusal::NotReady);
    QVERIFY(h.receipt(h.submit(prompt()))->accepted());
}

void TeardownTest::recoverTriesAnExecutorThatWasGivenUpAgain()
{
    CoreHarness h(withoutRestart());
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.die();
    QVERIFY(!h.view().attached);
    QVERIFY(h.reply(h.command(LifecycleVerb::Recover))->ok());
    QVERIFY(h.view().attached);
}

void TeardownTest::aHeldSessionIsLetGoWithoutAWrite()
{
    HarnessOptions options;
    options.corruption = QStringLiteral("a row is wrong");
    CoreHarness h(std::move(options));
    QCOMPARE(h.reply(h.command(LifecycleVerb::Destroy))->refusal, Refusal::Held);
    QVERIFY(h.reply(h.command(LifecycleVerb::Unregister))->ok());
    QVERIFY(h.released());
    QVERIFY(h.writes.empty());
}

void TeardownTest::anImageThatComesWhileTheSessionLeavesIsTaken()
{
    CoreHarness h;
    const Submitted kept = h.submitWithoutWake(prompt());
    h.script.store = h.script.reload = Answers::Held;
    h.submitWithoutWake(prompt());
    h.answer(Verdict::Unknown);
    h.advance(limits::retry_backoff_max);
    QVERIFY(h.askedToReload());
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    QVERIFY(!h.answered(unregister)); // The answer would be given to whoever opens it next.
    h.script.store = Answers::AtOnce;
    h.reloaded();
    h.commitAll();
    QVERIFY(h.reply(unregister)->ok());
    QVERIFY(h.released());
    QVERIFY(h.store.hasOpen(kept.sequence()));
    VERIFY_CLEAN(h);
}

void TeardownTest::anOwedCleanUpIsDoneAtTheNextOpening()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.succeed();
    h.script.cleanup = Answers::Held;
    const CommandId stop = h.stop();
    const CommandId second = h.stop();
    QCOMPARE(h.phase(), Phase::Stopped);
    h.cleanedUp(false);
    for (const CommandId caller : {stop, second}) {
        QCOMPARE(h.reply(caller)->verdict, Receipt::Done);
        QCOMPARE(h.reply(caller)->cleanUp, CleanUp::Owed);
    }
    QVERIFY(h.store.cleanupOwed() == CleanupCause::Stopped);
    h.crash();
    h.attach();
    QVERIFY(h.cleaningUp());
    h.cleanedUp();
    QVERIFY(!h.store.cleanupOwed());
    h.crash();
    h.attach();
    QVERIFY(!h.cleaningUp());
}

void TeardownTest::nothingRunsWhileAnOwedCleanUpIsUnderWay()
{
    CoreHarness h;
    h.script.cleanup = Answers::Held;
    h.stop();
    h.cleanedUp(false);
    h.start();
    QVERIFY(h.cleaningUp());
    h.submit(prompt());
    QVERIFY(!h.hasInstance());
    QCOMPARE(h.view().waitReason, WaitReason::Stopping);
    h.cleanedUp();
    QVERIFY(h.applyOpen());
    QVERIFY(!h.store.cleanupOwed());
}

void TeardownTest::aCleanUpThatDoesNotAnswerIsOwed()
{
    CoreHarness h;
    h.script.cleanup = Answers::Held;
    const CommandId stop = h.stop();
    h.advance(limits::stop_answer_max);
    QCOMPARE(h.reply(stop)->verdict, Receipt::Deferred);
    const CommandId joined = h.stop();
    h.advance(limits::stop_answer_max);
    QCOMPARE(h.reply(joined)->verdict, Receipt::Deferred);
    h.advance(limits::stop_grace_default + limits::abandon_after_hard);
    QVERIFY(h.store.cleanupOwed() == CleanupCause::Stopped);
    // It is done in the end, and that counts.
    h.cleanedUp();
    QVERIFY(!h.store.cleanupOwed());
}

void TeardownTest::aCommandFromInsideAStopIsQueued()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    const CommandId stop = h.stop();
    const CommandId retire = h.command(LifecycleVerb::Retire);
    QVERIFY(!h.answered(retire));
    h.stopped();
    QVERIFY(h.reply(stop)->ok() && h.reply(retire)->ok());
    QCOMPARE(h.phase(), Phase::Retired);
}

void TeardownTest::everyLifecycleWriteGetsEveryVerdict_data()
{
    QTest::addColumn<int>("verb");
    QTest::addColumn<int>("verdict");
    for (const LifecycleVerb verb : writing_verbs) {
        for (std::size_t verdict = 0; verdict < verdictName.names.size(); ++verdict) {
            QTest::addRow("%s %s", lifecycleVerbName(verb), verdictName.names[verdict])
                << static_cast<int>(verb) << static_cast<int>(verdict);
        }
    }
}

void TeardownTest::everyLifecycleWriteGetsEveryVerdict()
{
    QFETCH(int, verb);
    QFETCH(int, verdict);
    const auto given = static_cast<Verdict>(verdict);
    CoreHarness h;
    h.script.reload = Answers::Held;
    h.attach();
    h.submit(prompt());
    h.succeed();
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    const Phase before = h.phase();
    h.script.store = Answers::Held;
    const CommandId command = h.command(static_cast<LifecycleVerb>(verb));
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    QCOMPARE(h.phase(), before); // Nobody sees it before it is durable.
    h.answer(given);
    if (given == Verdict::Committed) {
        h.script.store = h.script.reload = Answers::AtOnce;
        h.tick();
        h.commitAll();
        QVERIFY(h.reply(command)->ok());
        VERIFY_CLEAN(h);
        return;
    }
    static constexpr Refusal refusals[] = {Refusal::None, Refusal::Held, Refusal::NotWritten, Refusal::Fenced,
                                           Refusal::OutcomeUnknown};
    QCOMPARE(h.reply(command)->refusal, refusals[verdict]);
    QCOMPARE(h.view().waitReason == WaitReason::Held, given != Verdict::NotWritten);
    QVERIFY(h.isOpen(queued));
    QVERIFY(!h.released());
    // A stop has brought its executor to rest, and cannot take that back.
    QCOMPARE(h.phase(), static_cast<LifecycleVerb>(verb) == LifecycleVerb::Stop ? Phase::Idle : before);
    QCOMPARE(h.store.row().phase, Phase::Idle);
    VERIFY_CLEAN(h);
}

/// That the clean-up of an earlier stop is done is not known to the store yet, and nothing tells it now.
void TeardownTest::lettingGoOverAFailedStoreWritesNothingMore()
{
    CoreHarness h;
    h.attach();
    h.script.store = Answers::Held;
    h.stop();
    h.commit();
    h.answer(Verdict::NotWritten);
    h.start();
    h.commit();
    h.answer(Verdict::NotWritten);
    h.submit(prompt());
    h.commit();
    QVERIFY(h.applyOpen());
    const CommandId letGo = h.command(LifecycleVerb::Unregister);
    h.succeed();
    h.answer(Verdict::NotWritten);
    QVERIFY(h.released());
    QVERIFY(h.reply(letGo)->ok());
    QCOMPARE(h.writesInFlight(), std::size_t(0));
    QCOMPARE(h.store.row().phase, Phase::Idle);
}

QTEST_APPLESS_MAIN(TeardownTest)
#include "teardown_test.moc"
