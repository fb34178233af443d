// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "input_support.h"

#include <QTest>

/// The life of one input, scenario by scenario.
namespace burrow {
namespace {

using enum InputVerb;

void fullLife()
{
    InputRegisters registers;
    std::vector<InputPhase> history;
    for (const InputVerb verb : {Accept, QueueAccepted, StageForRun, MarkApplied, MarkAppliedPendingConsumption,
                                 RecordBoundarySequence, Consume}) {
        ACCEPTED(registers, favourable(verb));
        history.push_back(registers.phase);
    }
    const std::vector<InputPhase> expected{InputPhase::Accepted,
                                           InputPhase::Queued,
                                           InputPhase::Staged,
                                           InputPhase::Applied,
                                           InputPhase::AppliedPendingConsumption,
                                           InputPhase::AppliedPendingConsumption,
                                           InputPhase::Consumed};
    QCOMPARE(history, expected);
    QCOMPARE(registers.boundarySequence, quint64{3});
    QCOMPARE(registers.run, run_a);
}

void rollBack()
{
    InputRegisters registers = registersIn(InputPhase::Staged);
    ACCEPTED(registers, favourable(ResolveStagedRollback));
    QCOMPARE(registers.phase, InputPhase::Queued);
    QCOMPARE(registers.admission, quint64{5});
    QCOMPARE(registers.tries, quint32{0});
    QVERIFY(registers.run.isNull());
}

void pendingNeverQueues()
{
    const InputRegisters pending = registersIn(InputPhase::AppliedPendingConsumption);
    for (const InputVerb verb : {QueueAccepted, SteerAccepted, ResolveStagedRollback, StageForRun}) {
        const InputStep result = step(pending, favourable(verb));
        QCOMPARE(result.refusal, InputRefusal::PhaseRefuses);
        QCOMPARE(result.next, pending);
    }
}

void terminalRefusesAll()
{
    for (const InputPhase phase :
         {InputPhase::Consumed, InputPhase::Superseded, InputPhase::Coalesced, InputPhase::Abandoned}) {
        for (std::size_t verb = 0; verb < inputVerbName.names.size(); ++verb)
            QCOMPARE(step(registersIn(phase), favourable(static_cast<InputVerb>(verb))).refusal,
                     InputRefusal::Terminal);
    }
}

void stageFromAccepted()
{
    QCOMPARE(step(registersIn(InputPhase::Accepted), favourable(StageForRun)).refusal,
             InputRefusal::PhaseRefuses);
}

void skipFromQueued()
{
    const InputRegisters queued = registersIn(InputPhase::Queued);
    for (const InputVerb verb : {MarkApplied, Consume, MarkAppliedPendingConsumption})
        QCOMPARE(step(queued, favourable(verb)).refusal, InputRefusal::PhaseRefuses);
}

void otherRun()
{
    InputEvent event = favourable(MarkApplied);
    event.run = run_b;
    const InputRegisters staged = registersIn(InputPhase::Staged);
    const InputStep result = step(staged, event);
    QCOMPARE(result.refusal, InputRefusal::RunMismatch);
    QCOMPARE(result.next, staged);
    event.verb = RecordBoundarySequence;
    QCOMPARE(step(registersIn(InputPhase::AppliedPendingConsumption), event).refusal,
             InputRefusal::RunMismatch);
    event.verb = StageForRun;
    event.run = {};
    QCOMPARE(step(registersIn(InputPhase::Queued), event).refusal, InputRefusal::RunMismatch);
}

void abandonEverywhere()
{
    for (const InputPhase phase : {InputPhase::Accepted, InputPhase::Queued, InputPhase::Staged,
                                   InputPhase::Applied, InputPhase::AppliedPendingConsumption}) {
        InputRegisters registers = registersIn(phase);
        InputEvent event = favourable(Abandon);
        event.reason = AbandonReason::None;
        QCOMPARE(step(registers, event).refusal, InputRefusal::NoReason);
        event.reason = AbandonReason::Destroyed;
        ACCEPTED(registers, event);
        QCOMPARE(registers.phase, InputPhase::Abandoned);
        QCOMPARE(registers.abandonReason, AbandonReason::Destroyed);
        QCOMPARE(registers.lane, Lane::None);
        QCOMPARE(registers.recoveryLane, Lane::None);
    }
}

void consumeOnAccept()
{
    InputRegisters registers = registersIn(InputPhase::Accepted);
    ACCEPTED(registers, favourable(ConsumeOnAccept));
    QCOMPARE(registers.phase, InputPhase::Consumed);
    QVERIFY(isTerminal(registers.phase));
    QVERIFY(!step(registersIn(InputPhase::Queued), favourable(ConsumeOnAccept)).accepted);
}

void attemptsExhausted()
{
    InputRegisters registers = registersIn(InputPhase::Queued);
    registers.tries = limits::tries_max - 1;
    ACCEPTED(registers, favourable(StageForRun));
    ACCEPTED(registers, favourable(RunFailed));
    QCOMPARE(registers.phase, InputPhase::Staged);
    ACCEPTED(registers, favourable(ResolveStagedRollback));
    QCOMPARE(registers.phase, InputPhase::Abandoned);
    QCOMPARE(registers.abandonReason, AbandonReason::MaxAttemptsExhausted);
    QCOMPARE(registers.tries, limits::tries_max);
}

void rollBackWithoutFailure()
{
    InputRegisters registers = registersIn(InputPhase::Staged);
    registers.tries = limits::tries_max - 1;
    ACCEPTED(registers, favourable(ResolveStagedRollback));
    QCOMPARE(registers.phase, InputPhase::Queued);
    QCOMPARE(registers.tries, limits::tries_max - 1);
}

void stagingLeavesTheLane()
{
    InputRegisters registers = registersIn(InputPhase::Queued);
    ACCEPTED(registers, favourable(StageForRun));
    QCOMPARE(registers.lane, Lane::None);
    QCOMPARE(registers.recoveryLane, Lane::Steer);
    ACCEPTED(registers, favourable(RunFailed));
    InputEvent back = favourable(ResolveStagedRollback);
    back.lane = Lane::Queue;
    QCOMPARE(step(registers, back).refusal, InputRefusal::LaneMismatch);
    back.lane = Lane::Steer;
    ACCEPTED(registers, back);
    QCOMPARE(registers.lane, Lane::Steer);
    QCOMPARE(registers.tries, quint32{1});
}

void order()
{
    InputRegisters registers = registersIn(InputPhase::Queued);
    InputEvent event = favourable(Prioritize);
    event.admission = limits::priority_sequence_first;
    ACCEPTED(registers, event);
    QCOMPARE(registers.admission, limits::priority_sequence_first);
    event = favourable(DeferBehindBacklog);
    event.admission = 12;
    ACCEPTED(registers, event);
    QCOMPARE(registers.admission, quint64{12});
    event.admission = 0;
    for (const InputVerb verb : {Prioritize, DeferBehindBacklog}) {
        event.verb = verb;
        QCOMPARE(step(registers, event).refusal, InputRefusal::NoSequence);
    }
}

void changeLane()
{
    InputRegisters registers = registersIn(InputPhase::Queued);
    InputEvent event = favourable(ChangeLane);
    event.lane = Lane::Queue;
    ACCEPTED(registers, event);
    QCOMPARE(registers.lane, Lane::Queue);
    QCOMPARE(registers.recoveryLane, Lane::Queue);
    event.lane = Lane::None;
    QCOMPARE(step(registers, event).refusal, InputRefusal::LaneMismatch);
}

void publicView()
{
    InputRegisters registers = registersIn(InputPhase::Abandoned);
    QCOMPARE(publicPhaseName(registers), "cancelled");
    for (std::size_t reason = 1; reason < abandonReasonName.names.size(); ++reason) {
        registers.abandonReason = static_cast<AbandonReason>(reason);
        if (registers.abandonReason != AbandonReason::Cancelled)
            QCOMPARE(publicPhaseName(registers), "abandoned");
    }
    QCOMPARE(publicPhaseName(registersIn(InputPhase::Consumed)), "consumed");
}

void authorisation()
{
    const std::pair<InputVerb, InputPhase> pairs[] = {{QueueAccepted, InputPhase::Accepted},
                                                      {SteerAccepted, InputPhase::Untracked},
                                                      {ConsumeOnAccept, InputPhase::Accepted},
                                                      {Supersede, InputPhase::Queued},
                                                      {Coalesce, InputPhase::Queued}};
    for (const auto &[verb, phase] : pairs) {
        InputEvent event = favourable(verb);
        event.authorised = false;
        const InputRegisters registers = registersIn(phase);
        const InputStep result = step(registers, event);
        QCOMPARE(result.refusal, InputRefusal::NotAuthorised);
        QCOMPARE(result.next, registers);
    }
}

void queueing()
{
    for (const InputVerb verb : {QueueAccepted, SteerAccepted}) {
        InputEvent event = favourable(verb);
        event.admission = 0;
        QCOMPARE(step(InputRegisters{}, event).refusal, InputRefusal::NoSequence);
        event.admission = 9;
        const InputStep result = step(InputRegisters{}, event);
        QVERIFY(result.accepted);
        QCOMPARE(result.next.lane, verb == SteerAccepted ? Lane::Steer : Lane::Queue);
        QCOMPARE(result.next.recoveryLane, result.next.lane);
        QCOMPARE(result.next.admission, quint64{9});
    }
}

void replacement()
{
    for (const InputVerb verb : {Supersede, Coalesce}) {
        InputEvent event = favourable(verb);
        InputRegisters registers = registersIn(InputPhase::Queued);
        event.by = {};
        QCOMPARE(step(registers, event).refusal, InputRefusal::NotAuthorised);
        event.by = newer_input;
        ACCEPTED(registers, event);
        QCOMPARE(registers.replacedBy, newer_input);
        QCOMPARE(registers.lane, Lane::None);
    }
}

} // namespace

class InputTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenarios_data()
    {
        addScenarioColumn();
        addScenario("IN01: an input is queued, staged, applied, pending and consumed", fullLife);
        addScenario("IN02: a staged input rolls back to its old place", rollBack);
        addScenario("IN03: an applied-pending input never queues again", pendingNeverQueues);
        addScenario("IN04: a terminal input refuses everything", terminalRefusesAll);
        addScenario("IN05: an accepted input is not staged directly", stageFromAccepted);
        addScenario("IN06: a queued input is not applied or consumed directly", skipFromQueued);
        addScenario("IN07: an input staged for one run is not applied by another", otherRun);
        addScenario("IN08: every live input is abandoned with a reason", abandonEverywhere);
        addScenario("IN09, IN10: an accepted input is consumed on accept, a queued one is not",
                    consumeOnAccept);
        addScenario("IN11: the third failed run abandons the input", attemptsExhausted);
        addScenario("a roll-back without a failed run burns no try", rollBackWithoutFailure);
        addScenario("IN13, IN15: staging leaves the lane, a failed run restores it", stagingLeavesTheLane);
        addScenario("IN16: priority and deferral take the sequence they are given", order);
        addScenario("changing the lane changes the recovery lane", changeLane);
        addScenario("IN20: abandoned by a cancel is shown as cancelled", publicView);
        addScenario("DU10: nothing is placed or replaced without authorisation", authorisation);
        addScenario("a queued input has a lane and a sequence", queueing);
        addScenario("a replaced input names its replacement", replacement);
    }
    void scenarios() { runScenario(); }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::InputTest)
#include "input_test.moc"
