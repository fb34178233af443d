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
        pace.add(2ms);
        QVERIFY2(pace.isFast(), "one in a hundred may be slow");
        pace.add(1ms);
        QVERIFY2(pace.isFast(), "a millisecond is not too long");
        pace.add(Duration(1001us));
        QVERIFY(!pace.isFast());
    }

    void aSlowMomentIsForgottenAfterAHundredCommits()
    {
        DiskPace pace;
        pace.add(2ms);
        pace.add(2ms);
        for (int fast = 0; fast < 98; ++fast) {
            pace.add(100us);
            QVERIFY(!pace.isFast());
        }
        pace.add(100us);
        QVERIFY2(pace.isFast(), "only one of the last hundred was slow");
    }

    void aDiskThatStaysSlowStaysOff()
    {
        DiskPace pace;
        for (int slow = 0; slow < 1000; ++slow)
            pace.add(4ms);
        QVERIFY(!pace.isFast());
        for (int fast = 0; fast < 99; ++fast)
            pace.add(100us);
        QVERIFY(pace.isFast());
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::PaceTest)
#include "pace_test.moc"
