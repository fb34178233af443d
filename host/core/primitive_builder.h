// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "core/input_record.h"

namespace burrow {

/// Builds the unit of work for a batch. The error is a sentence that names the field or the input at fault:
/// missing admission semantics, mixed execution kinds, or two members that want different values of one
/// metadata field.
Result<PrimitivePointer> buildPrimitive(const Batch &batch);

/// Checks that a primitive keeps the promise of its intent. Empty when it does.
std::optional<QString> violatedIntent(const RunPrimitive &primitive);

/// Merges two wishes: equal or one-sided values merge, lists are joined, two different values are an error that
/// names the field.
Result<TurnMetadata> mergeMetadata(const TurnMetadata &a, const TurnMetadata &b);

} // namespace burrow
