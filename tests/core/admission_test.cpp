// SPDX-License-Identifier: Apache-2.0
// What is taken in, in which order it is asked, and every way in which an input is refused.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

namespace {

struct RefusedContent
{
    const char *name;
    Input (*input)();
    Refusal refusal;
};

Input derived(Input input)
{
    input.durability = Durability::Derived;
    return input;
}

// clang-format off
const RefusedContent refused_contents[] = {
    {"a prompt without durability",        [] { Input input = prompt(); input.durability = Durability::Absent; return input; }, Refusal::DurabilityViolation},
    {"a derived prompt",                   [] { return derived(prompt()); },                          Refusal::DurabilityViolation},
    {"a derived event from outside",       [] { return derived(externalEvent()); },                   Refusal::DurabilityViolation},
    {"progress with a handling mode",      [] { return steered(progress()); },                        Refusal::PeerHandlingModeInvalid},
    {"a terminal without a request",       [] { return terminalResponse({}); },                       Refusal::PeerTerminalInvalid},
    {"an over-long idempotency key",       [] { return withKey(prompt(), QByteArray(513, 'k')); },    Refusal::TooLarge},
    {"an over-large content",              [] { return prompt(QByteArray((16 << 20) + 1, 'x')); },    Refusal::TooLarge},
    {"a body of another kind",             [] { Input input = prompt(); input.body = FlowStepBody{}; return input; }, Refusal::Invalid},
};
// clang-format on

} // namespace

class AdmissionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusedContentLeavesNoTrace_data();
    void refusedContentLeavesNoTrace();
    void aPhaseThatTakesNoInputSaysWhich_data();
    void aPhaseThatTakesNoInputSaysWhich();
    void aDestroyedSessionSaysSoBeforeAnythingElse();
    void aHeldSessionRefusesWithItsReason();
    void aStoppingSessionRefuses();
    void aHostThatShutsDownRefuses();
    void thePhaseIsAskedBeforeTheContent();
    void theContentIsAskedBeforeTheKey();
    void theKeyIsAskedBeforeTheBound();
    void anIdThatIsInUseIsRefused();

    void aFullQueueRefusesWithLimitAndCount();
    void whatIsBeingWrittenOrRunCountsForTheLimit();
    void aReplacementFitsIntoAFullQueue();
    void whatIsConsumedOnAcceptFitsIntoAFullQueue();
    void aFullQueueTakesAgainWhenAnInputHasEnded();

    void tooManyWritesInFlightAreBusy();
    void tooManyBytesInFlightAreBusy();
    void acceptsBehindALifecycleWriteAreBounded();
    void repeatsOfAKeyInFlightAreBounded();

    void anIdleSessionIsWokenByAnyInput();
    void anInputWithoutWakeNeverSignals();
    void theSignalIsThatOfThePhaseWhenTheWriteIsDurable();
    void whatIsConsumedOnAcceptIsRecordedAndOver_data();
    void whatIsConsumedOnAcceptIsRecordedAndOver();
    void anAcceptedInputIsPublishedInOrder();
};

void AdmissionTest::refusedContentLeavesNoTrace_data()
{
    QTest::addColumn<int>("at");
    for (int at = 0; const RefusedContent &content : refused_contents)
        QTest::newRow(content.name) << at++;
}

void AdmissionTest::refusedContentLeavesNoTrace()
{
    QFETCH(int, at);
    CoreHarness h;
    h.attach();
    const Submitted refused = h.submit(refused_contents[at].input(), WaitMode::Terminal);
    QCOMPARE(h.receipt(refused)->verdict, AcceptReceipt::Verdict::Rejected);
    QCOMPARE(h.receipt(refused)->refusal, refused_contents[at].refusal);
    QVERIFY(!h.receipt(refused)->willResolve);
    QVERIFY(h.writes.empty());
    QVERIFY(!h.isOpen(refused));
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QCOMPARE(h.view().tally.rejected, quint64(1));
    QVERIFY(h.core.parked());
}

