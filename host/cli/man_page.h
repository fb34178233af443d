// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"

namespace burrow {

/// A page of the manual in roff, for `man`.
struct ManPage
{
    QByteArray name; ///< `burrow`, `burrow-session-show`; the file adds `.1`.
    QByteArray roff;
};

/// The page of the program, then one for each command of the table, in its order.
std::vector<ManPage> manPages();

} // namespace burrow
