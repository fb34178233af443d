// SPDX-License-Identifier: Apache-2.0
#include "store/store_reader.h"

#include "store_file.h"
#include "support/test_inputs.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QtTest>

using namespace burrow;
using burrow::test::StoreFile;

namespace {

std::unique_ptr<StoreReader> readerOf(const StoreFile &file)
{
    Result<std::unique_ptr<StoreReader>> reader = StoreReader::open(file.path());
    return reader ? *std::move(reader) : nullptr;
}

/// Of the database and its log. In another process: to close a database's file drops the locks that this one
/// has.
QByteArray hashesOf(const StoreFile &file)
{
    QProcess process;
    process.start(QStringLiteral("sha256sum"), {file.path(), file.path() + QStringLiteral("-wal")});
    return process.waitForFinished() && process.exitCode() == 0 ? process.readAllStandardOutput()
                                                                : QByteArray();
}

InputPointer numbered(quint64 sequence, const QByteArray &key = {})
{
    Input input = test::promptOf("text");
    input.idempotencyKey = key;
    return test::numbered(std::move(input), sequence);
}

QString findingsOf(const StoreCheck &check)
{
    QString text;
    for (const StoreFinding &finding : check.findings)
        text += finding.where + QLatin1String(": ") + finding.what + u'\n';
    return text;
}

} // namespace

class TestReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsTheInputsOfEverySession();
    void showsWhatASessionHolds();
    void showsTheNewestOfWhatHasEnded();
    void knowsNoSessionOfAnotherName();
    void changesNoByteOfTheFile();
    void refusesWhatIsNoStore_data();
    void refusesWhatIsNoStore();
    void namesADamagedRowAndReadsTheRest();
    void findsNothingWrongInASoundFile();
    void findsWhatIsWrong_data();
    void findsWhatIsWrong();
    void aBackupIsTheStoreAndBelongsToNoPlace();
    void aBackupOverwritesNothing_data();
    void aBackupOverwritesNothing();
    void aDamagedStoreIsNotCopied();
};

void TestReader::countsTheInputsOfEverySession()
{
    StoreFile file;
    file.addOpen("one", numbered(1));
    file.addOpen("one", numbered(2));
    file.addEnded("two", numbered(3), "done");
    file.addEnded("two", numbered(4), {}, TerminalKind::Abandoned);
    const auto reader = readerOf(file);
    QVERIFY(reader);
    const Result<SessionsPage> page = reader->sessions();
    QVERIFY(page.ok());
    QVERIFY(page->damage.empty());
    QVERIFY(!page->sight.live);
    QCOMPARE(page->sight.owner, QByteArray("desk, process 1"));
    QVERIFY(page->sight.asOf > WallTime{});
    QCOMPARE(page->sessions.size(), size_t(2));
    const SessionSummary &one = page->sessions[0];
    QCOMPARE(one.name, QByteArray("one"));
    QCOMPARE(one.id, file.idOf("one"));
    QCOMPARE(one.phase, Phase::Idle);
    QCOMPARE(one.inputs[size_t(InputPhase::Queued)], 2U);
    const SessionSummary &two = page->sessions[1];
    QCOMPARE(two.inputs[size_t(InputPhase::Consumed)], 1U);
    QCOMPARE(two.inputs[size_t(InputPhase::Abandoned)], 1U);
    QCOMPARE(reader->names().value(), (QByteArrayList{"one", "two"}));
}

void TestReader::showsWhatASessionHolds()
{
    StoreFile file;
    file.addEnded("one", numbered(1, "first"), "the answer");
    file.addOpen("one", numbered(2, "second"));
    file.addOpen("two", numbered(3));
    const Result<SessionPage> page = readerOf(file)->session("one", 10);
    QVERIFY(page.ok());
    QCOMPARE(page->inputs.size(), size_t(2));
    const InputSummary &ended = page->inputs[0];
    QCOMPARE(ended.key, QByteArray("first"));
    QCOMPARE(ended.phase, InputPhase::Consumed);
    QCOMPARE(ended.attempt, 1U);
    QVERIFY(ended.outcome);
    QCOMPARE(ended.outcome->text, QByteArray("the answer"));
    const InputSummary &open = page->inputs[1];
    QCOMPARE(open.key, QByteArray("second"));
    QCOMPARE(open.phase, InputPhase::Queued);
    QVERIFY(!open.outcome);
    QCOMPARE(page->leftOut, 0U);
}

