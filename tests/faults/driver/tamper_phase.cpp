// SPDX-License-Identifier: Apache-2.0
#include "driver/phases.h"
#include "driver/trial.h"

#include <sqlite3.h>

#include <future>

namespace burrow::faults {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t sessions = 2;

/// Whole rows in the wrong place: each is sound by itself.
constexpr const char *moves[] = {
    "UPDATE input SET seq = seq + 4096 WHERE seq = (SELECT max(seq) FROM input)",
    "UPDATE input SET sid = 3 - sid WHERE seq = (SELECT max(seq) FROM input)",
    "UPDATE input SET adm = adm + 1 WHERE seq = (SELECT max(seq) FROM input)",
    "UPDATE input SET starts = 0 WHERE seq = (SELECT min(seq) FROM input)",
    "UPDATE session SET phase = 5 WHERE sid = 1",
};

bool run(const std::string &path, const char *sql)
{
    sqlite3 *database = nullptr;
    sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
    const bool done =
        sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK && sqlite3_changes(database) == 1;
    sqlite3_close(database);
    return done;
}

/// How many sessions the store holds back when it is opened.
int heldSessions(const StoreSettings &settings)
{
    Result<std::unique_ptr<Store>> store = openStore(settings);
    if (!store)
        return 0;
    int held = 0;
    for (std::size_t session = 0; session < sessions; ++session) {
        std::promise<bool> promise;
        std::future<bool> corrupt = promise.get_future();
        (*store)->openSession({Uuid::version7(1, 0, session + 1)}, sessionName(session), {},
                              [&promise](const Result<StoredSession> &opened) {
                                  promise.set_value(!opened || !opened->corruption.isEmpty());
                              });
        held += corrupt.get() ? 1 : 0;
    }
    return held;
}

} // namespace

Finding tamperPhase(const Plan &plan)
{
    Finding finding{.name = "rows moved"};
    for (const char *move : moves) {
        Trial trial(plan.folder, "moved-" + std::to_string(finding.faults), sessions);
        trial.options().longestRun = 10min; // So that every input is still open when the host goes down.
        if (!trial.open())
            continue;
        constexpr std::size_t inputs = 6;
        for (std::size_t input = 0; input < inputs; ++input)
            trial.submit(input % sessions);
        if (!trial.rig().waitForAnswers(inputs, 20s))
            trial.violated("I5 a submitter waits for ever");
        trial.close();
        if (!run(trial.path(), move))
            trial.violated(std::string("nothing to do for: ") + move);
        else if (heldSessions(trial.options().store) == 0)
            trial.violated(std::string("I8 not noticed: ") + move);
        ++finding.faults;
        for (std::string &sentence : trial.takeViolations())
            finding.violations.push_back(std::move(sentence));
    }
    return finding;
}

} // namespace burrow::faults
