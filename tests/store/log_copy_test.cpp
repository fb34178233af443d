// SPDX-License-Identifier: Apache-2.0
// When the log is copied into the file: not between the first commits of a host that found a long one.
#include "disk/fault_vfs.h"
#include "store/sqlite_database.h"
#include "store_rig.h"

#include <QTest>

#include <optional>

namespace burrow::test {

using faults::CallKind;
using faults::DiskCall;
using faults::FaultVfs;
using faults::Ruling;

namespace {

/// Hears of one input and submits the next one from within, so that the writer has no rest between the two.
class OneAfterTheOther : public StoreClient
{
public:
    OneAfterTheOther(StoreRig &rig, SetBuilder &sets, std::atomic<int> &copied)
        : m_rig(rig)
        , m_sets(sets)
        , m_copied(copied)
    {
    }

    void storeAnswered(std::vector<StoreAnswer> answers) override
    {
        good = good && answers.size() == 1 && answers[0].verdict == Verdict::Committed;
        if (answered.count() == 0)
            submit();
        else
            copiedBetween = m_copied;
        answered.add();
    }
    void submit() { m_rig.store->submitOne(m_sets.accept(m_rig.input()), *this, SubmitHint::NeverBlock); }

    bool good = true;
    std::optional<int> copiedBetween;
    Tally answered;

private:
    StoreRig &m_rig;
    SetBuilder &m_sets;
    std::atomic<int> &m_copied;
};

} // namespace

class LogCopyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLogThatWasFoundIsCopiedWhenNothingIsWritten()
    {
        StoreRig first;
        QCOMPARE(first.open(), QString());
        SetBuilder sets(first.session("alpha").id);
        // Whoever reads keeps the log from beginning anew, so that it grows beyond what is copied at once.
        Result<SqliteDatabase> reader = SqliteDatabase::open(first.options.path, SqliteAccess::ReadOnly);
        QVERIFY(reader.ok() && reader->execute("BEGIN; SELECT count(*) FROM host").ok());
        constexpr qint64 long_log = 5'000 * 4'120;
        while (QFile(first.options.path + QStringLiteral("-wal")).size() < long_log) {
            const InputPointer large =
                numbered(promptOf(QByteArray(400'000, 'x')), first.store->nextSequence());
            QCOMPARE(first.answerTo(sets.accept(large)).verdict, Verdict::Committed);
        }

        FaultVfs disk("copied-disk");
        std::atomic<int> copied = 0;
        Tally copying;
        disk.setRuler([&](const DiskCall &call) {
            if (call.kind == CallKind::Write && call.path.ends_with(".db")) {
                ++copied;
                copying.add();
            }
            return Ruling::proceed();
        });
        StoreRig second;
        second.takeCopyOf(first, true);
        second.options.vfs = QByteArray::fromStdString(disk.name());
        QCOMPARE(second.open(), QString());
        SetBuilder more(second.session("alpha").id);
        OneAfterTheOther client(second, more, copied);
        client.submit();
        QVERIFY(client.answered.waitFor(2));
        QVERIFY(client.good);
        QCOMPARE(client.copiedBetween, std::optional(0));
        // Then there is nothing else to do.
        QVERIFY(copying.waitFor(1'000));
        second.store.reset();
        disk.setRuler({});
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::LogCopyTest)
#include "log_copy_test.moc"
