// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/key_table.h"

#include <QJsonValue>

namespace burrow {

/// One value that counts, after includes, references and defaults.
struct EffectiveValue
{
    QByteArrayList path; ///< The keys that lead to it.
    QJsonValue value;    ///< As the file would say it, but for paths, which are whole; secrets are "***".
    Place place;         ///< Where it was written; not given for a default.
};

/// In the order of the key table; instances in the order in which they were first named.
using EffectiveValues = std::vector<EffectiveValue>;

/// Adds the value of one key, or each value of a plugin's section by itself. `node` is what was read.
void addEffective(EffectiveValues &values, const QByteArrayList &path, const KeyRow &row,
                  const CheckedValue &value, const Node &node);

/// "file:line:column", or "default".
QString originOf(const EffectiveValue &value);

/// The values as a configuration in YAML, which says the same when it is read again, but for secrets. With
/// Origins::Shown every value is followed by a comment that says where it comes from.
enum class Origins : quint8 { Hidden, Shown };
QByteArray toYaml(const EffectiveValues &values, Origins origins);

/// The values as one JSON object, nested like the file.
QJsonObject toJson(const EffectiveValues &values);

} // namespace burrow
