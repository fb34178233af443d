// SPDX-License-Identifier: Apache-2.0
// Area UN: unregistering, in its two phases.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;
using namespace std::chrono_literals;

namespace {

using enum SessionVerb;

SessionRegisters idle()
{
    SessionRegisters registers;
    registers.phase = Phase::Idle;
    registers.session = session_id;
    return registers;
}

SessionInput about(SessionVerb verb)
{
    SessionInput input{.verb = verb};
    input.session = session_id;
    return input;
}

SessionRegisters draining()
{
    return step(idle(), about(BeginUnregisterSession)).next;
}

void eachProducerIsAskedOnce()
{
    const SessionStep begun = step(idle(), about(BeginUnregisterSession));
    QVERIFY(begun.accepted);
    QCOMPARE(begun.effects, quint32(RequestLoopStop | RequestDrainExit | RequestWaiterResolution));
    WithRun with;
    with.h.submit(prompt(), WaitMode::Terminal);
    with.h.command(LifecycleVerb::Unregister);
    with.h.endCancelled();
    QCOMPARE(with.h.cancels.size(), std::size_t(1));
    QCOMPARE(with.h.cancels.back().mode, CancelMode::Hard);
    QCOMPARE(with.h.stops.size(), std::size_t(1));
    QVERIFY(with.h.released());
}

void aSecondCallerJoins()
{
    QVERIFY(!accepts(draining(), about(BeginUnregisterSession)));
    WithRun with;
    CoreHarness &h = with.h;
    const CommandId first = h.command(LifecycleVerb::Unregister);
    const CommandId second = h.command(LifecycleVerb::Unregister);
    const CommandId stop = h.stop();
    QVERIFY(!h.answered(first) && !h.answered(second));
    h.endCancelled();
    for (const CommandId caller : {first, second, stop}) {
        QVERIFY(h.reply(caller)->ok());
        QCOMPARE(h.reply(caller)->cleanUp, CleanUp::Done);
    }
    QCOMPARE(h.stops.size(), std::size_t(1));
}

void feedbackIsRefusedOutsideTheWindow()
{
    for (const SessionVerb verb : {RuntimeLoopStoppedForUnregister, CommsDrainExitedForUnregister,
                                   CompletionWaitersResolvedForUnregister}) {
        QVERIFY(!accepts(idle(), about(verb)));
        const SessionStep once = step(draining(), about(verb));
        QVERIFY(once.accepted);
        QVERIFY(!accepts(once.next, about(verb)));
    }
}

void anExecutorThatDiesKeepsTheWindow()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = Answers::Held;
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    QCOMPARE(h.core.registers().registration, Registration::Draining);
    h.script.store = Answers::Held;
    h.dieWithoutAnswers();
    QCOMPARE(h.core.registers().registration, Registration::Draining);
    h.commitAll();
    QVERIFY(h.reply(unregister)->ok());
    QVERIFY(h.released());
}

void nothingAttachesInTheWindow()
{
    for (const Phase phase : {Phase::Idle, Phase::Retired}) {
        CoreHarness h(storedAs(phase));
        h.script.store = Answers::Held;
        h.command(LifecycleVerb::Unregister);
        const Submitted late = h.submit(prompt());
        h.script.store = Answers::AtOnce;
        const CommandId attach = h.attach();
        QVERIFY(!h.reply(attach)->ok());
        QVERIFY(!h.receipt(late)->accepted());
        QCOMPARE(h.creations, 0);
        QVERIFY(h.released());
    }
}

void lateObservationsAreBenign()
{
    WithRun with;
    CoreHarness &h = with.h;
    const RunOutput output = h.output();
    h.command(LifecycleVerb::Unregister);
    h.endCancelled();
    QVERIFY(h.released());
    const std::size_t writes = h.writes.size();
    const std::size_t events = h.events.size();
    h.feed(ApplyFinished{output.receipt.run, output});
    h.feed(StopFinished{});
    h.feed(ExecutorDied{QStringLiteral("late")});
    h.feed(StoreVerdict{77, Verdict::Committed, {}});
    h.feed(Wake{});
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.events.size(), events);
    QCOMPARE(h.receipt(h.submit(prompt()))->phase, Phase::Destroyed);
    QCOMPARE(h.reply(h.cancel())->refusal, Refusal::NotReady);
    QVERIFY(h.reply(h.command(LifecycleVerb::Unregister))->ok());
}

