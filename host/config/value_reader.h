// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/key_table.h"

namespace burrow {

/// What paths are expanded by.
struct Directories
{
    QString home;      ///< Empty: `~` cannot be expanded.
    QString stateHome; ///< $XDG_STATE_HOME; empty where that is not set.
    QString data;      ///< host.data_dir, as soon as that is known.
    bool dataIsSecret = false;
};

/// Where a value stands: the row that describes it, and the words for messages.
struct ValueContext
{
    const KeyRow &row;
    QString path;   ///< "limits.turn_timeout".
    QByteArray key; ///< The last step as the user wrote it.
    Place keyPlace;
};

/// Reads one value that is not a mapping of the table's own; nothing, with findings, when it is wrong.
std::optional<CheckedValue> readValue(const ValueContext &context, const NodePointer &node,
                                      const Directories &directories, Findings &findings);

/// The form of a key: see KeyForm.
bool hasForm(KeyForm form, const QByteArray &key);
/// What is wrong with a name, for messages; `help` has one that would do, where one can be made of it.
QString nameRule(KeyForm form);
QString nameHelp(const QByteArray &name);

/// "a list", "a number", "nothing": what a node is, in the words of a person who writes YAML.
QString describe(const Node &node);
/// What to do about a node that should be a mapping.
QString mappingHelp(const Node &node);

} // namespace burrow
