// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core_harness.h"

#include <random>

namespace burrow::test {

/// What all walks together have met. A walk that no longer comes to a place proves nothing about it.
struct Coverage
{
    std::array<quint64, eventCodeName.names.size()> events{};
    std::array<quint64, waitReasonName.names.size()> waitReasons{};
    std::array<quint64, refusalName.names.size()> refusals{};
    std::array<std::array<quint64, verdictName.names.size()>, ticketKindName.names.size()> verdicts{};
    quint64 steps = 0;
    quint64 runsGivenUp = 0;
    quint64 stopsGivenUp = 0;
    quint64 crashes = 0;
    quint64 cameThrough = 0; ///< Writes that a mirror's disk kept although nobody had heard of them.
    quint64 reloads = 0;
    quint64 reopened = 0; ///< Sessions that were unregistered and opened again.
    /// Of the rarer verbs: refused at once, and not.
    std::array<std::array<quint64, 2>, lifecycleVerbName.names.size()> verbs{};
};

/// One walk: random callers, a random executor and a random store around the shipping core, all from one seed.
/// The harness judges every step; here is only what happens.
class Walker
{
public:
    /// With `crashOneIn`, one step in so many is a crash while writes are under way, and one in four times so
    /// many otherwise, besides the crashes of every walk.
    Walker(quint64 seed, Coverage &coverage, std::shared_ptr<StoreMirror> mirror = nullptr,
           quint64 crashOneIn = 0);

    /// Walks and brings everything to rest. Gives what was broken, with the steps that led there.
    std::optional<QString> walk(int steps);
    void forgiveViolations() { m_harness.forgiveViolations(); }

private:
    quint64 below(quint64 bound) { return m_random() % bound; }
    bool oneIn(quint64 chance) { return below(chance) == 0; }
    void note(const QString &step);

    static HarnessOptions optionsFor(quint64 seed, std::shared_ptr<StoreMirror> mirror);
    void step();
    void submit();
    Input randomInput();
    void answerStore();
    void answerExecutor();
    RunEnd randomEnd();
    void control();
    void controlLife();
    void operate();
    void stray();
    void passTime();
    void crash();
    void comeToRest();
    void cover();
    std::optional<QString> broken() const;

    std::mt19937_64 m_random;
    const quint64 m_seed;
    const quint64 m_crashOneIn;
    Coverage &m_coverage;
    CoreHarness m_harness;
    std::vector<Submitted> m_submitted;
    std::vector<RunOutput> m_past; ///< Ends of earlier runs, to be told again.
    bool m_boundaryOpen = false;   ///< As the executor last said of its run.
    bool m_lossy = false;          ///< The store may lose track of the session.
    std::size_t m_eventsCovered = 0;
    std::vector<QString> m_trace;
};

} // namespace burrow::test
