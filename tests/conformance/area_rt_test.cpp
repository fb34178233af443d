// SPDX-License-Identifier: Apache-2.0
// Area RT: the states of a session. What only the machine knows is asked of the machine; the rest of a session.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using enum SessionVerb;

SessionRegisters inPhase(Phase phase)
{
    SessionRegisters registers;
    registers.phase = phase;
    registers.session = session_id;
    return registers;
}

SessionRegisters running(Phase preRun = Phase::Idle)
{
    SessionRegisters registers = inPhase(Phase::Running);
    registers.run = {Uuid{2, 1}};
    registers.preRun = preRun;
    return registers;
}

SessionInput about(SessionVerb verb, RunId run = {})
{
    SessionInput input{.verb = verb};
    input.session = session_id;
    input.run = run;
    return input;
}

Phase after(const SessionRegisters &registers, const SessionInput &input)
{
    return step(registers, input).next.phase;
}

void aRunReturnsToItsPhase()
{
    WithRun with;
    QCOMPARE(with.h.phase(), Phase::Running);
    with.h.succeed();
    QCOMPARE(with.h.phase(), Phase::Attached);
    QCOMPARE(after(running(Phase::Idle), about(Commit, running().run)), Phase::Idle);
}

void aRetiredSessionDrains()
{
    WithRun with;
    with.h.submit(prompt());
    with.h.command(LifecycleVerb::Retire);
    with.h.succeed();
    QCOMPARE(with.h.phase(), Phase::Retired);
    QVERIFY(with.h.applyOpen());
    with.h.succeed();
    QCOMPARE(with.h.phase(), Phase::Retired);
    QVERIFY(with.h.core.registers().run.isNull());
}

void anEndReturnsLikeACompletion()
{
    WithRun failing;
    failing.h.failRun();
    QCOMPARE(failing.h.phase(), Phase::Attached);
    WithRun cancelled;
    cancelled.h.endCancelled();
    QCOMPARE(cancelled.h.phase(), Phase::Attached);
}

void aStoppedSessionRetires()
{
    CoreHarness h(storedAs(Phase::Stopped));
    QVERIFY(h.reply(h.command(LifecycleVerb::Retire))->ok());
    QCOMPARE(h.phase(), Phase::Retired);
    QCOMPARE(h.store.row().phase, Phase::Retired);
    QVERIFY(h.applies.empty());
}

void aDestroyedSessionRefusesEverything()
{
    CoreHarness h(storedAs(Phase::Destroyed));
    for (const char *name : lifecycleVerbName.names) {
        const auto verb = static_cast<LifecycleVerb>(
            std::distance(lifecycleVerbName.names.begin(),
                          std::find(lifecycleVerbName.names.begin(), lifecycleVerbName.names.end(), name)));
        if (verb == LifecycleVerb::RecordCleanup)
            continue; // Nobody outside the core can ask for it.
        const CommandId command = h.command(verb);
        QVERIFY2(h.answered(command), name);
        QCOMPARE(h.reply(command)->refusal, Refusal::Destroyed);
    }
    QVERIFY(h.writes.empty());
}

void recyclingARetiredSessionKeepsItsWork()
{
    CoreHarness h(withoutRestart());
    h.attach();
    h.submit(prompt());
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    h.command(LifecycleVerb::Retire);
    QCOMPARE(h.reply(h.command(LifecycleVerb::Recycle))->refusal, Refusal::NotReady);
    h.script.turns = Answers::Held;
    h.succeed();
    const CommandId recycle = h.command(LifecycleVerb::Recycle);
    QCOMPARE(h.reply(recycle)->phase, Phase::Idle);
    QCOMPARE(h.reply(recycle)->counts, (WorkCounts{.transferred = 1}));
    QCOMPARE(h.store.row().phase, Phase::Idle);
    QCOMPARE(h.phaseOf(queued), InputPhase::Queued);
}

void silentIntentsAreEmptied()
{
    SessionRegisters registers = inPhase(Phase::Attached);
    registers.silentIntents = std::make_shared<const SilentIntents>(SilentIntents{"ping"});
    for (const SessionVerb verb : {Reset, Destroy, StopRuntimeExecutor})
        QVERIFY(!step(registers, about(verb)).next.silentIntents);
}

