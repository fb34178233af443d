// SPDX-License-Identifier: Apache-2.0
#include "search.h"

#include <thread>

namespace burrow::test {

namespace {

/// Nodes that a thread takes at once: enough for neighbours to share their path.
constexpr quint32 chunk_nodes = 512;

/// One state in so many is looked at again each time it is reached.
constexpr quint64 sample_one_in = 2048;

struct Place
{
    const Tree *tree = nullptr;
    quint32 node = 0;
    Step step = Step::Submit;
};
thread_local Place place;

std::vector<Step> stepsTo(const Tree &tree, quint32 node, Step last)
{
    std::vector<Step> steps;
    for (const quint32 at : tree.pathTo(node)) {
        if (at != 0)
            steps.push_back(tree.steps[at]);
    }
    steps.push_back(last);
    return steps;
}

} // namespace

Search::Search(const Scenario &scenario, SearchBounds bounds)
    : m_scenario(scenario)
    , m_bounds(bounds)
    , m_seen(bounds.states)
{
}

std::vector<Step> Search::currentPath()
{
    return place.tree == nullptr ? std::vector<Step>() : stepsTo(*place.tree, place.node, place.step);
}

SearchResult Search::run()
{
    const World beginning(m_scenario);
    Encoding scratch;
    m_seen.insert(beginning.fingerprint(scratch));
    m_result.broken = beginning.broken();
    quint32 from = 0;
    quint32 to = 1;
    while (from < to && m_result.broken == nullptr && !m_stop && m_result.depth < m_bounds.depth) {
        std::vector<Found> found((to - from + chunk_nodes - 1) / chunk_nodes);
        level(from, to, found);
        for (const Found &chunk : found) {
            m_tree.parents.insert(m_tree.parents.end(), chunk.parents.begin(), chunk.parents.end());
            m_tree.steps.insert(m_tree.steps.end(), chunk.steps.begin(), chunk.steps.end());
            m_result.transitions += chunk.transitions;
            m_result.rulesAsked += chunk.rulesAsked;
        }
        m_result.depth += m_stop ? 0 : 1;
        from = to;
        to = static_cast<quint32>(m_tree.steps.size());
    }
    m_result.complete = from == to && !m_stop;
    m_result.states = m_seen.count();
    return m_result;
}

void Search::level(quint32 from, quint32 to, std::vector<Found> &found)
{
    std::atomic<std::size_t> nextChunk{0};
    const auto work = [&] {
        Trail trail(m_scenario, m_tree);
        Encoding scratch;
        while (!m_stop) {
            const std::size_t chunk = nextChunk.fetch_add(1);
            if (chunk >= found.size())
                return;
            const quint32 first = from + static_cast<quint32>(chunk) * chunk_nodes;
            for (quint32 node = first; node < std::min(first + chunk_nodes, to) && !m_stop; ++node) {
                place = {&m_tree, m_tree.parents[node], m_tree.steps[node]};
                expand(node, trail.world(node), found[chunk], scratch);
            }
        }
    };
    std::vector<std::thread> helpers;
    for (int at = 1; at < m_bounds.threads && found.size() > 1; ++at)
        helpers.emplace_back(work);
    work();
    for (std::thread &helper : helpers)
        helper.join();
}

void Search::expand(quint32 node, const World &world, Found &found, Encoding &scratch)
{
    std::vector<Step> steps;
    world.steps(steps);
    for (const Step step : steps) {
        place = {&m_tree, node, step};
        World next(world);
        next.take(step);
        judge(node, step, world, next, scratch);
        ++found.transitions;
        found.rulesAsked += next.rulesAsked();
        const quint64 fingerprint = next.fingerprint(scratch);
        if (m_seen.insert(fingerprint)) {
            found.parents.push_back(node);
            found.steps.push_back(step);
        }
        if (fingerprint % sample_one_in == 0)
            sample(node, step, next, fingerprint);
        if (m_seen.count() >= m_bounds.states)
            m_stop = true;
        if (m_stop)
            return;
    }
}

void Search::judge(quint32 node, Step step, const World &before, World &after, Encoding &scratch)
{
    if (after.broken() == nullptr && after.onlyRefused()
        && before.coreFingerprint(scratch) != after.coreFingerprint(scratch))
        after.refuseBroken();
    if (after.broken() != nullptr)
        broke(node, step, after.broken());
}

/// Whether the fingerprint tells everything that matters: from one state the same must follow, whatever the way
/// there. Something that decides and is left out of it, and a collision, are found here.
void Search::sample(quint32 node, Step step, const World &world, quint64 fingerprint)
{
    std::vector<Step> steps;
    world.steps(steps);
    Successors successors;
    Encoding scratch;
    for (const Step next : steps) {
        World after(world);
        after.take(next);
        successors.emplace_back(next, after.fingerprint(scratch));
    }
    const std::lock_guard<std::mutex> lock(m_mutex);
    ++m_result.sampled;
    const auto [entry, isNew] = m_samples.emplace(fingerprint, Sample{successors, node, step});
    const Sample &known = entry->second;
    if (isNew || known.successors == successors || m_result.broken != nullptr)
        return;
    m_result.broken = "from one state the same follows, whatever the way there";
    m_result.path = stepsTo(m_tree, node, step);
    m_result.otherPath = stepsTo(m_tree, known.node, known.step);
    const auto differs =
        std::mismatch(successors.begin(), successors.end(), known.successors.begin(), known.successors.end());
    for (std::vector<Step> *path : {&m_result.path, &m_result.otherPath})
        path->push_back(differs.first != successors.end() ? differs.first->first : step);
    m_stop = true;
}

void Search::broke(quint32 node, Step step, const char *rule)
{
    const std::lock_guard<std::mutex> lock(m_mutex);
    if (m_result.broken != nullptr)
        return;
    m_result.broken = rule;
    m_result.path = stepsTo(m_tree, node, step);
    m_stop = true;
}

} // namespace burrow::test
