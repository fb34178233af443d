// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/document.h"
#include "config/secret_texts.h"

#include <QHash>

#include <functional>
#include <optional>

namespace burrow {

/// The value of a variable of the environment; nothing when it is not set.
using VariableLookup = std::function<std::optional<QByteArray>(const QByteArray &name)>;

/// Puts texts in the place of references inside of scalars. It works on trees, after the parser, so that what a
/// reference brings is never read as YAML; keys stay as they are.
///
///     ${env:NAME}           the variable; an error when it is not set
///     ${env:NAME:-default}  the same, or the default when it is not set or empty
///     ${file:path}          the file's text; relative to the file that names it, unreadable to others
///     $$                    a dollar
class ReferenceExpander
{
public:
    /// `home` is what `~/` stands for in paths. Without a lookup no variable is set.
    ReferenceExpander(QString home, VariableLookup variable);

    /// The tree with its references expanded; the same one where there are none. A value whose reference is
    /// refused is marked, and the reason is reported.
    NodePointer expand(const NodePointer &root, Findings &findings);

    const QString &home() const { return m_home; }
    /// What all trees so far were given from outside.
    const SecretTexts &secrets() const { return m_secrets; }

private:
    class ScalarExpansion;
    NodePointer expandNode(const NodePointer &node, Findings &findings);
    NodePointer expandContainer(const Node &node, Findings &findings);
    NodePointer expandScalar(const NodePointer &node, Findings &findings);

    const QString m_home;
    const VariableLookup m_variable;
    SecretTexts m_secrets;
    QHash<const Node *, NodePointer> m_done; // What an alias names is expanded once.
};

} // namespace burrow
