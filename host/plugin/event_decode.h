// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/event.h"

#include <burrow/abi.h>

namespace burrow {

/// Copies an event that a plugin emits. OK, INVALID or TOO_LARGE; types that the host does not know become
/// Vendor and keep their number.
qint32 decodeEvent(const burrow_event &event, qint64 bytesMax, ProgressEvent &decoded);

} // namespace burrow
