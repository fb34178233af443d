// SPDX-License-Identifier: Apache-2.0
// Bindings: a session's epoch, the runtime that it is bound to, inputs by runtime id, and whoever runs its
// turns before an executor is attached.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

Submitted ingest(CoreHarness &h, RuntimeBinding address)
{
    return h.submitTo(std::make_shared<const RuntimeBinding>(std::move(address)), prompt());
}

} // namespace

class BindingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theEpochIsStable();
    void aBindingIsAnnouncedWhenItIsDurable();
    void aBindingThatIsNotWrittenIsNone();
    void anotherRuntimeIsRefused();
    void anotherEpochIsRefused();
    void aStartBeginsAnotherEpoch();
    void aStoredBindingKeepsItsEpoch();
    void aBindDuringARunKeepsItsGrant();
    void anInputByRuntimeIdNamesEveryFact();
    void anInputByRuntimeIdIsToldThePhase();
    void aPreparedSessionIsInterrupted();
    void anExecutorTakesThePlaceOfTheProvisionalInterrupt();
    void bindingsThatWaitForAWriteAreBounded();
};

void BindingsTest::theEpochIsStable()
{
    CoreHarness h;
    const EpochId epoch = h.reply(h.bind({}))->epoch;
    QVERIFY(epoch);
    QCOMPARE(h.core.epoch(), epoch);
    QCOMPARE(h.reply(h.bind("rt:a"))->epoch, epoch);
    QCOMPARE(h.reply(h.bind("rt:a"))->epoch, epoch);
    QCOMPARE(*h.core.registers().binding->epoch, epoch);
    QCOMPARE(h.writes.size(), std::size_t(1)); // The first binding; the others changed nothing.
    QCOMPARE(h.eventsOf(EventCode::RuntimeBound).size(), std::size_t(1));
}

void BindingsTest::aBindingIsAnnouncedWhenItIsDurable()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const CommandId bound = h.bind("rt:a");
    QVERIFY(!h.answered(bound));
    QVERIFY(h.eventsOf(EventCode::RuntimeBound).empty());
    QVERIFY(h.core.registers().binding == nullptr);
    const Submitted behind = h.submit(prompt()); // A lifecycle write is a barrier.
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.reply(bound)->ok());
    QCOMPARE(h.eventsOf(EventCode::RuntimeBound).front().detail, QStringLiteral("rt:a"));
    h.commit();
    QVERIFY(h.receipt(behind)->accepted());
}

void BindingsTest::aBindingThatIsNotWrittenIsNone()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const CommandId bound = h.bind("rt:a");
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(bound)->refusal, Refusal::NotWritten);
    QVERIFY(h.core.registers().binding == nullptr);
    QVERIFY(h.eventsOf(EventCode::RuntimeBound).empty());
    h.script.store = Answers::AtOnce;
    QVERIFY(h.reply(h.bind("rt:a"))->ok());
}

void BindingsTest::anotherRuntimeIsRefused()
{
    CoreHarness h;
    h.bind("rt:a");
    QCOMPARE(h.reply(h.bind("rt:b"))->refusal, Refusal::BindingMismatch);
    QCOMPARE(h.core.registers().binding->runtimeId, QByteArray("rt:a"));
}

void BindingsTest::anotherEpochIsRefused()
{
    CoreHarness h;
    const EpochId epoch = h.reply(h.bind({}))->epoch;
    QCOMPARE(h.reply(h.bind("rt:a", EpochId{Uuid{9, 9}}))->refusal, Refusal::BindingMismatch);
    QVERIFY(h.reply(h.bind("rt:a", epoch))->ok());
}

void BindingsTest::aStartBeginsAnotherEpoch()
{
    CoreHarness h;
    h.attach();
    const EpochId first = h.reply(h.bind("rt:a"))->epoch;
    h.stop();
    h.start();
    QVERIFY(h.core.registers().binding == nullptr);
    const CommandReceipt *again = h.reply(h.bind("rt:b"));
    QVERIFY(again->ok());
    QVERIFY(again->epoch != first);
}

