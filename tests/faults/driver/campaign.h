// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "driver/checker.h"
#include "driver/victim_process.h"
#include "rig/moments.h"

#include <random>

namespace burrow::faults {

/// How a campaign goes about, as the command line says it.
struct Plan
{
    std::string victim; ///< The program.
    std::string folder; ///< For databases; on a real disk.
    std::uint64_t seed = 1;
    std::uint64_t kills = 200;
    std::uint64_t images = 2000;
    std::uint64_t boundaryStep = 1; ///< Every how many boundaries one is killed at.
    bool verbose = false;           ///< Every line that goes to a host or comes from it, on stderr.
};

/// One store through several lives of its host: what is sent and told is remembered over all of them, and
/// looked at after each.
class Campaign
{
public:
    /// A new store in a folder of that name below the plan's.
    Campaign(const Plan &plan, const std::string &name, std::size_t sessions);

    /// Starts a host with these further arguments. False: it did not come up, as one may that is told to die;
    /// its last words are remembered.
    bool start(const std::vector<std::string> &arguments = {});
    /// Submits a new input to that session.
    void submit(std::size_t session);
    /// Stops the session and starts it again, with inputs between.
    void bounce(std::size_t session);
    /// Takes the next line of the host; empty when there is none in that time or it has closed its end.
    std::string hear(std::chrono::microseconds patience);
    bool hostIsGone() const { return m_victim->closed(); }
    /// Waits until every input of this life is answered; false when it dies or says nothing for too long.
    bool hearUntilAnswered();
    /// Sends a command and hears until that answer has come.
    bool ask(const std::string &command, const std::string &answer);
    /// Kills the host, hears its last words and looks at what it left.
    void killAndCheck();
    /// The same for a host that kills itself.
    void buryAndCheck();
    /// Lets the host end in order; false when it died instead.
    bool quit();
    /// Starts a host again, lets it finish everything, asks what became of each input, sends those with a key
    /// again, ends it in order, and looks.
    void finish();

    std::size_t unanswered() const;
    /// Removes the store unless something was wrong with it.
    void forgetFiles();
    const History &history() const { return m_history; }
    std::string side() const { return m_folder; }
    std::string store() const { return m_folder + "/store.db"; }
    std::vector<std::string> takeViolations();
    void violated(const std::string &sentence);
    std::mt19937_64 &random() { return m_random; }

private:
    void send(const std::string &line);
    void check(Moment moment);
    void hearEverything();
    void sendAgain(const Story &story);
    void resend();
    void askForAll();

    const Plan &m_plan;
    const std::string m_name;
    const std::string m_folder;
    const std::size_t m_sessions;
    std::mt19937_64 m_random;
    History m_history;
    std::unique_ptr<VictimProcess> m_victim;
    std::set<std::string> m_waiting; ///< Labels of this life that have no final answer.
    std::uint64_t m_submits = 0;
    std::uint64_t m_epoch = 0;
    std::vector<std::string> m_violations;
    bool m_broken = false;
};

} // namespace burrow::faults
