// SPDX-License-Identifier: Apache-2.0
// Where recovery keeps what it found: pieces that stay whole until each was given back, on whatever thread.
#include "store/record_crc.h"
#include "store/recovered_session.h"

#include <QTest>

#include <cstring>
#include <thread>
#include <vector>

namespace burrow::test {

class RecoveryBlocksTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesAreAlignedAndApart()
    {
        RecoveryBlocks blocks;
        std::vector<std::pair<char *, std::size_t>> pieces;
        for (std::size_t round = 0; round < 5'000; ++round) {
            const std::size_t bytes = round * 7 % 1'500;
            pieces.emplace_back(static_cast<char *>(blocks.take(bytes)), bytes);
            QCOMPARE(reinterpret_cast<quintptr>(pieces.back().first) % 8, quintptr(0));
            std::memset(pieces.back().first, static_cast<int>(round % 251), bytes);
        }
        for (std::size_t round = 0; round < pieces.size(); ++round) {
            const auto &[piece, bytes] = pieces[round];
            const QByteArray expected(static_cast<qsizetype>(bytes), static_cast<char>(round % 251));
            QCOMPARE(QByteArray(piece, static_cast<qsizetype>(bytes)), expected);
            RecoveryBlocks::giveBack(piece);
        }
    }

    void aPieceMayBeLargerThanABlock()
    {
        RecoveryBlocks blocks;
        constexpr std::size_t bytes = 5U << 20U;
        void *before = blocks.take(10);
        void *large = blocks.take(bytes);
        void *after = blocks.take(10);
        std::memset(large, 1, bytes);
        for (void *piece : {large, before, after})
            RecoveryBlocks::giveBack(piece);
    }

    void piecesOutliveTheirBlocksOnOtherThreads()
    {
        std::vector<void *> pieces;
        {
            RecoveryBlocks blocks;
            for (int round = 0; round < 20'000; ++round)
                pieces.push_back(blocks.take(200));
        }
        // Both end pieces of every block, so that one of them frees it.
        const auto giveBackEvery = [&pieces](std::size_t first) {
            for (std::size_t at = first; at < pieces.size(); at += 2)
                RecoveryBlocks::giveBack(pieces[at]);
        };
        std::thread other(giveBackEvery, 1);
        giveBackEvery(0);
        other.join();
    }

    void aRowIsKeptAsItWasRead()
    {
        const QByteArray key("key"), semantics(40, 's'), payload("pay\0load", 8);
        InputColumnsView row{.sequence = 9,
                             .sid = 4,
                             .admission = 3,
                             .phase = 1,
                             .tries = 2,
                             .starts = 5,
                             .crashes = 1,
                             .kind = 6,
                             .submittedAt = 1'000,
                             .id = Uuid{1, 2},
                             .key = key,
                             .payloadHash = HashBytes(77),
                             .semantics = semantics,
                             .payload = payload};
        row.crc = checksum(row);
        RecoveryBlocks blocks;
        const RecoveredInputPtr kept = keep(blocks, row);
        InputColumnsView again = kept->row(4);
        QVERIFY(again.key.data() != row.key.data());
        QCOMPARE(checksum(again), row.crc);
        // Without a key it is another row.
        row.key = {};
        QCOMPARE(checksum(keep(blocks, row)->row(4)), checksum(row));
        QVERIFY(checksum(row) != row.crc);
    }

    void aSessionIsKeptWithItsGrantAndWhatItOwns()
    {
        RecoveryBlocks blocks;
        const QByteArray grant(24, 'g');
        const RecoveredSessionPtr kept =
            keep(blocks, SessionColumnsView{.phase = 2, .revision = 3, .nextAdmission = 4, .grant = grant});
        QCOMPARE(kept->grant().toByteArray(), grant);
        QVERIFY(kept->grant().data() != grant.data());
        kept->complain(QStringLiteral("the first problem"));
        kept->complain(QStringLiteral("another one"));
        QCOMPARE(kept->problem, QStringLiteral("the first problem"));
        kept->cold = std::make_unique<ColdColumns>();
        kept->inputs.append(keep(blocks, InputColumnsView{.sequence = 1, .payload = grant}));
        kept->clearGrant();
        QVERIFY(kept->grant().isEmpty());
    }

    void inputsOfASessionStayInOrder()
    {
        RecoveryBlocks blocks;
        RecoveredInputs inputs;
        for (quint64 sequence = 1; sequence <= 100'000; ++sequence)
            inputs.append(keep(blocks, InputColumnsView{.sequence = sequence}));
        quint64 expected = 0;
        for (const RecoveredInput &input : inputs)
            QCOMPARE(input.sequence, ++expected);
        QCOMPARE(expected, quint64(100'000));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::RecoveryBlocksTest)
#include "recovery_blocks_test.moc"
