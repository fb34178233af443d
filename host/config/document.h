// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/source_text.h"

#include <memory>
#include <vector>

/// A YAML file as a tree of our own, with the place of every key and value. Nothing outside document.cpp and
/// tree_builder.cpp sees the parser.
namespace burrow {

struct Node;
using NodePointer = std::shared_ptr<const Node>;

struct Node
{
    enum class Kind : quint8 { Null, Scalar, Sequence, Mapping };
    struct Entry
    {
        QByteArray key;
        Place keyPlace;
        NodePointer value;
    };

    Kind kind = Kind::Null;
    bool plain = false;      ///< A scalar without quotes: its text may mean a number, a flag or nothing.
    bool expanded = false;   ///< It held a reference; the type of its key says what its text means.
    bool secret = false;     ///< Expanded to what no file of the configuration shows, so no output shows it.
    bool unresolved = false; ///< A reference in it was refused and reported; nothing else is said about it.
    Place place;
    QByteArray text; ///< Of a scalar.
    std::vector<Entry> entries;
    bool incomplete = false; ///< A key of this mapping was refused, so what it lacks may have stood there.
    std::vector<NodePointer> items;
    qint64 weight = 1; ///< Nodes in this tree, with every alias counted as what it stands for.
    int height = 1;    ///< Levels of this tree, aliases expanded.

    /// The value of a key; null when there is none.
    const Node *find(QByteArrayView key) const;
    /// No value was written, or one that says so: an empty place, `~` or `null`.
    bool isNull() const;
};

/// The text of a scalar between double quotes for a message; `"***"` for a secret one.
QString shown(const Node &node);

/// What a file without a document is: a mistake, or a mapping without keys.
enum class Empty : quint8 { Refused, Allowed };

/// The tree of the one document in `source`; null, with findings, when there is none that can be checked
/// further. Keys that cannot count (doubled, merged, not words) are reported and left out of the tree.
NodePointer readDocument(const SourcePointer &source, Findings &findings, Empty empty = Empty::Refused);

} // namespace burrow