void AdmissionTest::aPhaseThatTakesNoInputSaysWhich_data()
{
    QTest::addColumn<Phase>("phase");
    QTest::newRow("stopped") << Phase::Stopped;
    QTest::newRow("retired") << Phase::Retired;
}

void AdmissionTest::aPhaseThatTakesNoInputSaysWhich()
{
    QFETCH(Phase, phase);
    CoreHarness h(storedAs(phase));
    const Submitted refused = h.submit(prompt());
    QCOMPARE(h.receipt(refused)->refusal, Refusal::NotReady);
    QCOMPARE(h.receipt(refused)->phase, phase);
    QVERIFY(h.receipt(refused)->message.contains(QLatin1String(phaseName(phase))));
}

void AdmissionTest::aDestroyedSessionSaysSoBeforeAnythingElse()
{
    CoreHarness h(storedAs(Phase::Destroyed));
    h.shutDown();
    const Submitted refused = h.submit(prompt());
    QCOMPARE(h.receipt(refused)->refusal, Refusal::Destroyed);
}

void AdmissionTest::aHeldSessionRefusesWithItsReason()
{
    HarnessOptions options;
    options.corruption = QStringLiteral("input row 7 has a wrong checksum");
    CoreHarness h(options);
    const Submitted refused = h.submit(prompt());
    QCOMPARE(h.receipt(refused)->refusal, Refusal::Held);
    QVERIFY(h.receipt(refused)->message.contains(options.corruption));
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    QCOMPARE(h.eventsOf(EventCode::RuntimeHeld).size(), std::size_t(1));
}

void AdmissionTest::aStoppingSessionRefuses()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    QVERIFY(h.applyOpen());
    h.stop();
    const Submitted late = h.submit(prompt());
    QCOMPARE(h.receipt(late)->refusal, Refusal::NotReady);
    QVERIFY(!h.receipt(late)->message.isEmpty());
}

void AdmissionTest::aHostThatShutsDownRefuses()
{
    CoreHarness h;
    h.shutDown();
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::ShuttingDown);
}

void AdmissionTest::thePhaseIsAskedBeforeTheContent()
{
    CoreHarness h(storedAs(Phase::Stopped));
    QCOMPARE(h.receipt(h.submit(derived(prompt())))->refusal, Refusal::NotReady);
}

void AdmissionTest::theContentIsAskedBeforeTheKey()
{
    CoreHarness h;
    h.submit(withKey(prompt(), "k"));
    QCOMPARE(h.receipt(h.submit(withKey(derived(prompt()), "k")))->refusal, Refusal::DurabilityViolation);
}

void AdmissionTest::theKeyIsAskedBeforeTheBound()
{
    HarnessOptions options;
    options.settings.queueLimit = 1;
    CoreHarness h(options);
    h.submit(withKey(prompt("a"), "k"));
    QCOMPARE(h.receipt(h.submit(withKey(prompt("a"), "k")))->verdict, AcceptReceipt::Verdict::Deduplicated);
    QCOMPARE(h.receipt(h.submit(withKey(prompt("b"), "k")))->refusal, Refusal::KeyConflict);
    QCOMPARE(h.receipt(h.submit(prompt("c")))->refusal, Refusal::QueueFull);
}

void AdmissionTest::anIdThatIsInUseIsRefused()
{
    CoreHarness h;
    const Submitted first = h.submit(prompt("a"));
    const Submitted second = h.submitAs(first.input, prompt("b"));
    QCOMPARE(h.receipt(second)->refusal, Refusal::Invalid);
    QVERIFY(h.isOpen(first));
}

