// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/source_text.h"

#include <optional>
#include <string>

namespace burrow {

/// The parser's first complaint in our words. `openBracket` is where the innermost bracket opened that was
/// still open; it is null outside of brackets.
Finding syntaxFinding(const Place &place, const std::string &parserSentence, const Place &openBracket);

} // namespace burrow
