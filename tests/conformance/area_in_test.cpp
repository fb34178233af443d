// SPDX-License-Identifier: Apache-2.0
// Area IN: the life of one input, on the machine's own table and in a session.
#include "scenarios.h"

#include "core/lane.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using enum InputVerb;

constexpr RunId run_a{{1, 1}};
constexpr RunId run_b{{2, 2}};

/// An event of that kind that every guard lets through, for an input of the steer lane in run A.
InputEvent good(InputVerb verb)
{
    return {.verb = verb,
            .authorised = true,
            .lane = Lane::Steer,
            .admission = 5,
            .run = run_a,
            .boundarySequence = 3,
            .by = {Uuid{7, 7}},
            .reason = AbandonReason::Stopped};
}

/// Registers after these events, each of which must be taken.
InputRegisters after(std::initializer_list<InputVerb> verbs)
{
    InputRegisters registers;
    for (const InputVerb verb : verbs) {
        const InputStep stepped = step(registers, good(verb));
        if (!stepped.accepted)
            qFatal("%s is refused", inputVerbName(verb));
        registers = stepped.next;
    }
    return registers;
}

InputRegisters queued()
{
    return after({Accept, SteerAccepted});
}

InputRegisters staged()
{
    return after({Accept, SteerAccepted, StageForRun});
}

InputRegisters pending()
{
    return after({Accept, SteerAccepted, StageForRun, MarkApplied, MarkAppliedPendingConsumption});
}

void isRefused(const InputRegisters &registers, InputVerb verb, InputRefusal why)
{
    const InputStep stepped = step(registers, good(verb));
    QVERIFY(!stepped.accepted);
    QCOMPARE(stepped.refusal, why);
    QCOMPARE(stepped.next, registers);
}

void everyStepIsThere()
{
    const InputRegisters consumed = after({Accept, SteerAccepted, StageForRun, MarkApplied,
                                           MarkAppliedPendingConsumption, RecordBoundarySequence, Consume});
    QCOMPARE(consumed.phase, InputPhase::Consumed);
    QCOMPARE(consumed.boundarySequence, 3U);
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt());
    h.succeed();
    QCOMPARE(h.codesFor(input), (Codes{EventCode::InputAccepted, EventCode::InputQueued, EventCode::InputStaged,
                                       EventCode::InputApplied, EventCode::InputConsumed}));
}

void aStagedInputRollsBack()
{
    const InputStep back = step(staged(), good(ResolveStagedRollback));
    QCOMPARE(back.next.phase, InputPhase::Queued);
    QCOMPARE(back.next.admission, queued().admission);
    QVERIFY(back.next.run.isNull());
}

void appliedPendingNeverQueues()
{
    for (const InputVerb verb : {QueueAccepted, SteerAccepted, ResolveStagedRollback, StageForRun})
        isRefused(pending(), verb, InputRefusal::PhaseRefuses);
}

void whatHasEndedRefusesEverything()
{
    const InputRegisters ends[] = {after({Accept, ConsumeOnAccept}), after({Accept, SteerAccepted, Supersede}),
                                   after({Accept, SteerAccepted, Coalesce}),
                                   after({Accept, SteerAccepted, Abandon})};
    for (const InputRegisters &end : ends) {
        for (std::size_t verb = 0; verb < inputVerbName.names.size(); ++verb)
            isRefused(end, static_cast<InputVerb>(verb), InputRefusal::Terminal);
    }
}

void anAcceptedInputIsNotStaged()
{
    isRefused(after({Accept}), StageForRun, InputRefusal::PhaseRefuses);
}

void aQueuedInputIsNotAppliedOrConsumed()
{
    for (const InputVerb verb : {MarkApplied, MarkAppliedPendingConsumption, Consume})
        isRefused(queued(), verb, InputRefusal::PhaseRefuses);
}

