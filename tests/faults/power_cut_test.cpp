// SPDX-License-Identifier: Apache-2.0
#include "disk/disk_image.h"
#include "disk/fault_vfs.h"
#include "plain_table.h"

#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace burrow::faults;

namespace {

/// What the images of one workload were like.
struct Tally
{
    int images = 0;
    int unsound = 0; ///< SQLite found the file damaged.
    int lost = 0;    ///< A row whose commit had returned was missing.
    int extra = 0;   ///< A row was there whose commit had not returned.
};

class Bench
{
public:
    explicit Bench(const std::string &path)
        : m_path(path)
    {
    }

    /// Commits rows one by one and marks each that is acknowledged; checkpoints now and then.
    void run(const std::string &synchronous, bool powersafe = true)
    {
        FaultVfs vfs("recording");
        vfs.setPowersafeOverwrite(powersafe);
        vfs.record(&m_log);
        watchFolderSyncs(&m_log);
        {
            PlainTable table(m_path, "recording",
                             "PRAGMA journal_mode=WAL;PRAGMA wal_autocheckpoint=8;PRAGMA synchronous="
                                 + synchronous);
            m_log.mark("table");
            for (int n = 0; n < 40; ++n) {
                if (table.insert(n))
                    m_log.mark(std::to_string(n));
            }
        }
        watchFolderSyncs(nullptr);
        vfs.record(nullptr);
    }

    Tally cut(PowerCut how, int images)
    {
        Tally tally;
        Platter platter(m_log);
        std::mt19937_64 random(how.seed);
        std::vector<std::size_t> cuts;
        for (int image = 0; image < images; ++image)
            cuts.push_back(random() % (m_log.size() + 1));
        std::sort(cuts.begin(), cuts.end());
        for (const std::size_t at : cuts) {
            platter.advanceTo(at);
            how.seed = random();
            putImage(platter.cut(how), m_path);
            judge(platter.marks(), tally);
        }
        return tally;
    }

private:
    void judge(const std::vector<std::string_view> &marks, Tally &tally)
    {
        ++tally.images;
        // The image is what the disk kept; looking at it needs no sync.
        PlainTable table(m_path, {}, "PRAGMA synchronous=OFF;PRAGMA journal_mode=WAL");
        if (!table.isSound()) {
            ++tally.unsound;
            return;
        }
        const std::vector<std::string> rows = table.rows();
        const std::size_t acknowledged = marks.empty() ? 0 : marks.size() - 1;
        tally.lost += rows.size() < acknowledged ? 1 : 0;
        tally.extra += rows.size() > acknowledged ? 1 : 0;
    }

    const std::string m_path;
    DiskLog m_log;
};

PowerCut::Unsynced unsyncedOf(int number)
{
    return static_cast<PowerCut::Unsynced>(number);
}

} // namespace

class PowerCutTest : public QObject
{
    Q_OBJECT

    std::string fresh() { return m_folder.filePath(QStringLiteral("%1.db").arg(++m_databases)).toStdString(); }

    QTemporaryDir m_folder;
    int m_databases = 0;

private Q_SLOTS:
    void aCommitThatWasSyncedIsNeverLost_data()
    {
        QTest::addColumn<int>("unsynced");
        QTest::addColumn<bool>("powersafe");
        QTest::newRow("dropped") << 0 << true;
        QTest::newRow("kept") << 1 << true;
        QTest::newRow("subset") << 2 << true;
        QTest::newRow("torn, powersafe overwrite") << 3 << true;
        QTest::newRow("torn, psow=0") << 3 << false;
    }
    void aCommitThatWasSyncedIsNeverLost()
    {
        QFETCH(int, unsynced);
        QFETCH(bool, powersafe);
        Bench bench(fresh());
        bench.run("FULL", powersafe);
        const Tally tally =
            bench.cut({.unsynced = unsyncedOf(unsynced), .sectorsDamaged = !powersafe, .seed = 7}, 300);
        QCOMPARE(tally.images, 300);
        QCOMPARE(tally.unsound, 0);
        QCOMPARE(tally.lost, 0);
    }

    void withoutSyncACutLosesWhatWasAcknowledged()
    {
        Bench bench(fresh());
        bench.run("OFF");
        QVERIFY(bench.cut({.unsynced = PowerCut::Unsynced::Dropped, .seed = 7}, 100).lost > 50);
        const Tally torn = bench.cut({.unsynced = PowerCut::Unsynced::Torn, .seed = 8}, 100);
        QVERIFY(torn.lost + torn.unsound > 50);
    }

