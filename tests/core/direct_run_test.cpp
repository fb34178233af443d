// SPDX-License-Identifier: Apache-2.0
// Accept and run: an input whose submitter carries the run out himself, and what an accept would come to.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

class DirectRunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theSubmitterGetsTheRunOnceItIsDurable();
    void itNeedsNoExecutorAndLeavesOneAlone_data();
    void itNeedsNoExecutorAndLeavesOneAlone();
    void aSessionWithOpenInputsRefuses();
    void aKnownKeyOwnsTheExecution();
    void anInputThatEndsOnAcceptIsRefused();
    void aFailureKeepsItsErrorAndTheInput();
    void aCommitThatFailsIsNoResult();
    void aStopThatComesBetweenTakesIt();
    void itIsCancelledAsAnyRun();
    void anExecutorThatDiesMeanwhileDoesNotEndIt();
    void aPreviewIsWhatTheAcceptBecomes_data();
    void aPreviewIsWhatTheAcceptBecomes();
    void aPreviewSaysWhatWouldWake_data();
    void aPreviewSaysWhatWouldWake();
    void aPreviewChangesNothing();
};

void DirectRunTest::theSubmitterGetsTheRunOnceItIsDurable()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const Submitted input = h.submitAndRun(prompt("mine"));
    QVERIFY(!h.directOpen());
    h.commit();
    QVERIFY(h.receipt(input)->accepted());
    QVERIFY(h.directOpen());
    QCOMPARE(h.phase(), Phase::Running);
    QCOMPARE(h.phaseOf(input), InputPhase::Staged);
    h.succeed();
    QVERIFY2(h.outcome(input) == nullptr, "the result is handed out only when it is durable");
    h.commit();
    QCOMPARE(h.outcome(input)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.outcome(input)->text, QByteArray("the answer"));
    QCOMPARE(h.writes.size(), std::size_t(2)); // The accept with its grant, and the one write of the end.
    QCOMPARE(h.phase(), Phase::Idle);
    QVERIFY(h.applies.empty());
}

void DirectRunTest::itNeedsNoExecutorAndLeavesOneAlone_data()
{
    QTest::addColumn<bool>("attached");
    QTest::newRow("idle") << false;
    QTest::newRow("attached") << true;
}

void DirectRunTest::itNeedsNoExecutorAndLeavesOneAlone()
{
    QFETCH(bool, attached);
    CoreHarness h;
    if (attached)
        h.attach();
    const Submitted mine = h.submitAndRun(prompt("mine"));
    const Submitted next = h.submit(prompt("next"), WaitMode::Terminal);
    QVERIFY(h.directOpen());
    QCOMPARE(h.creations, 0);
    h.succeed();
    QVERIFY(h.outcome(mine)->succeeded());
    QCOMPARE(h.applies.size(), std::size_t(attached ? 1 : 0));
    QVERIFY(h.isOpen(next));
    if (attached)
        h.succeed();
}

void DirectRunTest::aSessionWithOpenInputsRefuses()
{
    CoreHarness h;
    h.submitWithoutWake(prompt("open"));
    const Submitted mine = h.submitAndRun(prompt("mine"));
    QCOMPARE(h.receipt(mine)->refusal, Refusal::NotReady);
    QCOMPARE(h.forgotten.size(), std::size_t(1));
    CoreHarness running;
    running.attach();
    running.submit(prompt());
    QCOMPARE(running.receipt(running.submitAndRun(prompt()))->refusal, Refusal::NotReady);
    QVERIFY(running.receipt(running.submitAndRun(prompt()))->phase == Phase::Running);
    CoreHarness retired({.row = {.phase = Phase::Retired}});
    QCOMPARE(retired.receipt(retired.submitAndRun(prompt()))->refusal, Refusal::NotReady);
}

void DirectRunTest::aKnownKeyOwnsTheExecution()
{
    CoreHarness h;
    const Submitted first = h.submitWithoutWake(withKey(prompt("once"), "k"));
    for (int ended = 0; ended < 2; ++ended) {
        const Submitted mine = h.submitAndRun(withKey(prompt("once"), "k"));
        QCOMPARE(h.receipt(mine)->refusal, Refusal::Invalid);
        QCOMPARE(h.receipt(mine)->existing, first.input);
        QVERIFY(h.receipt(mine)->message.contains(QString::fromLatin1(first.input.toText())));
        h.script.apply = Answers::AtOnce;
        h.attach();
    }
    QVERIFY(!h.isOpen(first));
}

/// Nobody would ever call the submitter, nor let go of what it keeps.
void DirectRunTest::anInputThatEndsOnAcceptIsRefused()
{
    CoreHarness h;
    const Submitted input = h.submitAndRun(operation());
    QCOMPARE(h.receipt(input)->refusal, Refusal::Invalid);
    QVERIFY(!h.directOpen());
    QVERIFY(h.writes.empty());
}

void DirectRunTest::aFailureKeepsItsErrorAndTheInput()
{
    CoreHarness h;
    const Submitted mine = h.submitAndRun(prompt("mine"));
    h.failRun(FailureCause::HookDenied, QStringLiteral("not today"));
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::AbandonedWithError);
    QCOMPARE(h.outcome(mine)->cause, FailureCause::HookDenied);
    QVERIFY(h.outcome(mine)->reason.contains(QStringLiteral("not today")));
    QCOMPARE(h.phaseOf(mine), InputPhase::Queued);
    QCOMPARE(h.record(mine)->registers.tries, 1U);
    QCOMPARE(h.phase(), Phase::Idle);
}

void DirectRunTest::aCommitThatFailsIsNoResult()
{
    CoreHarness h;
    const Submitted mine = h.submitAndRun(prompt("mine"));
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QVERIFY(h.outcome(mine)->reason.startsWith(QStringLiteral("runtime commit failed")));
    QVERIFY(h.outcome(mine)->text.isEmpty());
}

