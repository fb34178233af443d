// SPDX-License-Identifier: Apache-2.0
#include "driver/phases.h"
#include "driver/trial.h"

#include <sqlite3.h>

#include <iterator>

namespace burrow::faults {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t sessions = 4;

struct Failure
{
    const char *name;
    CallKind kind;
    int code;
    Lasting lasting;
};

constexpr Failure failures[] = {
    {"no-space-once", CallKind::Write, SQLITE_FULL, Lasting::Once},
    {"write-error-once", CallKind::Write, SQLITE_IOERR_WRITE, Lasting::Once},
    {"sync-error-once", CallKind::Sync, SQLITE_IOERR_FSYNC, Lasting::Once},
    {"read-error-once", CallKind::Read, SQLITE_IOERR_READ, Lasting::Once},
    {"no-space-for-ever", CallKind::Write, SQLITE_FULL, Lasting::ForEver},
    {"sync-error-for-ever", CallKind::Sync, SQLITE_IOERR_FSYNC, Lasting::ForEver},
};

void submitSome(Trial &trial, int rounds)
{
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t session = 0; session < sessions; ++session)
            trial.submit(session);
    }
}

/// Lets the n-th such call fail while a host works, and looks at what it made of that. True: there were as many
/// calls.
bool failNth(const Plan &plan, const Failure &failure, std::uint64_t nth, Finding &finding)
{
    Trial trial(plan.folder, std::string(failure.name) + "-" + std::to_string(nth), sessions);
    trial.options().store.stallLimit = 100ms;
    bool reached = false;
    // What is read while a host works is in its cache; after reopening it is not.
    if (trial.open()) {
        submitSome(trial, 2);
        trial.rig().waitForAnswers(0, 20s);
        trial.close();
    }
    if (trial.open()) {
        auto seen = std::make_shared<std::atomic<std::uint64_t>>(0);
        const FaultVfs::Ruler fails = failing(failure.kind, nth, failure.code, failure.lasting);
        trial.disk().setRuler([=](const DiskCall &call) {
            *seen += call.kind == failure.kind ? 1 : 0;
            return fails(call);
        });
        submitSome(trial, 3);
        // What was accepted and not begun waits for space, and says so; nothing else may wait.
        const bool answered = trial.rig().waitForAnswers(0, failure.lasting == Lasting::ForEver ? 5s : 20s);
        const QByteArray silent = answered ? QByteArray() : trial.rig().silent();
        if (!answered && (failure.lasting == Lasting::Once || !silent.isEmpty()))
            trial.violated("I5 somebody waits for ever" + silent.toStdString());
        trial.close();
        reached = *seen >= nth;
        trial.disk().setRuler({});
        trial.lookAt(Moment::Crashed);
    }
    trial.finish();
    std::vector<std::string> violations = trial.takeViolations();
    std::move(violations.begin(), violations.end(), std::back_inserter(finding.violations));
    finding.faults += reached ? 1 : 0;
    return reached;
}

} // namespace

Finding errorPhase(const Plan &plan)
{
    Finding finding{.name = "disk errors"};
    for (const Failure &failure : failures) {
        // A disk that stays broken is the same disk wherever that begins, so a few beginnings will do.
        const std::uint64_t step = plan.boundaryStep * (failure.lasting == Lasting::ForEver ? 8 : 1);
        std::uint64_t nth = 1;
        while (finding.violations.size() < 20 && nth <= 200 && failNth(plan, failure, nth, finding))
            nth += step;
        finding.remarks.push_back(std::string(failure.name) + ": up to call " + std::to_string(nth));
    }
    return finding;
}

Finding spacePhase(const Plan &plan)
{
    Finding finding{.name = "file without room"};
    for (qint64 pages = 40; pages <= 200; pages += static_cast<qint64>(8 * plan.boundaryStep)) {
        Trial trial(plan.folder, "pages-" + std::to_string(pages), sessions);
        trial.options().store.stallLimit = 100ms;
        trial.options().store.pagesMax = pages;
        if (trial.open()) {
            // Large and small inputs together: a statement without room is followed by some that have it.
            for (int round = 0; round < 40; ++round) {
                for (std::size_t session = 0; session < sessions; ++session)
                    trial.submit(session, session % 2 == 0 ? 6000 : 0);
            }
            if (!trial.rig().waitForAnswers(0, 30s))
                trial.violated("I5 somebody waits for ever");
            trial.close();
            trial.lookAt(Moment::Crashed);
            ++finding.faults;
        }
        trial.finish();
        std::vector<std::string> violations = trial.takeViolations();
        std::move(violations.begin(), violations.end(), std::back_inserter(finding.violations));
        if (finding.violations.size() >= 20)
            break;
    }
    return finding;
}

} // namespace burrow::faults
