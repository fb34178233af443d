// SPDX-License-Identifier: Apache-2.0
// Who may open a file, and what a host that broke off leaves behind.
#include "store/sqlite_schema.h"
#include "store_rig.h"

#include <QFileInfo>

#include <unistd.h>

namespace burrow::test {

class OpeningTest : public QObject
{
    Q_OBJECT

    static void execute(const QString &path, const char *sql)
    {
        Result<SqliteDatabase> database = SqliteDatabase::open(path, SqliteAccess::ReadWrite);
        QVERIFY(database.ok());
        const Result<void> done = database->execute(sql);
        QVERIFY2(done.ok(), done ? "" : qPrintable(done.error().message));
    }

private Q_SLOTS:
    void aNewFileIsForItsOwnerOnlyAndSaysSo()
    {
        StoreRig rig;
        rig.options.path = rig.folder.filePath(QStringLiteral("a/b/burrow.db"));
        QCOMPARE(rig.open(), QString());
        QVERIFY(rig.store->report().created);
        const auto others = QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther;
        QVERIFY((QFile::permissions(rig.options.path) & others) == 0);
        QVERIFY((QFile::permissions(rig.folder.filePath(QStringLiteral("a/b"))) & others) == 0);
        rig.store.reset();
        QCOMPARE(rig.open(), QString());
        QVERIFY(!rig.store->report().created);
        QVERIFY(rig.store->report().orderly);
    }

    void aSecondHostIsRefusedAndNamesTheFirst()
    {
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        const Result<std::unique_ptr<SqliteStore>> second = SqliteStore::open(rig.options);
        QVERIFY(!second.ok());
        QCOMPARE(second.error().kind, ErrorKind::Conflict);
        QVERIFY2(second.error().message.contains(QStringLiteral("the first host")),
                 qPrintable(second.error().message));
        QVERIFY(second.error().message.contains(QString::number(::getpid())));
        rig.store.reset();
        QCOMPARE(rig.open(), QString());
    }

    void aCopyIsRefusedUntilAPersonSaysSo()
    {
        StoreRig first;
        QCOMPARE(first.open(), QString());
        StoreRig copy;
        copy.takeCopyOf(first, false);
        QVERIFY2(copy.open().contains(QStringLiteral(".adopt")), "the sentence says what to do");
        copy.takeCopyOf(first, true);
        QCOMPARE(copy.open(), QString());
        copy.store.reset();
        QCOMPARE(copy.open(), QString());
    }

    void aForeignFileAFolderAndAPlaceThatCannotBeMadeAreRefused()
    {
        StoreRig rig;
        execute(rig.options.path, "CREATE TABLE theirs(a)");
        QVERIFY(rig.open().contains(QStringLiteral("another program")));
        rig.options.path = rig.folder.path();
        QVERIFY(!rig.open().isEmpty());
        // A folder cannot be made below a file, whoever asks.
        rig.options.path = rig.folder.filePath(QStringLiteral("burrow.db/below/burrow.db"));
        const QString refused = rig.open();
        QVERIFY2(refused.contains(QStringLiteral("burrow.db")), qPrintable(refused));
    }

    void aRaisedEpochFencesEverythingFromThenOn()
    {
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        SetBuilder sets(rig.session("alpha").id);
        const InputPointer before = rig.input();
        QCOMPARE(rig.answerTo(sets.accept(before)).verdict, Verdict::Committed);
        execute(rig.options.path, "UPDATE host SET epoch=epoch+1, owner='the second host'");
        for (int times = 0; times < 2; ++times) {
            const StoreAnswer answer = rig.answerTo(sets.accept(rig.input()));
            QCOMPARE(answer.verdict, Verdict::Fenced);
            QVERIFY2(answer.reason.contains(QStringLiteral("the second host")), qPrintable(answer.reason));
        }
        QVERIFY(!rig.session("beta").corruption.isEmpty());
        rig.store.reset();
        Result<SqliteDatabase> file = SqliteDatabase::open(rig.options.path, SqliteAccess::ReadOnly);
        QCOMPARE(*file->integerOf("SELECT count(*) FROM input"), 1);
        QCOMPARE(*file->integerOf("SELECT orderly FROM host"), 0);
    }