void whoWaitsIsTold()
{
    CoreHarness h;
    const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    QVERIFY(h.reply(unregister)->ok());
    QCOMPARE(h.outcome(waiting)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.outcome(waiting)->reason, QStringLiteral("runtime session unregistered"));
    // The store keeps it, and whoever opens the session goes on with it.
    h.reopen();
    QVERIFY(h.isOpen(waiting));
    h.attach();
    h.succeed();
    QVERIFY(h.store.ended(waiting.sequence()) != nullptr);
}

void aSettledSessionIsKeptAsItIs()
{
    for (const Phase phase : {Phase::Idle, Phase::Retired, Phase::Stopped}) {
        HarnessOptions options = storedAs(phase);
        RuntimeBinding binding;
        binding.runtimeId = "rt:session:1";
        binding.generation = 1;
        options.binding = std::make_shared<const RuntimeBinding>(binding);
        CoreHarness h(std::move(options));
        QVERIFY(h.reply(h.command(LifecycleVerb::Unregister))->ok());
        QCOMPARE(h.store.row().phase, phase);
        const bool kept = h.store.image(session_id).binding != nullptr;
        QCOMPARE(kept, phase != Phase::Idle);
    }
}

void aRunThatDoesNotEndIsGivenUp()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.stopping = Answers::Held;
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    h.advance(limits::unregister_wait_max);
    QCOMPARE(h.abandons.size(), std::size_t(1));
    QVERIFY(h.reply(unregister)->ok());
    QVERIFY(h.released());
    // Nothing was burnt: it was the host that let go.
    h.reopen();
    QVERIFY(h.isOpen(with.input));
    QCOMPARE(h.record(with.input)->registers.tries, 0U);
    QCOMPARE(h.record(with.input)->crashes, 0U);
}

void anExecutorThatDoesNotStopIsLeftAlone()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.succeed();
    h.script.stopping = h.script.cleanup = Answers::Held;
    const CommandId unregister = h.command(LifecycleVerb::Unregister);
    h.advance(limits::unregister_wait_max);
    QVERIFY(h.cleaningUp());
    h.advance(limits::unregister_wait_max);
    QCOMPARE(h.reply(unregister)->cleanUp, CleanUp::Owed);
    QVERIFY(h.released());
    QVERIFY(h.store.cleanupOwed() == CleanupCause::Stopped);
}

const Scenario scenarios[] = {
    {"UN01: each producer is asked once to come to its end", eachProducerIsAskedOnce},
    {"UN02: a second caller joins the teardown and gets its result", aSecondCallerJoins},
    {"UN03: the final unregister needs the window, with every obligation closed",
     [] {
         QVERIFY(!accepts(idle(), about(UnregisterSession)));
         QVERIFY(!accepts(draining(), about(UnregisterSession)));
     }},
    {"UN04: feedback is refused outside the window and when it was given", feedbackIsRefusedOutsideTheWindow},
    {"UN05: an executor that exits in the window leaves it open", anExecutorThatDiesKeepsTheWindow},
    {"UN06: nothing attaches in the window", nothingAttachesInTheWindow},
    {"UN07: after unregistering, what comes late changes nothing", lateObservationsAreBenign},
    {"UN09: who waits is told, and the store keeps the input", whoWaitsIsTold},
    {"UN10: a live session loses its binding, a settled one is kept as it is", aSettledSessionIsKeptAsItIs},
    {"UN01: a run that does not end in time is given up, and burns nothing", aRunThatDoesNotEndIsGivenUp},
    {"UN01: an executor that does not stop in time is left alone", anExecutorThatDoesNotStopIsLeftAlone},
};

} // namespace

class AreaUnTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaUnTest)
#include "area_un_test.moc"
