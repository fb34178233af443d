// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.h"

namespace burrow::bench {

// Each measures one group of goals; `rounds` alternations, windows of `scale` times the short length.
std::vector<Figure> dispatchFigures(int rounds, int scale);
std::vector<Figure> pluginCallFigures(int rounds, int scale);
std::vector<Figure> memoryFigures();
std::vector<Figure> storeFigures(int rounds, int scale);

} // namespace burrow::bench