void AdmissionTest::aFullQueueRefusesWithLimitAndCount()
{
    HarnessOptions options;
    options.settings.queueLimit = 2;
    CoreHarness h(options);
    h.submit(prompt());
    h.submit(prompt());
    const Submitted third = h.submit(prompt(), WaitMode::Attempt);
    QCOMPARE(h.receipt(third)->refusal, Refusal::QueueFull);
    QCOMPARE(h.receipt(third)->limit, 2U);
    QCOMPARE(h.receipt(third)->open, 2U);
    QVERIFY(h.receipt(third)->retryable());
}

void AdmissionTest::whatIsBeingWrittenOrRunCountsForTheLimit()
{
    HarnessOptions options;
    options.settings.queueLimit = 2;
    CoreHarness h(options);
    h.attach();
    h.submit(prompt());
    QVERIFY(h.applyOpen());
    h.script.store = Answers::Held;
    const Submitted writing = h.submit(prompt());
    QVERIFY(!h.answered(writing.command));
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::QueueFull);
    h.answer(Verdict::NotWritten);
    h.script.store = Answers::AtOnce;
    QVERIFY(h.receipt(h.submit(prompt()))->accepted());
}

void AdmissionTest::aReplacementFitsIntoAFullQueue()
{
    HarnessOptions options;
    options.settings.queueLimit = 1;
    CoreHarness h(options);
    const Submitted older = h.submit(superseding(externalEvent(), "s"));
    const Submitted newer = h.submit(superseding(externalEvent("build", "red"), "s"));
    QVERIFY(h.receipt(newer)->accepted());
    QVERIFY(!h.isOpen(older));
    QCOMPARE(h.receipt(h.submit(superseding(externalEvent(), "other")))->refusal, Refusal::QueueFull);
}

void AdmissionTest::whatIsConsumedOnAcceptFitsIntoAFullQueue()
{
    HarnessOptions options;
    options.settings.queueLimit = 1;
    CoreHarness h(options);
    h.submit(prompt());
    QVERIFY(h.receipt(h.submit(operation()))->consumedOnAccept);
    QCOMPARE(h.view().open, 1U);
}

void AdmissionTest::aFullQueueTakesAgainWhenAnInputHasEnded()
{
    HarnessOptions options;
    options.settings.queueLimit = 1;
    CoreHarness h(options);
    h.attach();
    h.submit(prompt());
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::QueueFull);
    h.succeed();
    QVERIFY(h.receipt(h.submit(prompt()))->accepted());
}

void AdmissionTest::tooManyWritesInFlightAreBusy()
{
    HarnessOptions options;
    options.store = Answers::Held;
    options.settings.queueLimit = 5000;
    CoreHarness h(options);
    for (quint32 at = 0; at < limits::tickets_per_session_max; ++at)
        QVERIFY(!h.answered(h.submit(prompt()).command));
    const Submitted over = h.submit(prompt());
    QCOMPARE(h.receipt(over)->refusal, Refusal::Busy);
    QVERIFY(h.receipt(over)->retryable());
    h.commit();
    QVERIFY(!h.answered(h.submit(prompt()).command));
    h.commitAll();
    QCOMPARE(h.view().open, limits::tickets_per_session_max + 1);
}

void AdmissionTest::tooManyBytesInFlightAreBusy()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    const QByteArray half(static_cast<qsizetype>(limits::ticket_bytes_per_session_max / 2), 'x');
    QVERIFY(!h.answered(h.submit(prompt(half)).command));
    QVERIFY(!h.answered(h.submit(ephemeral(prompt(half))).command));
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Busy);
    h.commit();
    QVERIFY(!h.answered(h.submit(prompt()).command));
    h.answer(Verdict::NotWritten);
    // What is undone is no longer in flight either.
    for (int at = 0; at < 3; ++at) {
        QVERIFY(!h.answered(h.submit(prompt(half)).command));
        h.answer(Verdict::NotWritten);
    }
    QVERIFY(!h.answered(h.submit(prompt(half + half)).command));
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Busy);
}

