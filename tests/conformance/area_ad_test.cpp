// SPDX-License-Identifier: Apache-2.0
// Area AD: what an input means for its session, and what the loop is told of it.
#include "scenarios.h"

#include "core/projection.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using enum AdmissionSignal;

/// Attached and in the middle of a run, with no signal left from getting there.
void beginRun(CoreHarness &h)
{
    h.attach();
    h.submit(prompt("the run"));
    QVERIFY(h.applyOpen());
    h.core.takeSignal();
}

Input handled(Input input, HandlingMode mode)
{
    input.handling = mode;
    return input;
}

/// The signal that a plan comes to in a phase, as the core asks for it.
AdmissionSignal signalOf(const AdmissionPlan &plan, Phase phase, bool withoutWake = false)
{
    return resolveSignal({.phase = phase,
                          .immediateProcessing = plan.immediateProcessing,
                          .interruptYielding = plan.interruptYielding,
                          .wakeIfIdle = plan.wakeIfIdle,
                          .withoutWake = withoutWake});
}

void promptOfAnIdleSession()
{
    CoreHarness h;
    const Submitted input = h.submit(prompt());
    QVERIFY(h.receipt(input)->accepted());
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QCOMPARE(h.record(input)->registers.lane, Lane::Queue);
    QCOMPARE(h.core.takeSignal(), WakeLoop);
}

void promptOfARunningSession()
{
    CoreHarness h;
    beginRun(h);
    const Submitted input = h.submit(prompt());
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QCOMPARE(h.record(input)->plan.wake, WakeMode::None);
    QCOMPARE(h.core.takeSignal(), None);
    QVERIFY(h.cancels.empty());
}

void peersWakeAnIdleSession()
{
    for (const Input &input : {peerMessage(), peerRequest()}) {
        CoreHarness h;
        const Submitted submitted = h.submit(input);
        QCOMPARE(h.record(submitted)->plan.wake, WakeMode::WakeIfIdle);
        QCOMPARE(h.core.takeSignal(), WakeLoop);
    }
}

void peerMessageDuringARun()
{
    CoreHarness h;
    beginRun(h);
    const Submitted input = h.submit(peerMessage());
    QCOMPARE(h.record(input)->plan.wake, WakeMode::InterruptYielding);
    QCOMPARE(h.record(input)->registers.lane, Lane::Queue);
    QCOMPARE(h.core.takeSignal(), InterruptYielding);
}

void steeredPeerMessageDuringARun()
{
    CoreHarness h;
    beginRun(h);
    const Submitted input = h.submit(steered(peerMessage()));
    QVERIFY(h.record(input)->plan.immediateProcessing);
    QCOMPARE(h.record(input)->plan.executionHandling, HandlingMode::Steer);
    QCOMPARE(h.record(input)->registers.lane, Lane::Steer);
    QCOMPARE(h.core.takeSignal(), RequestImmediateProcessing);
}

void terminalResponseWakesAnIdleSession()
{
    CoreHarness h;
    const Submitted input = h.submit(terminalResponse());
    QCOMPARE(h.record(input)->plan.wake, WakeMode::WakeIfIdle);
    QCOMPARE(h.core.takeSignal(), WakeLoop);
}

void progressNeverAsksForAWake()
{
    CoreHarness idle;
    CoreHarness running;
    beginRun(running);
    for (CoreHarness *h : {&idle, &running}) {
        const AdmissionPlan plan = h->record(h->submit(progress()))->plan;
        QCOMPARE(plan.wake, WakeMode::None);
        QVERIFY(!plan.wakeIfIdle && !plan.interruptYielding && !plan.immediateProcessing);
        QCOMPARE(plan.queue, QueueMode::Coalesce);
        QCOMPARE(plan.lane, Lane::Steer);
    }
    QCOMPARE(running.core.takeSignal(), None);
}

void progressStillWakesAnIdleSession()
{
    CoreHarness h;
    h.submit(progress());
    QCOMPARE(h.core.takeSignal(), WakeLoop);
    h.attach();
    QVERIFY(h.applyOpen());
}

