// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/document.h"

#include <QJsonObject>

namespace burrow {

/// A JSON object that came from YAML, and the tree it came from, which knows where each of its members was
/// written.
struct PlacedJson
{
    QJsonObject value;
    NodePointer node; ///< Null where nothing was written.
    Place place;      ///< Of the key that holds it, or of what should.
};

/// What the mapping `node` means as JSON under YAML 1.2's core schema, what its references brought included: in
/// quotes that is text. Numbers that JSON cannot carry exactly
/// are reported; `path` names the mapping in messages.
QJsonObject jsonFromNode(const Node &node, const QString &path, Findings &findings);

} // namespace burrow
