// SPDX-License-Identifier: Apache-2.0
#include "disk/fault_vfs.h"
#include "plain_table.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

using namespace burrow::faults;

namespace {

const std::string walFull = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL";

/// Rows that are there when a child was killed at that boundary; -1 when it got to the end.
int rowsAfterKillAt(std::uint64_t boundary, const std::string &path)
{
    const pid_t child = ::fork();
    if (child == 0) {
        FaultVfs vfs("dying");
        vfs.setRuler([boundary](const DiskCall &call) {
            if (call.number == boundary)
                ::raise(SIGKILL);
            return Ruling::proceed();
        });
        {
            PlainTable table(path, "dying", walFull);
            for (int n = 0; n < 3; ++n)
                table.insert(n);
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status))
        return -1;
    PlainTable table(path, {}, walFull);
    return table.isSound() ? static_cast<int>(table.rows().size()) : -2;
}

} // namespace

class DiskTest : public QObject
{
    Q_OBJECT

    std::string fresh() { return m_folder.filePath(QStringLiteral("%1.db").arg(++m_databases)).toStdString(); }

    QTemporaryDir m_folder;
    int m_databases = 0;

private Q_SLOTS:
    void aCommitIsOneSync()
    {
        FaultVfs vfs("counting");
        PlainTable table(fresh(), "counting", walFull);
        table.insert(1);
        const std::uint64_t before = vfs.count(CallKind::Sync);
        for (int n = 2; n < 12; ++n)
            QVERIFY(table.insert(n));
        QCOMPARE(vfs.count(CallKind::Sync) - before, 10U);
        QVERIFY(vfs.bytesWritten() > 10 * 4096);
    }

    void withoutSyncNothingIsCounted()
    {
        FaultVfs vfs("counting");
        PlainTable table(fresh(), "counting", "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF");
        const std::uint64_t before = vfs.count(CallKind::Sync);
        QVERIFY(table.insert(1));
        QCOMPARE(vfs.count(CallKind::Sync), before);
    }

    void aWriteThatFindsNoSpaceFailsTheCommitAlone()
    {
        FaultVfs vfs("failing");
        PlainTable table(fresh(), "failing", walFull);
        QVERIFY(table.insert(1));
        vfs.setRuler(failing(CallKind::Write, 1, SQLITE_FULL));
        QVERIFY(!table.insert(2));
        QCOMPARE(table.result(), SQLITE_FULL);
        QVERIFY(table.insert(3));
        QCOMPARE(table.rows(), (std::vector<std::string>{"1", "3"}));
    }

    void whatFailsForEverGoesOnFailing()
    {
        FaultVfs vfs("failing");
        PlainTable table(fresh(), "failing", walFull);
        vfs.setRuler(failing(CallKind::Sync, 1, SQLITE_IOERR_FSYNC, Lasting::ForEver));
        QVERIFY(!table.insert(1));
        QCOMPARE(table.result(), SQLITE_IOERR_FSYNC);
        QVERIFY(!table.insert(2));
        vfs.setRuler({});
        QVERIFY(table.insert(3));
    }

    void halfAWriteIsNotARow()
    {
        const std::string path = fresh();
        FaultVfs vfs("halving");
        {
            PlainTable table(path, "halving", walFull);
            vfs.setRuler([](const DiskCall &call) {
                return call.kind == CallKind::Write && call.bytes == 4096 ? Ruling::half(SQLITE_IOERR_WRITE)
                                                                          : Ruling::proceed();
            });
            QVERIFY(!table.insert(1));
            vfs.setRuler({});
        }
        PlainTable table(path, {}, walFull);
        QVERIFY(table.isSound());
        QVERIFY(table.rows().empty());
    }

    void aRulerSeesTheLockOfAWriter()
    {
        FaultVfs vfs("locks");
        const std::string path = fresh();
        PlainTable table(path, "locks", walFull);
        int locks = 0;
        vfs.setRuler([&locks](const DiskCall &call) {
            const int take = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
            if (call.kind == CallKind::ShmLock && call.offset == 0 && call.flags == take)
                ++locks;
            return Ruling::proceed();
        });
        table.run("BEGIN IMMEDIATE");
        QCOMPARE(locks, 1);
        table.run("ROLLBACK");
    }

    void everyBoundaryCanBeDiedAt()
    {
        int died = 0;
        int most = 0;
        for (std::uint64_t boundary = 1;; ++boundary) {
            const int rows = rowsAfterKillAt(boundary, fresh());
            if (rows == -1)
                break;
            QVERIFY2(rows >= most || rows == 0, "a row that a kill further on left is missing");
            most = std::max(most, rows);
            ++died;
        }
        QVERIFY2(died > 20, qPrintable(QString::number(died)));
        QCOMPARE(most, 3);
    }
};

QTEST_GUILESS_MAIN(DiskTest)
#include "disk_test.moc"