void continuationOfAnIdleSession()
{
    CoreHarness h;
    const AdmissionPlan plain = h.record(h.submit(continuation()))->plan;
    QCOMPARE(plain.wake, WakeMode::WakeIfIdle);
    QCOMPARE(plain.lane, Lane::Steer);
    QCOMPARE(plain.drain, DrainPolicy::SteerBatch);
    QCOMPARE(h.core.takeSignal(), WakeLoop);
    // The one that the host makes of detached work is steered, and so handled at once.
    const AdmissionPlan canned = h.record(h.submit(detachedWorkContinuation({}, {})))->plan;
    QCOMPARE(canned.wake, WakeMode::WakeIfIdle);
    QVERIFY(canned.immediateProcessing);
    QCOMPARE(h.core.takeSignal(), RequestImmediateProcessing);
}

void operationIsOnlyRecorded()
{
    CoreHarness idle;
    CoreHarness running;
    beginRun(running);
    for (CoreHarness *h : {&idle, &running}) {
        const Submitted input = h->submit(operation());
        QVERIFY(h->receipt(input)->consumedOnAccept);
        QVERIFY(!h->isOpen(input));
        QCOMPARE(h->store.ended(input.sequence())->kind, TerminalKind::Consumed);
        QCOMPARE(h->core.takeSignal(), None);
    }
    QVERIFY(!resolvePlan({.kind = InputKind::Operation}).transcript);
    QVERIFY(project(operation()).appends.empty() && project(operation()).contextAppends.empty());
}

void steeredPrompt()
{
    CoreHarness h;
    const AdmissionPlan plan = h.record(h.submit(steered(prompt())))->plan;
    QCOMPARE(plan.boundary, Boundary::RunCheckpoint);
    QCOMPARE(plan.drain, DrainPolicy::SteerBatch);
    QCOMPARE(plan.lane, Lane::Steer);
}

void progressIgnoresAMode()
{
    for (const bool running : {false, true}) {
        const AdmissionPlan plain = resolvePlan({.kind = InputKind::PeerResponseProgress, .running = running});
        for (const HandlingMode mode : {HandlingMode::Queue, HandlingMode::Steer})
            QCOMPARE(
                resolvePlan({.kind = InputKind::PeerResponseProgress, .handling = mode, .running = running}),
                plain);
    }
}

void terminalResponseKeepsItsMode()
{
    CoreHarness h;
    const AdmissionPlan queued = h.record(h.submit(handled(terminalResponse(), HandlingMode::Queue)))->plan;
    QCOMPARE(queued.lane, Lane::Queue);
    QCOMPARE(queued.drain, DrainPolicy::QueueNextTurn);
    QVERIFY(!queued.immediateProcessing);
    const AdmissionPlan steer = h.record(h.submit(steered(terminalResponse())))->plan;
    QCOMPARE(steer.lane, Lane::Steer);
    QCOMPARE(steer.drain, DrainPolicy::SteerBatch);
    QVERIFY(steer.immediateProcessing);
    for (const AdmissionPlan &plan : {queued, steer}) {
        QCOMPARE(plan.boundary, Boundary::RunStart);
        QCOMPARE(plan.intent, ApplyIntent::AppendContextAndRun);
    }
}

void signalsAreOrdered()
{
    QVERIFY(None < WakeLoop);
    QVERIFY(WakeLoop < InterruptYielding);
    QVERIFY(InterruptYielding < RequestImmediateProcessing);
    // Whatever is stronger than a wake also wakes: an executor that waits runs each of them at once.
    for (const Input &input : {prompt(), continuation(), steered(prompt())}) {
        CoreHarness h;
        h.attach();
        h.submit(input);
        QVERIFY(h.core.takeSignal() >= WakeLoop);
        QVERIFY(h.applyOpen());
    }
}

void theStrongestSignalIsKept()
{
    CoreHarness h;
    h.submit(prompt());
    h.submit(steered(prompt()));
    h.submit(prompt());
    QCOMPARE(h.core.takeSignal(), RequestImmediateProcessing);
    QCOMPARE(h.core.takeSignal(), None);
    QCOMPARE(strongest(WakeLoop, InterruptYielding), InterruptYielding);
    QCOMPARE(strongest(InterruptYielding, WakeLoop), InterruptYielding);
}

