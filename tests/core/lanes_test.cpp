// SPDX-License-Identifier: Apache-2.0
// The two containers of the core: lanes of records and the queue that gives its memory back.
#include "base/limits.h"
#include "core/fifo.h"
#include "core/lane.h"

#include <QtTest>

#include <random>
#include <set>

using namespace burrow;

namespace {

InputRecord recordAt(quint64 admission)
{
    InputRecord record;
    record.sequence = admission;
    record.registers.admission = admission;
    return record;
}

std::vector<quint64> contents(const InputLane &lane)
{
    std::vector<quint64> found;
    for (const InputRecord *at = lane.front(); at != nullptr; at = at->next)
        found.push_back(at->registers.admission);
    return found;
}

using Order = std::vector<quint64>;

} // namespace

class LanesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyLaneHasNoFront();
    void arrivalsStandInTheirOrder();
    void whatComesBackTakesItsOldPlace();
    void aPrioritisedInputStandsBeforeAllArrivals();
    void removingUnlinksAtEitherEndAndInTheMiddle();
    void aRemovedRecordMayBeInsertedAgain();
    void aLaneStaysSortedWhateverTheOrderOfChanges();

    void aFifoGivesOutInOrder();
    void aFifoTakesBackAtItsFront();
    void aFifoPopsAtEitherEnd();
    void aFifoStaysInOrderWhenItCompacts();
    void anEmptyFifoGivesItsMemoryBack();
};

void LanesTest::anEmptyLaneHasNoFront()
{
    const InputLane lane;
    QVERIFY(lane.isEmpty());
    QCOMPARE(lane.front(), nullptr);
    QCOMPARE(lane.count(), 0U);
}

void LanesTest::arrivalsStandInTheirOrder()
{
    InputRecord a = recordAt(1), b = recordAt(2), c = recordAt(3);
    InputLane lane;
    lane.insert(a);
    lane.insert(b);
    lane.insert(c);
    QCOMPARE(contents(lane), (Order{1, 2, 3}));
    QCOMPARE(lane.count(), 3U);
}

void LanesTest::whatComesBackTakesItsOldPlace()
{
    InputRecord a = recordAt(1), b = recordAt(2), c = recordAt(3);
    InputLane lane;
    lane.insert(c);
    lane.insert(a);
    lane.insert(b);
    QCOMPARE(contents(lane), (Order{1, 2, 3}));
    lane.remove(b);
    lane.insert(b);
    QCOMPARE(contents(lane), (Order{1, 2, 3}));
}

void LanesTest::aPrioritisedInputStandsBeforeAllArrivals()
{
    InputRecord arrived = recordAt(limits::admission_sequence_first);
    InputRecord first = recordAt(limits::priority_sequence_first);
    InputRecord second = recordAt(limits::priority_sequence_first - 1);
    InputLane lane;
    lane.insert(arrived);
    lane.insert(first);
    lane.insert(second);
    QCOMPARE(lane.front(), &second);
    QCOMPARE(lane.front()->next, &first);
    QCOMPARE(first.next, &arrived);
}

void LanesTest::removingUnlinksAtEitherEndAndInTheMiddle()
{
    InputRecord a = recordAt(1), b = recordAt(2), c = recordAt(3), d = recordAt(4);
    InputLane lane;
    for (InputRecord *record : {&a, &b, &c, &d})
        lane.insert(*record);
    lane.remove(b);
    QCOMPARE(contents(lane), (Order{1, 3, 4}));
    lane.remove(a);
    QCOMPARE(contents(lane), (Order{3, 4}));
    lane.remove(d);
    QCOMPARE(contents(lane), (Order{3}));
    lane.remove(c);
    QVERIFY(lane.isEmpty());
    QCOMPARE(lane.count(), 0U);
    QVERIFY(a.next == nullptr && a.previous == nullptr && c.next == nullptr && c.previous == nullptr);
}

