// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/source_text.h"

namespace burrow {

enum class ScalarStyle : quint8 { Plain, Quoted, Block };

/// Where a scalar lies in its file. The parser says only where it starts.
struct ScalarExtent
{
    ScalarStyle style = ScalarStyle::Plain;
    Place place;      ///< Of the value itself, after an anchor or tag; its length stays within the first line.
    int lastLine = 0; ///< Of a quoted scalar; otherwise the first.
    bool closed = true; ///< False: the file ends before the closing quote, which the parser does not mind.
};

/// `start` is the parser's mark; `text` what it read.
ScalarExtent scalarExtent(const Place &start, QByteArrayView text);

} // namespace burrow
