// SPDX-License-Identifier: Apache-2.0
#include "figures.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace burrow::bench {

namespace {

constexpr double drift_max = 0.2;
constexpr double gate_tolerance = 0.05;

std::string number(double value)
{
    char text[32];
    if (value >= 10000)
        std::snprintf(text, sizeof text, "%.0fk", value / 1000);
    else if (value >= 100)
        std::snprintf(text, sizeof text, "%.0f", value);
    else
        std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

} // namespace

bool Figure::holds() const
{
    if (gate == 0)
        return true;
    return better == Better::Higher ? ratio >= gate * (1 - gate_tolerance)
                                    : ratio <= gate * (1 + gate_tolerance);
}

double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

Figure compare(Figure figure, int rounds, const std::function<double()> &raw,
               const std::function<double()> &host)
{
    std::vector<double> raws;
    std::vector<double> hosts;
    for (int round = 0; round < rounds; ++round) {
        raws.push_back(raw());
        hosts.push_back(host());
    }
    const double steady = median(raws);
    std::vector<double> ratios;
    std::vector<double> keptRaw;
    std::vector<double> keptHost;
    for (int round = 0; round < rounds; ++round) {
        if (std::abs(raws[round] - steady) > drift_max * steady) {
            ++figure.discarded;
            continue;
        }
        keptRaw.push_back(raws[round]);
        keptHost.push_back(hosts[round]);
        ratios.push_back(hosts[round] / raws[round]);
    }
    figure.rounds = static_cast<int>(ratios.size());
    figure.raw = median(keptRaw);
    figure.host = median(keptHost);
    figure.ratio = median(ratios);
    return figure;
}

bool print(const std::vector<Figure> &figures)
{
    bool all = true;
    std::printf("%-5s %-52s %10s %-10s %-34s %10s %8s %8s  %s\n", "id", "what", "host", "unit",
                "raw counterpart", "raw", "ratio", "gate", "rounds");
    for (const Figure &figure : figures) {
        const bool holds = figure.holds();
        all = all && holds;
        char gate[24] = "-";
        if (figure.gate != 0)
            std::snprintf(gate, sizeof gate, "%s%.3g",
                          figure.better == Better::Higher ? ">=" : "<=", figure.gate);
        std::printf("%-5s %-52s %10s %-10s %-34s %10s %8.3f %8s  %d%s%s\n", figure.id.c_str(),
                    figure.what.c_str(), number(figure.host).c_str(), figure.unit.c_str(), figure.limit.c_str(),
                    number(figure.raw).c_str(), figure.ratio, gate, figure.rounds,
                    figure.discarded > 0 ? (" (-" + std::to_string(figure.discarded) + ")").c_str() : "",
                    holds ? "" : "  GATE MISSED");
    }
    return all;
}

} // namespace burrow::bench
