// SPDX-License-Identifier: Apache-2.0
// Area CP: the control plane, as far as one session decides it.
#include "scenarios.h"

#include <QDir>
#include <QFile>

using namespace burrow;
using namespace burrow::test;

namespace {

/// A verb whose write fails leaves what was there.
void isUndone(LifecycleVerb verb)
{
    CoreHarness h;
    h.attach();
    h.bind("rt:a");
    const Submitted queued = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.core.takeSignal();
    const SessionRegisters before = h.core.registers();
    h.script.store = Answers::Held;
    const CommandId command = h.command(verb);
    QCOMPARE(h.phase(), Phase::Attached);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(command)->refusal, Refusal::NotWritten);
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.core.registers().binding, before.binding);
    QVERIFY(h.core.registers().registration == before.registration);
    QVERIFY(h.isOpen(queued) && h.outcome(queued) == nullptr);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QVERIFY(h.view().attached);
}

void whoWaitsForWhatIsGoneIsReconciled()
{
    HarnessOptions options;
    options.unknownIsDurable = true;
    CoreHarness h(std::move(options));
    const Submitted stale = h.submit(superseding(externalEvent(), "s"), WaitMode::Terminal);
    const Submitted pending = h.submit(prompt(), WaitMode::Terminal);
    // What supersedes the first becomes durable, and nobody here knows of it.
    h.script.store = Answers::Held;
    h.submit(superseding(externalEvent(), "s"));
    h.answer(Verdict::Unknown);
    QVERIFY(h.outcome(stale) == nullptr);
    h.script.store = Answers::AtOnce;
    QVERIFY(h.reply(h.command(LifecycleVerb::Recover))->ok());
    QVERIFY(!h.isOpen(stale) && h.store.ended(stale.sequence()) != nullptr);
    QVERIFY(h.outcome(stale) != nullptr);
    QCOMPARE(h.outcome(stale)->waitFailure, WaitFailure::None);
    QCOMPARE(h.outcome(stale)->outcome, OutcomeClass::RuntimeTerminated);
    QVERIFY(h.outcome(stale)->reason.startsWith(QStringLiteral("recovered input no longer pending")));
    // Who waits for what is still there goes on waiting, and gets its answer.
    QVERIFY(h.isOpen(pending) && h.outcome(pending) == nullptr);
    QCOMPARE(h.unresolvedWaiters(), std::size_t(1));
    h.stop();
    QCOMPARE(h.outcome(pending)->reason, QStringLiteral("runtime stopped"));
}

void destroyTellsWhoWaits(bool loop)
{
    CoreHarness h;
    if (loop)
        h.attach();
    const Submitted waiting = h.submitWithoutWake(prompt(), WaitMode::Terminal);
    h.command(LifecycleVerb::Destroy);
    QCOMPARE(h.outcome(waiting)->reason, QStringLiteral("runtime destroyed"));
    QCOMPARE(h.view().waiters, 0U);
}

/// How often this stands in the sources of the core.
int occurrences(const QByteArray &text)
{
    int count = 0;
    const QDir folder(QStringLiteral(BURROW_CORE_SOURCES));
    for (const QString &name : folder.entryList({QStringLiteral("*.cpp")})) {
        QFile file(folder.filePath(name));
        if (file.open(QIODevice::ReadOnly))
            count += static_cast<int>(file.readAll().count(text));
    }
    return count;
}

void oneTerminalization()
{
    QCOMPARE(occurrences("void SessionCore::terminalize()"), 1); // The sources are there.
    QCOMPARE(occurrences(" terminalize();"), 1);
    // And only there a session becomes Stopped or Destroyed.
    QCOMPARE(occurrences("advance(SessionVerb::RuntimeExecutorExited)"), 1);
    QCOMPARE(occurrences("advance(SessionVerb::Destroy)"), 1);
    QCOMPARE(occurrences("publishTeardown();"), 2); // With a write, and without one after a store failure.
}

void aWaitForOperationsOutlivesEverything()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.succeed();
    h.addOperation(1);
    h.startOperation(1);
    const WaiterId all = h.waitForOperations({1});
    for (const LifecycleVerb verb :
         {LifecycleVerb::Recover, LifecycleVerb::Reset, LifecycleVerb::Recycle, LifecycleVerb::Retire}) {
        QVERIFY(h.reply(h.command(verb))->ok());
        QVERIFY(h.operationsAnswer(all) == nullptr);
    }
    QCOMPARE(h.phase(), Phase::Retired);
    h.command(LifecycleVerb::Reset);
    h.attach();
    h.stop();
    QCOMPARE(h.phase(), Phase::Stopped);
    h.start();
    QVERIFY(h.operationsAnswer(all) == nullptr);
    QVERIFY(h.reply(h.command(LifecycleVerb::Destroy))->ok());
    QVERIFY(h.operationsAnswer(all) == nullptr);
    h.endOperation(1);
    QVERIFY(h.operationsAnswer(all)->ok());
}