void DirectRunTest::aStopThatComesBetweenTakesIt()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const Submitted mine = h.submitAndRun(prompt("mine"));
    h.stop();
    h.commitAll();
    QVERIFY(!h.directOpen());
    QCOMPARE(h.forgotten.size(), std::size_t(1));
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.phase(), Phase::Stopped);
}

void DirectRunTest::itIsCancelledAsAnyRun()
{
    CoreHarness h;
    const Submitted mine = h.submitAndRun(prompt("mine"));
    QVERIFY(h.reply(h.cancel())->ok());
    QCOMPARE(h.cancels.back().run, h.openRun());
    h.endCancelled();
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Cancelled);
    // One that heeds nothing is given up, and no executor goes with it.
    h.attach();
    const Submitted deaf = h.submitAndRun(prompt("deaf"));
    h.cancel(CancelMode::Hard);
    h.advance(h.script.settings.abandonAfterHard);
    QCOMPARE(h.abandons.size(), std::size_t(1));
    QCOMPARE(h.outcome(deaf)->outcome, OutcomeClass::Cancelled);
    QCOMPARE(h.phase(), Phase::Attached);
    QVERIFY(h.view().attached);
}

void DirectRunTest::anExecutorThatDiesMeanwhileDoesNotEndIt()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt("makes the instance"));
    h.succeed();
    QVERIFY(h.hasInstance());
    const Submitted mine = h.submitAndRun(prompt("mine"));
    h.dieWithoutAnswers();
    QVERIFY(h.directOpen());
    h.succeed();
    QVERIFY(h.outcome(mine)->succeeded());
}

void DirectRunTest::aPreviewIsWhatTheAcceptBecomes_data()
{
    QTest::addColumn<Input>("input");
    QTest::newRow("a prompt") << prompt();
    QTest::newRow("an operation") << operation();
    QTest::newRow("a repeat") << withKey(prompt("first"), "k");
    QTest::newRow("other content under a known key") << withKey(prompt("other"), "k");
    QTest::newRow("a derived prompt") << [] {
        Input input = prompt();
        input.durability = Durability::Derived;
        return input;
    }();
}

void DirectRunTest::aPreviewIsWhatTheAcceptBecomes()
{
    QFETCH(Input, input);
    for (const int how : {0, 1, 2, 3}) {
        CoreHarness h;
        if (how == 1)
            h.attach();
        h.submit(withKey(prompt("first"), "k"));
        if (how == 2)
            h.stop();
        if (how == 3)
            h.script.settings.queueLimit = 1;
        const auto pointer = std::make_shared<const Input>(input);
        const AdmissionPreview preview = h.core.preview({.input = pointer});
        const Submitted submitted = h.submit(input);
        const AcceptReceipt *receipt = h.receipt(submitted);
        QCOMPARE(preview.receipt.verdict, receipt->verdict);
        QCOMPARE(preview.receipt.refusal, receipt->refusal);
        QCOMPARE(preview.receipt.existing, receipt->existing);
        QCOMPARE(preview.receipt.consumedOnAccept, receipt->consumedOnAccept);
        QCOMPARE(preview.receipt.message, receipt->message);
        QVERIFY(preview.certain);
        if (const InputRecord *record = h.record(submitted))
            QVERIFY(preview.plan == record->plan);
    }
}

void DirectRunTest::aPreviewSaysWhatWouldWake_data()
{
    QTest::addColumn<Input>("input");
    QTest::addColumn<bool>("withoutWake");
    QTest::addColumn<bool>("idle");
    QTest::addColumn<bool>("running");
    QTest::newRow("a prompt") << prompt() << false << true << false;
    QTest::newRow("a prompt without wake") << prompt() << true << false << false;
    QTest::newRow("a steer") << steered(prompt()) << false << true << true;
    QTest::newRow("a steer without wake") << steered(prompt()) << true << true << true;
    QTest::newRow("a peer") << peerMessage() << false << true << true;
    QTest::newRow("progress") << progress() << false << false << false;
    QTest::newRow("an operation") << operation() << false << false << false;
}

void DirectRunTest::aPreviewSaysWhatWouldWake()
{
    QFETCH(Input, input);
    QFETCH(bool, withoutWake);
    QFETCH(bool, idle);
    QFETCH(bool, running);
    CoreHarness h;
    const AcceptCommand asked{.input = std::make_shared<const Input>(input), .withoutWake = withoutWake};
    QCOMPARE(h.core.preview(asked).requiresActive, idle);
    h.attach();
    h.submit(prompt());
    QVERIFY(h.applyOpen());
    QCOMPARE(h.core.preview(asked).requiresActive, running);
}

void DirectRunTest::aPreviewChangesNothing()
{
    CoreHarness h;
    const std::size_t said = h.events.size();
    const AcceptCommand asked{.input = std::make_shared<const Input>(withKey(prompt(), "k"))};
    QCOMPARE(h.core.preview(asked).receipt.verdict, AcceptReceipt::Verdict::Accepted);
    QVERIFY(h.writes.empty());
    QCOMPARE(h.events.size(), said);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QVERIFY(h.core.parked() && h.view().idle);
    QCOMPARE(h.core.preview(asked).receipt.verdict, AcceptReceipt::Verdict::Accepted);
    // A repeat of what is still being written is not certain.
    h.script.store = Answers::Held;
    h.submit(withKey(prompt(), "k"));
    QVERIFY(!h.core.preview(asked).certain);
    h.commitAll();
    QVERIFY(h.core.preview(asked).certain);
}

QTEST_APPLESS_MAIN(DirectRunTest)
#include "direct_run_test.moc"
