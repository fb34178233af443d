// SPDX-License-Identifier: Apache-2.0
// Area CO: who waits is told once, and the truth.
#include "scenarios.h"

#include "core/cleanup_verdict.h"
#include "core/outcome_rules.h"
#include "host_rig.h"

using namespace burrow;
using namespace burrow::test;

namespace {

void resultIsDelivered()
{
    CoreHarness h;
    h.attach();
    const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
    const Submitted second = h.waitFor(waiting.input, WaitMode::Attempt);
    const RunId run = h.openRun();
    RunOutput output = h.output();
    output.text = "42";
    output.json = R"({"answer":42})";
    h.end(output);
    for (const Submitted &waiter : {waiting, second}) {
        QCOMPARE(h.outcome(waiter)->outcome, OutcomeClass::Completed);
        QCOMPARE(h.outcome(waiter)->text, QByteArray("42"));
        QCOMPARE(h.outcome(waiter)->json, QByteArray(R"({"answer":42})"));
        QCOMPARE(h.outcome(waiter)->run, run);
    }
}

void unknownCompletionResolvesNobody()
{
    CoreHarness h;
    h.attach();
    const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
    const std::size_t writes = h.writes.size();
    RunOutput stray = h.output();
    stray.receipt.run = {Uuid::version7(9, 0, 9)};
    h.endRun(stray.receipt.run, stray);
    QVERIFY(h.outcome(waiting) == nullptr);
    QCOMPARE(h.phaseOf(waiting), InputPhase::Staged);
    QCOMPARE(h.writes.size(), writes);
    h.succeed();
    QCOMPARE(h.outcome(waiting)->outcome, OutcomeClass::Completed);
    // Nor can anybody begin to wait for what is not known.
    const Submitted nobody = h.waitFor({Uuid::version7(9, 0, 8)}, WaitMode::Terminal);
    QCOMPARE(h.reply(nobody.command)->refusal, Refusal::NotFound);
    QVERIFY(h.outcome(nobody) == nullptr);
}

void lostChannelIsNoOutcome()
{
    const Outcome lost = waitFailed(WaitFailure::ChannelClosed, QStringLiteral("the host is gone"));
    QCOMPARE(lost.waitFailure, WaitFailure::ChannelClosed);
    QCOMPARE(lost.reason, QStringLiteral("the host is gone"));
    QVERIFY(!lost.succeeded());
    // Also not when the class beside it would be one of success.
    Outcome both = lost;
    both.outcome = OutcomeClass::Completed;
    QVERIFY(!both.succeeded());
}

void wrongAuthorityFailsClosed()
{
    CoreHarness h;
    h.attach();
    const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
    h.end(RunError{.cause = FailureCause::RuntimeTurn,
                   .message = QStringLiteral("I was cancelled"),
                   .machineTerminal = true});
    QCOMPARE(h.outcome(waiting)->waitFailure, WaitFailure::AuthorityUnavailable);
    QVERIFY(!h.outcome(waiting)->succeeded());
    QVERIFY(h.outcome(waiting)->text.isEmpty());
}

void allAreToldTheReason()
{
    CoreHarness h;
    const Submitted waiting[] = {h.submit(prompt("a"), WaitMode::Terminal),
                                 h.submit(steered(prompt("b")), WaitMode::Attempt),
                                 h.submit(ephemeral(prompt("c")), WaitMode::Terminal)};
    h.stop();
    for (const Submitted &waiter : waiting) {
        QCOMPARE(h.outcome(waiter)->outcome, OutcomeClass::RuntimeTerminated);
        QCOMPARE(h.outcome(waiter)->reason, QStringLiteral("runtime stopped"));
    }
    QCOMPARE(h.unresolvedWaiters(), std::size_t(0));
    QCOMPARE(h.view().waiters, 0U);
}

void whatIsPendingIsKept()
{
    CoreHarness h;
    h.attach();
    const Submitted ended = h.submit(prompt("a"), WaitMode::Terminal);
    const Submitted pending = h.submit(prompt("b"), WaitMode::Terminal);
    h.cancel();
    h.endCancelled();
    QCOMPARE(h.outcome(ended)->outcome, OutcomeClass::Cancelled);
    QVERIFY(h.outcome(pending) == nullptr);
    QCOMPARE(h.view().waiters, 1U);
    h.succeed();
    QCOMPARE(h.outcome(pending)->outcome, OutcomeClass::Completed);
}

void callbackIsDelivered()
{
    CoreHarness h;
    h.attach();
    const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
    RunOutput output = h.output(RunTerminal::CallbackPending);
    output.json = R"({"tool":"lookup","args":{"id":7}})";
    h.end(output);
    QCOMPARE(h.outcome(waiting)->outcome, OutcomeClass::CallbackPending);
    QCOMPARE(h.outcome(waiting)->json, QByteArray(R"({"tool":"lookup","args":{"id":7}})"));
}

void aResetTellsWhoWaits()
{
    CoreHarness h;
    const Submitted waiting[] = {h.submit(prompt("a"), WaitMode::Terminal),
                                 h.submit(steered(prompt("b")), WaitMode::Attempt)};
    QVERIFY(h.reply(h.command(LifecycleVerb::Reset))->ok());
    for (const Submitted &waiter : waiting) {
        QCOMPARE(h.outcome(waiter)->outcome, OutcomeClass::RuntimeTerminated);
        QCOMPARE(h.outcome(waiter)->reason, QStringLiteral("runtime reset"));
    }
    QCOMPARE(h.view().waiters, 0U);
}

void aRetirementWithoutALoopTellsWhoWaits()
{
    CoreHarness h;
    const Submitted waiting = h.submit(prompt(), WaitMode::Terminal);
    QVERIFY(h.reply(h.command(LifecycleVerb::Retire))->ok());
    QCOMPARE(h.outcome(waiting)->outcome, OutcomeClass::RuntimeTerminated);
    QCOMPARE(h.outcome(waiting)->reason, QStringLiteral("retired without runtime loop"));
    QCOMPARE(h.unresolvedWaiters(), std::size_t(0));
}

/// A session that was bound, and what somebody saw of it.
SessionRegisters boundRegisters()
{
    SessionRegisters registers;
    registers.phase = Phase::Attached;
    registers.session = session_id;
    registers.binding =
        std::make_shared<const RuntimeBinding>(RuntimeBinding{"rt:a", 0, {}, EpochId{Uuid{3, 3}}});
    return registers;
}

CleanupObservation observed(OutcomeClass outcome)
{
    CleanupObservation observation;
    observation.session = session_id;
    observation.binding = std::make_shared<const RuntimeBinding>(*boundRegisters().binding);
    observation.outcome.outcome = outcome;
    return observation;
}

void anObservationOfAnotherBindingIsRefused()
{
    const SessionRegisters now = boundRegisters();
    CleanupObservation other = observed(OutcomeClass::RuntimeTerminated);
    QCOMPARE(decideCleanup(now, other).verdict, CleanupVerdict::CleanUp);
    other.session = {Uuid{9, 9}};
    QCOMPARE(decideCleanup(now, other).verdict, CleanupVerdict::Refused);
    CleanupObservation older = observed(OutcomeClass::RuntimeTerminated);
    older.binding = std::make_shared<const RuntimeBinding>(RuntimeBinding{"rt:a", 0, {}, EpochId{Uuid{2, 2}}});
    QCOMPARE(decideCleanup(now, older).verdict, CleanupVerdict::Refused);
    QVERIFY(!decideCleanup(now, older).releasesAdmission);
    older.binding = nullptr;
    QCOMPARE(decideCleanup(now, older).verdict, CleanupVerdict::Refused);
    // Of the right one, the verdict is that of the outcome.
    const std::pair<OutcomeClass, CleanupVerdict> rows[] = {
        {OutcomeClass::Completed, CleanupVerdict::Retain},
        {OutcomeClass::CompletedWithoutResult, CleanupVerdict::Retain},
        {OutcomeClass::CallbackPending, CleanupVerdict::Retain},
        {OutcomeClass::Cancelled, CleanupVerdict::Retain},
        {OutcomeClass::Abandoned, CleanupVerdict::Retain},
        {OutcomeClass::AbandonedWithError, CleanupVerdict::CleanUp},
        {OutcomeClass::CompletedWithFinalizationFailure, CleanupVerdict::CleanUp}};
    for (const auto &[outcome, verdict] : rows) {
        CleanupObservation seen = observed(outcome);
        QCOMPARE(decideCleanup(now, seen).verdict, verdict);
        seen.archived = true;
        QCOMPARE(decideCleanup(now, seen).verdict, CleanupVerdict::CleanUp);
    }
    for (const OutcomeClass outcome : {OutcomeClass::Cancelled, OutcomeClass::Abandoned}) {
        CleanupObservation alone = observed(outcome);
        alone.liveSession = false;
        QCOMPARE(decideCleanup(now, alone).verdict, CleanupVerdict::CleanUp);
    }
}

void aWaitThatFailedReleasesWhatWasHeld()
{
    for (const WaitFailure failure : {WaitFailure::ChannelClosed, WaitFailure::AuthorityUnavailable}) {
        CleanupObservation seen = observed(OutcomeClass::Completed);
        seen.outcome = waitFailed(failure, QStringLiteral("the host is gone"));
        const CleanupDecision decision = decideCleanup(boundRegisters(), seen);
        QVERIFY(decision.releasesAdmission);
        QCOMPARE(decision.publicClass, PublicClass::Unavailable);
        QCOMPARE(decision.reason, QStringLiteral("the host is gone"));
        QCOMPARE(decision.verdict, CleanupVerdict::Retain);
    }
}

void theCleanUpRunsBeforeTheRelay()
{
    std::atomic<int> cleaned{0};
    std::atomic<int> inOrder{0};
    Tally told;
    HostRig rig(1); // After what its threads touch.
    const SessionId alpha = rig.open("alpha");
    for (int at = 1; at <= 2; ++at) {
        SubmitOptions options{.wait = WaitFor::Attempt};
        options.beforeOutcome = [&](const Outcome &) { ++cleaned; };
        const auto tell = [&, at](const Outcome &) {
            inOrder += cleaned == at ? 1 : 0;
            told.add();
        };
        rig.host().submit(alpha, promptOf(at == 1 ? "work" : "fail"), std::move(options),
                          {.receipt = {}, .outcome = tell});
        QVERIFY(told.waitFor(static_cast<std::size_t>(at)));
    }
    QCOMPARE(inOrder.load(), 2);
}

const Scenario scenarios[] = {
    {"CO01: a completed run delivers its result to all who wait", resultIsDelivered},
    {"CO03: the completion of what is unknown resolves nobody", unknownCompletionResolvesNobody},
    {"CO04: a lost channel is a wait error and no outcome", lostChannelIsNoOutcome},
    {"CO05: a class that the authority did not observe fails closed", wrongAuthorityFailsClosed},
    {"CO06: who waits on a terminated session is told the reason", allAreToldTheReason},
    {"CO07: who waits for what is pending goes on waiting", whatIsPendingIsKept},
    {"CO08: a callback delivers tool and arguments", callbackIsDelivered},
    {"CO10: a clean-up for another session or an older binding is refused",
     anObservationOfAnotherBindingIsRefused},
    {"CO11: a reset tells everybody who waits", aResetTellsWhoWaits},
    {"CO12: a retirement that nobody drains tells who waits", aRetirementWithoutALoopTellsWhoWaits},
    {"CO13: a wait that failed releases what was held, with a public class",
     aWaitThatFailedReleasesWhatWasHeld},
    {"CO14: a clean-up that is attached to an outcome runs before it is told", theCleanUpRunsBeforeTheRelay},
};

} // namespace

class AreaCoTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_GUILESS_MAIN(AreaCoTest)
#include "area_co_test.moc"