    void aKillThatKeepsThePageCacheDoesNotSeeMissingSyncs()
    {
        // The trap that this model is for: with everything kept, no sync is missed.
        Bench bench(fresh());
        bench.run("OFF");
        QCOMPARE(bench.cut({.unsynced = PowerCut::Unsynced::Kept, .seed = 7}, 100).lost, 0);
    }

    void damagedSectorsHurtWhoTrustsInPowersafeOverwrite()
    {
        // SQLite pads its log only when it is told that neighbours are in danger.
        Bench bench(fresh());
        bench.run("FULL", true);
        const Tally tally =
            bench.cut({.unsynced = PowerCut::Unsynced::Torn, .sectorsDamaged = true, .seed = 7}, 400);
        QVERIFY(tally.lost + tally.unsound > 0);
    }

    void aNameIsDurableOnlyWithItsFolder()
    {
        const std::string path = fresh();
        DiskLog log;
        const int file = log.opened(path);
        log.wrote(file, 0, "content");
        log.synced(file, log.size());
        const std::size_t before = log.size();
        log.folderSynced(path.substr(0, path.find_last_of('/')));
        Platter platter(log);
        platter.advanceTo(before);
        QVERIFY(platter.cut({}).empty());
        platter.advanceTo(log.size());
        QCOMPARE(platter.cut({}).at(path), std::string("content"));
    }

    void aRemovalThatIsNotSyncedMayNotHaveHappened()
    {
        const std::string path = fresh();
        DiskLog log;
        const int file = log.opened(path);
        log.folderSynced(path.substr(0, path.find_last_of('/')));
        log.wrote(file, 0, "old");
        log.synced(file, log.size());
        log.removed(path);
        Platter platter(log);
        platter.advanceTo(log.size());
        QCOMPARE(platter.cut({.unsynced = PowerCut::Unsynced::Dropped}).at(path), std::string("old"));
        QVERIFY(platter.cut({.unsynced = PowerCut::Unsynced::Kept}).empty());
    }

    void aSyncThatSucceedsAfterOneThatFailedWritesNothingOfBefore()
    {
        DiskLog log;
        const int file = log.opened("/d/f");
        log.folderSynced("/d");
        log.wrote(file, 0, "aaaa");
        log.syncFailed(file);
        log.wrote(file, 4, "bbbb");
        log.synced(file, log.size());
        Platter platter(log);
        platter.advanceTo(log.size());
        QCOMPARE(platter.cut({}).at("/d/f"), std::string("\0\0\0\0bbbb", 8));
        QCOMPARE(platter.cut({.failedSyncsKept = true}).at("/d/f"), std::string("aaaabbbb"));
    }

    void aLaterSyncedWriteCoversWhatAFailedSyncLeft()
    {
        DiskLog log;
        const int file = log.opened("/d/f");
        log.folderSynced("/d");
        log.wrote(file, 0, "aaaa");
        log.syncFailed(file);
        log.wrote(file, 0, "bb");
        log.synced(file, log.size());
        Platter platter(log);
        platter.advanceTo(log.size());
        QCOMPARE(platter.cut({.failedSyncsKept = true}).at("/d/f"), std::string("bbaa"));
    }

    void aTornWriteKeepsToItsSectors()
    {
        DiskLog log;
        const int file = log.opened("/d/f");
        log.folderSynced("/d");
        log.wrote(file, 0, std::string(2048, 'o'));
        log.synced(file, log.size());
        log.wrote(file, 100, std::string(1000, 'n'));
        Platter platter(log);
        platter.advanceTo(log.size());
        int torn = 0;
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            const std::string content =
                platter.cut({.unsynced = PowerCut::Unsynced::Torn, .seed = seed}).at("/d/f");
            QCOMPARE(content.size(), 2048U);
            QCOMPARE(content.substr(0, 100), std::string(100, 'o'));
            QCOMPARE(content.substr(1100), std::string(948, 'o'));
            torn += content[512] != content[511] || content[1023] != content[1024] ? 1 : 0;
        }
        QVERIFY(torn > 10);
    }

    void theSameSeedIsTheSameImage()
    {
        Bench bench(fresh());
        bench.run("FULL");
        const PowerCut how{.unsynced = PowerCut::Unsynced::Torn, .seed = 99};
        const Tally first = bench.cut(how, 60);
        const Tally second = bench.cut(how, 60);
        QCOMPARE(first.extra, second.extra);
        QVERIFY(first.extra > 0);
    }
};

QTEST_GUILESS_MAIN(PowerCutTest)
#include "power_cut_test.moc"