void refusedWithPhase(Phase phase)
{
    CoreHarness h(storedAs(phase));
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    QCOMPARE(h.receipt(input)->verdict, AcceptReceipt::Verdict::Rejected);
    QCOMPARE(h.receipt(input)->refusal, Refusal::NotReady);
    QCOMPARE(h.receipt(input)->phase, phase);
    QVERIFY(!h.receipt(input)->willResolve);
    QVERIFY(h.writes.empty());
}

void destroyedRefuses()
{
    CoreHarness h(storedAs(Phase::Destroyed));
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Destroyed);
    QVERIFY(h.writes.empty());
}

void silentRequest()
{
    QVERIFY(!validate(peerRequest()).has_value());
    for (const bool running : {false, true}) {
        const AdmissionQuery query{.kind = InputKind::PeerRequest, .running = running, .silent = true};
        QCOMPARE(resolvePlan(query).wake, WakeMode::None);
        QCOMPARE(resolvePlan(query).lane, Lane::Queue);
        QCOMPARE(signalOf(resolvePlan(query), running ? Phase::Running : Phase::Idle, !maySignal(query)), None);
    }
    QVERIFY(maySignal({.kind = InputKind::PeerRequest}));
}

void steeredPromptRunsAtOnce()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(steered(prompt()));
    QVERIFY(h.applyOpen());
    QCOMPARE(contributorsOf(h.applies.front()), (Ids{input.input}));
    QCOMPARE(h.phaseOf(input), InputPhase::Staged);
}

void theAuthorityDecidesNotItsStoredImage()
{
    CoreHarness h;
    beginRun(h);
    QCOMPARE(h.store.row().phase, Phase::Idle);
    QCOMPARE(h.record(h.submit(prompt()))->plan.wake, WakeMode::None);
    // The run cannot be written: the session is stopped for this process, and the store does not know.
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.store.row().phase, Phase::Idle);
    const Submitted late = h.submit(prompt());
    QCOMPARE(h.receipt(late)->refusal, Refusal::NotReady);
    QCOMPARE(h.receipt(late)->phase, Phase::Stopped);
}

void ingestOfAStoppedSession()
{
    CoreHarness h;
    const EpochId epoch = h.reply(h.bind("rt:a"))->epoch;
    h.stop();
    const auto address = std::make_shared<const RuntimeBinding>(RuntimeBinding{"rt:a", 0, {}, epoch});
    const AcceptReceipt *receipt = h.receipt(h.submitTo(address, prompt()));
    QCOMPARE(receipt->refusal, Refusal::InvalidState);
    QCOMPARE(receipt->phase, Phase::Stopped);
}

void ingestNamesThePhaseThatRefuses()
{
    for (const Phase phase : {Phase::Retired, Phase::Stopped, Phase::Destroyed}) {
        HarnessOptions options = storedAs(phase);
        const RuntimeBinding bound{"rt:a", 0, {}, EpochId{Uuid{3, 3}}};
        options.binding = std::make_shared<const RuntimeBinding>(bound);
        CoreHarness h(options);
        const AcceptReceipt *receipt = h.receipt(h.submitTo(options.binding, prompt()));
        QCOMPARE(receipt->refusal, Refusal::InvalidState);
        QCOMPARE(receipt->phase, phase);
        QVERIFY(receipt->message.contains(QLatin1String(phaseName(phase))));
        // By session the answer is the phase, too.
        const AcceptReceipt *bySession = h.receipt(h.submit(prompt()));
        QCOMPARE(bySession->refusal, phase == Phase::Destroyed ? Refusal::Destroyed : Refusal::NotReady);
        QCOMPARE(bySession->phase, phase);
    }
    // Of a session that is not bound nobody makes up a phase: the machine says that it has no such runtime.
    CoreHarness unbound;
    const auto address =
        std::make_shared<const RuntimeBinding>(RuntimeBinding{"rt:a", 0, {}, EpochId{Uuid{3, 3}}});
    QCOMPARE(unbound.receipt(unbound.submitTo(address, prompt()))->refusal, Refusal::NotFound);
}