/// Neither kind of wait ends for what ends the other.
void waitsLiveApart(LifecycleVerb verb)
{
    CoreHarness h;
    const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
    h.addOperation(1, OperationKind::MobMemberChild);
    h.addOperation(2, OperationKind::MobMemberChild);
    h.startOperation(1);
    h.startOperation(2);
    const WaiterId first = h.waitForOperations({1});
    h.endOperation(1);
    QVERIFY(h.operationsAnswer(first)->ok());
    QVERIFY(h.outcome(waiting) == nullptr);
    const WaiterId second = h.waitForOperations({2});
    QVERIFY(h.reply(h.command(verb))->ok());
    const bool kept = verb == LifecycleVerb::Recycle || verb == LifecycleVerb::Recover;
    QCOMPARE(h.outcome(waiting) == nullptr, kept);
    QVERIFY(h.operationsAnswer(second) == nullptr);
    h.endOperation(2);
    QVERIFY(h.operationsAnswer(second)->ok());
    QCOMPARE(h.outcome(waiting) == nullptr, kept);
}

void committedAndTold(LifecycleVerb verb, Phase phase)
{
    WithRun with;
    CoreHarness &h = with.h;
    h.succeed();
    h.script.cleanup = Answers::Held;
    const CommandId command = h.command(verb);
    QVERIFY(h.cleaningUp() && !h.answered(command));
    h.cleanedUp(false);
    QCOMPARE(h.phase(), phase);
    QCOMPARE(h.store.row().phase, phase);
    const CommandReceipt *receipt = h.reply(command);
    QVERIFY(receipt->ok());
    QCOMPARE(receipt->cleanUp, CleanUp::Owed);
    QVERIFY(receipt->message.contains(QStringLiteral("clean-up is owed")));
    QVERIFY(h.store.image(session_id).owed != nullptr);
}

void aSessionThatIsGoneRefusesEveryVerb()
{
    CoreHarness h;
    h.command(LifecycleVerb::Unregister);
    QVERIFY(h.released());
    for (const LifecycleVerb verb : {LifecycleVerb::Attach, LifecycleVerb::Stop, LifecycleVerb::Start,
                                     LifecycleVerb::Retire, LifecycleVerb::AbandonPending, LifecycleVerb::Reset,
                                     LifecycleVerb::Recycle, LifecycleVerb::Recover, LifecycleVerb::Destroy}) {
        const CommandReceipt *receipt = h.reply(h.command(verb));
        QCOMPARE(receipt->refusal, Refusal::NotReady);
        QCOMPARE(receipt->phase, Phase::Destroyed);
    }
    for (const CancelMode mode : {CancelMode::Boundary, CancelMode::Hard}) {
        QCOMPARE(h.reply(h.cancel(mode))->refusal, Refusal::NotReady);
        QCOMPARE(h.reply(h.cancel(mode))->phase, Phase::Destroyed);
    }
}

