// SPDX-License-Identifier: Apache-2.0
// Verdicts of many sets in one transaction, a file that is full, and what retention forgets.
#include "store/sqlite_writer.h"
#include "store/store_opening.h"
#include "store_rig.h"

namespace burrow::test {

class WritingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRefusedSetTakesOnlyItsSessionsLaterSetsWithIt()
    {
        constexpr std::size_t each = 60;
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        SetBuilder alpha(rig.session("alpha").id);
        SetBuilder beta(rig.session("beta").id);
        // All are there before the writer has answered the first: most go into one transaction.
        for (std::size_t at = 0; at < each; ++at) {
            rig.store->submitOne(at == each / 2 ? alpha.finishRun(runIdOf(1), {rig.input()})
                                                : alpha.accept(rig.input()),
                                 rig.log, SubmitHint::NeverBlock);
            rig.store->submitOne(beta.accept(rig.input()), rig.log, SubmitHint::NeverBlock);
        }
        QVERIFY(rig.log.waitFor(2 * each));
        const SessionId alphaId = rig.session("alpha").id;
        for (const StoreAnswer &answer : rig.log.answers()) {
            const bool refused = answer.session == alphaId && answer.ticket > each / 2;
            QCOMPARE(answer.verdict, refused ? Verdict::Refused : Verdict::Committed);
        }
        QCOMPARE(rig.session("alpha").openInputs.size(), each / 2);
        QCOMPARE(rig.session("beta").openInputs.size(), each);
    }

    void aSubmitThatMayBlockIsWrittenOnItsOwnThread()
    {
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        SetBuilder sets(rig.session("alpha").id);
        const InputPointer first = rig.input();
        QCOMPARE(rig.answerTo(sets.accept(first)).verdict, Verdict::Committed);
        // Somebody else may be writing at that moment, for the store has upkeep of its own.
        bool written = false;
        for (int attempt = 0; attempt < 100 && !written; ++attempt) {
            const std::size_t before = rig.log.count();
            rig.store->submitOne(sets.accept(rig.input()), rig.log, SubmitHint::MayBlock);
            written = rig.log.count() == before + 1;
            QVERIFY(rig.log.waitFor(before + 1));
            QCOMPARE(rig.log.answers().back().verdict, Verdict::Committed);
        }
        QVERIFY2(written, "the answer is there when the call returns");
    }

    void setsKeepTheirOrderWhoeverWritesThem()
    {
        constexpr std::size_t rounds = 200;
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        SetBuilder sets(rig.session("alpha").id);
        const std::size_t before = rig.log.count();
        std::vector<InputPointer> inputs;
        for (std::size_t at = 0; at < rounds; ++at) {
            inputs.push_back(rig.input());
            rig.store->submitOne(sets.accept(inputs.back()), rig.log, SubmitHint::NeverBlock);
            rig.store->submitOne(sets.finishRun(runIdOf(at + 1), {inputs.back()}), rig.log,
                                 SubmitHint::MayBlock);
        }
        QVERIFY(rig.log.waitFor(before + 2 * rounds));
        TicketNumber last = 0;
        for (const StoreAnswer &answer : rig.log.answers()) {
            QCOMPARE(answer.verdict, Verdict::Committed);
            QVERIFY(answer.ticket > last);
            last = answer.ticket;
        }
        QVERIFY(rig.session("alpha").openInputs.empty());
    }

    void aFullFileGivesAcceptsBackAndTakesThemAgainWhenThereIsSpace()
    {
        StoreRig rig;
        rig.options.pagesMax = 40;
        rig.options.stallLimit = {};
        QCOMPARE(rig.open(), QString());
        const StoredSession alpha = rig.session("alpha");
        SetBuilder sets(alpha.id);
        std::vector<InputPointer> accepted;
        StoreAnswer answer;
        while (answer.verdict == Verdict::Committed && accepted.size() < 10'000) {
            accepted.push_back(rig.input());
            answer = rig.answerTo(sets.accept(accepted.back()));
        }
        QCOMPARE(answer.verdict, Verdict::NotWritten);
        QVERIFY(!answer.reason.isEmpty());
        accepted.pop_back();
        QCOMPARE(rig.session("alpha").openInputs.size(), accepted.size());
        rig.store.reset();
        rig.options.pagesMax = 400;
        QCOMPARE(rig.open(), QString());
        QCOMPARE(rig.session("alpha").openInputs.size(), accepted.size());
        QCOMPARE(rig.answerTo(sets.finishRun(runIdOf(1), {accepted.front()})).verdict, Verdict::Committed);
    }

