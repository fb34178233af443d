// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.h"

namespace burrow::test {

/// Every state that was found, as the step by which it was first reached and the state from which: five bytes,
/// where a world takes thousands. Node 0 is the beginning; those of one level stand together, in the order of
/// their parents.
struct Tree
{
    std::vector<quint32> parents{0};
    std::vector<Step> steps{Step::Submit};

    /// The nodes from the beginning to that one.
    std::vector<quint32> pathTo(quint32 node) const;
};

/// Makes worlds of nodes again by taking their steps. Nodes in the order of the tree share most of their path
/// with the one before, so that on the average about two steps are taken for a world.
class Trail
{
public:
    Trail(const Scenario &scenario, const Tree &tree);

    /// The world of that node; valid until the next call.
    const World &world(quint32 node);

private:
    const Tree &m_tree;
    std::vector<quint32> m_nodes;
    std::vector<World> m_worlds; ///< Of those nodes.
};

} // namespace burrow::test