void whatIsRefusedChangesNothing()
{
    WithRun with;
    CoreHarness &h = with.h;
    const std::size_t events = h.events.size();
    const std::size_t writes = h.writes.size();
    h.core.takeSignal();
    for (const LifecycleVerb verb : {LifecycleVerb::Reset, LifecycleVerb::Recycle, LifecycleVerb::Recover,
                                     LifecycleVerb::Start, LifecycleVerb::AbandonPending}) {
        QCOMPARE(h.reply(h.command(verb))->refusal, Refusal::NotReady);
        QCOMPARE(h.reply(h.command(verb))->phase, Phase::Running);
    }
    QCOMPARE(h.events.size(), events);
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QVERIFY(h.applyOpen());
}

/// The question has the answer that the step would get, in every phase; and a session that was asked about
/// everything is as it was.
void askingChangesNothing()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.core.takeSignal();
    const SessionRegisters before = h.core.registers();
    const std::size_t events = h.events.size();
    const std::size_t writes = h.writes.size();
    for (std::size_t at = 0; at < session_verb_count; ++at) {
        const SessionInput input = about(static_cast<SessionVerb>(at), running().run);
        for (std::size_t phase = 0; phase < phaseName.names.size(); ++phase) {
            const auto asked = static_cast<Phase>(phase);
            const SessionRegisters registers = asked == Phase::Running ? running() : inPhase(asked);
            QVERIFY2(accepts(registers, input) == step(registers, input).accepted, sessionVerbName(input.verb));
        }
        const SessionInput own = about(input.verb, before.run);
        QVERIFY2(accepts(h.core.registers(), own) == step(before, own).accepted, sessionVerbName(own.verb));
    }
    QCOMPARE(h.core.registers().phase, before.phase);
    QCOMPARE(h.core.registers().preRun, before.preRun);
    QCOMPARE(h.core.registers().registration, before.registration);
    QCOMPARE(h.core.registers().run, before.run);
    QCOMPARE(h.core.registers().binding, before.binding);
    QCOMPARE(h.core.registers().stopDeferred, before.stopDeferred);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QCOMPARE(h.events.size(), events);
    QCOMPARE(h.writes.size(), writes);
    with.h.succeed();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
}

void retiringTwiceIsOneAfterTheOther()
{
    CoreHarness h;
    h.attach();
    h.script.store = Answers::Held;
    const CommandId first = h.command(LifecycleVerb::Retire);
    const CommandId second = h.command(LifecycleVerb::Retire);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    QVERIFY(!h.answered(first) && !h.answered(second));
    h.commit();
    QVERIFY(h.reply(first)->ok() && h.reply(second)->ok());
    QCOMPARE(h.writesInFlight(), std::size_t(0));
    QCOMPARE(h.phase(), Phase::Retired);
}

void drainingBeginsNoRun()
{
    WithRun with;
    CoreHarness &h = with.h;
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    h.script.stopping = Answers::Held;
    h.command(LifecycleVerb::Unregister);
    h.succeed(); // The run that was bound may finish, and its end is what its waiter hears.
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    h.wake();
    QVERIFY(!h.applyOpen());
    h.stopped();
    QVERIFY(h.released());
    QCOMPARE(h.outcome(queued)->reason, QStringLiteral("runtime session unregistered"));
    QCOMPARE(h.applies.size(), std::size_t(1));
}

