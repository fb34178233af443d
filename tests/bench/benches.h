// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.h"

#include <algorithm>

namespace burrow::bench {

/// Which goals are measured: those whose id begins with one of the words, all without any.
struct Selection
{
    std::vector<std::string> words;

    bool holds(const std::string &id) const
    {
        return words.empty() || std::any_of(words.begin(), words.end(), [&](const std::string &word) {
                   return id.compare(0, word.size(), word) == 0;
               });
    }
    /// Whether any of a group is wanted.
    bool holdsAny(std::initializer_list<const char *> ids) const
    {
        return std::any_of(ids.begin(), ids.end(), [this](const char *id) { return holds(id); });
    }
};

// Each measures one group of goals; `rounds` alternations, windows of `scale` times the short length.
std::vector<Figure> dispatchFigures(int rounds, int scale);
std::vector<Figure> pluginCallFigures(int rounds, int scale);
std::vector<Figure> bystanderFigures(int rounds, int scale);
std::vector<Figure> memoryFigures();
std::vector<Figure> storeFigures(const Selection &chosen, int rounds, int scale);
std::vector<Figure> recoveryFigures(const Selection &chosen, int rounds, int scale);

/// A process that recoveryFigures() started does its part here and does not come back; false for any other.
bool runAsChild(int argc, char **argv);

} // namespace burrow::bench
