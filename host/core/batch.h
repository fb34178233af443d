// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/lane.h"

namespace burrow {

/// Which queued inputs make up the next run, in order; empty when there is none to start now.
///  - Steered inputs come first: the longest prefix that shares boundary, execution kind and intent.
///  - Of the queue, a prompt runs by itself; otherwise the prefix of non-prompts with equal kind and intent.
///  - An input whose batch failed runs by itself, so that it alone pays for its failures.
///  - An input without admission semantics runs by itself, so that the defect is seen and not skipped.
///  - An input that is being replaced by a write in flight is not touched, nor is anything behind it.
Batch selectBatch(const InputLane &steer, const InputLane &queue);

} // namespace burrow
