// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace burrow {

/// How the files begin in which hosts note whom they call; the process's number follows.
inline constexpr char sentinelPrefix[] = "plugin-calls.";

/// Which start of the machine this is; empty where the kernel does not say.
QByteArray bootId();

} // namespace burrow
