// SPDX-License-Identifier: Apache-2.0
#include "driver/phases.h"
#include "driver/trial.h"

#include <sqlite3.h>

#include <iterator>

namespace burrow::faults {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t sessions = 2;

bool takesWriteLock(const DiskCall &call)
{
    return call.kind == CallKind::ShmLock && call.offset == 0
           && call.flags == (SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE);
}

/// Another host takes the database over: all it needs is one committed write of a higher epoch.
bool raiseEpoch(const std::string &path)
{
    sqlite3 *other = nullptr;
    sqlite3_open_v2(path.c_str(), &other, SQLITE_OPEN_READWRITE, nullptr);
    const bool raised =
        sqlite3_exec(other, "UPDATE host SET epoch = epoch + 1", nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(other);
    return raised;
}

/// Takes the database over when the host is about to take the write lock for the n-th time.
void takeOverAt(const Plan &plan, std::uint64_t nth, Finding &finding)
{
    Trial trial(plan.folder, "fence-" + std::to_string(nth), sessions);
    if (!trial.open())
        return;
    auto locks = std::make_shared<std::atomic<std::uint64_t>>(0);
    std::atomic<bool> raised = false;
    std::string before;
    trial.disk().setRuler([&, locks](const DiskCall &call) {
        if (takesWriteLock(call) && !raised && ++*locks == nth) {
            raised = raiseEpoch(trial.path());
            before = dumpOf(trial.path());
        }
        return Ruling::proceed();
    });
    for (int round = 0; round < 6; ++round) {
        for (std::size_t session = 0; session < sessions; ++session)
            trial.submit(session);
    }
    // Also those whose inputs only waited when the store said so: they hear it when the host goes down.
    if (!trial.rig().waitForAnswers(0, 20s))
        trial.violated("I5 a submitter of a host that is taken over waits for ever");
    if (raised) {
        ++finding.faults;
        // Told after the takeover: everybody must hear that they are not served, nobody that they are.
        trial.submit(0);
        if (!trial.rig().waitForAnswers(0, 20s))
            trial.violated("I5 a submitter of a fenced host waits for ever");
    }
    trial.close();
    if (raised && dumpOf(trial.path()) != before)
        trial.violated("I7 a host wrote after another had taken over");
    std::vector<std::string> violations = trial.takeViolations();
    std::move(violations.begin(), violations.end(), std::back_inserter(finding.violations));
}

} // namespace

Finding fencePhase(const Plan &plan)
{
    Finding finding{.name = "taken over"};
    for (std::uint64_t nth = 1; nth <= 12; nth += std::min<std::uint64_t>(3, plan.boundaryStep))
        takeOverAt(plan, nth, finding);
    if (finding.faults == 0)
        finding.violations.push_back("no takeover happened");
    return finding;
}

Finding syncPhase(const Plan &plan)
{
    Finding finding{.name = "syncs counted"};
    constexpr std::uint64_t inputs = 40;
    Trial trial(plan.folder, "syncs", 1);
    if (trial.open()) {
        std::uint64_t unsynced = 0;
        const std::uint64_t first = trial.disk().count(CallKind::Sync);
        for (std::uint64_t input = 0; input < inputs; ++input) {
            const std::uint64_t before = trial.disk().count(CallKind::Sync);
            trial.submit(0);
            if (!trial.rig().waitForAnswers(0, 10s))
                break; // Who waits in vain is told below.
            unsynced += trial.disk().count(CallKind::Sync) < before + 2 ? 1 : 0;
        }
        const std::uint64_t syncs = trial.disk().count(CallKind::Sync) - first;
        finding.faults = inputs;
        finding.remarks.push_back(std::to_string(syncs) + " syncs for " + std::to_string(inputs)
                                  + " inputs, one after the other");
        trial.close();
        trial.lookAtWaiters();
        if (unsynced > 0)
            trial.violated("I1 " + std::to_string(unsynced)
                           + " inputs were accepted and ended without a sync for each");
        if (syncs > inputs * 2 + 4)
            trial.violated("P2c more than two syncs for an input");
    }
    finding.violations = trial.takeViolations();
    return finding;
}

} // namespace burrow::faults
