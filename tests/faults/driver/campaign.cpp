// SPDX-License-Identifier: Apache-2.0
#include "driver/campaign.h"

#include <cstdio>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <utility>

namespace burrow::faults {

namespace {

using namespace std::chrono_literals;

/// How long a host that is well is silent at most.
constexpr std::chrono::seconds longest_silence{20};

std::vector<std::string> wordsOf(const std::string &line)
{
    std::istringstream stream(line);
    return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

std::string nameOf(std::size_t session)
{
    return "s" + std::to_string(session);
}

} // namespace

Campaign::Campaign(const Plan &plan, const std::string &name, std::size_t sessions)
    : m_plan(plan)
    , m_name(name)
    , m_folder(plan.folder + "/" + name)
    , m_sessions(sessions)
    , m_random(plan.seed ^ std::hash<std::string>()(name))
{
    std::filesystem::remove_all(m_folder);
    std::filesystem::create_directories(m_folder);
}

bool Campaign::start(const std::vector<std::string> &arguments)
{
    std::vector<std::string> all{"--store", store(),      "--side",
                                 side(),    "--sessions", std::to_string(m_sessions)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    m_waiting.clear();
    m_victim = std::make_unique<VictimProcess>(m_plan.victim, all);
    while (true) {
        const std::string line = hear(longest_silence);
        if (line == "ready")
            return true;
        if (line.starts_with("failed"))
            violated("I6 the host does not come up: " + line);
        if (line.empty()) {
            if (!hostIsGone())
                violated("I6 the host does not come up and does not say why");
            return false;
        }
    }
}

void Campaign::send(const std::string &line)
{
    if (m_plan.verbose)
        std::fprintf(stderr, "> %s\n", line.c_str());
    m_victim->send(line);
}

void Campaign::submit(std::size_t session)
{
    const std::uint64_t number = m_submits++;
    const std::string label = m_name + "-" + std::to_string(number);
    // Half of the inputs have no key: only with one can a submitter heal a loss or a repetition.
    const std::string key = number % 2 == 0 ? "key-" + label : std::string();
    const std::uint64_t dice = m_random() % 40;
    const char *flavour = dice == 0 ? "fail" : dice < 4 ? "once" : dice < 8 ? "snap" : "ok";
    sendAgain(m_history.submitted(nameOf(session), label, key, flavour));
}

void Campaign::sendAgain(const Story &story)
{
    m_waiting.insert(story.label);
    send("submit " + story.session + " " + story.label + " " + (story.key.empty() ? "-" : story.key) + " "
         + story.flavour);
}

void Campaign::bounce(std::size_t session)
{
    send("stop " + nameOf(session));
    for (int input = 0; input < 3; ++input)
        submit(session); // Right behind it: none may be accepted into a session that is stopped.
    send("start " + nameOf(session));
}

std::string Campaign::hear(std::chrono::microseconds patience)
{
    const std::optional<std::string> line = m_victim->line(patience);
    if (!line)
        return {};
    if (m_plan.verbose)
        std::fprintf(stderr, "< %s\n", line->c_str());
    m_history.told(*line);
    const std::vector<std::string> words = wordsOf(*line);
    if (words.size() > 1 && (words[0] == "ended" || words[0] == "refused" || words[0] == "unanswered"))
        m_waiting.erase(words[1]);
    return *line;
}

void Campaign::hearEverything()
{
    while (!hear(longest_silence).empty()) {
    }
    if (!hostIsGone())
        violated("I6 the host neither speaks nor ends");
}

bool Campaign::hearUntilAnswered()
{
    while (!m_waiting.empty()) {
        if (!hear(longest_silence).empty())
            continue;
        if (!hostIsGone())
            violated("I5 " + *m_waiting.begin() + " and " + std::to_string(m_waiting.size() - 1)
                     + " more wait for ever");
        return false;
    }
    return true;
}

bool Campaign::ask(const std::string &command, const std::string &answer)
{
    send(command);
    while (true) {
        const std::string line = hear(longest_silence);
        if (line == answer)
            return true;
        if (line.empty()) {
            if (!hostIsGone())
                violated("I5 no answer to " + command);
            return false;
        }
    }
}

void Campaign::killAndCheck()
{
    m_victim->kill();
    buryAndCheck();
}

void Campaign::buryAndCheck()
{
    hearEverything();
    m_victim->wait();
    check(Moment::Crashed);
}

bool Campaign::quit()
{
    send("quit");
    hearEverything();
    return m_victim->wait() == 0;
}

void Campaign::resend()
{
    // With its key, and only with its key, an input may be sent a second time whatever became of it.
    for (const auto &[label, story] : std::map(m_history.stories())) {
        if (!story.key.empty())
            sendAgain(m_history.submitted(story.session, label, story.key, story.flavour));
    }
}

void Campaign::askForAll()
{
    for (const auto &[label, story] : m_history.stories()) {
        if (story.toldId.empty())
            continue;
        std::string id = story.toldId;
        for (const std::size_t at : {8U, 13U, 18U, 23U})
            id.insert(at, "-");
        send("outcome " + story.session + " " + label + " " + id);
    }
    ask("settle", "settled"); // Answers come in order.
}

void Campaign::finish()
{
    if (!start()) {
        violated("I6 no host comes up after the last one was killed");
        return;
    }
    for (std::size_t session = 0; session < m_sessions; ++session)
        ask("start " + nameOf(session), "started " + nameOf(session));
    resend();
    hearUntilAnswered();
    if (!ask("settle", "settled"))
        violated("I6 the host does not come to rest");
    askForAll();
    if (!quit())
        violated("I6 the host does not go down in order");
    check(Moment::Settled);
}

void Campaign::check(Moment moment)
{
    m_history.readNotes(m_folder + "/notes");
    const Tables tables = readTables(copyStore(store(), m_folder));
    if (tables.epoch < m_epoch)
        violated("I7 the epoch fell from " + std::to_string(m_epoch));
    m_epoch = tables.epoch;
    for (const std::string &sentence : faults::check(tables, m_history, moment))
        violated(sentence);
    for (const std::string &sentence : m_history.takeViolations())
        violated(sentence);
}

void Campaign::violated(const std::string &sentence)
{
    m_broken = true;
    m_violations.push_back(m_name + ": " + sentence);
}

void Campaign::forgetFiles()
{
    m_victim.reset();
    if (!m_broken)
        std::filesystem::remove_all(m_folder);
}

std::size_t Campaign::unanswered() const
{
    return m_waiting.size();
}

std::vector<std::string> Campaign::takeViolations()
{
    return std::exchange(m_violations, {});
}

} // namespace burrow::faults
