// SPDX-License-Identifier: Apache-2.0
#include "disk/disk_call.h"
#include "driver/phases.h"

#include <iterator>

namespace burrow::faults {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t sessions = 8;
constexpr std::size_t inputs_in_flight = 5; ///< Per session.
constexpr std::uint64_t lives_per_store = 5;
constexpr std::uint64_t one_aimed_in = 4; ///< The others fall where they fall.

/// Where kills fell; a kill may fall into several places at once.
struct Histogram
{
    std::uint64_t kills = 0;
    std::uint64_t random = 0; ///< Of these, those that were not aimed at a window.
    std::uint64_t busy = 0;   ///< Of those, with an apply open and a ticket in flight.
    std::array<std::uint64_t, windows> inside{};
    std::map<std::string, std::uint64_t> calls;

    void add(const Gauges &gauges, bool aimed)
    {
        ++kills;
        random += aimed ? 0 : 1;
        busy += !aimed && gauges.applies > 0 && gauges.tickets > 0 ? 1 : 0;
        for (std::size_t at = 0; at < windows; ++at)
            inside[at] += gauges.inside[at] > 0 ? 1 : 0;
        const int call = gauges.call;
        ++calls[call == 0 ? "no disk call" : std::string(callKindName[static_cast<std::size_t>(call - 1)])];
    }
};

/// Keeps every session supplied while lines come, until the host has said so many, or is gone.
void underLoad(Campaign &campaign, std::uint64_t lines)
{
    for (std::size_t round = 0; round < inputs_in_flight; ++round) {
        for (std::size_t session = 0; session < sessions; ++session)
            campaign.submit(session);
    }
    for (std::uint64_t heard = 0; heard < lines; ++heard) {
        if (campaign.hear(10s).empty())
            return;
        while (campaign.unanswered() < sessions * inputs_in_flight)
            campaign.submit(campaign.random()() % sessions);
        if (campaign.random()() % 150 == 0)
            campaign.bounce(campaign.random()() % sessions);
    }
}

/// Hears on for a random time of less than a millisecond, so that kills do not keep step with answers.
void aLittleLonger(Campaign &campaign)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(campaign.random()() % 1000);
    while (std::chrono::steady_clock::now() < end)
        campaign.hear(20us);
}

/// A host at rest survives any kill: hears on until one finds it with a run open and a write on its way. A
/// loaded machine must not decide how often that is so. Bounded, for a host may have nothing left to do.
void untilBusy(Campaign &campaign)
{
    const auto end = std::chrono::steady_clock::now() + 200ms;
    while (std::chrono::steady_clock::now() < end) {
        const std::unique_ptr<Gauges> gauges = readGauges(campaign.side() + "/gauges");
        if (gauges && gauges->applies > 0 && gauges->tickets > 0)
            return;
        if (!campaign.hear(20us).empty() && campaign.unanswered() < sessions * inputs_in_flight)
            campaign.submit(campaign.random()() % sessions);
    }
}

std::vector<std::string> orders(Campaign &campaign, std::uint64_t number)
{
    if (number % one_aimed_in != 0)
        return {};
    const std::string_view window = windowName[number / one_aimed_in % windows];
    return {"--die-in", std::string(window) + ":" + std::to_string(1 + campaign.random()() % 60)};
}

void oneLife(Campaign &campaign, std::uint64_t number, Histogram &histogram)
{
    const std::vector<std::string> arguments = orders(campaign, number);
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--longest-run", "4000"}); // So that kills find runs open.
    if (campaign.start(all)) {
        underLoad(campaign, arguments.empty() ? 20 + campaign.random()() % 300 : 100'000);
        if (arguments.empty()) {
            aLittleLonger(campaign);
            untilBusy(campaign);
        }
    }
    campaign.killAndCheck();
    if (const std::unique_ptr<Gauges> gauges = readGauges(campaign.side() + "/gauges"))
        histogram.add(*gauges, !arguments.empty());
}

void report(const Histogram &histogram, Finding &finding)
{
    for (std::size_t at = 0; at < windows; ++at) {
        finding.remarks.push_back(std::string(windowName[at]) + ": " + std::to_string(histogram.inside[at]));
        // Fewer kills than this prove nothing about a window; a short run cannot have so many.
        const std::uint64_t wanted = histogram.kills < 100 ? 0 : 10;
        if (histogram.inside[at] < wanted)
            finding.violations.push_back("only " + std::to_string(histogram.inside[at]) + " kills fell into "
                                         + std::string(windowName[at]));
    }
    finding.remarks.push_back("an apply open and a ticket in flight: " + std::to_string(histogram.busy) + " of "
                              + std::to_string(histogram.random) + " that were not aimed");
    if (histogram.busy * 10 < histogram.random * 8)
        finding.violations.push_back("fewer than four in five kills found the host busy");
    std::string calls = "disk call under way:";
    for (const auto &[name, count] : histogram.calls)
        calls += " " + name + " " + std::to_string(count);
    finding.remarks.push_back(calls);
}

} // namespace

Finding killPhase(const Plan &plan)
{
    Finding finding{.name = "kill under load"};
    Histogram histogram;
    for (std::uint64_t number = 0; number < plan.kills && finding.violations.size() < 20;) {
        Campaign campaign(plan, "kill-" + std::to_string(number), sessions);
        for (std::uint64_t life = 0; life < lives_per_store && number < plan.kills; ++life, ++number)
            oneLife(campaign, number, histogram);
        campaign.finish();
        std::vector<std::string> violations = campaign.takeViolations();
        std::move(violations.begin(), violations.end(), std::back_inserter(finding.violations));
        campaign.forgetFiles();
    }
    finding.faults = histogram.kills;
    report(histogram, finding);
    return finding;
}

} // namespace burrow::faults
