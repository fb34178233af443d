// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/document.h"

#include <QStringList>

#include <vector>

namespace burrow {

class ReferenceExpander;

/// The trees of a configuration file and of the files that it includes, with their references expanded and
/// without their key `include`.
struct ReadFiles
{
    std::vector<NodePointer>
        trees;            ///< In the order in which they count; empty when the first cannot be checked.
    QStringList files;    ///< The names of all files that were read, in that order.
    bool complete = true; ///< False: a file that is included could not be read.
};

/// Reads what `main` includes, and what that includes. Every file that is missing or wrong is reported where it
/// is named, and the others are read all the same.
ReadFiles readWithIncludes(const SourcePointer &main, ReferenceExpander &references, Findings &findings);

} // namespace burrow