    void aDamagedHostRowRefusesTheFile()
    {
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        rig.store.reset();
        execute(rig.options.path, "UPDATE host SET keys_floor=7");
        QVERIFY(rig.open().contains(QStringLiteral("host")));
    }

    void aBrokenEndCountsOpenStartsOnceAndAnOrderlyOneNone()
    {
        StoreRig first;
        QCOMPARE(first.open(), QString());
        SetBuilder sets(first.session("alpha").id);
        const InputPointer granted = first.input();
        const InputPointer waiting = first.input();
        const InputPointer inAccept = first.input();
        QCOMPARE(first.answerTo(sets.accept(granted)).verdict, Verdict::Committed);
        QCOMPARE(first.answerTo(sets.accept(waiting)).verdict, Verdict::Committed);
        QCOMPARE(first.answerTo(sets.grant(4, {granted})).verdict, Verdict::Committed);
        WriteSet accept = sets.accept(inAccept);
        std::get<AcceptOperation>(accept.operation).row.starts = 1;
        QCOMPARE(first.answerTo(std::move(accept)).verdict, Verdict::Committed);

        StoreRig second;
        second.takeCopyOf(first, true);
        QCOMPARE(second.open(), QString());
        QVERIFY(!second.store->report().orderly);
        QCOMPARE(second.store->report().openInputs, 3ULL);
        QCOMPARE(second.store->report().crashedInputs, 2ULL);
        const auto check = [&](StoreRig &rig) {
            StoredSession session = rig.session("alpha");
            QCOMPARE(session.openInputs.size(), std::size_t(3));
            std::sort(session.openInputs.begin(), session.openInputs.end(),
                      [](const InputRow &a, const InputRow &b) { return a.sequence < b.sequence; });
            QCOMPARE(session.openInputs[0].crashes, 1U);
            QCOMPARE(session.openInputs[0].starts, 4U);
            QCOMPARE(session.openInputs[1].crashes, 0U);
            QCOMPARE(session.openInputs[2].crashes, 1U);
            QVERIFY(session.row.grant == StartGrant{});
            QVERIFY(session.row.nextAdmission > session.openInputs[2].registers.admission);
        };
        check(second);

        StoreRig third; // Breaks off again before anything was started.
        third.takeCopyOf(second, true);
        QCOMPARE(third.open(), QString());
        QCOMPARE(third.store->report().crashedInputs, 0ULL);
        check(third);
        third.store.reset();
        QCOMPARE(third.open(), QString());
        QVERIFY(third.store->report().orderly);
        QCOMPARE(third.store->report().crashedInputs, 0ULL);
    }