void boundaryOpenWithoutARun()
{
    const AdmissionPlan plan = resolvePlan({.kind = InputKind::PeerMessage, .boundaryActive = true});
    QCOMPARE(plan.wake, WakeMode::InterruptYielding);
    QVERIFY(plan.interruptYielding);
    QCOMPARE(signalOf(plan, Phase::Attached), InterruptYielding);
}

void boundaryInErrorIsNoBoundary()
{
    CoreHarness h;
    h.feed(BoundaryFailed{QStringLiteral("the probe broke")});
    const Submitted input = h.submit(peerMessage());
    QVERIFY(h.receipt(input)->accepted());
    QCOMPARE(h.record(input)->plan.wake, WakeMode::WakeIfIdle);
    QVERIFY(!h.record(input)->plan.interruptYielding);
    QCOMPARE(h.eventsOf(EventCode::BoundaryError).size(), std::size_t(1));
    QCOMPARE(h.eventsOf(EventCode::BoundaryError).front().detail, QStringLiteral("the probe broke"));
}

void anUnregisteredSessionTakesNothing()
{
    CoreHarness h;
    h.command(LifecycleVerb::Unregister);
    QVERIFY(h.released());
    const Submitted late = h.submit(prompt(), WaitMode::Terminal);
    QCOMPARE(h.receipt(late)->verdict, AcceptReceipt::Verdict::Rejected);
    QCOMPARE(h.receipt(late)->refusal, Refusal::NotReady);
    QCOMPARE(h.receipt(late)->phase, Phase::Destroyed);
    QVERIFY(!h.receipt(late)->willResolve);
}

const Scenario scenarios[] = {
    {"AD01: a prompt to an idle session is queued and wakes the loop", promptOfAnIdleSession},
    {"AD02: a prompt during a run is queued and passive", promptOfARunningSession},
    {"AD03: a peer's message or request wakes an idle session", peersWakeAnIdleSession},
    {"AD04: a peer's message during a run interrupts at a yield", peerMessageDuringARun},
    {"AD06: a steered peer message during a run is processed at once", steeredPeerMessageDuringARun},
    {"AD07: a terminal response wakes an idle session", terminalResponseWakesAnIdleSession},
    {"AD10: progress coalesces in the steer lane and asks for no wake", progressNeverAsksForAWake},
    {"AD11: progress admitted by an idle session wakes it all the same", progressStillWakesAnIdleSession},
    {"AD12: a continuation of an idle session wakes and is handled at once", continuationOfAnIdleSession},
    {"AD13: an operation is consumed on accept, without transcript", operationIsOnlyRecorded},
    {"AD14: a steered prompt is a steer batch at a checkpoint", steeredPrompt},
    {"AD15: progress with a mode resolves as without", progressIgnoresAMode},
    {"AD16: a terminal response with a mode has that mode's semantics", terminalResponseKeepsItsMode},
    {"AD17: signals are ordered and imply the weaker ones", signalsAreOrdered},
    {"AD18: the strongest of two signals is kept and taken once", theStrongestSignalIsKept},
    {"AD19: a retired session is not ready", [] { refusedWithPhase(Phase::Retired); }},
    {"AD20: a destroyed session says so", destroyedRefuses},
    {"AD21: an input by runtime id to a stopped session is told its state", ingestOfAStoppedSession},
    {"AD21: and one by session is refused with its phase", [] { refusedWithPhase(Phase::Stopped); }},
    {"AD22: an input for a session that was unregistered is not ready", anUnregisteredSessionTakesNothing},
    {"AD24: a request with a silent intent is accepted without a wake", silentRequest},
    {"AD26: a steered prompt to an attached session runs at once", steeredPromptRunsAtOnce},
    {"AD27: the authority decides, not the phase that is stored", theAuthorityDecidesNotItsStoredImage},
    {"AD28: an input by runtime id is told the phase that refuses", ingestNamesThePhaseThatRefuses},
    {"AD29: an open boundary without a run makes a message yield", boundaryOpenWithoutARun},
    {"AD30: a boundary in error counts as none and is an event", boundaryInErrorIsNoBoundary},
};

} // namespace

class AreaAdTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaAdTest)
#include "area_ad_test.moc"
