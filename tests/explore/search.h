// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seen_states.h"
#include "trail.h"

#include <map>
#include <mutex>

namespace burrow::test {

struct SearchBounds
{
    quint64 states = 1'000'000;
    int depth = 1000;
    int threads = 1;
};

/// What a search came to.
struct SearchResult
{
    quint64 states = 0;
    quint64 transitions = 0;
    quint64 rulesAsked = 0;
    int depth = 0;         ///< The last level that was looked at wholly.
    bool complete = false; ///< Nothing was left to look at.
    quint64 sampled = 0;   ///< Arrivals at states for which it was checked that the way there does not matter.
    const char *broken = nullptr;
    std::vector<Step> path; ///< To what is broken; no shorter one leads to a broken rule.
    /// Of two ways to what was taken for one state the other one, and the step that shows the difference.
    std::vector<Step> otherPath;
};

/// Looks at every state that can be reached, level by level, on several threads.
class Search
{
public:
    Search(const Scenario &scenario, SearchBounds bounds);

    SearchResult run();

    /// The path at which this thread is, for who has to say it when the core aborts.
    static std::vector<Step> currentPath();

private:
    struct Found
    {
        std::vector<quint32> parents;
        std::vector<Step> steps;
        quint64 transitions = 0;
        quint64 rulesAsked = 0;
    };
    using Successors = std::vector<std::pair<Step, quint64>>;

    void level(quint32 from, quint32 to, std::vector<Found> &found);
    void expand(quint32 node, const World &world, Found &found, Encoding &scratch);
    void judge(quint32 node, Step step, const World &before, World &after, Encoding &scratch);
    void sample(quint32 node, Step step, const World &world, quint64 fingerprint);
    void broke(quint32 node, Step step, const char *rule);

    const Scenario &m_scenario;
    const SearchBounds m_bounds;
    SeenStates m_seen;
    Tree m_tree;
    SearchResult m_result;
    std::atomic<bool> m_stop{false};

    std::mutex m_mutex; ///< Guards what follows, and the result.
    struct Sample
    {
        Successors successors;
        quint32 node = 0;
        Step step = Step::Submit;
    };
    std::map<quint64, Sample> m_samples;
};

} // namespace burrow::test
