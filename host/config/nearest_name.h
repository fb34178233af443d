// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayList>
#include <QString>

namespace burrow {

/// The candidate that `text` was probably meant to be; empty when none is near.
QByteArray nearestName(const QByteArray &text, const QByteArrayList &candidates);

/// "did you mean \"x\"?", or all candidates after `otherwise`, or nothing when there are none.
QString suggestionFor(const QByteArray &text, const QByteArrayList &candidates, const QString &otherwise);

} // namespace burrow
