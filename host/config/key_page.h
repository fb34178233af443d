// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/key_table.h"

namespace burrow {

/// All keys as Markdown below a page's title: type, default, bounds and an example of each.
QByteArray keyPage();

/// The row's example with the mappings around it, in one line; empty for a Mapping.
QByteArray exampleLine(const KeyRow &row);

} // namespace burrow
