// SPDX-License-Identifier: Apache-2.0
// What an executor says of its live boundary while a turn is open, and what is believed.
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

class BoundaryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anOpenBoundaryMakesTheSessionBusy();
    void aBoundaryOfAnotherRunIsNotHeeded();
    void aLateBoundaryDoesNotOutliveItsRun_data();
    void aLateBoundaryDoesNotOutliveItsRun();
    void aBoundaryInErrorCountsAsNone();
};

void BoundaryTest::anOpenBoundaryMakesTheSessionBusy()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.feed(BoundaryChanged{h.openRun(), true, 1});
    h.core.takeSignal();
    const Submitted message = h.submit(peerMessage());
    QVERIFY(h.record(message)->plan.interruptYielding);
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::InterruptYielding);
}

void BoundaryTest::aBoundaryOfAnotherRunIsNotHeeded()
{
    CoreHarness h;
    h.attach();
    h.feed(BoundaryChanged{{Uuid{9, 9}}, true, 1});
    h.script.creation = Answers::Held;
    const Submitted message = h.submit(peerMessage());
    QVERIFY(!h.record(message)->plan.interruptYielding);
}

void BoundaryTest::aLateBoundaryDoesNotOutliveItsRun_data()
{
    QTest::addColumn<bool>("published");
    QTest::newRow("that is being written") << false;
    QTest::newRow("that waits for its hook") << true;
}

void BoundaryTest::aLateBoundaryDoesNotOutliveItsRun()
{
    QFETCH(bool, published);
    CoreHarness h;
    h.script.checkpoint = Answers::Held;
    h.attach();
    h.submit(prompt());
    const RunId run = h.openRun();
    h.feed(BoundaryChanged{run, true, 1});
    h.script.store = Answers::Held;
    h.succeed(RunTerminal::Result, published ? std::optional<QByteArray>("s") : std::nullopt);
    if (published)
        h.commit();
    // The push was on its way when the run ended.
    h.feed(BoundaryChanged{run, true, 2});
    if (!published)
        h.commit();
    h.script.store = Answers::AtOnce;
    h.script.turns = Answers::Held;
    const Submitted message = h.submit(peerMessage());
    QVERIFY(!h.record(message)->plan.interruptYielding);
    QVERIFY(h.record(message)->plan.wakeIfIdle);
}

void BoundaryTest::aBoundaryInErrorCountsAsNone()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.feed(BoundaryChanged{h.openRun(), true, 1});
    h.feed(BoundaryFailed{QStringLiteral("the extension threw")});
    QCOMPARE(h.eventsOf(EventCode::BoundaryError).front().detail, QStringLiteral("the extension threw"));
    h.succeed();
    h.script.turns = Answers::Held;
    const Submitted message = h.submit(peerMessage());
    QVERIFY(h.receipt(message)->accepted());
    QVERIFY(!h.record(message)->plan.interruptYielding);
}

QTEST_APPLESS_MAIN(BoundaryTest)
#include "boundary_test.moc"
