// SPDX-License-Identifier: Apache-2.0
// When the log is copied into the file: not between the first commits of a host that found a long one.
#include "disk/fault_vfs.h"
#include "store/sqlite_database.h"
#include "store_rig.h"

#include <QTest>

#include <atomic>

#include <sqlite3.h>

namespace burrow::test {

using faults::CallKind;
using faults::DiskCall;
using faults::FaultVfs;
using faults::Ruling;

namespace {

/// It takes about a hundred pages of the log.
InputPointer largeInput(StoreRig &rig)
{
    return numbered(promptOf(QByteArray(400'000, 'x')), rig.store->nextSequence());
}

/// A store over a log of more pages than are left uncopied, as a host that was killed leaves it.
class FoundLog
{
public:
    FoundLog()
        : m_disk("copied-disk")
    {
        StoreRig first;
        QCOMPARE(first.open(), QString());
        SetBuilder sets(first.session("alpha").id);
        // Whoever reads keeps the log from beginning anew, so that it grows beyond what is copied at once.
        Result<SqliteDatabase> reader = SqliteDatabase::open(first.options.path, SqliteAccess::ReadOnly);
        QVERIFY(reader.ok() && reader->execute("BEGIN; SELECT count(*) FROM host").ok());
        constexpr qint64 long_log = 5'000 * 4'120;
        while (QFile(first.options.path + QStringLiteral("-wal")).size() < long_log)
            QCOMPARE(first.answerTo(sets.accept(largeInput(first))).verdict, Verdict::Committed);
        rig.takeCopyOf(first, true);
        m_disk.setRuler([this](const DiskCall &call) {
            if (call.kind == CallKind::Sync && call.isWal() && failsNextSync.exchange(false))
                return Ruling::fail(SQLITE_IOERR_FSYNC);
            if (call.kind == CallKind::Write && call.path.ends_with(".db"))
                copied.add();
            return Ruling::proceed();
        });
        rig.options.vfs = QByteArray::fromStdString(m_disk.name());
        QCOMPARE(rig.open(), QString());
    }

    Tally copied; ///< Pages of the log, into the file.
    std::atomic<bool> failsNextSync = false;

private:
    FaultVfs m_disk;

public:
    StoreRig rig; ///< Last: its connections use the disk.
};

/// Hears of each input and submits the next one from within, so that the writer has no rest between two.
class OneAfterTheOther : public StoreClient
{
public:
    OneAfterTheOther(StoreRig &rig, const Tally &copied, SetBuilder &sets, std::size_t count)
        : m_rig(rig)
        , m_copied(copied)
        , m_sets(sets)
        , m_count(count)
    {
    }

    void storeAnswered(std::vector<StoreAnswer> answers) override
    {
        good = good && answers.size() == 1 && answers[0].verdict == Verdict::Committed;
        if (answered.count() + 1 < m_count)
            submit();
        else
            copiedByThen = m_copied.count();
        answered.add();
    }
    bool submitAll()
    {
        submit();
        return answered.waitFor(m_count) && good;
    }

    std::size_t copiedByThen = 0; ///< When the last answer came.

private:
    void submit() { m_rig.store->submitOne(m_sets.accept(largeInput(m_rig)), *this, SubmitHint::NeverBlock); }

    StoreRig &m_rig;
    const Tally &m_copied;
    SetBuilder &m_sets;
    const std::size_t m_count;
    bool good = true;
    Tally answered;
};

} // namespace

class LogCopyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLogThatWasFoundIsCopiedWhenNothingIsWritten()
    {
        FoundLog found;
        SetBuilder sets(found.rig.session("alpha").id);
        OneAfterTheOther client(found.rig, found.copied, sets, 2);
        QVERIFY(client.submitAll());
        QCOMPARE(client.copiedByThen, std::size_t(0));
        // Then there is nothing else to do.
        QVERIFY(found.copied.waitFor(1'000));
        found.rig.store.reset();
    }

    void aLogThatBeganAnewCountsWhole()
    {
        FoundLog found;
        SetBuilder sets(found.rig.session("alpha").id);
        QCOMPARE(found.rig.answerTo(sets.accept(found.rig.input())).verdict, Verdict::Committed);
        // Behind a failed sync the whole log is copied and emptied, and then the next one is written.
        found.failsNextSync = true;
        QCOMPARE(found.rig.answerTo(sets.accept(found.rig.input())).verdict, Verdict::NotWritten);
        QCOMPARE(found.rig.answerTo(sets.accept(found.rig.input())).verdict, Verdict::Committed);
        OneAfterTheOther client(found.rig, found.copied, sets, 30);
        const std::size_t before = found.copied.count();
        QVERIFY(client.submitAll());
        QVERIFY2(client.copiedByThen > before, "three thousand pages are more than are left uncopied");
        found.rig.store.reset();
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::LogCopyTest)
#include "log_copy_test.moc"
