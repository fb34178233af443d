// SPDX-License-Identifier: Apache-2.0
// Area DU: repeats of an idempotency key, and what replaces what.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

void repeatNamesTheFirst()
{
    CoreHarness h;
    const Submitted first = h.submit(withKey(prompt(), "k"));
    const Submitted again = h.submit(withKey(prompt(), "k"));
    QCOMPARE(h.receipt(again)->verdict, AcceptReceipt::Verdict::Deduplicated);
    QCOMPARE(h.receipt(again)->existing, first.input);
    QCOMPARE(h.receipt(again)->input, again.input);
    QCOMPARE(h.view().open, 1U);
    const std::vector<LifecycleEvent> told = h.eventsOf(EventCode::InputDeduplicated);
    QCOMPARE(told.size(), std::size_t(1));
    QCOMPARE(told.front().other, first.input);
}

void repeatOfAnEndedInputHasNothingToWaitFor()
{
    CoreHarness h;
    h.attach();
    h.submit(withKey(prompt(), "k"));
    const Submitted early = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QVERIFY(h.receipt(early)->willResolve);
    h.succeed();
    QCOMPARE(h.outcome(early)->outcome, OutcomeClass::Completed);
    const Submitted late = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QCOMPARE(h.receipt(late)->verdict, AcceptReceipt::Verdict::Deduplicated);
    QVERIFY(!h.receipt(late)->willResolve);
    QCOMPARE(h.unresolvedWaiters(), std::size_t(0));
}

void repeatWritesNothing()
{
    CoreHarness h;
    h.submit(withKey(prompt(), "k"));
    const std::size_t before = h.writes.size();
    QCOMPARE(before, std::size_t(1));
    h.submit(withKey(prompt(), "k"));
    QCOMPARE(h.writes.size(), before);
    QCOMPARE(h.store.open().size(), std::size_t(1));
}

void repeatSignalsNothing()
{
    CoreHarness h;
    h.attach();
    h.submitWithoutWake(withKey(steered(prompt()), "k"));
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    // The repeat asks for a wake, but it is no input, and the first one asked for none.
    h.submit(withKey(steered(prompt()), "k"));
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QVERIFY(!h.applyOpen());
}

void repeatIsFoundAfterARestart()
{
    CoreHarness h;
    const Submitted first = h.submit(withKey(prompt(), "k"));
    h.crash();
    const std::size_t writes = h.writes.size();
    h.core.takeSignal();
    const Submitted open = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QCOMPARE(h.receipt(open)->verdict, AcceptReceipt::Verdict::Deduplicated);
    QCOMPARE(h.receipt(open)->existing, first.input);
    QCOMPARE(h.receipt(open)->work, Work::Pending);
    QVERIFY(h.receipt(open)->willResolve);
    QCOMPARE(h.writes.size(), writes);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    h.attach();
    h.succeed();
    QCOMPARE(h.outcome(open)->outcome, OutcomeClass::Completed);
    h.crash();
    const Submitted ended = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QCOMPARE(h.receipt(ended)->existing, first.input);
    QCOMPARE(h.receipt(ended)->work, Work::Ended);
    QCOMPARE(h.receipt(ended)->endedAs, OutcomeClass::Completed);
    QVERIFY(!h.receipt(ended)->willResolve);
}

void newerReplacesARecoveredOne()
{
    CoreHarness h;
    const Submitted older = h.submit(superseding(externalEvent(), "s"));
    h.crash();
    const Submitted newer = h.submit(superseding(externalEvent(), "s"));
    QCOMPARE(h.store.ended(older.sequence())->replacedBy, newer.input);
}

void newerReplacesTheQueuedOne()
{
    struct Case
    {
        Input (*input)();
        EventCode code;
        TerminalKind kind;
    };
    const Case cases[] = {
        {[] { return externalEvent(); }, EventCode::InputSuperseded, TerminalKind::Superseded},
        {[] { return durable(progress()); }, EventCode::InputCoalesced, TerminalKind::Coalesced},
    };
    for (const Case &one : cases) {
        CoreHarness h;
        const Submitted older = h.submit(superseding(one.input(), "s"));
        const Submitted newer = h.submit(superseding(one.input(), "s"));
        QVERIFY(!h.isOpen(older));
        QCOMPARE(h.phaseOf(newer), InputPhase::Queued);
        QCOMPARE(h.eventsOf(one.code).size(), std::size_t(1));
        QCOMPARE(h.eventsOf(one.code).front().other, newer.input);
        QCOMPARE(h.store.ended(older.sequence())->kind, one.kind);
        QCOMPARE(h.store.ended(older.sequence())->replacedBy, newer.input);
    }
}

