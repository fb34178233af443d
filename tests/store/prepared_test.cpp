// SPDX-License-Identifier: Apache-2.0
// Write sets go round: what one held before must not show in what it holds next.
#include "store/prepared_set_pool.h"
#include "store/record_crc.h"

#include <QTest>

#include <algorithm>

namespace burrow::test {

namespace {

constexpr WallTime now{std::chrono::milliseconds(1'760'000'000'123)};
constexpr quint64 epoch = 7;

/// One with every row that a set can have, and blobs of some length.
WriteSet finishOf(SessionId session, std::size_t inputs)
{
    FinishRunOperation operation;
    operation.run = {Uuid{3, 4}};
    operation.receipt.run = operation.run;
    operation.receipt.conversationDigest = QByteArray(100, 'd');
    operation.snapshot = QByteArray(5'000, 's');
    for (std::size_t at = 0; at < inputs; ++at) {
        FinishedInput ended;
        ended.sequence = 10 + at;
        ended.id = {Uuid{5, 10 + at}};
        ended.idempotencyKey = "key";
        ended.outcome.text = QByteArray(300, 't');
        operation.inputs.push_back(std::move(ended));
    }
    operation.session.grant = {2, {11, 12}};
    return {session,
            5,
            std::move(operation),
            {{.code = EventCode::RunCompleted, .detail = QStringLiteral("it went well")}}};
}

WriteSet acceptOf(SessionId session)
{
    auto input = std::make_shared<Input>();
    input->id = {Uuid{1, 2}};
    input->body = PromptBody{QByteArray(256, 'x'), {}, {}};
    AcceptOperation operation;
    operation.row.input = std::move(input);
    operation.row.sequence = 42;
    operation.row.registers.phase = InputPhase::Queued;
    return {session, 6, std::move(operation), {{.code = EventCode::InputAccepted}}};
}

} // namespace

class PreparedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSetThatWasWrittenHoldsOnlyTheNextOne()
    {
        SessionEntry entry;
        entry.sid = 1;
        entry.id = {Uuid{8, 9}};
        entry.name = "session";
        PreparedSet fresh;
        prepareSet(fresh, acceptOf(entry.id), &entry, epoch, now);

        PreparedSet used;
        prepareSet(used, finishOf(entry.id, 3), &entry, epoch, now);
        used.defect = QStringLiteral("refused");
        used.withRare().consumed.emplace();
        used.withRare().requeued.resize(2);
        used.withRare().cold.emplace();
        used.withRare().operations.emplace("operations");
        used.clear();
        prepareSet(used, acceptOf(entry.id), &entry, epoch, now);

        QCOMPARE(used.entry, &entry);
        QCOMPARE(used.ticket, TicketNumber(6));
        QCOMPARE(used.kind, PreparedSet::Kind::Accept);
        QVERIFY(used.defect.isEmpty());
        QVERIFY(used.accepted.has_value());
        QCOMPARE(checksum(*used.accepted), checksum(*fresh.accepted));
        QCOMPARE(used.accepted->payload, fresh.accepted->payload);
        QCOMPARE(used.accepted->semantics, fresh.accepted->semantics);
        QCOMPARE(used.event->body, fresh.event->body);
        QVERIFY(used.finished.empty() && used.requeued().empty() && used.grant == StartGrant{});
        QVERIFY(!used.row && !used.receipt && !used.rare);
    }

    void aSetIsEncodedTheSameIntoSpareMemory()
    {
        SessionEntry entry;
        PreparedSet fresh;
        prepareSet(fresh, finishOf(entry.id, 2), &entry, epoch, now);
        PreparedSet used;
        for (int round = 0; round < 3; ++round) {
            used.clear();
            prepareSet(used, acceptOf(entry.id), &entry, epoch, now);
            used.clear();
            prepareSet(used, finishOf(entry.id, 2), &entry, epoch, now);
        }
        QCOMPARE(used.finished.size(), fresh.finished.size());
        for (std::size_t at = 0; at < fresh.finished.size(); ++at)
            QCOMPARE(used.finished[at].detail, fresh.finished[at].detail);
        QCOMPARE(used.row->grant, fresh.row->grant);
        QCOMPARE(used.receipt->draft, fresh.receipt->draft);
        QCOMPARE(used.event->body, fresh.event->body);
        QCOMPARE(used.rare->snapshot->bytes, fresh.rare->snapshot->bytes);
    }

