// SPDX-License-Identifier: Apache-2.0
// Area CO: who waits is told once, and the truth.
#include "scenarios.h"

#include "core/outcome_rules.h"

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

const Scenario scenarios[] = {
    {"CO01: a completed run delivers its result to all who wait", resultIsDelivered},
    {"CO03: the completion of what is unknown resolves nobody", unknownCompletionResolvesNobody},
    {"CO04: a lost channel is a wait error and no outcome", lostChannelIsNoOutcome},
    {"CO05: a class that the authority did not observe fails closed", wrongAuthorityFailsClosed},
    {"CO06: who waits on a terminated session is told the reason", allAreToldTheReason},
    {"CO07: who waits for what is pending goes on waiting", whatIsPendingIsKept},
    {"CO08: a callback delivers tool and arguments", callbackIsDelivered},
};

} // namespace

class AreaCoTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaCoTest)
#include "area_co_test.moc"
