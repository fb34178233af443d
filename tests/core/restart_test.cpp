// SPDX-License-Identifier: Apache-2.0
// Executors that die, and what becomes of their session: made again after a wait, so often within a time, or
// given up.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

using namespace std::chrono_literals;

namespace {

HarnessOptions withPolicy(RestartPolicy policy)
{
    HarnessOptions options;
    options.settings.restart.policy = policy;
    return options;
}

/// A session whose executor has run once, and whose creations the test answers.
struct Warm
{
    explicit Warm(HarnessOptions options = {})
        : h(std::move(options))
    {
        h.attach();
        h.submit(prompt("warm"));
        h.succeed();
        h.script.creation = Answers::Held;
    }
    CoreHarness h;
};

} // namespace

class RestartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDeathAtRestIsNoTransitionAndWaits();
    void withoutWorkNothingIsMade();
    void aDeathDuringARunCostsATryAndRunsAgain();
    void aDeathWhileItIsMadeIsTriedAgain();
    void aCreationThatFailsIsTriedAgain();
    void whatCameWithoutAWakeIsNotWokenByTheRestart();
    void theBackoffDoubles();
    void theBackoffHasACap();
    void theSixthDeathWithinTheWindowGivesItUp();
    void startGivesAFreshBudget();
    void theWindowSlides();
    void thePolicyDecides_data();
    void thePolicyDecides();
    void whatAPersonMustMendIsNotTriedAgain_data();
    void whatAPersonMustMendIsNotTriedAgain();
    void aRunThatIsGivenUpCostsItsInstance();
    void aStopEndsTheWait();
    void aShutdownEndsTheWait();
    void aDeathWhileARunIsWrittenWaitsAfterIt();
    void aHeldSessionKeepsItsRestart();
    void theNextHostStartsAfresh();
    void aStopAfterAStoreFailureIsForgottenByTheNextHost();
    void whatBecomesOfItIsSaid();
};

void RestartTest::aDeathAtRestIsNoTransitionAndWaits()
{
    Warm warm;
    CoreHarness &h = warm.h;
    const std::size_t events = h.eventsOf(EventCode::RuntimeStateChanged).size();
    h.die(QStringLiteral("signal 9"));
    QVERIFY(!h.hasInstance());
    QVERIFY(h.view().attached);
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.view().restartAt, h.now() + 1s);
    const Submitted next = h.submit(prompt());
    QCOMPARE(h.view().waitReason, WaitReason::RestartBackoff);
    QCOMPARE(h.view().until, h.now() + 1s);
    QCOMPARE(h.view().note, QStringLiteral("signal 9"));
    QVERIFY(!h.core.settled());
    h.advance(1s - 1ns);
    QCOMPARE(h.creations, 1);
    h.advance(1ns);
    QCOMPARE(h.creations, 2);
    QCOMPARE(h.view().waitReason, WaitReason::CreatingExecutor);
    h.created();
    QVERIFY(h.applyOpen());
    QCOMPARE(h.view().restarts, 1U);
    QCOMPARE(h.view().note, QString());
    h.succeed();
    QVERIFY(!h.isOpen(next));
    // Attached, running, attached: what a run does to the phase, and nothing else.
    QCOMPARE(h.eventsOf(EventCode::RuntimeStateChanged).size(), events + 2);
}

void RestartTest::withoutWorkNothingIsMade()
{
    Warm warm;
    CoreHarness &h = warm.h;
    h.die();
    QVERIFY(h.core.settled());
    h.advance(1h);
    QCOMPARE(h.creations, 1);
    QCOMPARE(h.view().restarts, 0U);
    QVERIFY(h.core.parked());
    h.submit(prompt());
    QCOMPARE(h.creations, 2);
}

void RestartTest::aDeathDuringARunCostsATryAndRunsAgain()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    for (quint32 tries = 1; tries < limits::tries_max; ++tries) {
        h.dieWithoutAnswers();
        QVERIFY(!h.applyOpen());
        QCOMPARE(h.record(mine)->registers.tries, tries);
        h.advance(4s);
        QVERIFY(h.applyOpen());
    }
    h.dieWithoutAnswers();
    QVERIFY(!h.isOpen(mine));
    QCOMPARE(h.outcome(mine)->cause, FailureCause::ExecutorStopped);
    QCOMPARE(h.store.ended(mine.sequence())->reason, AbandonReason::MaxAttemptsExhausted);
}

