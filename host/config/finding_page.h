// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/finding_code.h"

namespace burrow {

/// What a page about a code shows.
enum class SampleKind : quint8 {
    Configuration, ///< YAML below "version: 1", unless it says its version itself.
    Inputs,        ///< A line of a .jsonl file.
    Situation,     ///< Something that no line of a file shows, in words or as commands.
};

/// A mistake that has the code, and the same without it.
struct FindingPage
{
    FindingCode code;
    SampleKind kind = SampleKind::Configuration;
    const char *wrong;
    const char *mended;
};

/// One for each code, by number.
std::span<const FindingPage> findingPages();
const FindingPage &pageOf(FindingCode code);

} // namespace burrow