    void aFullFileHoldsTheOpeningOfAKnownSession()
    {
        Tally answered;
        std::optional<Error> refusal;
        StoreRig rig;
        rig.options.pagesMax = 60;
        rig.options.stallLimit = std::chrono::hours(1);
        QCOMPARE(rig.open(), QString());
        const StoredSession alpha = rig.session("alpha", {"talker", "org.example.talker"});
        SetBuilder sets(rig.session("beta").id);
        // More than the file can ever take.
        const ExecutorIdentity writer{QByteArray(1'000'000, 'w'), "org.example.writer"};
        rig.store->openSession(alpha.id, "alpha", writer, [&](const Result<StoredSession> &opened) {
            if (!opened)
                refusal = opened.error();
            answered.add();
        });
        // An accept behind it is given back, and it is not: it waits for space as long as a lifecycle write.
        StoreAnswer answer;
        for (int tries = 0; answer.verdict == Verdict::Committed && tries < 10'000; ++tries)
            answer = rig.answerTo(sets.accept(rig.input()));
        QCOMPARE(answer.verdict, Verdict::NotWritten);
        QCOMPARE(answered.count(), std::size_t(0));
        // How far it has come by now is not known, nor since when it waits.
        for (int hours = 0; answered.count() == 0 && hours < 1'000; ++hours) {
            rig.clock.advance(rig.options.stallLimit);
            answered.waitFor(1, std::chrono::milliseconds(50));
        }
        QCOMPARE(answered.count(), std::size_t(1));
        QVERIFY(refusal && refusal->kind == ErrorKind::Io);
    }

    void aWriterThatHasClosedLetsNobodyWait()
    {
        Tally answered;
        VerdictLog log;
        std::optional<Verdict> verdict;
        StoreRig rig;
        Result<OpenedStore> opened = openStoreFile(rig.options);
        QVERIFY(opened);
        Result<SetWriter> sets = SetWriter::make(opened->database);
        QVERIFY(sets);
        SqliteWriter writer(std::move(opened->database), *std::move(sets),
                            {{rig.options.path, rig.options.vfs, rig.options.pagesMax},
                             opened->epoch,
                             rig.options.stallLimit,
                             rig.options.reserveBytes},
                            rig.clock);
        writer.start();
        writer.close();
        WriterItem call;
        call.done = [&](Verdict told, const QString &) {
            verdict = told;
            answered.add();
        };
        writer.submitOne(std::move(call));
        QVERIFY(answered.waitFor(1));
        QCOMPARE(*verdict, Verdict::NotWritten);
        for (const SubmitHint hint : {SubmitHint::NeverBlock, SubmitHint::MayBlock, SubmitHint::MoreComes}) {
            std::vector<WriterItem> items(1);
            items[0].set = std::make_unique<PreparedSet>();
            items[0].client = &log;
            const std::size_t before = log.count();
            writer.submit(std::move(items), hint);
            QVERIFY(log.waitFor(before + 1));
            QCOMPARE(log.answers().back().verdict, Verdict::NotWritten);
        }
    }

    void whatIsOlderThanItsRetentionIsForgottenButNotAKeptKey()
    {
        StoreRig rig;
        rig.options.retention.keptKeyPrefix = "keep:";
        QCOMPARE(rig.open(), QString());
        const StoredSession alpha = rig.session("alpha");
        SetBuilder sets(alpha.id);
        const InputPointer plain = rig.input();
        const InputPointer keyed = rig.input("key");
        const InputPointer kept = rig.input("keep:me");
        for (const InputPointer &input : {plain, keyed, kept})
            QCOMPARE(rig.answerTo(sets.accept(input)).verdict, Verdict::Committed);
        QCOMPARE(rig.answerTo(sets.finishRun(runIdOf(1), {plain, keyed, kept}, "snapshot")).verdict,
                 Verdict::Committed);
        rig.clock.advance(std::chrono::hours(24 * 31));
        QCOMPARE(rig.answerTo(sets.acceptConsumed(rig.input())).verdict, Verdict::Committed);
        QTRY_VERIFY(!rig.outcome(alpha.id, plain->id));
        QVERIFY(!rig.outcome(alpha.id, keyed->id));
        QVERIFY(rig.outcome(alpha.id, kept->id));
        QCOMPARE(rig.session("alpha").snapshot.value_or(""), QByteArray("snapshot"));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::WritingTest)
#include "writing_test.moc"
