// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

namespace burrow {

/// Makes a folder and those above it that are missing, for this user only. Answers those that it has made, the
/// innermost first. Where that is not possible, whoever opens a file in it hears why.
QStringList makeStateFolder(const QString &path);

} // namespace burrow
