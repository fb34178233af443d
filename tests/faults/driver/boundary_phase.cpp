// SPDX-License-Identifier: Apache-2.0
#include "driver/phases.h"

#include <iterator>

namespace burrow::faults {

namespace {

constexpr std::size_t sessions = 2;

/// One input after the other, so that the calls to the disk come in the same order each time; a stop and a
/// start are among them. False: the host died on the way.
bool workload(Campaign &campaign)
{
    for (int round = 0; round < 5; ++round) {
        for (std::size_t session = 0; session < sessions; ++session) {
            campaign.submit(session);
            campaign.submit(session);
            if (!campaign.hearUntilAnswered())
                return false;
        }
        if (round == 2 && (!campaign.ask("stop s0", "stopped s0") || !campaign.ask("start s0", "started s0")))
            return false;
    }
    return true;
}

/// Lives once and dies at that boundary, if it has so many. False: it lived to its end.
bool lifeUntil(Campaign &campaign, std::uint64_t boundary)
{
    if (!campaign.start({"--longest-run", "1", "--die-at", std::to_string(boundary)}))
        return true;
    if (!workload(campaign))
        return true;
    return !campaign.quit();
}

} // namespace

Finding boundaryPhase(const Plan &plan)
{
    Finding finding{.name = "kill at each boundary"};
    for (std::uint64_t boundary = 1; finding.violations.size() < 20; boundary += plan.boundaryStep) {
        Campaign campaign(plan, "boundary-" + std::to_string(boundary), sessions);
        const bool died = lifeUntil(campaign, boundary);
        if (died) {
            ++finding.faults;
            campaign.buryAndCheck();
        }
        campaign.finish();
        std::vector<std::string> violations = campaign.takeViolations();
        std::move(violations.begin(), violations.end(), std::back_inserter(finding.violations));
        campaign.forgetFiles();
        if (!died) {
            finding.remarks.push_back("the workload has fewer than " + std::to_string(boundary)
                                      + " boundaries");
            break;
        }
    }
    return finding;
}

} // namespace burrow::faults
