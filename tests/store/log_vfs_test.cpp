// SPDX-License-Identifier: Apache-2.0
// The file layer of the one connection that writes: few calls for a commit, and the same file as without it.
#include "store/log_vfs.h"

#include "disk/fault_vfs.h"
#include "store/sqlite_database.h"

#include <QTemporaryDir>
#include <QTest>

#include <optional>

#include <sqlite3.h>

namespace burrow::test {

using faults::CallKind;
using faults::DiskCall;
using faults::FaultVfs;
using faults::Ruling;

namespace {

/// A database on a disk that can be told to fail, written through the layer.
class Desk
{
public:
    explicit Desk(const char *settings = "")
        : disk("log-disk")
    {
        writer = connect();
        run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0");
        run("CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB)");
        run(settings);
    }

    std::optional<SqliteDatabase> connect()
    {
        auto layer = LogVfs::make(QByteArray::fromStdString(disk.name()));
        if (!layer)
            qFatal("%s", qPrintable(layer.error().message));
        auto opened = SqliteDatabase::open(path(), SqliteAccess::ReadWrite, *layer);
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
        return std::move(*opened);
    }
    QString path() const { return folder.filePath(QStringLiteral("log.db")); }
    int run(const char *sql) { return writer->executeCode(sql); }
    /// What somebody sees who reads the file as it is, without the layer.
    qint64 seen(const char *sql) const
    {
        auto reader = SqliteDatabase::open(path(), SqliteAccess::ReadOnly);
        auto value = reader ? reader->integerOf(sql) : Result<qint64>(reader.error());
        return value ? *value : -1;
    }
    bool isSound() const
    {
        return seen("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'") == 1;
    }
    /// Writes of the log from now on.
    void countLogWrites(int &count)
    {
        count = 0;
        disk.setRuler([&count](const DiskCall &call) {
            count += call.kind == CallKind::Write && call.isWal() ? 1 : 0;
            return Ruling::proceed();
        });
    }

    QTemporaryDir folder;
    FaultVfs disk;
    std::optional<SqliteDatabase> writer;
};

constexpr auto tenPages = "INSERT INTO t(v) SELECT randomblob(4000) FROM "
                          "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 10) "
                          "SELECT i FROM n)";

} // namespace

class LogVfsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCommitIsOneWrite()
    {
        Desk desk;
        int writes = 0;
        desk.countLogWrites(writes);
        QCOMPARE(desk.run(tenPages), SQLITE_OK);
        QCOMPARE(writes, 1);
        QCOMPARE(desk.seen("SELECT count(*) FROM t"), 10);
    }

    void whatIsLongIsWrittenInPieces()
    {
        Desk desk;
        int writes = 0;
        desk.countLogWrites(writes);
        // As long as SQLite's own layer can take at once, shorter, and longer, wherever the pieces end.
        for (const int kib : {60, 64, 68, 124, 128, 132, 256, 1000}) {
            const QByteArray sql = "INSERT INTO t(v) VALUES(randomblob(" + QByteArray::number(kib) + "*1024))";
            QCOMPARE(desk.run(sql.constData()), SQLITE_OK);
            QCOMPARE(desk.seen("SELECT length(v)/1024 FROM t ORDER BY k DESC LIMIT 1"), kib);
        }
        QVERIFY2(writes < 60, QByteArray::number(writes).constData());
        QVERIFY(desk.isSound());
    }

    void aTransactionThatIsLongerThanTheCacheReadsWhatItWrote()
    {
        Desk desk("PRAGMA cache_size=10");
        QCOMPARE(desk.run("BEGIN"), SQLITE_OK);
        for (int at = 0; at < 40; ++at) {
            QCOMPARE(desk.run(tenPages), SQLITE_OK);
            // Each from the beginning, so that pages come back that the cache has given up.
            const Result<qint64> read = desk.writer->integerOf("SELECT sum(length(v))/4000 FROM t");
            QVERIFY(read.ok());
            QCOMPARE(*read, (at + 1) * 10);
            QCOMPARE(desk.run("UPDATE t SET v=randomblob(4000) WHERE k%7=0"), SQLITE_OK);
        }
        QCOMPARE(desk.seen("SELECT count(*) FROM t"), 0);
        QCOMPARE(desk.run("COMMIT"), SQLITE_OK);
        QCOMPARE(desk.seen("SELECT count(*) FROM t"), 400);
        QVERIFY(desk.isSound());
    }

    void theLogStartsAgainAfterItWasCopied()
    {
        Desk desk;
        for (int round = 1; round <= 5; ++round) {
            QCOMPARE(desk.run(tenPages), SQLITE_OK);
            QCOMPARE(sqlite3_wal_checkpoint_v2(desk.writer->handle(), nullptr,
                                               round % 2 == 0 ? SQLITE_CHECKPOINT_PASSIVE
                                                              : SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr),
                     SQLITE_OK);
            QCOMPARE(desk.run(tenPages), SQLITE_OK);
            QCOMPARE(desk.seen("SELECT count(*) FROM t"), round * 20);
        }
        QVERIFY(desk.isSound());
    }

    void aWriteThatFailsFailsItsCommit_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("half");
        QTest::newRow("no space") << int(SQLITE_FULL) << false;
        QTest::newRow("an I/O error") << int(SQLITE_IOERR_WRITE) << false;
        QTest::newRow("no space for the second half") << int(SQLITE_FULL) << true;
    }
    void aWriteThatFailsFailsItsCommit()
    {
        QFETCH(const int, code);
        QFETCH(const bool, half);
        Desk desk;
        QCOMPARE(desk.run(tenPages), SQLITE_OK);
        desk.disk.setRuler([=](const DiskCall &call) {
            if (call.kind != CallKind::Write || !call.isWal())
                return Ruling::proceed();
            return half ? Ruling::half(code) : Ruling::fail(code);
        });
        QCOMPARE(desk.run(tenPages), code);
        QCOMPARE(desk.run("INSERT INTO t(v) VALUES(randomblob(300000))"), code);
        QVERIFY(!desk.writer->inTransaction());
        QCOMPARE(desk.seen("SELECT count(*) FROM t"), 10);
        // To copy the log is what may help then.
        QCOMPARE(sqlite3_wal_checkpoint_v2(desk.writer->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                           nullptr),
                 SQLITE_OK);
        desk.disk.setRuler({});
        QCOMPARE(desk.run(tenPages), SQLITE_OK);
        QCOMPARE(desk.seen("SELECT count(*) FROM t"), 20);
        QVERIFY(desk.isSound());
    }

    void nothingIsGatheredWhereSectorsHaveToBeFilled()
    {
        Desk desk;
        desk.writer.reset();
        desk.disk.setPowersafeOverwrite(false);
        desk.writer = desk.connect();
        int writes = 0;
        desk.countLogWrites(writes);
        QCOMPARE(desk.run(tenPages), SQLITE_OK);
        QVERIFY2(writes >= 20, "two for each page");
        QCOMPARE(desk.seen("SELECT count(*) FROM t"), 10);
        QVERIFY(desk.isSound());
    }

    void anUnknownLayerIsNamed()
    {
        const auto made = LogVfs::make("no-such-disk");
        QVERIFY(!made);
        QVERIFY(made.error().message.contains(QStringLiteral("no-such-disk")));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::LogVfsTest)
#include "log_vfs_test.moc"