void RestartTest::aDeathWhileItIsMadeIsTriedAgain()
{
    CoreHarness h;
    h.script.creation = Answers::Held;
    h.attach();
    h.submit(prompt());
    h.dieWithoutAnswers();
    QCOMPARE(h.view().waitReason, WaitReason::RestartBackoff);
    h.advance(1s);
    h.created();
    QVERIFY(h.applyOpen());
}

void RestartTest::aCreationThatFailsIsTriedAgain()
{
    CoreHarness h;
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted mine = h.submit(prompt());
    h.created(false);
    QCOMPARE(h.view().waitReason, WaitReason::RestartBackoff);
    h.advance(1s);
    h.created(false);
    h.advance(2s);
    h.created();
    QVERIFY(h.applyOpen());
    // Nothing was executed before, so nothing was tried.
    QCOMPARE(h.record(mine)->registers.tries, 0U);
    QCOMPARE(h.applies.back().attempt, 1U);
    QCOMPARE(h.view().restarts, 2U);
}

void RestartTest::whatCameWithoutAWakeIsNotWokenByTheRestart()
{
    Warm warm;
    CoreHarness &h = warm.h;
    h.submitWithoutWake(prompt());
    h.die();
    h.advance(1min);
    QCOMPARE(h.creations, 1);
    QCOMPARE(h.view().waitReason, WaitReason::NoWake);
}

void RestartTest::theBackoffDoubles()
{
    Warm warm;
    CoreHarness &h = warm.h;
    h.submit(prompt());
    h.end(RunAbandoned{QStringLiteral("gone")});
    for (const Duration wait : {1s, 2s, 4s, 8s, 16s}) {
        QCOMPARE(h.view().restartAt, h.now() + wait);
        h.advance(wait);
        h.created(false);
    }
}

void RestartTest::theBackoffHasACap()
{
    HarnessOptions options;
    options.settings.restart.most = 100;
    options.settings.restart.window = 24h;
    Warm warm(options);
    CoreHarness &h = warm.h;
    h.submit(prompt());
    h.end(RunAbandoned{QStringLiteral("gone")});
    for (int at = 0; at < 99; ++at) {
        QVERIFY(h.view().restartAt <= h.now() + limits::restart_backoff_max);
        h.advance(limits::restart_backoff_max);
        h.created(false);
    }
    QCOMPARE(h.view().restartAt, h.now() + limits::restart_backoff_max);
}

void RestartTest::theSixthDeathWithinTheWindowGivesItUp()
{
    CoreHarness h;
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    for (quint32 at = 0; at < limits::restarts_default; ++at) {
        h.created(false);
        QVERIFY(h.eventsOf(EventCode::ExecutorFailed).empty());
        h.advance(limits::restart_backoff_max);
    }
    h.created(false);
    QCOMPARE(h.phase(), Phase::Idle);
    QVERIFY(!h.view().attached);
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QCOMPARE(h.view().restartAt, MonotonicTime::never());
    for (const char *part : {"it does not start", "made again 5 times within 10 min", "start the session"})
        QVERIFY2(h.view().note.contains(QLatin1String(part)), qPrintable(h.view().note));
    QCOMPARE(h.eventsOf(EventCode::ExecutorFailed).size(), std::size_t(1));
    QVERIFY(h.isOpen(mine));
    QVERIFY(h.outcome(mine) == nullptr);
    h.advance(24h);
    QCOMPARE(h.creations, 6);
    QVERIFY(h.core.parked());
}

void RestartTest::startGivesAFreshBudget()
{
    CoreHarness h;
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    const auto failSixTimes = [&h] {
        for (quint32 at = 0; at <= limits::restarts_default; ++at) {
            h.created(false);
            h.advance(20s);
        }
    };
    failSixTimes();
    QVERIFY(h.reply(h.start())->ok());
    QVERIFY2(h.creating(), "it tries at once");
    failSixTimes();
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    h.start();
    h.created();
    h.succeed();
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Completed);
}

void RestartTest::theWindowSlides()
{
    Warm warm;
    CoreHarness &h = warm.h;
    h.script.creation = Answers::AtOnce;
    // One death in three minutes is four restarts within ten, and so for ever.
    for (int at = 0; at < 30; ++at) {
        h.die();
        h.advance(3min);
        h.submit(prompt());
        QVERIFY(h.applyOpen());
        h.succeed();
    }
    QCOMPARE(h.view().restarts, 30U);
    h.die();
    QCOMPARE(h.view().restartAt, h.now() + 16s);
    h.advance(10min);
    h.submit(prompt());
    h.succeed();
    h.die();
    QCOMPARE(h.view().restartAt, h.now() + 2s);
}