void BindingsTest::aStoredBindingKeepsItsEpoch()
{
    CoreHarness h;
    const EpochId epoch = h.reply(h.bind("rt:a"))->epoch;
    h.crash();
    QCOMPARE(h.core.registers().binding->runtimeId, QByteArray("rt:a"));
    QCOMPARE(h.reply(h.bind({}))->epoch, epoch);
}

void BindingsTest::aBindDuringARunKeepsItsGrant()
{
    CoreHarness h;
    h.attach();
    const Submitted running = h.submit(prompt());
    QVERIFY(h.applyOpen());
    QVERIFY(h.reply(h.bind("rt:a"))->ok());
    h.crash();
    QCOMPARE(h.record(running)->crashes, 1U);
}

void BindingsTest::anInputByRuntimeIdNamesEveryFact()
{
    CoreHarness h;
    const EpochId epoch = h.reply(h.bind("rt:a"))->epoch;
    QVERIFY(h.receipt(ingest(h, {"rt:a", 0, {}, epoch}))->accepted());
    QCOMPARE(h.receipt(ingest(h, {"rt:b", 0, {}, epoch}))->refusal, Refusal::NotFound);
    QCOMPARE(h.receipt(ingest(h, {"rt:a", 1, {}, epoch}))->refusal, Refusal::BindingMismatch);
    QCOMPARE(h.receipt(ingest(h, {"rt:a", 0, 4, epoch}))->refusal, Refusal::BindingMismatch);
    QCOMPARE(h.receipt(ingest(h, {"rt:a", 0, {}, std::nullopt}))->refusal, Refusal::BindingMismatch);
    QCOMPARE(h.receipt(ingest(h, {"rt:a", 0, {}, EpochId{Uuid{9, 9}}}))->refusal, Refusal::BindingMismatch);
    QCOMPARE(h.view().open, 1U);
}

void BindingsTest::anInputByRuntimeIdIsToldThePhase()
{
    CoreHarness h;
    const EpochId epoch = h.reply(h.bind("rt:a"))->epoch;
    h.stop();
    const AcceptReceipt *receipt = h.receipt(ingest(h, {"rt:a", 0, {}, epoch}));
    QCOMPARE(receipt->refusal, Refusal::InvalidState);
    QCOMPARE(receipt->phase, Phase::Stopped);
}

void BindingsTest::aPreparedSessionIsInterrupted()
{
    CoreHarness h;
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->phase, Phase::Idle);
    h.bind("rt:a");
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->refusal, Refusal::NotReady);
    QVERIFY(h.reply(h.installInterrupt())->ok());
    QVERIFY(h.reply(h.cancel(CancelMode::Hard))->ok());
    QCOMPARE(h.interrupts.size(), std::size_t(1));
    // What is cooperative has nobody to go to.
    QCOMPARE(h.reply(h.cancel(CancelMode::Boundary))->refusal, Refusal::NotReady);
}

void BindingsTest::anExecutorTakesThePlaceOfTheProvisionalInterrupt()
{
    CoreHarness h;
    h.bind("rt:a");
    h.installInterrupt();
    h.attach();
    QCOMPARE(h.reply(h.cancel(CancelMode::Hard))->verdict, CommandReceipt::Verdict::NoOp);
    QVERIFY(h.interrupts.empty());
    QCOMPARE(h.reply(h.installInterrupt())->refusal, Refusal::NotReady);
}

void BindingsTest::bindingsThatWaitForAWriteAreBounded()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    h.bind("rt:a");
    std::vector<CommandId> behind;
    for (std::size_t at = 0; at <= limits::tickets_per_session_max; ++at)
        behind.push_back(h.bind("rt:a"));
    QVERIFY(!h.answered(behind.front()));
    QCOMPARE(h.reply(behind.back())->refusal, Refusal::Busy);
    h.script.store = Answers::AtOnce;
    h.commit();
    for (std::size_t at = 0; at + 1 < behind.size(); ++at)
        QVERIFY(h.reply(behind[at])->ok());
}

QTEST_APPLESS_MAIN(BindingsTest)
#include "bindings_test.moc"
