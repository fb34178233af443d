// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

/// A figure of the host is a ratio to a raw limit that was measured beside it, in alternating windows of one
/// run: absolute numbers say nothing from machine to machine.
namespace burrow::bench {

enum class Better : unsigned char { Higher, Lower };

/// One goal as it is printed.
struct Figure
{
    std::string id; ///< "P3c".
    std::string what;
    std::string unit;
    double host = 0;
    std::string limit; ///< What the raw counterpart is.
    double raw = 0;
    double ratio = 0;
    double gate = 0; ///< The ratio that must hold; 0 = printed only.
    Better better = Better::Higher;
    int rounds = 0;    ///< Rounds that counted.
    int discarded = 0; ///< Rounds whose raw figure drifted by more than a fifth.

    bool holds() const;
};

/// Runs `raw` and `host` in turns, `rounds` times each; both return a figure in the same unit. A round whose
/// raw figure is more than a fifth away from the median of all is thrown away.
Figure compare(Figure figure, int rounds, const std::function<double()> &raw,
               const std::function<double()> &host);

double median(std::vector<double> values);
/// Seconds on the monotonic clock.
double seconds();

/// Prints the table on stdout; false when a gate does not hold.
bool print(const std::vector<Figure> &figures);

} // namespace burrow::bench
