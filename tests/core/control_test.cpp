// SPDX-License-Identifier: Apache-2.0
// Attach and start.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

class ControlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void attachingTwiceKeepsTheInstance();
    void attachingIsRefusedWhere_data();
    void attachingIsRefusedWhere();
    void startingAStoppedSessionIsWrittenFirst();
    void startingAnIdleSessionAttachesIt();
    void startingIsRefusedWhere_data();
    void startingIsRefusedWhere();
    void aStartWaitsForTheAcceptsBeforeIt();
    void acceptsBehindAStartWaitForIt();
};

void ControlTest::attachingTwiceKeepsTheInstance()
{
    WithRun with;
    CoreHarness &h = with.h;
    QVERIFY(h.reply(h.attach())->ok());
    QVERIFY(h.applyOpen());
    h.succeed();
    QVERIFY(h.reply(h.attach())->ok());
    QCOMPARE(h.creations, 1);
}

void ControlTest::attachingIsRefusedWhere_data()
{
    QTest::addColumn<int>("at");
    QTest::addColumn<Refusal>("refusal");
    QTest::newRow("the session is destroyed") << 0 << Refusal::Destroyed;
    QTest::newRow("the session is held") << 1 << Refusal::Held;
    QTest::newRow("the host shuts down") << 2 << Refusal::ShuttingDown;
}

void ControlTest::attachingIsRefusedWhere()
{
    QFETCH(int, at);
    QFETCH(Refusal, refusal);
    HarnessOptions options;
    options.row.phase = at == 0 ? Phase::Destroyed : Phase::Idle;
    options.corruption = at == 1 ? QStringLiteral("a row is wrong") : QString();
    CoreHarness h(options);
    if (at == 2)
        h.shutDown();
    QCOMPARE(h.reply(h.attach())->refusal, refusal);
    QVERIFY(!h.view().attached);
}

void ControlTest::startingAStoppedSessionIsWrittenFirst()
{
    HarnessOptions options = storedAs(Phase::Stopped);
    options.store = Answers::Held;
    CoreHarness h(options);
    const CommandId start = h.start();
    QCOMPARE(h.phase(), Phase::Stopped);
    QVERIFY(!h.answered(start));
    QCOMPARE(h.view().waitReason, WaitReason::WaitingForWrite);
    h.commit();
    QVERIFY(h.reply(start)->ok());
    QCOMPARE(h.phase(), Phase::Attached);
    QCOMPARE(h.store.row().phase, Phase::Idle);
}

void ControlTest::startingAnIdleSessionAttachesIt()
{
    CoreHarness h;
    const Submitted queued = h.submit(prompt());
    QVERIFY(h.reply(h.start())->ok());
    QCOMPARE(h.writes.size(), std::size_t(1));
    QVERIFY(h.applyOpen());
    h.succeed();
    QVERIFY(!h.isOpen(queued));
}

void ControlTest::startingIsRefusedWhere_data()
{
    QTest::addColumn<int>("at");
    QTest::addColumn<Refusal>("refusal");
    QTest::newRow("the session is destroyed") << 0 << Refusal::Destroyed;
    QTest::newRow("the session is held") << 1 << Refusal::Held;
    QTest::newRow("the host shuts down") << 2 << Refusal::ShuttingDown;
    QTest::newRow("a run is bound") << 3 << Refusal::NotReady;
}

void ControlTest::startingIsRefusedWhere()
{
    QFETCH(int, at);
    QFETCH(Refusal, refusal);
    HarnessOptions options;
    options.row.phase = at == 0 ? Phase::Destroyed : Phase::Idle;
    options.corruption = at == 1 ? QStringLiteral("a row is wrong") : QString();
    CoreHarness h(options);
    if (at == 2) {
        h.shutDown();
    } else if (at == 3) {
        h.attach();
        h.submit(prompt());
    }
    const CommandReceipt &receipt = *h.reply(h.start());
    QCOMPARE(receipt.refusal, refusal);
}

void ControlTest::aStartWaitsForTheAcceptsBeforeIt()
{
    CoreHarness h;
    h.script.store = Answers::Held;
    h.submit(prompt());
    const CommandId start = h.start();
    QVERIFY(!h.answered(start));
    h.commit();
    QVERIFY(h.reply(start)->ok());
    QVERIFY(h.applyOpen());
}

void ControlTest::acceptsBehindAStartWaitForIt()
{
    HarnessOptions options = storedAs(Phase::Stopped);
    options.store = Answers::Held;
    CoreHarness h(options);
    h.start();
    const Submitted behind = h.submit(prompt());
    QVERIFY(!h.answered(behind.command));
    h.commit();
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QVERIFY(h.receipt(behind)->accepted());
    QVERIFY(h.applyOpen());
}

QTEST_APPLESS_MAIN(ControlTest)
#include "control_test.moc"