    void startsAreCountedInWhicheverSessionTheyWereGranted()
    {
        StoreRig first;
        QCOMPARE(first.open(), QString());
        const auto accept = [&first](SetBuilder &sets, quint32 starts) {
            InputPointer input = first.input();
            WriteSet set = sets.accept(input);
            std::get<AcceptOperation>(set.operation).row.starts = starts;
            if (first.answerTo(std::move(set)).verdict != Verdict::Committed)
                QTest::qFail("the input was not accepted", __FILE__, __LINE__);
            return input;
        };
        const auto grant = [&first](SetBuilder &sets, const InputPointer &input) {
            QCOMPARE(first.answerTo(sets.grant(2, {input})).verdict, Verdict::Committed);
        };
        SetBuilder none(first.session("none").id);
        SetBuilder byRow(first.session("by-row").id);
        SetBuilder byAccept(first.session("by-accept").id);
        SetBuilder held(first.session("held").id);
        accept(none, 0);
        grant(byRow, accept(byRow, 0));
        accept(byAccept, 1);
        grant(held, accept(held, 1));
        StoreRig second;
        second.takeCopyOf(first, true);
        // A row that is damaged holds its session, whose other rows stay as they are.
        execute(second.options.path, "INSERT INTO cold(sid,crc) SELECT sid,1 FROM session WHERE name='held'");
        const char *heldRow = "SELECT starts*1000+crashes*100+length(grant) FROM input JOIN session USING(sid) "
                              "WHERE name='held'";
        const auto askFor = [&second](const char *sql) {
            return *SqliteDatabase::open(second.options.path, SqliteAccess::ReadOnly)->integerOf(sql);
        };
        const qint64 heldBefore = askFor(heldRow);
        QVERIFY(heldBefore > 1'000);

        QCOMPARE(second.open(), QString());
        QCOMPARE(second.store->report().crashedInputs, 2ULL);
        QCOMPARE(second.store->report().corruptSessions, 1ULL);
        QCOMPARE(askFor(heldRow), heldBefore);
        QCOMPARE(askFor("SELECT count(*) FROM session WHERE grant IS NOT NULL"), 1);
        QVERIFY(!second.session("held").corruption.isEmpty());
        const auto check = [&second](const char *name, quint32 starts, quint32 crashes) {
            const StoredSession session = second.session(name);
            QCOMPARE(session.corruption, QString());
            QCOMPARE(session.openInputs.size(), std::size_t(1));
            QCOMPARE(session.openInputs[0].starts, starts);
            QCOMPARE(session.openInputs[0].crashes, crashes);
        };
        for (int times = 0; times < 2; ++times) { // From what was recovered, and read again.
            check("none", 0, 0);
            check("by-row", 2, 1);
            check("by-accept", 1, 1);
        }
    }

    void anAttemptStaysUsedWhenTheGrantThatGaveItIsVoid()
    {
        StoreRig first;
        QCOMPARE(first.open(), QString());
        SetBuilder before(first.session("alpha").id);
        const InputPointer granted = first.input();
        QCOMPARE(first.answerTo(before.accept(granted)).verdict, Verdict::Committed);
        QCOMPARE(first.answerTo(before.grant(4, {granted})).verdict, Verdict::Committed);
        first.store.reset(); // In order, so that the grant counts for nothing.
        QCOMPARE(first.open(), QString());
        SetBuilder after(first.session("alpha").id);
        WriteSet accept = after.accept(first.input());
        std::get<AcceptOperation>(accept.operation).row.starts = 1;
        QCOMPARE(first.answerTo(std::move(accept)).verdict, Verdict::Committed);

        StoreRig second;
        second.takeCopyOf(first, true);
        QCOMPARE(second.open(), QString());
        QCOMPARE(second.store->report().crashedInputs, 1ULL);
        const StoredSession session = second.session("alpha");
        QCOMPARE(session.openInputs.size(), std::size_t(2));
        QCOMPARE(session.openInputs[0].starts, 4U);
        QCOMPARE(session.openInputs[0].crashes, 0U);
        QCOMPARE(session.openInputs[1].starts, 1U);
        QCOMPARE(session.openInputs[1].crashes, 1U);
    }

    void oneDamagedRowHoldsItsSessionOnly()
    {
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        for (const char *name : {"alpha", "beta"}) {
            SetBuilder sets(rig.session(name).id);
            QCOMPARE(rig.answerTo(sets.accept(rig.input())).verdict, Verdict::Committed);
            QCOMPARE(rig.answerTo(sets.accept(rig.input())).verdict, Verdict::Committed);
        }
        rig.store.reset();
        execute(rig.options.path, "UPDATE input SET tries=tries+1 WHERE seq=(SELECT min(seq) FROM input)");
        QCOMPARE(rig.open(), QString());
        QCOMPARE(rig.store->report().corruptSessions, 1ULL);
        const StoredSession alpha = rig.session("alpha");
        QVERIFY2(alpha.corruption.contains(QStringLiteral("\"input\"")), qPrintable(alpha.corruption));
        QCOMPARE(alpha.openInputs.size(), std::size_t(1));
        SetBuilder sets(alpha.id);
        QCOMPARE(rig.answerTo(sets.accept(rig.input())).verdict, Verdict::Refused);
        const StoredSession beta = rig.session("beta");
        QCOMPARE(beta.openInputs.size(), std::size_t(2));
    }

    void aSessionStaysHeldUntilItsRowIsMended_data()
    {
        QTest::addColumn<QByteArray>("damage");
        QTest::addColumn<QByteArray>("repair");
        // The damage is in the number of the session, so that nothing of the session's own rows shows it.
        QTest::newRow("an input") << QByteArray(
            "UPDATE input SET sid=77 WHERE seq=(SELECT min(seq) FROM input)")
                                  << QByteArray("UPDATE input SET sid=1 WHERE sid=77");
        QTest::newRow("its executor") << QByteArray("UPDATE cold SET sid=77 WHERE sid=1")
                                      << QByteArray("UPDATE cold SET sid=1 WHERE sid=77");
        QTest::newRow("its snapshot") << QByteArray("UPDATE snapshot SET sid=77 WHERE sid=1")
                                      << QByteArray("UPDATE snapshot SET sid=1 WHERE sid=77");
        QTest::newRow("an input that is removed")
            << QByteArray("UPDATE input SET sid=77 WHERE seq=(SELECT max(seq) FROM input)")
            << QByteArray("DELETE FROM input WHERE sid=77");
    }
    void aSessionStaysHeldUntilItsRowIsMended()
    {
        QFETCH(const QByteArray, damage);
        QFETCH(const QByteArray, repair);
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        SetBuilder sets(rig.session("alpha", {.name = "worker", .plugin = "a plugin"}).id);
        const InputPointer ended = rig.input();
        QCOMPARE(rig.answerTo(sets.accept(rig.input())).verdict, Verdict::Committed);
        QCOMPARE(rig.answerTo(sets.accept(ended)).verdict, Verdict::Committed);
        QCOMPARE(rig.answerTo(sets.finishRun(runIdOf(1), {ended}, QByteArray("snapshot"))).verdict,
                 Verdict::Committed);
        QCOMPARE(rig.answerTo(sets.accept(rig.input())).verdict, Verdict::Committed);
        rig.session("beta");
        rig.store.reset();
        execute(rig.options.path, damage.constData());
        QCOMPARE(rig.open(), QString());
        QCOMPARE(rig.store->report().corruptSessions, 1ULL);
        QVERIFY(!rig.session("alpha").corruption.isEmpty());
        // Asking again does not make it one that can be trusted.
        QVERIFY(!rig.session("alpha").corruption.isEmpty());
        QCOMPARE(rig.session("beta").corruption, QString());
        execute(rig.options.path, repair.constData());
        const StoredSession mended = rig.session("alpha");
        QCOMPARE(mended.corruption, QString());
        QCOMPARE(mended.openInputs.size(), std::size_t(repair.startsWith("DELETE") ? 1 : 2));
        QCOMPARE(mended.executor.name, QByteArray("worker"));
        QCOMPARE(mended.snapshot, std::optional(QByteArray("snapshot")));
    }

    void anInputWhoseSessionIsGoneRefusesTheFile()
    {
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        SetBuilder sets(rig.session("alpha").id);
        QCOMPARE(rig.answerTo(sets.accept(rig.input())).verdict, Verdict::Committed);
        rig.session("beta");
        rig.store.reset();
        execute(rig.options.path, "DELETE FROM session WHERE name='alpha'");
        const QString error = rig.open();
        QVERIFY2(error.contains(QStringLiteral("for a session whose row (1 in table \"session\") is gone")),
                 qPrintable(error));
        execute(rig.options.path, "DELETE FROM input");
        QCOMPARE(rig.open(), QString());
    }

    void aSessionWithADamagedRowIsFoundUnderItsName()
    {
        StoreRig rig;
        QCOMPARE(rig.open(), QString());
        const SessionId id = rig.session("alpha").id;
        rig.store.reset();
        execute(rig.options.path, "UPDATE session SET rev=rev+1");
        QCOMPARE(rig.open(), QString());
        const StoredSession alpha = rig.session("alpha");
        QCOMPARE(alpha.id, id);
        QVERIFY(alpha.corruption.contains(QStringLiteral("\"session\"")));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::OpeningTest)
#include "opening_test.moc"