void LanesTest::aRemovedRecordMayBeInsertedAgain()
{
    InputRecord a = recordAt(1), b = recordAt(2);
    InputLane lane;
    InputLane other;
    lane.insert(a);
    lane.insert(b);
    lane.remove(a);
    a.registers.admission = 9;
    lane.insert(a);
    QCOMPARE(contents(lane), (Order{2, 9}));
    lane.remove(a);
    other.insert(a);
    QCOMPARE(contents(other), (Order{9}));
}

void LanesTest::aLaneStaysSortedWhateverTheOrderOfChanges()
{
    std::vector<InputRecord> records;
    for (quint64 at = 0; at < 50; ++at)
        records.push_back(recordAt(at + 1));
    std::mt19937 random(7);
    InputLane lane;
    std::set<quint64> inside;
    for (int step = 0; step < 5000; ++step) {
        InputRecord &record = records[random() % records.size()];
        if (inside.erase(record.registers.admission) == 1) {
            lane.remove(record);
        } else {
            inside.insert(record.registers.admission);
            lane.insert(record);
        }
        QCOMPARE(contents(lane), Order(inside.begin(), inside.end()));
        QCOMPARE(lane.count(), static_cast<quint32>(inside.size()));
    }
}

void LanesTest::aFifoGivesOutInOrder()
{
    Fifo<int> fifo;
    for (int at = 0; at < 5; ++at)
        fifo.push(at);
    for (int at = 0; at < 5; ++at) {
        QCOMPARE(fifo.front(), at);
        QCOMPARE(fifo.pop(), at);
    }
    QVERIFY(fifo.isEmpty());
}

void LanesTest::aFifoTakesBackAtItsFront()
{
    Fifo<int> fifo;
    fifo.pushFront(2);
    fifo.pushFront(1);
    fifo.push(3);
    QCOMPARE(fifo.pop(), 1);
    fifo.pushFront(1);
    QCOMPARE(fifo.count(), std::size_t(3));
    QCOMPARE(fifo.pop(), 1);
    QCOMPARE(fifo.pop(), 2);
    QCOMPARE(fifo.pop(), 3);
}

void LanesTest::aFifoPopsAtEitherEnd()
{
    Fifo<int> fifo;
    for (int at = 1; at <= 4; ++at)
        fifo.push(at);
    QCOMPARE(fifo.popBack(), 4);
    QCOMPARE(fifo.pop(), 1);
    QCOMPARE(fifo.back(), 3);
    QCOMPARE(fifo.at(0), 2);
    QCOMPARE(fifo.popBack(), 3);
    QCOMPARE(fifo.popBack(), 2);
    QVERIFY(fifo.isEmpty());
}

void LanesTest::aFifoStaysInOrderWhenItCompacts()
{
    Fifo<int> fifo;
    int in = 0;
    int out = 0;
    for (int round = 0; round < 500; ++round) {
        for (int at = 0; at < 3; ++at)
            fifo.push(in++);
        for (int at = 0; at < (round < 400 ? 2 : 3) && !fifo.isEmpty(); ++at)
            QCOMPARE(fifo.pop(), out++);
        QCOMPARE(fifo.count(), static_cast<std::size_t>(in - out));
    }
    while (!fifo.isEmpty())
        QCOMPARE(fifo.pop(), out++);
    QCOMPARE(out, in);
}

void LanesTest::anEmptyFifoGivesItsMemoryBack()
{
    Fifo<std::shared_ptr<int>> fifo;
    auto value = std::make_shared<int>(1);
    fifo.push(value);
    fifo.push(value);
    fifo.pop();
    QCOMPARE(value.use_count(), 2L);
    fifo.clear();
    QCOMPARE(value.use_count(), 1L);
    fifo.trim();
    QVERIFY(fifo.isEmpty());
    fifo.push(value);
    QCOMPARE(*fifo.front(), 1);
}

QTEST_APPLESS_MAIN(LanesTest)
#include "lanes_test.moc"