void anotherRunDoesNotApplyIt()
{
    InputEvent foreign = good(MarkApplied);
    foreign.run = run_b;
    const InputStep stepped = step(staged(), foreign);
    QCOMPARE(stepped.refusal, InputRefusal::RunMismatch);
    QCOMPARE(stepped.next, staged());
}

void whatLivesIsAbandonedWithItsReason()
{
    const InputRegisters lives[] = {after({Accept}), queued(), staged(),
                                    after({Accept, SteerAccepted, StageForRun, MarkApplied}), pending()};
    for (const InputRegisters &live : lives) {
        for (std::size_t at = 1; at < abandonReasonName.names.size(); ++at) {
            InputEvent abandon = good(Abandon);
            abandon.reason = static_cast<AbandonReason>(at);
            const InputStep stepped = step(live, abandon);
            QVERIFY(stepped.accepted);
            QCOMPARE(stepped.next.phase, InputPhase::Abandoned);
            QCOMPARE(stepped.next.abandonReason, abandon.reason);
        }
    }
}

void consumedOnAccept()
{
    const InputRegisters consumed = after({Accept, ConsumeOnAccept});
    QCOMPARE(consumed.phase, InputPhase::Consumed);
    QVERIFY(isTerminal(consumed.phase));
    CoreHarness h;
    const Submitted input = h.submit(operation());
    QVERIFY(h.receipt(input)->consumedOnAccept);
    QVERIFY(!h.isOpen(input));
    QCOMPARE(h.codesFor(input), Codes{EventCode::InputAccepted});
}

void aQueuedInputIsNotConsumedOnAccept()
{
    isRefused(queued(), ConsumeOnAccept, InputRefusal::PhaseRefuses);
}

void theThirdFailureAbandonsIt()
{
    InputRow row;
    row.input = recordOf(prompt())->input;
    row.plan = recordOf(prompt())->plan;
    row.sequence = 1;
    row.starts = 2;
    row.registers = queued();
    row.registers.lane = row.registers.recoveryLane = Lane::Queue;
    row.registers.admission = limits::admission_sequence_first;
    row.registers.tries = 2;
    CoreHarness h({.openInputs = {row}});
    h.attach();
    QVERIFY(h.applyOpen());
    h.failRun();
    QCOMPARE(h.store.ended(1)->kind, TerminalKind::Abandoned);
    QCOMPARE(h.store.ended(1)->reason, AbandonReason::MaxAttemptsExhausted);
    QCOMPARE(h.view().open, 0U);
}

void stagingTakesItOutOfTheQueue()
{
    QCOMPARE(staged().lane, Lane::None);
    CoreHarness h;
    const Submitted first = h.submit(prompt("first"));
    h.submit(prompt("second"));
    QCOMPARE(h.view().queued, 2U);
    h.attach();
    QCOMPARE(h.phaseOf(first), InputPhase::Staged);
    QCOMPARE(h.view().queued, 1U);
}

void aFailedSteerIsBackInItsLane()
{
    CoreHarness h;
    h.attach();
    const Submitted steer = h.submit(steered(prompt()));
    h.failRun();
    QCOMPARE(h.phaseOf(steer), InputPhase::Queued);
    QCOMPARE(h.record(steer)->registers.lane, Lane::Steer);
    QCOMPARE(h.view().steering, 1U);
}

void whatIsPrioritisedGoesFirst()
{
    const auto a = recordOf(prompt("a"), 1);
    const auto b = recordOf(prompt("b"), 2);
    a->registers = b->registers = queued();
    a->registers.admission = limits::admission_sequence_first;
    InputEvent prioritise = good(Prioritize);
    prioritise.admission = limits::priority_sequence_first;
    const InputStep stepped = step(b->registers, prioritise);
    QVERIFY(stepped.accepted);
    QCOMPARE(stepped.next.admission, limits::priority_sequence_first);
    QVERIFY(stepped.next.admission < a->registers.admission);
    b->registers = stepped.next;
    InputLane lane;
    lane.insert(*a);
    lane.insert(*b);
    QCOMPARE(lane.front(), b.get());
    QCOMPARE(lane.front()->next, a.get());
}