void RestartTest::thePolicyDecides_data()
{
    QTest::addColumn<RestartPolicy>("policy");
    QTest::addColumn<ExecutorEnding>("ending");
    QTest::addColumn<bool>("madeAgain");
    QTest::newRow("never, failed") << RestartPolicy::Never << ExecutorEnding::Failed << false;
    QTest::newRow("never, orderly") << RestartPolicy::Never << ExecutorEnding::Orderly << false;
    QTest::newRow("on failure, failed") << RestartPolicy::OnFailure << ExecutorEnding::Failed << true;
    QTest::newRow("on failure, orderly") << RestartPolicy::OnFailure << ExecutorEnding::Orderly << false;
    QTest::newRow("always, failed") << RestartPolicy::Always << ExecutorEnding::Failed << true;
    QTest::newRow("always, orderly") << RestartPolicy::Always << ExecutorEnding::Orderly << true;
}

void RestartTest::thePolicyDecides()
{
    QFETCH(RestartPolicy, policy);
    QFETCH(ExecutorEnding, ending);
    QFETCH(bool, madeAgain);
    Warm warm(withPolicy(policy));
    CoreHarness &h = warm.h;
    h.dieWithoutAnswers(ending);
    QCOMPARE(h.view().attached, madeAgain);
    QCOMPARE(h.view().restartAt != MonotonicTime::never(), madeAgain);
    h.submit(prompt());
    h.advance(1s);
    QCOMPARE(h.creating(), madeAgain);
    if (madeAgain)
        return;
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    QVERIFY2(h.view().note.contains(QLatin1String(restartPolicyName(policy))), qPrintable(h.view().note));
}

void RestartTest::whatAPersonMustMendIsNotTriedAgain_data()
{
    QTest::addColumn<ErrorKind>("kind");
    QTest::addColumn<bool>("triedAgain");
    QTest::newRow("configuration") << ErrorKind::Configuration << false;
    QTest::newRow("not found") << ErrorKind::NotFound << false;
    QTest::newRow("invalid") << ErrorKind::InvalidArgument << false;
    QTest::newRow("plugin") << ErrorKind::Plugin << true;
    QTest::newRow("busy") << ErrorKind::Busy << true;
    QTest::newRow("io") << ErrorKind::Io << true;
}

void RestartTest::whatAPersonMustMendIsNotTriedAgain()
{
    QFETCH(ErrorKind, kind);
    QFETCH(bool, triedAgain);
    CoreHarness h(withPolicy(RestartPolicy::Always));
    h.script.creation = Answers::Held;
    h.attach();
    h.submit(prompt());
    h.notCreated(kind, QStringLiteral("its key \"file\" names nothing"));
    QCOMPARE(h.view().waitReason, triedAgain ? WaitReason::RestartBackoff : WaitReason::ExecutorFailed);
    QCOMPARE(h.view().note, QStringLiteral("its key \"file\" names nothing"));
}

void RestartTest::aRunThatIsGivenUpCostsItsInstance()
{
    HarnessOptions options;
    options.settings.abandonAfterHard = 5s;
    CoreHarness h(options);
    h.attach();
    const Submitted deaf = h.submit(prompt("deaf"), WaitMode::Terminal);
    const Submitted behind = h.submit(prompt("behind"), WaitMode::Terminal);
    h.cancel(CancelMode::Hard);
    h.advance(5s);
    QCOMPARE(h.outcome(deaf)->outcome, OutcomeClass::Cancelled);
    QVERIFY(!h.hasInstance());
    QCOMPARE(h.view().waitReason, WaitReason::RestartBackoff);
    h.advance(1s);
    QCOMPARE(h.creations, 2);
    h.succeed();
    QCOMPARE(h.outcome(behind)->outcome, OutcomeClass::Completed);
}

void RestartTest::aStopEndsTheWait()
{
    Warm warm;
    CoreHarness &h = warm.h;
    h.die();
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    QVERIFY(h.reply(h.stop())->ok());
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.outcome(queued)->outcome, OutcomeClass::RuntimeTerminated);
    h.advance(1h);
    QCOMPARE(h.creations, 1);
    QVERIFY(h.core.parked());
}

void RestartTest::aShutdownEndsTheWait()
{
    Warm warm;
    CoreHarness &h = warm.h;
    h.die();
    const Submitted queued = h.submit(prompt(), WaitMode::Terminal);
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 1);
    h.advance(1h);
    QCOMPARE(h.creations, 1);
    QVERIFY(h.store.hasOpen(queued.sequence()));
}

