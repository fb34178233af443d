// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QTest>

/// Runs and the lifecycle of a session, scenario by scenario.
namespace burrow {
namespace {

using enum SessionVerb;

constexpr std::size_t phase_count = phaseName.names.size();

SessionRegisters withRegistration(SessionRegisters registers, Registration registration)
{
    registers.registration = registration;
    return registers;
}

void runReturnsTo(Phase from, SessionVerb begin)
{
    const SessionRegisters before = sessionIn(from);
    const SessionInput ends[] = {
        onRun(Commit, run_a),
        onRun(RollbackRun, run_a),
        ended(Fail, run_a, TurnPhase::Failed, FailureCause::RuntimeTurn),
        ended(CancelRun, run_a, TurnPhase::Cancelled),
        ended(ServiceTurnCommitted, run_a, TurnPhase::Completed),
    };
    for (const SessionInput &end : ends) {
        SessionRegisters registers = before;
        ACCEPTED(registers, onRun(begin, run_a));
        QCOMPARE(registers.phase, Phase::Running);
        QCOMPARE(registers.run, run_a);
        ACCEPTED(registers, end);
        QCOMPARE(registers.phase, from);
        QVERIFY(registers.run.isNull());
    }
}

void newAuthority()
{
    QCOMPARE(SessionRegisters{}.phase, Phase::Initializing);
}

void initialize()
{
    SessionRegisters registers;
    ACCEPTED(registers, command(Initialize));
    QCOMPARE(registers.phase, Phase::Idle);
    const SessionStep again = step(registers, command(Initialize));
    QVERIFY(!again.accepted);
    QCOMPARE(again.next.phase, Phase::Idle);
}

void attach()
{
    SessionRegisters registers = sessionIn(Phase::Idle);
    ACCEPTED(registers, command(EnsureSessionWithExecutor));
    QCOMPARE(registers.phase, Phase::Attached);
    QCOMPARE(registers.registration, Registration::Active);
    QVERIFY(!accepts(sessionIn(Phase::Initializing), command(EnsureSessionWithExecutor)));
}

void runFromIdleOrAttached()
{
    runReturnsTo(Phase::Idle, Prepare);
    runReturnsTo(Phase::Attached, Prepare);
}

void runFromRetired()
{
    runReturnsTo(Phase::Retired, DrainQueuedRun);
}

void secondRun()
{
    const SessionRegisters running = sessionIn(Phase::Running);
    for (const SessionVerb verb : {Prepare, DrainQueuedRun}) {
        const SessionStep second = step(running, onRun(verb, run_b));
        QCOMPARE(second.refusal, SessionRefusal::RunBound);
        QCOMPARE(second.next.run, run_a);
    }
}

void otherRunCompletes()
{
    const SessionStep other = step(sessionIn(Phase::Running), onRun(Commit, run_b));
    QCOMPARE(other.refusal, SessionRefusal::RunMismatch);
    QCOMPARE(other.next.run, run_a);
    QCOMPARE(other.next.phase, Phase::Running);
}

void completionIsRemembered()
{
    SessionRegisters registers = sessionIn(Phase::Attached);
    ACCEPTED(registers, onRun(Prepare, run_a));
    ACCEPTED(registers, onRun(Commit, run_a));
    QCOMPARE(registers.lastCompletionRun, run_a);
    ACCEPTED(registers, onRun(Prepare, run_b));
    QVERIFY(registers.lastCompletionRun.isNull());
    ACCEPTED(registers, ended(Fail, run_b, TurnPhase::Failed, FailureCause::RuntimeTurn));
    QVERIFY(registers.lastCompletionRun.isNull());
}

void resetWhileRunning()
{
    QCOMPARE(step(sessionIn(Phase::Running), command(Reset)).refusal, SessionRefusal::RunBound);
}

void retireTwice()
{
    SessionRegisters registers = sessionIn(Phase::Attached);
    ACCEPTED(registers, command(Retire));
    const SessionStep again = step(registers, command(Retire));
    QVERIFY(again.accepted);
    QVERIFY(identical(again.next, registers));
    QCOMPARE(again.effects, quint32{RuntimeRetired});
}

void retireWithoutRuntime()
{
    SessionRegisters registers = sessionIn(Phase::Idle);
    registers.binding.reset();
    QCOMPARE(step(registers, command(Retire)).effects, quint32{NoSessionEffect});
}

void retireFromStopped()
{
    SessionRegisters registers = sessionIn(Phase::Stopped);
    ACCEPTED(registers, command(Retire));
    QCOMPARE(registers.phase, Phase::Retired);
}

void retireWhileRunning()
{
    SessionRegisters registers = sessionIn(Phase::Running, Phase::Attached);
    ACCEPTED(registers, command(Retire));
    QCOMPARE(registers.phase, Phase::Running);
    QCOMPARE(registers.run, run_a);
    QCOMPARE(visiblePhase(registers), Phase::Retired);
    QCOMPARE(durablePhase(registers), Phase::Retired);
    QVERIFY(!acceptsInput(visiblePhase(registers)));
    QCOMPARE(step(registers, withBinding(Ingest, registers.binding)).refusal, SessionRefusal::PhaseRefuses);
    QVERIFY(accepts(registers, command(InterruptCurrentRun)));
    QVERIFY(accepts(registers, command(StopRuntimeExecutor)));
    ACCEPTED(registers, onRun(Commit, run_a));
    QCOMPARE(registers.phase, Phase::Retired);
    QCOMPARE(queueAdmission(registers), QueueAdmission::NewRun);
    ACCEPTED(registers, onRun(DrainQueuedRun, run_b));
    ACCEPTED(registers, onRun(Commit, run_b));
    QCOMPARE(registers.phase, Phase::Retired);
}

void executorExitKeepsARetirement()
{
    SessionRegisters registers = sessionIn(Phase::Running, Phase::Retired);
    ACCEPTED(registers, command(RuntimeExecutorExited));
    QCOMPARE(registers.phase, Phase::Retired);
    QVERIFY(registers.run.isNull());
}

void destroyedRefusesAll()
{
    const SessionRegisters registers = sessionIn(Phase::Destroyed);
    for (std::size_t verb = 0; verb < session_verb_count; ++verb) {
        const SessionStep result = step(registers, command(static_cast<SessionVerb>(verb)));
        QCOMPARE(result.refusal, SessionRefusal::Destroyed);
        QVERIFY(identical(result.next, registers));
    }
}

void destroyInitializing()
{
    SessionRegisters registers;
    QCOMPARE(step(registers, command(Destroy)).refusal, SessionRefusal::BindingIncomplete);
    ACCEPTED(registers, withBinding(PrepareBindings, bindingOf("rt:session:1")));
    QCOMPARE(registers.phase, Phase::Initializing);
    ACCEPTED(registers, command(Destroy));
    QCOMPARE(registers.phase, Phase::Destroyed);
}

void destroyClearsTheRunAndTheWindow()
{
    SessionRegisters registers = draining(sessionIn(Phase::Running, Phase::Retired));
    registers.stopDeferred = true;
    const SessionStep result = step(registers, command(Destroy));
    QVERIFY(result.accepted);
    QCOMPARE(result.next.phase, Phase::Destroyed);
    QVERIFY(result.next.run.isNull() && !result.next.stopDeferred && !result.next.silentIntents);
    QCOMPARE(result.next.registration, Registration::Queuing);
    QCOMPARE(result.effects, quint32{RuntimeDestroyed});
}

void recycleRetired()
{
    SessionRegisters registers = sessionIn(Phase::Retired);
    ACCEPTED(registers, command(Recycle));
    QCOMPARE(registers.phase, Phase::Idle);
    QVERIFY(!registers.binding);
}

void classification()
{
    for (std::size_t phase = 0; phase < phase_count; ++phase)
        QCOMPARE(isTerminal(static_cast<Phase>(phase)), static_cast<Phase>(phase) == Phase::Destroyed);
    QCOMPARE(durablePhase(sessionIn(Phase::Attached)), Phase::Idle);
    QCOMPARE(durablePhase(sessionIn(Phase::Running, Phase::Attached)), Phase::Idle);
    QCOMPARE(durablePhase(sessionIn(Phase::Running, Phase::Retired)), Phase::Retired);
    for (const Phase phase :
         {Phase::Initializing, Phase::Idle, Phase::Retired, Phase::Stopped, Phase::Destroyed})
        QCOMPARE(durablePhase(sessionIn(phase)), phase);
    for (const Phase phase : {Phase::Idle, Phase::Attached, Phase::Running})
        QVERIFY(acceptsInput(phase));
    for (const Phase phase : {Phase::Initializing, Phase::Retired, Phase::Stopped, Phase::Destroyed})
        QVERIFY(!acceptsInput(phase));
}

void loopAdmission()
{
    SessionRegisters running = sessionIn(Phase::Running);
    QCOMPARE(queueAdmission(running), QueueAdmission::PreboundRun);
    running.run = {};
    QCOMPARE(queueAdmission(running), QueueAdmission::Blocked);
    for (const Phase phase : {Phase::Idle, Phase::Attached, Phase::Retired})
        QCOMPARE(queueAdmission(sessionIn(phase)), QueueAdmission::NewRun);
    for (const Phase phase : {Phase::Initializing, Phase::Stopped, Phase::Destroyed})
        QCOMPARE(queueAdmission(sessionIn(phase)), QueueAdmission::Blocked);
}

void silentIntentsEnd()
{
    for (std::size_t at = 0; at < phase_count; ++at) {
        const SessionRegisters registers = sessionIn(static_cast<Phase>(at));
        for (const SessionVerb verb : {Reset, Destroy, StopRuntimeExecutor, RuntimeExecutorExited}) {
            const SessionStep result = step(registers, command(verb));
            // A session that has already stopped has lost them before.
            if (result.accepted && registers.phase != Phase::Stopped)
                QVERIFY2(!result.next.silentIntents, result.row);
        }
    }
    SessionInput replace = command(SetSilentIntents);
    replace.silentIntents = someIntents();
    QVERIFY(step(sessionIn(Phase::Idle), replace).next.silentIntents == replace.silentIntents);
}

void stopIsDeferred()
{
    SessionRegisters registers = sessionIn(Phase::Running, Phase::Attached);
    ACCEPTED(registers, command(StopRuntimeExecutor));
    QVERIFY(registers.stopDeferred);
    ACCEPTED(registers, onRun(Commit, run_a));
    QCOMPARE(registers.phase, Phase::Attached);
    QVERIFY(registers.stopDeferred);
    ACCEPTED(registers, command(RuntimeExecutorExited));
    QCOMPARE(registers.phase, Phase::Stopped);
    QVERIFY(!registers.stopDeferred);
}

void stopFromRetired()
{
    SessionRegisters registers = sessionIn(Phase::Retired);
    ACCEPTED(registers, command(StopRuntimeExecutor));
    ACCEPTED(registers, command(RuntimeExecutorExited));
    QCOMPARE(registers.phase, Phase::Retired);
}

void deferredStopEndsWithTheAttachment()
{
    SessionRegisters registers = sessionIn(Phase::Running, Phase::Idle);
    ACCEPTED(registers, command(StopRuntimeExecutor));
    ACCEPTED(registers, onRun(Commit, run_a));
    QCOMPARE(registers.phase, Phase::Idle);
    QVERIFY(!registers.stopDeferred);
}

void startAgain()
{
    SessionRegisters registers = sessionIn(Phase::Stopped);
    QVERIFY(!accepts(registers, withBinding(PrepareBindings, bindingOf("rt:session:1", second_epoch))));
    const SessionStep started = step(registers, command(Start));
    QVERIFY(started.accepted);
    QCOMPARE(started.effects, quint32{NoticeStart});
    registers = started.next;
    QCOMPARE(registers.phase, Phase::Idle);
    QVERIFY(!registers.binding);
    ACCEPTED(registers, withBinding(PrepareBindings, bindingOf("rt:session:other", second_epoch)));
    QCOMPARE(registers.binding->runtimeId, QByteArray("rt:session:other"));
}

void startUnattached()
{
    const SessionRegisters idle = sessionIn(Phase::Idle);
    const SessionStep result = step(idle, command(Start));
    QVERIFY(result.accepted);
    QCOMPARE(result.effects, quint32{NoticeStart});
    QVERIFY(identical(result.next, idle));
}

void detach()
{
    SessionRegisters registers = withRegistration(sessionIn(Phase::Attached), Registration::Active);
    registers.stopDeferred = true;
    ACCEPTED(registers, command(DetachExecutor));
    QCOMPARE(registers.phase, Phase::Idle);
    QCOMPARE(registers.registration, Registration::Queuing);
    QVERIFY(!registers.stopDeferred);
    const SessionStep again = step(registers, command(DetachExecutor));
    QVERIFY(again.accepted && identical(again.next, registers));
    QCOMPARE(step(draining(sessionIn(Phase::Attached)), command(DetachExecutor)).next.registration,
             Registration::Draining);
}

void cancelWithoutExecutor()
{
    for (const Phase phase : {Phase::Idle, Phase::Retired, Phase::Stopped}) {
        QCOMPARE(step(sessionIn(phase), command(CancelAfterBoundary)).refusal, SessionRefusal::PhaseRefuses);
        QCOMPARE(step(sessionIn(phase), command(InterruptCurrentRun)).refusal, SessionRefusal::PhaseRefuses);
    }
}

void refusalsAndProbesChangeNothing()
{
    for (std::size_t verb = 0; verb < session_verb_count; ++verb) {
        for (std::size_t phase = 0; phase < phase_count; ++phase) {
            const SessionRegisters registers = sessionIn(static_cast<Phase>(phase));
            // A copy on purpose: what is shared has to stay the same object.
            const SessionRegisters before = registers; // NOLINT(performance-unnecessary-copy-initialization)
            const SessionInput input = command(static_cast<SessionVerb>(verb));
            const bool accepted = accepts(registers, input);
            QVERIFY(identical(registers, before));
            const SessionStep result = step(registers, input);
            QCOMPARE(result.accepted, accepted);
            QVERIFY(accepted || (identical(result.next, before) && result.effects == NoSessionEffect));
        }
    }
}

} // namespace

class SessionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenarios_data()
    {
        addScenarioColumn();
        addScenario("RT01: a new authority is initializing", newAuthority);
        addScenario("RT02, RT03: initializing leads to idle, once", initialize);
        addScenario("RT04, RT05: an executor attaches to idle and not before", attach);
        addScenario("RT06, RT10: every end of a run returns to the phase it came from", runFromIdleOrAttached);
        addScenario("RT07: a run that drains a retired session returns to retired", runFromRetired);
        addScenario("RT08: a second run is refused while one is bound", secondRun);
        addScenario("RT09: another run's completion leaves the bound one alone", otherRunCompletes);
        addScenario("a completed run is remembered until the next one begins", completionIsRemembered);
        addScenario("RT12: a running session refuses a reset", resetWhileRunning);
        addScenario("RT14, RT27: retiring again changes nothing and succeeds", retireTwice);
        addScenario("retiring an unbound session tells nobody", retireWithoutRuntime);
        addScenario("RT15: a stopped session retires", retireFromStopped);
        addScenario("CP45: retiring during a run finishes it and then drains", retireWhileRunning);
        addScenario("an executor that exits while retiring leaves the session retired",
                    executorExitKeepsARetirement);
        addScenario("RT16, RT17, CP18: a destroyed session refuses everything", destroyedRefusesAll);
        addScenario("RT18: an initializing session is destroyed only when bound", destroyInitializing);
        addScenario("destroying clears the run, the deferred stop and the window",
                    destroyClearsTheRunAndTheWindow);
        addScenario("RT19: recycling a retired session leads to idle", recycleRetired);
        addScenario("RT21, RE17: phases are classified", classification);
        addScenario("RT22: the loop takes a bound run and is blocked without one", loopAdmission);
        addScenario("RT23: reset, destroy and stop empty the silent intents", silentIntentsEnd);
        addScenario("RT24, RT25: refusals and probes change nothing", refusalsAndProbesChangeNothing);
        addScenario("a stop during a run is deferred until the executor exits", stopIsDeferred);
        addScenario("a stop from retired stays retired", stopFromRetired);
        addScenario("a stop is not deferred without an attachment", deferredStopEndsWithTheAttachment);
        addScenario("RX04: a stopped session starts again and binds another runtime", startAgain);
        addScenario("starting an unattached idle session is accepted as it is", startUnattached);
        addScenario("an executor that is lost leaves the session idle", detach);
        addScenario("CP14, CP19: nothing is cancelled without an executor", cancelWithoutExecutor);
    }
    void scenarios() { runScenario(); }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::SessionTest)
#include "session_test.moc"
