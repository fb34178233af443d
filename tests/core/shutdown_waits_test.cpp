// SPDX-License-Identifier: Apache-2.0
// What a shutdown waits for, and that it does not wait for ever.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

class ShutdownWaitsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void waitsForACommit();
    void waitsForACommitThatFails();
    void waitsForACheckpoint_data();
    void waitsForACheckpoint();
    void waitsForAnAcceptInFlight();
    void waitsForAGrantAndDoesNotUseIt();
    void waitsForACreation_data();
    void waitsForACreation();
    void letsAStopUnderWayFinish_data();
    void letsAStopUnderWayFinish();
    void answersWhatWaitsBehindALifecycleWrite();
    void answersWhatJoinedAnAccept();
};

void ShutdownWaitsTest::waitsForACommit()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.succeed();
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 0);
    QVERIFY(h.cancels.empty());
    h.commit();
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.shutdownsFinished, 1);
}

void ShutdownWaitsTest::waitsForACommitThatFails()
{
    WithRun with;
    CoreHarness &h = with.h;
    h.script.store = Answers::Held;
    h.succeed();
    h.shutDown();
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.outcome(with.input)->outcome, OutcomeClass::CompletedWithFinalizationFailure);
    QCOMPARE(h.shutdownsFinished, 1);
    compareUntouched(h, with.input);
}

void ShutdownWaitsTest::waitsForACheckpoint_data()
{
    QTest::addColumn<bool>("works");
    QTest::newRow("that works") << true;
    QTest::newRow("that fails") << false;
}

void ShutdownWaitsTest::waitsForACheckpoint()
{
    QFETCH(bool, works);
    WithRun with;
    CoreHarness &h = with.h;
    h.script.checkpoint = Answers::Held;
    h.succeed(RunTerminal::Result, QByteArray("s"));
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 0);
    h.checkpointed(works);
    QCOMPARE(h.outcome(with.input)->outcome,
             works ? OutcomeClass::Completed : OutcomeClass::CompletedWithFinalizationFailure);
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.store.row().phase != Phase::Stopped);
}

void ShutdownWaitsTest::waitsForAnAcceptInFlight()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    const Submitted writing = h.submit(prompt(), WaitMode::Terminal);
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 0);
    h.commit();
    QVERIFY(h.receipt(writing)->accepted());
    QCOMPARE(h.outcome(writing)->reason, QStringLiteral("host shutting down"));
    QCOMPARE(h.shutdownsFinished, 1);
}

void ShutdownWaitsTest::waitsForAGrantAndDoesNotUseIt()
{
    CoreHarness h;
    h.submit(peerMessage("a"));
    h.submit(peerMessage("b"));
    h.script.store = Answers::Held;
    h.attach();
    h.shutDown();
    h.commit();
    QVERIFY(h.applies.empty());
    QCOMPARE(h.shutdownsFinished, 1);
}

void ShutdownWaitsTest::waitsForACreation_data()
{
    QTest::addColumn<bool>("works");
    QTest::newRow("that works") << true;
    QTest::newRow("that fails") << false;
}

void ShutdownWaitsTest::waitsForACreation()
{
    QFETCH(bool, works);
    CoreHarness h;
    h.script.creation = Answers::Held;
    h.attach();
    const Submitted queued = h.submit(prompt());
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 0);
    h.created(works);
    QCOMPARE(h.shutdownsFinished, 1);
    QVERIFY(h.applies.empty());
    compareUntouched(h, queued);
}

void ShutdownWaitsTest::letsAStopUnderWayFinish_data()
{
    QTest::addColumn<int>("stage");
    QTest::newRow("that waits for its run") << 0;
    QTest::newRow("that waits for its executor") << 1;
    QTest::newRow("that waits for its executor to be made") << 2;
    QTest::newRow("that waits for an accept") << 3;
    QTest::newRow("that is being written") << 4;
}

void ShutdownWaitsTest::letsAStopUnderWayFinish()
{
    QFETCH(int, stage);
    CoreHarness h;
    h.script.creation = stage == 2 ? Answers::Held : Answers::AtOnce;
    h.script.stopping = stage == 1 ? Answers::Held : Answers::AtOnce;
    h.attach();
    h.submit(prompt());
    if (stage != 0 && stage != 2)
        h.succeed();
    if (stage >= 3)
        h.script.store = Answers::Held;
    if (stage == 3)
        h.submit(prompt());
    const CommandId stop = h.stop();
    h.shutDown();
    QCOMPARE(h.shutdownsFinished, 0);
    if (stage == 0)
        h.endCancelled();
    else if (stage == 1)
        h.stopped();
    else if (stage == 2)
        h.created();
    else
        h.commitAll();
    QVERIFY(h.reply(stop)->ok());
    QCOMPARE(h.shutdownsFinished, 1);
    // It was asked for before the host went down, and by name.
    QCOMPARE(h.store.row().phase, Phase::Stopped);
    QCOMPARE(h.stops.size(), std::size_t(1));
}

void ShutdownWaitsTest::answersWhatWaitsBehindALifecycleWrite()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    h.stop();
    const Submitted accept = h.submit(prompt());
    const CommandId start = h.start();
    h.shutDown();
    QCOMPARE(h.receipt(accept)->refusal, Refusal::ShuttingDown);
    QCOMPARE(h.reply(start)->refusal, Refusal::ShuttingDown);
    const Submitted late = h.submit(prompt());
    h.commit();
    QCOMPARE(h.receipt(late)->refusal, Refusal::ShuttingDown);
    QCOMPARE(h.shutdownsFinished, 1);
}

void ShutdownWaitsTest::answersWhatJoinedAnAccept()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    h.submit(withKey(prompt(), "k"));
    const Submitted joined = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    h.shutDown();
    h.commit();
    QVERIFY(h.answered(joined.command));
    QCOMPARE(h.shutdownsFinished, 1);
}

QTEST_APPLESS_MAIN(ShutdownWaitsTest)
#include "shutdown_waits_test.moc"
