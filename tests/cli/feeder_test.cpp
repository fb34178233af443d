// SPDX-License-Identifier: Apache-2.0
#include "cli/input_feeder.h"

#include "session/system_clock.h"
#include "store/memory_store.h"
#include "support/await.h"
#include "support/scripted_executor.h"
#include "support/test_inputs.h"

#include <QtTest>

using namespace burrow;
using burrow::test::promptOf;
using burrow::test::resultOf;

namespace {

/// A host with one session, whose executor holds every run until the test ends it.
class Rig
{
public:
    explicit Rig(quint32 limit)
        : queueLimit(limit)
        , host({.shards = 1}, m_store, m_clock)
    {
        executor->setScript({.conduct = [](const ApplyCall &) { return test::Conduct{}; }});
        CoreSettings settings;
        settings.queueLimit = limit;
        const auto opened =
            resultOf(host.openSession({.name = "one", .executor = executor, .settings = settings}));
        session = opened->value().id;
    }

    InputFeeder::Target target(int inputs) const
    {
        InputFeeder::Target target{.session = session, .name = "one", .queueLimit = queueLimit};
        for (int number = 1; number <= inputs; ++number)
            target.startInputs.push_back(promptOf("input " + QByteArray::number(number)));
        return target;
    }
    SessionView view() { return resultOf(host.view(session))->at(0); }
    /// Takes a place in the queue as another writer; the first one also takes the executor.
    void occupy() { QVERIFY(resultOf(host.submit(session, promptOf("other")).receipt)->accepted()); }
    /// Ends the run that is open.
    void endRun()
    {
        QTRY_COMPARE(executor->openRuns().size(), 1U);
        executor->finishAll();
    }

    const quint32 queueLimit;
    std::shared_ptr<test::ScriptedExecutorFactory> executor = std::make_shared<test::ScriptedExecutorFactory>();
    SessionId session;

private:
    MemoryStore m_store;
    SystemClock m_clock;

public:
    Host host;
};

} // namespace

class FeederTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void neverFillsTheQueueByItself();
    void submitsAgainWhenAnotherWritersInputHasEnded();
    void missesNoRoomThatWasMadeWhileItWasRefused();
    void countsWhatWasRefusedLastAsRefused();
    void submitsNothingWhileHeldBack();
    void knowsWhenRetryingIsOfNoUse();
};

void FeederTest::neverFillsTheQueueByItself()
{
    Rig rig(3);
    InputFeeder feeder(rig.host, rig.target(8), {}, nullptr);
    QSignalSpy ended(&feeder, &InputFeeder::inputEnded);
    feeder.advance();
    for (int count = 0; count < 8; ++count) {
        const int expected = std::min(3, 8 - count);
        QTRY_COMPARE(feeder.unanswered(), quint32(expected));
        rig.endRun();
        QTRY_COMPARE(ended.count(), count + 1);
    }
    QCOMPARE(feeder.state(), InputFeeder::State::Finished);
    QCOMPARE(rig.view().tally.rejected, 0U);
    QCOMPARE(rig.view().tally.consumed, 8U);
}

void FeederTest::submitsAgainWhenAnotherWritersInputHasEnded()
{
    Rig rig(2);
    rig.occupy();
    rig.occupy();
    InputFeeder feeder(rig.host, rig.target(1), {}, nullptr);
    QSignalSpy ended(&feeder, &InputFeeder::inputEnded);
    feeder.advance();
    QTRY_COMPARE(feeder.state(), InputFeeder::State::Waiting);
    QCOMPARE(rig.view().tally.rejected, 1U);

    rig.endRun();
    QTRY_COMPARE(rig.view().tally.consumed, 1U);
    feeder.noteRoom();
    QTRY_COMPARE(feeder.state(), InputFeeder::State::Finished);
    QCOMPARE(feeder.unanswered(), 1U);
    rig.endRun();
    rig.endRun();
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(rig.view().tally.rejected, 1U);
}

void FeederTest::missesNoRoomThatWasMadeWhileItWasRefused()
{
    Rig rig(1);
    rig.occupy();
    InputFeeder feeder(rig.host, rig.target(1), {}, nullptr);
    feeder.advance();
    // Before the refusal can be here: it is not taken for the last word.
    feeder.noteRoom();
    QTRY_COMPARE(feeder.state(), InputFeeder::State::Waiting);
    QCOMPARE(rig.view().tally.rejected, 2U);
}

void FeederTest::countsWhatWasRefusedLastAsRefused()
{
    Rig rig(1);
    rig.occupy();
    InputFeeder feeder(rig.host, rig.target(2), {}, nullptr);
    std::vector<InputEnd> ends;
    QObject::connect(&feeder, &InputFeeder::inputEnded, &feeder,
                     [&](const InputEnd &end) { ends.push_back(end); });
    feeder.advance();
    QTRY_COMPARE(feeder.state(), InputFeeder::State::Waiting);
    feeder.finish();
    QCOMPARE(feeder.state(), InputFeeder::State::Finished);
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].place, QStringLiteral("on_start:1"));
    QCOMPARE(ends[0].receipt.refusal, Refusal::QueueFull);
    QVERIFY(!ends[0].outcome);
    QVERIFY(feeder.hasUnsubmitted());
}

void FeederTest::submitsNothingWhileHeldBack()
{
    Rig rig(5);
    InputFeeder feeder(rig.host, rig.target(2), {}, nullptr);
    feeder.setHeldBack(true);
    feeder.advance();
    QCOMPARE(rig.view().tally.accepted, 0U);
    feeder.setHeldBack(false);
    QTRY_COMPARE(feeder.unanswered(), 2U);
}

void FeederTest::knowsWhenRetryingIsOfNoUse()
{
    Rig rig(1);
    rig.occupy();
    InputFeeder feeder(rig.host, rig.target(1), {}, nullptr);
    QVERIFY(!feeder.mayRetry(0)); // It has not been refused yet.
    feeder.advance();
    QTRY_COMPARE(feeder.state(), InputFeeder::State::Waiting);
    QVERIFY(feeder.mayRetry(0));
    QVERIFY(!feeder.mayRetry(1));
}

QTEST_GUILESS_MAIN(FeederTest)
#include "feeder_test.moc"