void RestartTest::aDeathWhileARunIsWrittenWaitsAfterIt()
{
    CoreHarness h;
    h.attach();
    const Submitted mine = h.submit(prompt(), WaitMode::Terminal);
    const Submitted next = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.succeed();
    h.die();
    QCOMPARE(h.phase(), Phase::Running);
    h.script.store = Answers::AtOnce;
    h.commitAll();
    QCOMPARE(h.outcome(mine)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.view().waitReason, WaitReason::RestartBackoff);
    h.advance(1s);
    h.succeed();
    QCOMPARE(h.outcome(next)->outcome, OutcomeClass::Completed);
}

void RestartTest::aHeldSessionKeepsItsRestart()
{
    HarnessOptions options;
    options.reload = Answers::Held;
    Warm warm(std::move(options));
    CoreHarness &h = warm.h;
    h.script.store = Answers::Held;
    h.submitWithoutWake(prompt());
    h.answer(Verdict::Refused);
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    h.die();
    h.advance(1min);
    QCOMPARE(h.creations, 1);
    h.script.store = Answers::AtOnce;
    h.reloaded();
    h.submit(prompt());
    QCOMPARE(h.creations, 2);
    h.created();
    QVERIFY(h.applyOpen());
}

void RestartTest::theNextHostStartsAfresh()
{
    CoreHarness h;
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted mine = h.submit(prompt());
    for (quint32 at = 0; at <= limits::restarts_default; ++at) {
        h.created(false);
        h.advance(20s);
    }
    QCOMPARE(h.view().waitReason, WaitReason::ExecutorFailed);
    h.crash();
    QVERIFY(h.isOpen(mine));
    QCOMPARE(h.view().note, QString());
    h.attach();
    h.created();
    h.succeed();
    QCOMPARE(h.store.ended(mine.sequence())->kind, TerminalKind::Consumed);
}

/// The store has never heard of that Stopped, and holds the inputs as queued.
void RestartTest::aStopAfterAStoreFailureIsForgottenByTheNextHost()
{
    CoreHarness h;
    h.attach();
    const Submitted ran = h.submit(prompt("ran"), WaitMode::Terminal);
    const Submitted behind = h.submit(prompt("behind"), WaitMode::Terminal);
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.phase(), Phase::Stopped);
    QCOMPARE(h.writesInFlight(), std::size_t(0));
    QVERIFY(h.store.row().phase != Phase::Stopped);
    // Whoever waits is told, each in the words that are true of it, and no input has ended.
    QCOMPARE(h.outcome(ran)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QCOMPARE(h.outcome(behind)->outcome, OutcomeClass::RuntimeTerminated);
    QVERIFY(h.eventsOf(EventCode::InputAbandoned).empty());
    QVERIFY(h.isOpen(ran) && h.isOpen(behind));
    QVERIFY(h.cleanups.empty());
    QCOMPARE(h.creations, 1);
    h.script.store = Answers::AtOnce;
    h.crash();
    QCOMPARE(h.phase(), Phase::Idle);
    QCOMPARE(h.view().recovered, 2U);
    h.attach();
    h.succeed();
    h.succeed();
    for (const Submitted &input : {ran, behind})
        QCOMPARE(h.store.ended(input.sequence())->kind, TerminalKind::Consumed);
}

void RestartTest::whatBecomesOfItIsSaid()
{
    Warm warm;
    CoreHarness &h = warm.h;
    h.die(QStringLiteral("signal 11"));
    QCOMPARE(h.eventsOf(EventCode::ExecutorRestarting).size(), std::size_t(1));
    QCOMPARE(h.eventsOf(EventCode::ExecutorRestarting)[0].detail,
             QStringLiteral("signal 11; it is made again, in 1 s at the earliest"));
    h.submit(prompt());
    h.advance(1s);
    QVERIFY(h.eventsOf(EventCode::ExecutorRestarted).empty());
    h.created();
    QCOMPARE(h.eventsOf(EventCode::ExecutorRestarted)[0].detail,
             QStringLiteral("it was made again after: signal 11"));
    // Without a reason it is still clear that somebody was there.
    h.succeed();
    h.die(QString());
    QVERIFY(!h.view().note.isEmpty());
    QVERIFY(h.eventsOf(EventCode::ExecutorFailed).empty());
}

QTEST_APPLESS_MAIN(RestartTest)
#include "restart_test.moc"
