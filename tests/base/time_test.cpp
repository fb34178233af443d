// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/time.h"

#include <QTest>

namespace burrow {

using namespace std::chrono_literals;

class TimeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void neverIsLaterThanEverything()
    {
        const MonotonicTime aCentury{std::chrono::hours(24 * 365 * 100)};
        QVERIFY(aCentury < MonotonicTime::never());
        QVERIFY(MonotonicTime::never() == MonotonicTime::never());
        QVERIFY(MonotonicTime{} < aCentury);
    }

    void timesAddAndSubtract()
    {
        const MonotonicTime start{5s};
        QVERIFY(start + 250ms == MonotonicTime{5'250ms});
        QVERIFY((start + 250ms) - start == 250ms);
    }

    void everyDurationOfTheLimitsFitsBehindAnyClock()
    {
        // A deadline is now plus a limit; were the sum to pass the end of the range, it would lie in the past.
        const MonotonicTime late{std::chrono::hours(24 * 365 * 200)};
        for (const Duration limit :
             {limits::retry_backoff_max, limits::turn_timeout_default, limits::stop_grace_default,
              limits::stop_answer_max, limits::abandon_after_hard, limits::shutdown_timeout_default})
            QVERIFY(late + limit > late);
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::TimeTest)
#include "time_test.moc"