const Scenario scenarios[] = {
    {"CP02: a stop ends an input that waits without running it",
     [] {
         WithRun with;
         with.h.succeed();
         const Submitted waiting = with.h.submitWithoutWake(prompt(), WaitMode::Terminal);
         with.h.stop();
         QCOMPARE(with.h.applies.size(), std::size_t(1));
         QCOMPARE(with.h.stops.size(), std::size_t(1));
         QCOMPARE(with.h.phase(), Phase::Stopped);
         QCOMPARE(with.h.store.ended(waiting.sequence())->reason, AbandonReason::Stopped);
     }},
    {"CP03: a stop without a loop is durable and tells whoever waits",
     [] {
         CoreHarness h;
         const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
         h.stop();
         QCOMPARE(h.outcome(waiting)->reason, QStringLiteral("runtime stopped"));
         QCOMPARE(h.store.row().phase, Phase::Stopped);
     }},
    {"CP06: a session is brought to its end in one place", oneTerminalization},
    {"CP07: a cancel reaches only the run, a stop the executor and its clean-up",
     [] {
         WithRun with;
         with.h.cancel();
         QVERIFY(!with.h.cancels.empty() && with.h.stops.empty() && with.h.cleanups.empty());
         with.h.endCancelled();
         with.h.stop();
         QCOMPARE(with.h.stops.size(), std::size_t(1));
         QCOMPARE(with.h.cleanups.size(), std::size_t(1));
     }},
    {"CP10: the attachment is visible until the executor has stopped",
     [] {
         WithRun with;
         with.h.succeed();
         with.h.script.stopping = Answers::Held;
         with.h.stop();
         QVERIFY(with.h.view().attached);
         with.h.stopped();
         QVERIFY(!with.h.view().attached);
     }},
    {"CP12: a session is not stopped while the stop is written",
     [] {
         CoreHarness h;
         h.script.store = Answers::Held;
         h.stop();
         QCOMPARE(h.phase(), Phase::Idle);
         h.commit();
         QCOMPARE(h.phase(), Phase::Stopped);
     }},
    {"CP13: a session is not stopped when the stop was not written",
     [] {
         CoreHarness h;
         h.script.store = Answers::Held;
         const CommandId stop = h.stop();
         h.answer(Verdict::NotWritten);
         QCOMPARE(h.phase(), Phase::Idle);
         QCOMPARE(h.reply(stop)->refusal, Refusal::NotWritten);
     }},
    {"CP14: a boundary cancel without a loop is not ready",
     [] {
         CoreHarness h;
         const CommandReceipt &receipt = *h.reply(h.cancel());
         QCOMPARE(receipt.refusal, Refusal::NotReady);
         QCOMPARE(receipt.phase, Phase::Idle);
     }},
    {"CP15: a boundary cancel calls the live handle and posts the effect",
     [] {
         WithRun with;
         with.h.script.turns = Answers::Held;
         with.h.cancel();
         QCOMPARE(with.h.cancels.size(), std::size_t(1));
         QVERIFY(with.h.core.turnDue());
         with.h.turn();
         QCOMPARE(with.h.cancels.size(), std::size_t(2));
     }},
    {"CP18: a destroyed session answers every verb with destroyed",
     [] {
         CoreHarness h(storedAs(Phase::Destroyed));
         QCOMPARE(h.reply(h.cancel())->refusal, Refusal::Destroyed);
         QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->refusal, Refusal::Destroyed);
         QCOMPARE(h.reply(h.stop())->refusal, Refusal::Destroyed);
     }},
    {"CP19: a hard cancel without a loop is not ready",
     [] {
         CoreHarness h;
         const CommandReceipt &receipt = *h.reply(h.cancel(CancelMode::Hard));
         QCOMPARE(receipt.refusal, Refusal::NotReady);
         QCOMPARE(receipt.phase, Phase::Idle);
     }},
    {"CP20: a hard cancel reaches who runs a prepared session before an executor is attached",
     [] {
         CoreHarness h;
         h.bind("rt:a");
         QVERIFY(h.reply(h.installInterrupt())->ok());
         QVERIFY(h.reply(h.cancel(CancelMode::Hard))->ok());
         QCOMPARE(h.interrupts.size(), std::size_t(1));
         h.attach();
         h.cancel(CancelMode::Hard);
         QCOMPARE(h.interrupts.size(), std::size_t(1));
     }},
    {"CP22: a peer's message during a run yields and cancels nothing",
     [] {
         WithRun with;
         with.h.core.takeSignal();
         with.h.submit(peerMessage());
         QCOMPARE(with.h.core.takeSignal(), AdmissionSignal::InterruptYielding);
         QVERIFY(with.h.cancels.empty());
     }},
    {"CP23: recycling keeps the work, stored or not",
     [] {
         CoreHarness h;
         const Submitted stored = h.submit(prompt(), WaitMode::Terminal);
         const Submitted passing = h.submit(burrow::test::ephemeral(prompt()), WaitMode::Terminal);
         QCOMPARE(h.reply(h.command(LifecycleVerb::Recycle))->counts, (WorkCounts{.transferred = 2}));
         QVERIFY(h.isOpen(stored) && h.isOpen(passing));
         QCOMPARE(h.unresolvedWaiters(), std::size_t(2));
     }},
    {"CP25: recycling wakes what it keeps",
     [] {
         CoreHarness h;
         h.attach();
         h.submitWithoutWake(prompt());
         QVERIFY(!h.applyOpen());
         h.command(LifecycleVerb::Recycle);
         QVERIFY(h.applyOpen());
     }},
    {"CP26: a recycling that is not written keeps the authority as it was",
     [] { isUndone(LifecycleVerb::Recycle); }},
    {"CP27: who waits for what recovery does not find is told, the others go on waiting",
     whoWaitsForWhatIsGoneIsReconciled},
    {"CP28: destroying with a loop tells everybody who waits", [] { destroyTellsWhoWaits(true); }},
    {"CP28: destroying without a loop tells everybody who waits", [] { destroyTellsWhoWaits(false); }},
    {"CP30: a destroy that is not written restores what was staged", [] { isUndone(LifecycleVerb::Destroy); }},
    {"CP31: a retirement that is not written is undone and told", [] { isUndone(LifecycleVerb::Retire); }},
    {"CP32: a wait for operations outlives reset, recycle, retire, recover, stop, start and destroy",
     aWaitForOperationsOutlivesEverything},
    {"CP33: waits for inputs and for operations live apart: reset",
     [] { waitsLiveApart(LifecycleVerb::Reset); }},
    {"CP33: waits for inputs and for operations live apart: recycle",
     [] { waitsLiveApart(LifecycleVerb::Recycle); }},
    {"CP33: waits for inputs and for operations live apart: retire",
     [] { waitsLiveApart(LifecycleVerb::Retire); }},
    {"CP33: waits for inputs and for operations live apart: recover",
     [] { waitsLiveApart(LifecycleVerb::Recover); }},
    {"CP33: waits for inputs and for operations live apart: stop", [] { waitsLiveApart(LifecycleVerb::Stop); }},
    {"CP33: waits for inputs and for operations live apart: destroy",
     [] { waitsLiveApart(LifecycleVerb::Destroy); }},
    {"CP34: a clean-up that fails after a durable stop leaves it stopped, and is told",
     [] { committedAndTold(LifecycleVerb::Stop, Phase::Stopped); }},
    {"CP34: a clean-up that fails after a durable destroy leaves it destroyed, and is told",
     [] { committedAndTold(LifecycleVerb::Destroy, Phase::Destroyed); }},
    {"CP35: a reset that is not written leaves state and signal", [] { isUndone(LifecycleVerb::Reset); }},
    {"CP35: an unregister that is not written leaves state and signal",
     [] { isUndone(LifecycleVerb::Unregister); }},
    {"CP37: a session that was unregistered is not there for any verb", aSessionThatIsGoneRefusesEveryVerb},
    {"CP37: a runtime that is not bound is not found",
     [] {
         CoreHarness h;
         const EpochId epoch = h.reply(h.bind("rt:a"))->epoch;
         const RuntimeBinding elsewhere{"rt:b", 0, {}, epoch};
         const Submitted late = h.submitTo(std::make_shared<const RuntimeBinding>(elsewhere), prompt());
         QCOMPARE(h.receipt(late)->refusal, Refusal::NotFound);
     }},
    {"CP39: an executor that was given up is attached again",
     [] {
         CoreHarness h(withoutRestart());
         h.attach();
         h.submit(prompt());
         h.succeed();
         h.die();
         QVERIFY(!h.view().attached);
         h.attach();
         h.submit(prompt());
         QVERIFY(h.applyOpen());
         QCOMPARE(h.creations, 2);
     }},
    {"CP41: attaching twice makes one executor",
     [] {
         CoreHarness h;
         h.script.creation = Answers::Held;
         h.attach();
         h.submit(prompt());
         h.attach();
         QCOMPARE(h.creations, 1);
         h.created();
         QVERIFY(h.applyOpen());
     }},
    {"CP45: a session that retires during a run drains its backlog",
     [] {
         WithRun with;
         const Submitted next = with.h.submit(prompt(), WaitMode::Terminal);
         QCOMPARE(with.h.reply(with.h.command(LifecycleVerb::Retire))->counts, (WorkCounts{.draining = 2}));
         with.h.succeed();
         QVERIFY(with.h.applyOpen());
         with.h.succeed();
         QCOMPARE(with.h.outcome(next)->outcome, OutcomeClass::Completed);
         QCOMPARE(with.h.phase(), Phase::Retired);
     }},
    {"CP40: a session that is given an executor runs what was queued",
     [] {
         CoreHarness h;
         const Submitted queued = h.submit(prompt());
         h.attach();
         QCOMPARE(h.applies.back().primitive->contributors[0].input, queued.input);
         // What was queued in another process has woken nobody in this one.
         h.crash();
         QVERIFY(!h.applyOpen());
         h.attach();
         QVERIFY(h.applyOpen());
         QCOMPARE(h.applies.back().primitive->contributors[0].input, queued.input);
     }},
    {"CP42: an executor that cannot be made, and is not tried again, leaves the session as it was",
     [] {
         CoreHarness h(withoutRestart());
         h.script.creation = Answers::Held;
         const Submitted queued = h.submit(prompt());
         h.attach();
         h.created(false);
         QCOMPARE(h.phase(), Phase::Idle);
         QVERIFY(!h.view().attached);
         QCOMPARE(h.phaseOf(queued), InputPhase::Queued);
     }},
    {"CP43: only an attached session has an executor",
     [] {
         CoreHarness h;
         QVERIFY(!h.view().attached);
         h.attach();
         QVERIFY(h.view().attached);
     }},
    {"CP44: a wake drains what is queued without a new input",
     [] {
         CoreHarness h;
         h.attach();
         h.submitWithoutWake(prompt());
         QVERIFY(!h.applyOpen());
         h.wake();
         QVERIFY(h.applyOpen());
     }},
};

} // namespace

class AreaCpTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaCpTest)
#include "area_cp_test.moc"
