// SPDX-License-Identifier: Apache-2.0
// When the store may write on the thread that submits: only while the disk has been fast.
#include "store/disk_pace.h"

#include <QTest>

namespace burrow::test {

using namespace std::chrono_literals;

class PaceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDiskIsFastUntilItWasSlowTwice()
    {
        DiskPace pace;
        QVERIFY(pace.isFast());
        pace.add(2ms, 1);
        QVERIFY2(pace.isFast(), "one in a hundred may be slow");
        pace.add(1002us, 1);
        QVERIFY2(pace.isFast(), "a millisecond is not too long, besides the set that is copied");
        pace.add(1003us, 1);
        QVERIFY(!pace.isFast());
    }

    void aSlowMomentIsForgottenAfterAHundredCommits()
    {
        DiskPace pace;
        pace.add(2ms, 1);
        pace.add(2ms, 1);
        for (int fast = 0; fast < 98; ++fast) {
            pace.add(100us, 1);
            QVERIFY(!pace.isFast());
        }
        pace.add(100us, 1);
        QVERIFY2(pace.isFast(), "only one of the last hundred was slow");
    }

    void aLongBatchMayTakeLonger()
    {
        DiskPace pace;
        for (int batch = 0; batch < 100; ++batch)
            pace.add(3ms, 1000);
        QVERIFY2(pace.isFast(), "what was copied is not the disk's fault");
        for (int batch = 0; batch < 2; ++batch)
            pace.add(4ms, 1000);
        QVERIFY(!pace.isFast());
    }

    void aDiskThatIsSlowNowAndThenIsMostlyFast()
    {
        DiskPace pace;
        for (int commit = 0; commit < 49; ++commit)
            pace.add(5ms, 1);
        QVERIFY(!pace.isFast());
        QVERIFY(pace.isMostlyFast());
        pace.add(5ms, 1);
        QVERIFY(!pace.isMostlyFast());
    }

    void aDiskThatStaysSlowStaysOff()
    {
        DiskPace pace;
        for (int slow = 0; slow < 1000; ++slow)
            pace.add(4ms, 1);
        QVERIFY(!pace.isFast());
        for (int fast = 0; fast < 99; ++fast)
            pace.add(100us, 1);
        QVERIFY(pace.isFast());
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::PaceTest)
#include "pace_test.moc"