void othersStandAlone()
{
    const std::pair<Input, Input> pairs[] = {
        {superseding(externalEvent(), "s"), superseding(externalEvent(), "t")},
        {superseding(externalEvent(), "s"), externalEvent()},
        {externalEvent(), externalEvent()},
        {superseding(durable(progress()), "s"), superseding(externalEvent(), "s")},
    };
    for (const auto &[first, second] : pairs) {
        QVERIFY(!replaces(second, first));
        CoreHarness h;
        const Submitted older = h.submit(first);
        const Submitted newer = h.submit(second);
        QCOMPARE(h.phaseOf(older), InputPhase::Queued);
        QCOMPARE(h.phaseOf(newer), InputPhase::Queued);
        QCOMPARE(h.view().tally.replaced, quint64(0));
    }
}

void coalescingNeedsAnAuthorisation()
{
    const std::unique_ptr<InputRecord> record = recordOf(progress());
    InputRegisters queued;
    queued = step(queued, {.verb = InputVerb::Accept}).next;
    queued = step(queued, {.verb = InputVerb::SteerAccepted, .authorised = true, .admission = 1}).next;
    QCOMPARE(queued.phase, InputPhase::Queued);
    for (const InputVerb verb : {InputVerb::Coalesce, InputVerb::Supersede}) {
        const InputStep refused = step(queued, {.verb = verb, .by = record->input->id});
        QVERIFY(!refused.accepted);
        QCOMPARE(refused.refusal, InputRefusal::NotAuthorised);
        QCOMPARE(refused.next, queued);
        QVERIFY(step(queued, {.verb = verb, .authorised = true, .by = record->input->id}).accepted);
    }
}

void aggregatesDescribeTheirSources()
{
    const InputId id{Uuid::version7(1, 0, 9)};
    const Ids sources{{Uuid::version7(1, 0, 1)}, {Uuid::version7(1, 0, 2)}, {Uuid::version7(1, 0, 3)}};
    const WallTime at{std::chrono::milliseconds(5)};
    const std::optional<AggregateDescriptor> three = aggregate(id, sources, at);
    QVERIFY(three.has_value());
    QCOMPARE(three->aggregate, id);
    QCOMPARE(three->sources, sources);
    QCOMPARE(three->description, QStringLiteral("3 coalesced inputs"));
    QCOMPARE(three->at, at);
    QVERIFY(!aggregate(id, {}, at).has_value());
}

void onlyEventsAndProgressAreReplaceable()
{
    for (std::size_t at = 0; at < inputKindName.names.size(); ++at) {
        const auto kind = static_cast<InputKind>(at);
        QCOMPARE(replaceable(kind),
                 kind == InputKind::ExternalEvent || kind == InputKind::PeerResponseProgress);
    }
}

void aRunOfOnesOwnNeedsAKeyOfItsOwn()
{
    CoreHarness h;
    const Submitted owner = h.submitWithoutWake(withKey(prompt(), "k"));
    const Submitted mine = h.submitAndRun(withKey(prompt(), "k"));
    QCOMPARE(h.receipt(mine)->verdict, AcceptReceipt::Verdict::Rejected);
    QCOMPARE(h.receipt(mine)->refusal, Refusal::Invalid);
    QCOMPARE(h.receipt(mine)->existing, owner.input);
    QVERIFY(h.receipt(mine)->message.contains(QString::fromLatin1(owner.input.toText())));
    QVERIFY(!h.directOpen());
    QVERIFY(h.isOpen(owner));
}

const Scenario scenarios[] = {
    {"DU01: a repeat of a key is deduplicated with the old id", repeatNamesTheFirst},
    {"DU02: a repeat of an ended input has no handle", repeatOfAnEndedInputHasNothingToWaitFor},
    {"DU04: a repeat writes nothing", repeatWritesNothing},
    {"DU05: a repeat signals nothing", repeatSignalsNothing},
    {"DU01, DU02, DU04, DU05: the same after a restart", repeatIsFoundAfterARestart},
    {"DU07: a newer input replaces one that was recovered", newerReplacesARecoveredOne},
    {"DU07: a newer input of the same kind and key replaces the queued one", newerReplacesTheQueuedOne},
    {"DU08: another key, no key or another kind stands alone", othersStandAlone},
    {"DU10: coalescing without an authorisation is refused", coalescingNeedsAnAuthorisation},
    {"DU11: an aggregate describes its sources, and none of none", aggregatesDescribeTheirSources},
    {"DU12: only external events and progress are replaceable", onlyEventsAndProgressAreReplaceable},
    {"DU13: accept-and-run with a used key is refused and names the owner", aRunOfOnesOwnNeedsAKeyOfItsOwn},
};

} // namespace

class AreaDuTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaDuTest)
#include "area_du_test.moc"