void AdmissionTest::acceptsBehindALifecycleWriteAreBounded()
{
    HarnessOptions options;
    options.settings.queueLimit = 5000;
    CoreHarness h(options);
    h.script.store = Answers::Held;
    h.stop();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    for (quint32 at = 0; at < limits::tickets_per_session_max; ++at)
        QVERIFY(!h.answered(h.submit(prompt()).command));
    QCOMPARE(h.receipt(h.submit(prompt()))->refusal, Refusal::Busy);
    h.commit();
    QCOMPARE(h.unansweredCommands(), std::size_t(0));
}

void AdmissionTest::repeatsOfAKeyInFlightAreBounded()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(options);
    for (quint32 at = 0; at <= limits::tickets_per_session_max; ++at)
        QVERIFY(!h.answered(h.submit(withKey(prompt(), "k")).command));
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "k")))->refusal, Refusal::Busy);
    h.commit();
    QCOMPARE(h.unansweredCommands(), std::size_t(0));
    QCOMPARE(h.view().tally.deduplicated, quint64(limits::tickets_per_session_max));
}

void AdmissionTest::anIdleSessionIsWokenByAnyInput()
{
    CoreHarness h;
    h.submit(prompt());
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::WakeLoop);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    h.submit(steered(prompt()));
    h.submit(prompt());
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::RequestImmediateProcessing);
}

void AdmissionTest::anInputWithoutWakeNeverSignals()
{
    CoreHarness h;
    h.attach();
    const Submitted quiet = h.submitWithoutWake(steered(prompt()));
    QVERIFY(h.receipt(quiet)->accepted());
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    QVERIFY(!h.applyOpen());
    QCOMPARE(h.view().waitReason, WaitReason::NoWake);
    h.wake();
    QVERIFY(h.applyOpen());
}

void AdmissionTest::theSignalIsThatOfThePhaseWhenTheWriteIsDurable()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    QVERIFY(h.applyOpen());
    h.core.takeSignal();
    h.script.store = Answers::Held;
    h.submit(prompt());
    h.succeed();
    h.submit(prompt());
    // The first is published while the run is still bound, the second after it: only the second may wake.
    h.commit();
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
    h.commit();
    h.commit();
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::WakeLoop);
}

void AdmissionTest::whatIsConsumedOnAcceptIsRecordedAndOver_data()
{
    QTest::addColumn<bool>("isOperation");
    QTest::newRow("an operation") << true;
    QTest::newRow("a projected input") << false;
}

void AdmissionTest::whatIsConsumedOnAcceptIsRecordedAndOver()
{
    QFETCH(bool, isOperation);
    CoreHarness h;
    h.attach();
    const Submitted over = h.submit(withKey(isOperation ? operation() : projected(), "k"), WaitMode::Terminal);
    QVERIFY(h.receipt(over)->accepted());
    QVERIFY(h.receipt(over)->consumedOnAccept);
    QVERIFY(!h.receipt(over)->willResolve);
    QCOMPARE(h.codesFor(over), (std::vector<EventCode>{EventCode::InputAccepted}));
    QVERIFY(h.store.ended(over.sequence()) != nullptr);
    QVERIFY(!h.applyOpen());
    const Submitted again = h.submit(withKey(isOperation ? operation() : projected(), "k"), WaitMode::Terminal);
    QCOMPARE(h.receipt(again)->work, Work::Ended);
    QCOMPARE(h.receipt(again)->endedAs, OutcomeClass::CompletedWithoutResult);
}

void AdmissionTest::anAcceptedInputIsPublishedInOrder()
{
    CoreHarness h;
    h.attach();
    const Submitted done = h.submit(prompt());
    h.succeed();
    QCOMPARE(h.codesFor(done),
             (std::vector<EventCode>{EventCode::InputAccepted, EventCode::InputQueued, EventCode::InputStaged,
                                     EventCode::InputApplied, EventCode::InputConsumed}));
}

QTEST_APPLESS_MAIN(AdmissionTest)
#include "admission_test.moc"
