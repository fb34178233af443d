// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QTest>

/// Registration, binding, recovery and unregistering of a session, scenario by scenario; and what each guard
/// says when it does not hold.
namespace burrow {
namespace {

using enum SessionVerb;

void resetClearsTheFence()
{
    SessionRegisters registers = sessionIn(Phase::Attached);
    const BindingPointer before = registers.binding;
    ACCEPTED(registers, command(Reset));
    QCOMPARE(registers.phase, Phase::Idle);
    QVERIFY(!registers.binding->fence);
    QVERIFY(before->fence.has_value());
    ACCEPTED(registers, withBinding(PrepareBindings, before));
    QCOMPARE(*registers.binding, *before);
}

void epochIsFixed()
{
    RuntimeBinding facts = *bindingOf("rt:session:1");
    facts.generation = 4;
    SessionRegisters registers = sessionIn(Phase::Attached);
    registers.binding = std::make_shared<const RuntimeBinding>(facts);
    QVERIFY(accepts(registers, withBinding(PrepareBindings, std::make_shared<const RuntimeBinding>(facts))));
    RuntimeBinding without = facts;
    without.epoch.reset();
    QCOMPARE(
        step(registers, withBinding(PrepareBindings, std::make_shared<const RuntimeBinding>(without))).refusal,
        SessionRefusal::BindingMismatch);
    RuntimeBinding later = facts;
    later.epoch = second_epoch;
    QCOMPARE(
        step(registers, withBinding(PrepareBindings, std::make_shared<const RuntimeBinding>(later))).refusal,
        SessionRefusal::BindingMismatch);
    registers.binding = std::make_shared<const RuntimeBinding>(without);
    QCOMPARE(
        step(registers, withBinding(PrepareBindings, std::make_shared<const RuntimeBinding>(facts))).refusal,
        SessionRefusal::BindingMismatch);
}

void sameBindingAgain()
{
    const SessionRegisters registers = sessionIn(Phase::Idle);
    const SessionStep result = step(registers, withBinding(PrepareBindings, bindingOf("rt:session:1")));
    QVERIFY(result.accepted && identical(result.next, registers));
    QCOMPARE(result.effects, quint32{NoSessionEffect});
}

void registerAgain()
{
    SessionRegisters registers = sessionIn(Phase::Idle);
    const SessionStep same = step(registers, command(RegisterSession));
    QVERIFY(same.accepted && identical(same.next, registers));
    SessionInput other = command(RegisterSession);
    other.session = other_session;
    ACCEPTED(registers, other);
    QCOMPARE(registers.session, other_session);
    QVERIFY(!registers.binding && !registers.silentIntents);
}

void recovery()
{
    for (const Phase phase :
         {Phase::Initializing, Phase::Idle, Phase::Retired, Phase::Stopped, Phase::Destroyed}) {
        SessionRegisters registers;
        const SessionRegisters stored = sessionIn(phase);
        ACCEPTED(registers, recovering(stored));
        QVERIFY(identical(registers, stored));
    }
}

void recoveryIntoAnotherEpoch()
{
    SessionRegisters same;
    ACCEPTED(same, recovering(sessionIn(Phase::Idle), bindingOf("rt:session:1", first_epoch)));
    QVERIFY(same.binding != nullptr);
    SessionRegisters other;
    ACCEPTED(other, recovering(sessionIn(Phase::Idle), bindingOf("rt:session:1", second_epoch)));
    QVERIFY(!other.binding);
    ACCEPTED(other, withBinding(PrepareBindings, bindingOf("rt:session:9", second_epoch)));
}

void recoveryOfACorruptImage()
{
    SessionRegisters stopDeferred = sessionIn(Phase::Idle);
    stopDeferred.stopDeferred = true;
    SessionRegisters runWithoutPhase = sessionIn(Phase::Idle);
    runWithoutPhase.run = run_a;
    SessionRegisters factsWithoutRuntime = sessionIn(Phase::Idle);
    factsWithoutRuntime.binding = std::make_shared<const RuntimeBinding>();
    for (const SessionRegisters &image :
         {sessionIn(Phase::Running), sessionIn(Phase::Attached), stopDeferred, runWithoutPhase,
          factsWithoutRuntime, draining(sessionIn(Phase::Idle))})
        QCOMPARE(step({}, recovering(image)).refusal, SessionRefusal::ObservationInvalid);
}

void unregisterOpensTheWindow()
{
    const SessionRegisters registers = sessionIn(Phase::Attached);
    const SessionStep begun = step(registers, withBinding(BeginUnregisterSession, registers.binding));
    QVERIFY(begun.accepted);
    QCOMPARE(begun.effects, quint32{RequestLoopStop | RequestDrainExit | RequestWaiterResolution});
    QVERIFY(begun.next.loopStopOwed && begun.next.drainExitOwed && begun.next.waitersOwed);
    QCOMPARE(step(begun.next, withBinding(BeginUnregisterSession, registers.binding)).refusal,
             SessionRefusal::Draining);
}

void unregisterTooEarly()
{
    const SessionRegisters registers = sessionIn(Phase::Idle);
    QCOMPARE(step(registers, withBinding(UnregisterSession, registers.binding)).refusal,
             SessionRefusal::NotDraining);
    const SessionRegisters open = draining(registers);
    QCOMPARE(step(open, withBinding(UnregisterSession, open.binding)).refusal, SessionRefusal::ObligationsOpen);
}

void feedbackOutsideTheWindow()
{
    const SessionVerb feedback[] = {RuntimeLoopStoppedForUnregister, CommsDrainExitedForUnregister,
                                    CompletionWaitersResolvedForUnregister};
    for (const SessionVerb verb : feedback) {
        QCOMPARE(step(sessionIn(Phase::Idle), command(verb)).refusal, SessionRefusal::NotDraining);
        SessionRegisters open = draining(sessionIn(Phase::Idle));
        ACCEPTED(open, command(verb));
        QCOMPARE(step(open, command(verb)).refusal, SessionRefusal::ObligationClosed);
    }
}

void executorExitsInTheWindow()
{
    SessionRegisters open = draining(sessionIn(Phase::Attached));
    ACCEPTED(open, command(RuntimeExecutorExited));
    QCOMPARE(open.registration, Registration::Draining);
    QVERIFY(open.loopStopOwed && open.drainExitOwed && open.waitersOwed);
}

void nothingAttachesInTheWindow()
{
    for (const Phase phase : {Phase::Idle, Phase::Attached, Phase::Running}) {
        SessionRegisters open = draining(sessionIn(phase));
        QCOMPARE(step(open, command(EnsureSessionWithExecutor)).refusal, SessionRefusal::Draining);
        open.binding.reset();
        QCOMPARE(step(open, withBinding(PrepareBindings, bindingOf("rt:session:1"))).refusal,
                 SessionRefusal::Draining);
    }
    QCOMPARE(step(draining(sessionIn(Phase::Stopped)), command(Start)).refusal, SessionRefusal::Draining);
}

void afterUnregister()
{
    SessionRegisters registers = sessionIn(Phase::Attached);
    const BindingPointer binding = registers.binding;
    ACCEPTED(registers, withBinding(BeginUnregisterSession, binding));
    ACCEPTED(registers, command(CommsDrainExitedForUnregister));
    ACCEPTED(registers, command(RuntimeLoopStoppedForUnregister));
    ACCEPTED(registers, command(CompletionWaitersResolvedForUnregister));
    ACCEPTED(registers, withBinding(UnregisterSession, binding));
    SessionRegisters bare;
    bare.phase = Phase::Idle;
    QVERIFY(identical(registers, bare));
    const SessionStep observation = step(registers, command(Observe));
    QVERIFY(observation.accepted && identical(observation.next, registers));
    QCOMPARE(step(registers, command(EnsureSessionWithExecutor)).refusal, SessionRefusal::NotRegistered);
}

void operationsVerdict()
{
    const auto verdict = [](const SessionRegisters &registers) {
        return step(registers, withBinding(ResolveRuntimeOpsLifecycleDurability, registers.binding)).effects;
    };
    for (const Phase phase : {Phase::Idle, Phase::Attached, Phase::Running})
        QCOMPARE(verdict(sessionIn(phase)), quint32{DeleteOperations});
    for (const Phase phase : {Phase::Retired, Phase::Stopped})
        QCOMPARE(verdict(sessionIn(phase)), quint32{RetainOperations});
    QCOMPARE(verdict(sessionIn(Phase::Running, Phase::Retired)), quint32{RetainOperations});
}

void noNewRunWhileDraining()
{
    for (const Phase phase : {Phase::Idle, Phase::Attached, Phase::Retired}) {
        const SessionRegisters open = draining(sessionIn(phase));
        const SessionVerb begin = phase == Phase::Retired ? DrainQueuedRun : Prepare;
        QCOMPARE(step(open, onRun(begin, run_a)).refusal, SessionRefusal::Draining);
        QCOMPARE(queueAdmission(open), QueueAdmission::Blocked);
    }
    SessionRegisters running = draining(sessionIn(Phase::Running));
    QCOMPARE(queueAdmission(running), QueueAdmission::PreboundRun);
    ACCEPTED(running, onRun(Commit, run_a));
    QCOMPARE(running.registration, Registration::Draining);
}

void refusedIngest()
{
    for (const Phase phase : {Phase::Retired, Phase::Stopped}) {
        const SessionRegisters registers = sessionIn(phase);
        QCOMPARE(step(registers, withBinding(Ingest, registers.binding)).refusal, SessionRefusal::PhaseRefuses);
    }
}

} // namespace

class SessionBindingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenarios_data()
    {
        addScenarioColumn();
        addScenario("a reset clears the fence, which may then be bound again", resetClearsTheFence);
        addScenario("the epoch is fixed by the first binding", epochIsFixed);
        addScenario("BI03, BI07: the same binding again is a no-op", sameBindingAgain);
        addScenario("registering again is a no-op, another session starts afresh", registerAgain);
        addScenario("recovery loads what was stored", recovery);
        addScenario("recovery into another epoch leaves the dead one's binding behind",
                    recoveryIntoAnotherEpoch);
        addScenario("recovery refuses an image that cannot have been stored", recoveryOfACorruptImage);
        addScenario("UN01, UN02: unregistering asks each producer once", unregisterOpensTheWindow);
        addScenario("UN03: the final unregister needs the window, all of it", unregisterTooEarly);
        addScenario("UN04: feedback outside the window or twice is refused", feedbackOutsideTheWindow);
        addScenario("UN05: an exiting executor keeps the window", executorExitsInTheWindow);
        addScenario("UN06: nothing attaches in the window", nothingAttachesInTheWindow);
        addScenario("UN07: after unregistering, observations are accepted no-ops", afterUnregister);
        addScenario("UN10: operations are deleted with a live session, kept with a settled one",
                    operationsVerdict);
        addScenario("RX01: no new run starts while draining, a bound one finishes", noNewRunWhileDraining);
        addScenario("AD19, AD21, AD28: a settled session refuses to ingest", refusedIngest);
    }
    void scenarios() { runScenario(); }