    void aLongSetDoesNotKeepItsMemory()
    {
        SessionEntry entry;
        PreparedSet set;
        prepareSet(set, finishOf(entry.id, 1'000), &entry, epoch, now);
        set.clear();
        QVERIFY(set.finished.capacity() <= 16);
        QVERIFY2(set.spare.take(1'000).isEmpty(), "a block of that size was not there before");
    }

    void thePoolGivesBackWhatItGotAndNoMore()
    {
        PreparedSetPool pool;
        std::vector<std::unique_ptr<PreparedSet>> sets = pool.take(3);
        QCOMPARE(sets.size(), std::size_t(3));
        std::vector<const PreparedSet *> known;
        for (const auto &set : sets) {
            QVERIFY(set != nullptr);
            set->ticket = 9;
            known.push_back(set.get());
        }
        pool.giveBack(std::move(sets));
        sets = pool.take(4);
        QCOMPARE(sets.size(), std::size_t(4));
        std::size_t again = 0;
        for (const auto &set : sets) {
            QCOMPARE(set->ticket, TicketNumber(0));
            again += std::count(known.begin(), known.end(), set.get()) == 1 ? 1 : 0;
        }
        QCOMPARE(again, std::size_t(3));
        pool.giveBack(pool.take(5'000)); // More than it keeps.
        QCOMPARE(pool.take(1).size(), std::size_t(1));
    }

    void thePoolKeepsNothingThatIsLarge()
    {
        const QByteArray large(1'000'000, 's'); // Shared with the sets, which then hold it.
        const QByteArray small(100, 's');
        PreparedSetPool pool;
        std::vector<std::unique_ptr<PreparedSet>> sets = pool.take(4);
        sets[0]->withRare().snapshot.emplace().bytes = large;
        sets[1]->accepted.emplace().payload = large;
        sets[2]->withRare().snapshot.emplace().bytes = small;
        sets[3]->withRare().requeued.resize(1'000);
        QVERIFY(sets[0]->isLarge() && sets[1]->isLarge() && !sets[2]->isLarge() && sets[3]->isLarge());
        pool.giveBack(std::move(sets));
        QVERIFY2(large.isDetached(), "nobody else holds it");
        QVERIFY2(!small.isDetached(), "it is held until it is taken again");
        sets = pool.take(1);
        QVERIFY(small.isDetached());
    }

    void whatWasEncodedIntoSpareMemoryIsKeptEveryTime()
    {
        SessionEntry entry;
        PreparedSet set;
        for (int round = 0; round < 8; ++round) {
            prepareSet(set, acceptOf(entry.id), &entry, epoch, now);
            QVERIFY(!set.isLarge());
            set.clear();
            prepareSet(set, finishOf(entry.id, 3), &entry, epoch, now);
            QVERIFY(!set.isLarge());
            set.clear();
        }
    }

    void withoutSpaceOnlyWhatIsNewIsGivenBack()
    {
        SessionEntry entry;
        entry.executor = {"writer", "org.example.writer"};
        StoredSession stored;
        stored.executor = {"talker", "org.example.talker"};
        PreparedSet accept;
        prepareSet(accept, acceptOf(entry.id), &entry, epoch, now);
        PreparedSet finish;
        prepareSet(finish, finishOf(entry.id, 1), &entry, epoch, now);
        QVERIFY(accept.isRefusable());
        QVERIFY(prepareCreation(entry, epoch).isRefusable());
        QVERIFY(!finish.isRefusable());
        QVERIFY2(!prepareReopening(entry, stored, now).isRefusable(), "it is held, as a lifecycle write");
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::PreparedTest)
#include "prepared_test.moc"