void TestReader::showsTheNewestOfWhatHasEnded()
{
    StoreFile file;
    for (quint64 sequence = 1; sequence <= 5; ++sequence)
        file.addEnded("one", numbered(sequence), "done");
    file.addEnded("two", numbered(6), "done");
    const Result<SessionPage> page = readerOf(file)->session("one", 2);
    QVERIFY(page.ok());
    QCOMPARE(page->inputs.size(), size_t(2));
    QCOMPARE(sequenceOf(page->inputs[0].id), 4U);
    QCOMPARE(sequenceOf(page->inputs[1].id), 5U);
    QCOMPARE(page->leftOut, 3U);
    QCOMPARE(page->session.inputs[size_t(InputPhase::Consumed)], 5U);
}

void TestReader::knowsNoSessionOfAnotherName()
{
    StoreFile file;
    const Result<SessionPage> page = readerOf(file)->session("three", 10);
    QVERIFY(!page);
    QCOMPARE(page.error().kind, ErrorKind::NotFound);
}

void TestReader::changesNoByteOfTheFile()
{
    StoreFile file;
    // With a connection that stays open the log keeps what was written, as it does under a host.
    Result<SqliteDatabase> writer = SqliteDatabase::open(file.path(), SqliteAccess::ReadWrite);
    QVERIFY(writer.ok());
    QVERIFY(writer->integerOf("SELECT count(*) FROM session").ok());
    file.addOpen("one", numbered(1));
    const QByteArray before = hashesOf(file);
    QVERIFY(!before.isEmpty());
    {
        const auto reader = readerOf(file);
        QCOMPARE(reader->sessions()->sessions[0].inputs[size_t(InputPhase::Queued)], 1U);
        QVERIFY(reader->session("one", 10).ok());
        QVERIFY(reader->check().ok());
    }
    QCOMPARE(hashesOf(file), before);
}

void TestReader::refusesWhatIsNoStore_data()
{
    QTest::addColumn<QByteArray>("sql");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("newer") << QByteArray("PRAGMA user_version=9") << QStringLiteral("newer Burrow");
    QTest::newRow("foreign") << QByteArray("PRAGMA application_id=7") << QStringLiteral("another program");
}

void TestReader::refusesWhatIsNoStore()
{
    QFETCH(const QByteArray, sql);
    QFETCH(const QString, sentence);
    StoreFile file;
    file.change(sql.constData());
    const Result<std::unique_ptr<StoreReader>> reader = StoreReader::open(file.path());
    QVERIFY(!reader);
    QCOMPARE(reader.error().kind, ErrorKind::Conflict);
    QVERIFY2(reader.error().message.contains(sentence), qPrintable(reader.error().message));

    QCOMPARE(StoreReader::open(file.folder()).error().kind, ErrorKind::InvalidArgument);
    QCOMPARE(StoreReader::open(file.folder() + QStringLiteral("/absent.db")).error().kind, ErrorKind::NotFound);
    QFile empty(file.folder() + QStringLiteral("/empty.db"));
    QVERIFY(empty.open(QIODevice::WriteOnly));
    QCOMPARE(StoreReader::open(empty.fileName()).error().kind, ErrorKind::InvalidArgument);
}

void TestReader::namesADamagedRowAndReadsTheRest()
{
    StoreFile file;
    file.addOpen("one", numbered(1));
    file.addOpen("two", numbered(2));
    file.change("UPDATE input SET payload=x'00' WHERE seq=1");
    const Result<SessionsPage> page = readerOf(file)->sessions();
    QVERIFY(page.ok());
    QCOMPARE(page->damage.size(), size_t(1));
    QCOMPARE(page->damage[0].where, QStringLiteral("input 1"));
    QVERIFY(page->sessions[0].corruption.contains(QLatin1String("input 1")));
    QVERIFY(page->sessions[1].corruption.isEmpty());
}

void TestReader::findsNothingWrongInASoundFile()
{
    StoreFile file;
    file.addOpen("one", numbered(1, "a"));
    file.addOpen("two", numbered(2, "a"));
    file.addEnded("two", numbered(3, "a"), "done");
    const Result<StoreCheck> check = readerOf(file)->check();
    QVERIFY(check.ok());
    QCOMPARE(findingsOf(*check), QString());
    QCOMPARE(check->rows, 6U);
}

