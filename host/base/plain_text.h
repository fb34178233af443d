// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace burrow {

/// The text with every control character but newline and tab spelled out, so that what an executor or a file
/// says cannot command somebody's terminal.
QByteArray withoutControls(const QByteArray &text);

} // namespace burrow