const Scenario scenarios[] = {
    {"RT01: a new authority is initializing", [] { QCOMPARE(SessionRegisters{}.phase, Phase::Initializing); }},
    {"RT02: initializing leads to idle",
     [] { QCOMPARE(after(SessionRegisters{}, about(Initialize)), Phase::Idle); }},
    {"RT03: a session is initialized once", [] { QVERIFY(!accepts(inPhase(Phase::Idle), about(Initialize))); }},
    {"RT04: an executor attaches to an idle session",
     [] { QCOMPARE(after(inPhase(Phase::Idle), about(EnsureSessionWithExecutor)), Phase::Attached); }},
    {"RT05: no executor attaches before the session is initialized",
     [] { QVERIFY(!accepts(SessionRegisters{}, about(EnsureSessionWithExecutor))); }},
    {"RT06: a completed run returns to the phase it came from", aRunReturnsToItsPhase},
    {"RT07: a retired session drains its queue and stays retired", aRetiredSessionDrains},
    {"RT08: a second run is refused while one is bound",
     [] {
         QVERIFY(!accepts(running(), about(Prepare, {Uuid{2, 2}})));
     }},
    {"RT09: the completion of another run leaves the bound one alone",
     [] {
         const SessionStep stepped = step(running(), about(Commit, {Uuid{2, 2}}));
         QVERIFY(!stepped.accepted);
         QCOMPARE(stepped.next.run, running().run);
     }},
    {"RT10: a run that fails or is cancelled returns like one that completes", anEndReturnsLikeACompletion},
    {"RT12: a running session is not reset",
     [] {
         WithRun with;
         QCOMPARE(with.h.reply(with.h.command(LifecycleVerb::Reset))->refusal, Refusal::NotReady);
         QVERIFY(with.h.applyOpen());
     }},
    {"RT14: retiring a retired session succeeds and changes nothing",
     [] {
         CoreHarness h(storedAs(Phase::Retired));
         const CommandReceipt &receipt = *h.reply(h.command(LifecycleVerb::Retire));
         QVERIFY(receipt.ok());
         QCOMPARE(receipt.phase, Phase::Retired);
         QVERIFY(h.writes.empty());
     }},
    {"RT15: a stopped session retires, and nothing drains", aStoppedSessionRetires},
    {"RT16: a stopped session is destroyed",
     [] {
         CoreHarness h(storedAs(Phase::Stopped));
         QVERIFY(h.reply(h.command(LifecycleVerb::Destroy))->ok());
         QCOMPARE(h.phase(), Phase::Destroyed);
         QCOMPARE(h.store.row().phase, Phase::Destroyed);
     }},
    {"RT17: a destroyed session refuses every lifecycle verb", aDestroyedSessionRefusesEverything},
    {"RT18: an initializing session that is bound may be destroyed",
     [] {
         SessionRegisters bound;
         QVERIFY(!accepts(bound, about(Destroy)));
         RuntimeBinding binding;
         binding.runtimeId = "rt:session:1";
         binding.generation = 1;
         bound.binding = std::make_shared<const RuntimeBinding>(binding);
         QCOMPARE(after(bound, about(Destroy)), Phase::Destroyed);
     }},
    {"RT19: recycling a retired session leads to idle and keeps its work",
     recyclingARetiredSessionKeepsItsWork},
    {"RT21: stopped is not terminal, destroyed is, and attached is stored as idle",
     [] {
         QVERIFY(!isTerminal(Phase::Stopped));
         QVERIFY(isTerminal(Phase::Destroyed));
         QCOMPARE(durablePhase(inPhase(Phase::Attached)), Phase::Idle);
         QCOMPARE(durablePhase(running(Phase::Retired)), Phase::Retired);
     }},
    {"RT22: the loop takes a run that is bound and is blocked in a phase that runs nothing",
     [] {
         QVERIFY(queueAdmission(running()) == QueueAdmission::PreboundRun);
         QVERIFY(queueAdmission(inPhase(Phase::Running)) == QueueAdmission::Blocked);
         QVERIFY(queueAdmission(inPhase(Phase::Stopped)) == QueueAdmission::Blocked);
     }},
    {"RT23: reset, destroy and stop empty the silent intents", silentIntentsAreEmptied},
    {"RT24: what is refused changes no phase, says no event and gives no signal", whatIsRefusedChangesNothing},
    {"RT25: asking whether a verb would be taken changes nothing", askingChangesNothing},
    {"RT27: two retirements of one session come one after the other", retiringTwiceIsOneAfterTheOther},
    {"RX01: while a session is unregistered no run begins, and the bound one may finish", drainingBeginsNoRun},
};

} // namespace

class AreaRtTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaRtTest)
#include "area_rt_test.moc"