void whatIsNotTrackedHasNotEnded()
{
    QVERIFY(!isTerminal(InputRegisters{}.phase));
    CoreHarness h;
    const Submitted nobody = h.waitFor({Uuid::version7(9, 0, 9)}, WaitMode::Terminal);
    QCOMPARE(h.reply(nobody.command)->refusal, Refusal::NotFound);
    QVERIFY(h.outcome(nobody) == nullptr);
    // Nor is one whose accept is still in flight taken for accepted, or for ended.
    h.script.store = Answers::Held;
    const Submitted accepting = h.submit(prompt());
    const Submitted early = h.waitFor(accepting.input, WaitMode::Terminal);
    QCOMPARE(h.reply(early.command)->refusal, Refusal::NotFound);
    h.commitAll();
}

void aLaneIsFirstInFirstOut()
{
    std::vector<std::unique_ptr<InputRecord>> records;
    InputLane lane;
    QVERIFY(lane.isEmpty() && lane.front() == nullptr);
    for (const quint64 sequence : {3, 1, 2, 5, 4}) {
        records.push_back(recordOf(prompt(), sequence));
        lane.insert(*records.back());
    }
    QCOMPARE(lane.count(), 5U);
    lane.remove(*records[2]); // The second, from the middle.
    std::vector<quint64> order;
    while (InputRecord *front = lane.front()) {
        QCOMPARE(lane.front(), front); // Looking takes nothing.
        order.push_back(front->sequence);
        lane.remove(*front);
    }
    QCOMPARE(order, (std::vector<quint64>{1, 3, 4, 5}));
    QCOMPARE(lane.count(), 0U);
}

void aCancelledInputShowsAsCancelled()
{
    InputRegisters ended = after({Accept, SteerAccepted, Abandon});
    for (std::size_t at = 1; at < abandonReasonName.names.size(); ++at) {
        ended.abandonReason = static_cast<AbandonReason>(at);
        const bool cancelled = ended.abandonReason == AbandonReason::Cancelled;
        QCOMPARE(publicPhaseName(ended), cancelled ? "cancelled" : "abandoned");
    }
}

const Scenario scenarios[] = {
    {"IN01: an input that runs has each step in its history", everyStepIsThere},
    {"IN02: a staged input rolls back to its place", aStagedInputRollsBack},
    {"IN03: an applied input that waits to be consumed never queues again", appliedPendingNeverQueues},
    {"IN04: an input that has ended refuses everything", whatHasEndedRefusesEverything},
    {"IN05: an accepted input is not staged directly", anAcceptedInputIsNotStaged},
    {"IN06: a queued input is not applied or consumed directly", aQueuedInputIsNotAppliedOrConsumed},
    {"IN07: an input staged for one run is not applied by another", anotherRunDoesNotApplyIt},
    {"IN08: every live input is abandoned with its reason", whatLivesIsAbandonedWithItsReason},
    {"IN09: an accepted input is consumed on accept", consumedOnAccept},
    {"IN10: a queued input is not consumed on accept", aQueuedInputIsNotConsumedOnAccept},
    {"IN11: an input with two failures is abandoned at its third", theThirdFailureAbandonsIt},
    {"IN13: staging takes an input out of its queue", stagingTakesItOutOfTheQueue},
    {"IN15: a steered input whose run fails is back in the steer lane", aFailedSteerIsBackInItsLane},
    {"IN16: a prioritised input goes before what is queued", whatIsPrioritisedGoesFirst},
    {"IN18: an input that is not known has not ended", whatIsNotTrackedHasNotEnded},
    {"IN19: a lane removes, shows and drains in order", aLaneIsFirstInFirstOut},
    {"IN20: an input abandoned by a cancel shows as cancelled, others as abandoned",
     aCancelledInputShowsAsCancelled},
};

} // namespace

class AreaInTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaInTest)
#include "area_in_test.moc"
