// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/effective_values.h"
#include "config/value_reader.h"

namespace burrow {

/// Walks a document beside the key table: every key is known, every required one is there, every value has its
/// type. What is right is stored, and what is absent is stored as its default, so that a Configuration comes
/// out either way. `directories.data` need not be set. Whoever gives `effective` is told every value that
/// counts.
Configuration checkDocument(const Node &root, Directories directories, Findings &findings,
                            EffectiveValues *effective = nullptr);

/// What only two keys together can tell: a session's executor exists, an executor's plugin is enabled, and so
/// on.
void checkReferences(const Configuration &configuration, Findings &findings);

} // namespace burrow
