// SPDX-License-Identifier: Apache-2.0
// Random callers, executors and stores around the shipping core. A failure prints its seed and the steps before
// it; BURROW_WALK_SEED walks that one again, BURROW_WALKS walks more of them.
#include "walker.h"

#include <csignal>
#include <cstdlib>
#include <unistd.h>

using namespace burrow;
using namespace burrow::test;

namespace {

constexpr int walks_default = 600;
constexpr int steps_per_walk = 1200;

/// A broken invariant of the core aborts: the seed is what one needs then.
char walked_seed[64];

void printSeed(int signal)
{
    const ssize_t written = write(STDERR_FILENO, walked_seed, strlen(walked_seed));
    std::signal(signal, SIG_DFL);
    std::raise(written < 0 ? SIGKILL : signal);
}

template <std::size_t Count>
void show(const char *what, const std::array<quint64, Count> &counts,
          const std::array<const char *, Count> &names)
{
    QString line = QLatin1String(what);
    for (std::size_t at = 0; at < Count; ++at)
        line += QStringLiteral(" %1=%2").arg(QLatin1String(names[at])).arg(counts[at]);
    qInfo().noquote() << line;
}

template <std::size_t Count>
QString missing(const std::array<quint64, Count> &counts, const std::array<const char *, Count> &names)
{
    QStringList absent;
    for (std::size_t at = 0; at < Count; ++at) {
        if (counts[at] == 0)
            absent << QLatin1String(names[at]);
    }
    return absent.join(QStringLiteral(", "));
}

} // namespace

class RandomWalkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyRuleHoldsOnEveryWalk();
    void theWalksComeEverywhere();

private:
    Coverage m_coverage;
    bool m_one = false;
};

void RandomWalkTest::initTestCase()
{
    std::signal(SIGABRT, printSeed);
    std::signal(SIGSEGV, printSeed);
}

void RandomWalkTest::everyRuleHoldsOnEveryWalk()
{
    bool one = false;
    const quint64 seed = qEnvironmentVariable("BURROW_WALK_SEED").toULongLong(&one);
    const int asked = qEnvironmentVariableIntValue("BURROW_WALKS");
    const quint64 last = one ? seed : static_cast<quint64>(asked > 0 ? asked : walks_default);
    m_one = one;
    for (quint64 at = one ? seed : 1; at <= last; ++at) {
        std::snprintf(walked_seed, sizeof walked_seed, "the walk with seed %llu ended here\n",
                      static_cast<unsigned long long>(at));
        Walker walker(at, m_coverage);
        if (std::optional<QString> story = walker.walk(steps_per_walk))
            QFAIL(qPrintable(*story));
    }
}

void RandomWalkTest::theWalksComeEverywhere()
{
    if (m_one)
        return; // One walk that was asked for by its seed does not come everywhere.
    qInfo() << m_coverage.steps << "steps," << m_coverage.runsGivenUp << "runs and" << m_coverage.stopsGivenUp
            << "stops were given up";
    show("events:", m_coverage.events, eventCodeName.names);
    show("why it rested:", m_coverage.waitReasons, waitReasonName.names);
    show("refusals:", m_coverage.refusals, refusalName.names);
    for (std::size_t kind = 0; kind < m_coverage.verdicts.size(); ++kind)
        show(ticketKindName.names[kind], m_coverage.verdicts[kind], verdictName.names);
    auto events = m_coverage.events;
    events[static_cast<std::size_t>(EventCode::ExecutorChanged)] = 1; // Said by whoever opens a session.
    QCOMPARE(missing(events, eventCodeName.names), QString());
    QCOMPARE(missing(m_coverage.waitReasons, waitReasonName.names), QString());
    for (std::size_t kind = 0; kind < m_coverage.verdicts.size(); ++kind)
        QVERIFY2(missing(m_coverage.verdicts[kind], verdictName.names).isEmpty(),
                 qPrintable(QStringLiteral("%1 never got: %2")
                                .arg(QLatin1String(ticketKindName.names[kind]),
                                     missing(m_coverage.verdicts[kind], verdictName.names))));
    QVERIFY(m_coverage.runsGivenUp > 0);
    QVERIFY(m_coverage.stopsGivenUp > 0);
    QVERIFY(m_coverage.crashes > 100);
    QVERIFY(m_coverage.reloads > 10);
    QVERIFY(m_coverage.reopened > 10);
    for (const LifecycleVerb verb : {LifecycleVerb::Retire, LifecycleVerb::AbandonPending, LifecycleVerb::Reset,
                                     LifecycleVerb::Recycle, LifecycleVerb::Destroy}) {
        const auto &[refused, taken] = m_coverage.verbs[static_cast<std::size_t>(verb)];
        QVERIFY2(refused > 0 && taken > 0, lifecycleVerbName(verb));
    }
}

QTEST_APPLESS_MAIN(RandomWalkTest)
#include "random_walk_test.moc"
