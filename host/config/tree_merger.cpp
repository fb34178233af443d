// SPDX-License-Identifier: Apache-2.0
#include "config/tree_merger.h"

#include <algorithm>

namespace burrow {

void TreeMerger::add(const NodePointer &tree)
{
    m_root = m_root ? merged(m_root, tree) : tree;
}

NodePointer TreeMerger::merged(const NodePointer &under, const NodePointer &over)
{
    if (under->kind != Node::Kind::Mapping)
        return over;
    if (over->isNull())
        return under;
    if (over->kind != Node::Kind::Mapping)
        return over;
    Owned &target = own(under);
    target.node->incomplete = target.node->incomplete || over->incomplete;
    for (const Node::Entry &each : over->entries) {
        const auto found = target.index.constFind(each.key);
        if (found == target.index.constEnd()) {
            target.index.insert(each.key, target.node->entries.size());
            target.node->entries.push_back(each);
            continue;
        }
        Node::Entry &entry = target.node->entries[*found];
        NodePointer value = merged(entry.value, each.value);
        if (value == each.value)
            entry.keyPlace = each.keyPlace;
        entry.value = std::move(value);
    }
    return target.node;
}

NodePointer without(const Node &mapping, QByteArrayView key)
{
    auto copy = std::make_shared<Node>(mapping);
    const auto isKey = [key](const Node::Entry &each) { return QByteArrayView(each.key) == key; };
    copy->entries.erase(std::remove_if(copy->entries.begin(), copy->entries.end(), isKey), copy->entries.end());
    return copy;
}

TreeMerger::Owned &TreeMerger::own(const NodePointer &node)
{
    // An alias shares what it names with other keys, so the copy is known by its own address alone.
    if (const auto known = m_owned.find(node.get()); known != m_owned.end())
        return known->second;
    Owned owned{std::make_shared<Node>(*node), {}};
    for (std::size_t at = 0; at < owned.node->entries.size(); ++at)
        owned.index.insert(owned.node->entries[at].key, at);
    const Node *copy = owned.node.get();
    return m_owned.emplace(copy, std::move(owned)).first->second;
}

} // namespace burrow
