// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/document.h"

#include <QHash>

#include <unordered_map>

namespace burrow {

/// Puts the trees of several files together, in the order in which they come: mappings merge, and of everything
/// else the later one counts. An empty place says nothing, so it takes no mapping away. Every key and value
/// keeps the place where it was written.
class TreeMerger
{
public:
    void add(const NodePointer &tree);
    /// Null before the first tree.
    NodePointer root() const { return m_root; }

private:
    struct Owned
    {
        std::shared_ptr<Node> node;
        QHash<QByteArray, std::size_t> index; ///< Of its entries, by key.
    };

    NodePointer merged(const NodePointer &under, const NodePointer &over);
    Owned &own(const NodePointer &node);

    NodePointer m_root;
    std::unordered_map<const Node *, Owned> m_owned; // Copies that nobody else has, and that may change.
};

/// A copy of a mapping that lacks one key.
NodePointer without(const Node &mapping, QByteArrayView key);

} // namespace burrow
