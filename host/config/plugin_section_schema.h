// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>

namespace burrow {

/// A plugin's own schema as a part of another one: what it refers to in itself is found below `pointer`, and
/// every scalar may also be what `reference` refers to, a text whose meaning only the host sees.
QJsonObject asSection(const QJsonObject &schema, const QString &pointer, const QJsonObject &reference);

} // namespace burrow
