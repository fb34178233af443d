// SPDX-License-Identifier: Apache-2.0
// Area CP: the control plane, as far as one session decides it.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

struct WithRun
{
    WithRun()
    {
        h.attach();
        input = h.submit(prompt(), WaitMode::Terminal);
        run = h.openRun();
    }
    CoreHarness h;
    Submitted input;
    RunId run;
};

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
    {"CP22: a peer's message during a run yields and cancels nothing",
     [] {
         WithRun with;
         with.h.core.takeSignal();
         with.h.submit(peerMessage());
         QCOMPARE(with.h.core.takeSignal(), AdmissionSignal::InterruptYielding);
         QVERIFY(with.h.cancels.empty());
     }},
    {"CP40: a session that is given an executor runs what was queued",
     [] {
         CoreHarness h;
         const Submitted queued = h.submit(prompt());
         h.attach();
         QCOMPARE(h.applies.back().primitive->contributors[0].input, queued.input);
     }},
    {"CP42: an executor that cannot be made, and is not tried again, leaves the session as it was",
     [] {
         HarnessOptions options;
         options.settings.restart.policy = RestartPolicy::Never;
         CoreHarness h(std::move(options));
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