void TestReader::findsWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("sql");
    QTest::addColumn<QString>("finding");
    const auto row = [](const char *sql, const char *finding) {
        QTest::newRow(finding) << QByteArray(sql) << QString::fromLatin1(finding);
    };
    row("UPDATE session SET rev=77 WHERE sid=1", "session 1: the row is damaged");
    row("UPDATE ledger SET attempt=7", "ended input 9: the row is damaged");
    row("UPDATE host SET owner='somebody'", "host: the row of the host is damaged");
    row("DELETE FROM session WHERE sid=1", "input 1: belongs to a session that is not there");
    row("UPDATE input SET seq=9 WHERE seq=1", "input 9: is open and has ended at once");
    row("UPDATE session SET phase=3 WHERE sid=1", "session 1: is stored in a phase that is never stored");
    row("UPDATE session SET phase=5 WHERE sid=1", "input 1: is open in a session that is stopped");
    row("UPDATE input SET key=x'61'", "input 2: has the idempotency key of another open input");
}

void TestReader::findsWhatIsWrong()
{
    QFETCH(const QByteArray, sql);
    QFETCH(const QString, finding);
    StoreFile file;
    file.addOpen("one", numbered(1));
    file.addOpen("one", numbered(2));
    file.addEnded("two", numbered(9), "done");
    file.change(sql.constData());
    const Result<StoreCheck> check = readerOf(file)->check();
    QVERIFY(check.ok());
    QVERIFY2(findingsOf(*check).contains(finding), qPrintable(findingsOf(*check)));
    for (const StoreFinding &each : check->findings)
        QVERIFY2(!each.remedy.isEmpty(), qPrintable(each.where));
}

void TestReader::aBackupIsTheStoreAndBelongsToNoPlace()
{
    StoreFile file;
    file.addOpen("one", numbered(1));
    file.addEnded("two", numbered(2), "done");
    const QString copy = file.folder() + QStringLiteral("/copy.db");
    const Result<StoreCheck> made = backupStore(file.path(), copy);
    QVERIFY2(made.ok(), made ? "" : qPrintable(made.error().message));
    QCOMPARE(made->sight.path, file.path());
    QCOMPARE(made->rows, 5U);
    QVERIFY(!QFile::exists(copy + QStringLiteral("-wal")));
    QCOMPARE(QDir(file.folder()).entryList({QStringLiteral("copy.db*")}, QDir::Files).size(), 1);

    Result<SqliteDatabase> database = SqliteDatabase::open(copy, SqliteAccess::ReadOnly);
    QVERIFY(database.ok());
    QCOMPARE(database->integerOf("SELECT count(*) FROM host WHERE dev IS NULL AND ino IS NULL").value(), 1);
    const Result<SessionsPage> page = StoreReader::open(copy).value()->sessions();
    QVERIFY(page.ok());
    QCOMPARE(page->sessions.size(), size_t(2));
    QCOMPARE(page->sessions[0].inputs[size_t(InputPhase::Queued)], 1U);
}

void TestReader::aBackupOverwritesNothing_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("the file") << QStringLiteral("copy.db");
    QTest::newRow("a log that would be taken for its own") << QStringLiteral("copy.db-wal");
}

void TestReader::aBackupOverwritesNothing()
{
    QFETCH(const QString, name);
    StoreFile file;
    QFile there(file.folder() + u'/' + name);
    QVERIFY(there.open(QIODevice::WriteOnly));
    there.write("mine");
    there.close();
    const Result<StoreCheck> made = backupStore(file.path(), file.folder() + QStringLiteral("/copy.db"));
    QVERIFY(!made);
    QCOMPARE(made.error().kind, ErrorKind::Conflict);
    QCOMPARE(there.size(), 4);
}

void TestReader::aDamagedStoreIsNotCopied()
{
    StoreFile file;
    file.change("UPDATE session SET rev=77 WHERE sid=1");
    const QString copy = file.folder() + QStringLiteral("/copy.db");
    const Result<StoreCheck> made = backupStore(file.path(), copy);
    QVERIFY(!made);
    QVERIFY2(made.error().message.contains(QLatin1String("session 1")), qPrintable(made.error().message));
    QVERIFY(QDir(file.folder()).entryList({QStringLiteral("copy.db*")}, QDir::Files).isEmpty());
}

QTEST_GUILESS_MAIN(TestReader)
#include "reader_test.moc"
