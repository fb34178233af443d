// SPDX-License-Identifier: Apache-2.0
// A file that a host of an earlier format has written, as this host opens it.
#include "model/executor_change.h"
#include "store/sqlite_schema.h"
#include "store/store_reader.h"
#include "store_rig.h"

namespace burrow::test {

namespace {

const ExecutorIdentity talker{"talker", "scripted"};
const ExecutorIdentity echo{"echo", "echo"};

void execute(const QString &path, const QByteArray &sql)
{
    Result<SqliteDatabase> database = SqliteDatabase::open(path, SqliteAccess::ReadWrite);
    QVERIFY(database.ok());
    const Result<void> done = database->execute(sql.constData());
    QVERIFY2(done.ok(), done ? "" : qPrintable(done.error().message));
}

void makeVersion1(const QString &path)
{
    QFile dump(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/tests/store/version_1.sql"));
    QVERIFY(dump.open(QIODevice::ReadOnly));
    execute(path, dump.readAll());
}

/// The text of every table and index.
QByteArrayList tablesOf(const QString &path)
{
    QByteArrayList tables;
    Result<SqliteDatabase> database = SqliteDatabase::open(path, SqliteAccess::ReadOnly);
    if (!database)
        return tables;
    Result<SqliteStatement> select = database->prepare("SELECT sql FROM sqlite_schema ORDER BY name");
    while (select && select->step() == 100) // SQLITE_ROW
        tables.append(select->bytesAt(0).toByteArray());
    return tables;
}

qint64 versionOf(const QString &path)
{
    Result<SqliteDatabase> database = SqliteDatabase::open(path, SqliteAccess::ReadOnly);
    return database ? database->integerOf("PRAGMA user_version").value() : -1;
}

} // namespace

class MigrationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySessionOfVersion1GoesOn()
    {
        StoreRig rig;
        makeVersion1(rig.options.path);
        QCOMPARE(rig.open(), QString());
        const RecoveryReport report = rig.store->report();
        QVERIFY(report.migrated);
        QVERIFY(!report.created);
        QVERIFY(!report.orderly);
        QCOMPARE(report.sessions, 3ULL);
        QCOMPARE(report.crashedInputs, 1ULL);
        QCOMPARE(report.corruptSessions, 0ULL);

        const StoredSession alpha = rig.session("alpha", talker);
        QCOMPARE(alpha.corruption, QString());
        QVERIFY(alpha.executor.isEmpty());
        QVERIFY2(snapshotFor(alpha, "scripted") == QByteArray("after one"), "as it was in version 1");
        QVERIFY(!executorChange(alpha, talker));
        const StoredSession beta = rig.session("beta", echo);
        QVERIFY(beta.binding);
        QCOMPARE(beta.binding->runtimeId, QByteArray("rt:2"));
        const StoredSession gamma = rig.session("gamma");
        QCOMPARE(gamma.openInputs.size(), std::size_t(1));
        QCOMPARE(gamma.openInputs[0].crashes, 1U);
    }

    void whatVersion2KnowsIsKeptInAMigratedFile()
    {
        StoreRig rig;
        makeVersion1(rig.options.path);
        QCOMPARE(rig.open(), QString());
        rig.session("alpha", talker);
        rig.store.reset();
        QCOMPARE(rig.open(), QString());
        QVERIFY2(!rig.store->report().migrated, "once is enough");
        const StoredSession alpha = rig.session("alpha", echo);
        QVERIFY(alpha.executor == talker);
        QCOMPARE(alpha.snapshotPlugin, QByteArray("scripted"));
        QVERIFY(!snapshotFor(alpha, echo.plugin));
        rig.store.reset();
        const Result<StoreCheck> check = StoreReader::open(rig.options.path).value()->check();
        QVERIFY(check.ok());
        QCOMPARE(check->findings.size(), std::size_t(0));
    }

    void aMigratedFileAndANewOneAreTheSame()
    {
        StoreRig old;
        makeVersion1(old.options.path);
        QCOMPARE(old.open(), QString());
        StoreRig fresh;
        QCOMPARE(fresh.open(), QString());
        QVERIFY(!fresh.store->report().migrated);
        QCOMPARE(tablesOf(old.options.path), tablesOf(fresh.options.path));
        QCOMPARE(versionOf(old.options.path), store_schema_version);
    }

    /// Nothing is written again on the way, so that nothing gets a checksum that it does not deserve.
    void aRowThatWasDamagedStaysDamaged_data()
    {
        QTest::addColumn<QByteArray>("damage");
        QTest::addColumn<QByteArray>("session");
        QTest::newRow("cold") << QByteArray("UPDATE cold SET binding=x'010104727478320301010000'")
                              << QByteArray("beta");
        QTest::newRow("snapshot") << QByteArray("UPDATE snapshot SET bytes=x'61'") << QByteArray("alpha");
    }
    void aRowThatWasDamagedStaysDamaged()
    {
        QFETCH(QByteArray, damage);
        QFETCH(QByteArray, session);
        StoreRig rig;
        makeVersion1(rig.options.path);
        execute(rig.options.path, damage);
        QCOMPARE(rig.open(), QString());
        QVERIFY(rig.session(session, talker).corruption.contains(QStringLiteral("damaged")));
        QVERIFY2(rig.session("gamma", talker).corruption.isEmpty(), "the others go on");
        rig.store.reset();
        QCOMPARE(rig.open(), QString());
        QVERIFY2(rig.session(session, talker).corruption.contains(QStringLiteral("damaged")),
                 "an executor that was configured has not mended it");
    }

    void aFileThatIsRefusedIsNotMigrated()
    {
        StoreRig rig;
        makeVersion1(rig.options.path);
        execute(rig.options.path, "UPDATE host SET owner='somebody else'");
        const QString refused = rig.open();
        QVERIFY2(refused.contains(QStringLiteral("damaged")), qPrintable(refused));
        QCOMPARE(versionOf(rig.options.path), 1);
    }

    void whoeverOnlyReadsSaysWhatToDo()
    {
        StoreRig rig;
        makeVersion1(rig.options.path);
        const Result<std::unique_ptr<StoreReader>> reader = StoreReader::open(rig.options.path);
        QVERIFY(!reader.ok());
        QCOMPARE(reader.error().kind, ErrorKind::Conflict);
        QVERIFY2(reader.error().message.contains(QStringLiteral("brings it up to date")),
                 qPrintable(reader.error().message));
        QCOMPARE(versionOf(rig.options.path), 1);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::MigrationTest)
#include "migration_test.moc"
