// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <QString>

namespace burrow {

/// A moment in UTC, as ISO 8601 with milliseconds: the one form in which programs are told of moments.
QString momentText(WallTime moment);

} // namespace burrow