    void aGuardThatFailsSaysWhich_data();
    void aGuardThatFailsSaysWhich();
};

void SessionBindingTest::aGuardThatFailsSaysWhich_data()
{
    QTest::addColumn<SessionRegisters>("registers");
    QTest::addColumn<SessionInput>("input");
    QTest::addColumn<SessionRefusal>("refusal");
    const auto row = [](const char *tag, const SessionRegisters &registers, const SessionInput &input,
                        SessionRefusal refusal) { QTest::newRow(tag) << registers << input << refusal; };

    const SessionRegisters idle = sessionIn(Phase::Idle);
    const SessionRegisters running = sessionIn(Phase::Running);
    SessionRegisters unregistered = idle;
    unregistered.session = {};
    SessionRegisters unbound = idle;
    unbound.binding.reset();
    const auto ofOther = [](SessionInput input) {
        input.session = other_session;
        return input;
    };
    RuntimeBinding bare;
    bare.runtimeId = "rt:session:1";
    bare.fence = 0;
    RuntimeBinding unfenced = *bindingOf("rt:session:1");
    unfenced.fence.reset();

    row("prepare needs a registered session", unregistered, onRun(Prepare, run_a),
        SessionRefusal::NotRegistered);
    row("prepare needs a run", idle, onRun(Prepare, {}), SessionRefusal::RunMismatch);
    row("registering needs a session", idle, SessionInput{RegisterSession, {}, {}, {}, {}, {}, {}},
        SessionRefusal::NotRegistered);
    row("another session may not register in the window", draining(idle), ofOther(command(RegisterSession)),
        SessionRefusal::OtherSession);
    row("binding needs this session", unbound, ofOther(withBinding(PrepareBindings, bindingOf("r"))),
        SessionRefusal::OtherSession);
    row("binding needs facts", unbound, command(PrepareBindings), SessionRefusal::BindingIncomplete);
    row("binding needs a runtime id", unbound, withBinding(PrepareBindings, bindingOf("")),
        SessionRefusal::BindingIncomplete);
    row("binding needs a generation or an epoch", unbound,
        withBinding(PrepareBindings, std::make_shared<const RuntimeBinding>(bare)),
        SessionRefusal::BindingIncomplete);
    row("binding needs a fence", unbound,
        withBinding(PrepareBindings, std::make_shared<const RuntimeBinding>(unfenced)),
        SessionRefusal::BindingIncomplete);
    row("binding another runtime is refused", idle, withBinding(PrepareBindings, bindingOf("rt:session:2")),
        SessionRefusal::BindingMismatch);
    row("failing needs a failed turn", running, ended(Fail, run_a, TurnPhase::Completed),
        SessionRefusal::TurnMismatch);
    row("failing needs a known cause", running, ended(Fail, run_a, TurnPhase::Failed),
        SessionRefusal::TurnMismatch);
    row("cancelling needs a cancelled turn", running, ended(CancelRun, run_a, TurnPhase::Cancelling),
        SessionRefusal::TurnMismatch);
    row("a service turn needs a completed turn", running,
        ended(ServiceTurnCommitted, run_a, TurnPhase::Running), SessionRefusal::TurnMismatch);
    row("failing needs the bound run", running,
        ended(Fail, run_b, TurnPhase::Failed, FailureCause::RuntimeTurn), SessionRefusal::RunMismatch);
    row("recycling needs a registered session", unregistered, command(Recycle), SessionRefusal::NotRegistered);
    row("starting needs a registered session", unregistered, command(Start), SessionRefusal::NotRegistered);
    row("ingest needs this session", idle, ofOther(withBinding(Ingest, idle.binding)),
        SessionRefusal::OtherSession);
    row("ingest needs every binding fact", idle, withBinding(Ingest, nullptr), SessionRefusal::BindingMismatch);
    row("ingest needs the same epoch", idle, withBinding(Ingest, bindingOf("rt:session:1", second_epoch)),
        SessionRefusal::BindingMismatch);
    row("unregistering needs every binding fact", idle, withBinding(BeginUnregisterSession, bindingOf("r")),
        SessionRefusal::BindingMismatch);
    row("unregistering needs this session", idle, ofOther(withBinding(BeginUnregisterSession, idle.binding)),
        SessionRefusal::OtherSession);
    row(
        "the last step needs the same facts",
        [&] {
            SessionRegisters open = idle;
            open.registration = Registration::Draining;
            return open;
        }(),
        withBinding(UnregisterSession, bindingOf("r")), SessionRefusal::BindingMismatch);
    row("silent intents need a registered session", unregistered, command(SetSilentIntents),
        SessionRefusal::NotRegistered);
    row("recovery needs an observation", {}, command(RecoverRuntimeAuthority),
        SessionRefusal::ObservationInvalid);
    row("recovery needs this session's observation", {}, ofOther(recovering(idle)),
        SessionRefusal::OtherSession);
}

void SessionBindingTest::aGuardThatFailsSaysWhich()
{
    QFETCH(SessionRegisters, registers);
    QFETCH(SessionInput, input);
    QFETCH(SessionRefusal, refusal);
    const SessionStep result = step(registers, input);
    QVERIFY2(!result.accepted, result.row);
    QCOMPARE(sessionRefusalName(result.refusal), sessionRefusalName(refusal));
    QVERIFY2(identical(result.next, registers), result.row);
}

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::SessionBindingTest)
#include "session_binding_test.moc"
