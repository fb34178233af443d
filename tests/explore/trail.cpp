// SPDX-License-Identifier: Apache-2.0
#include "trail.h"

#include <algorithm>

namespace burrow::test {

std::vector<quint32> Tree::pathTo(quint32 node) const
{
    std::vector<quint32> path;
    for (; node != 0; node = parents[node])
        path.push_back(node);
    path.push_back(0);
    std::reverse(path.begin(), path.end());
    return path;
}

Trail::Trail(const Scenario &scenario, const Tree &tree)
    : m_tree(tree)
    , m_nodes{0}
{
    m_worlds.emplace_back(scenario);
}

const World &Trail::world(quint32 node)
{
    const std::vector<quint32> path = m_tree.pathTo(node);
    std::size_t shared = 0;
    while (shared < path.size() && shared < m_nodes.size() && path[shared] == m_nodes[shared])
        ++shared;
    m_nodes.resize(shared);
    m_worlds.erase(m_worlds.begin() + static_cast<std::ptrdiff_t>(shared), m_worlds.end());
    for (std::size_t at = shared; at < path.size(); ++at) {
        World next(m_worlds.back());
        next.take(m_tree.steps[path[at]]);
        m_worlds.push_back(std::move(next));
        m_nodes.push_back(path[at]);
    }
    return m_worlds.back();
}

} // namespace burrow::test
