// SPDX-License-Identifier: Apache-2.0
#include "driver/trial.h"

#include <filesystem>
#include <utility>

namespace burrow::faults {

namespace {

constexpr std::chrono::seconds patience{20};

} // namespace

/// Keeps the lines until somebody takes them.
class Trial::Memory : public Witness
{
public:
    void told(const QByteArray &line) override { add(m_told, line); }
    void noted(const QByteArray &line) override { add(m_noted, line); }
    void moveTo(History &history)
    {
        const std::lock_guard lock(m_mutex);
        // What was noted knows the ids that are told.
        for (const std::string &line : std::exchange(m_noted, {}))
            history.noted(line);
        for (const std::string &line : std::exchange(m_told, {}))
            history.told(line);
    }

private:
    void add(std::vector<std::string> &lines, const QByteArray &line)
    {
        const std::lock_guard lock(m_mutex);
        lines.push_back(line.toStdString());
    }
    std::mutex m_mutex;
    std::vector<std::string> m_told;  // Guarded by m_mutex.
    std::vector<std::string> m_noted; // Guarded by m_mutex.
};

Trial::Trial(const std::string &folder, const std::string &name, std::size_t sessions)
    : m_name(name)
    , m_folder(folder + "/" + name)
    , m_vfs("trial-" + name)
    , m_witness(std::make_unique<Memory>())
{
    std::filesystem::remove_all(m_folder);
    std::filesystem::create_directories(m_folder);
    m_options.store.path = QString::fromStdString(m_folder + "/store.db");
    m_options.store.vfs = QByteArray::fromStdString(m_vfs.name());
    m_options.sessions = sessions;
    m_options.longestRun = std::chrono::microseconds(100);
}

Trial::~Trial()
{
    close();
    if (m_violations.empty())
        std::filesystem::remove_all(m_folder);
}

bool Trial::open()
{
    Result<std::unique_ptr<Rig>> rig = Rig::open(m_options, *m_witness, m_moments);
    if (!rig) {
        violated("I6 the host does not come up: " + rig.error().message.toStdString());
        return false;
    }
    m_rig = std::move(rig).value();
    return true;
}

void Trial::close()
{
    m_rig.reset();
    takeNotes();
}

void Trial::takeNotes()
{
    m_witness->moveTo(m_history);
    for (const std::string &sentence : m_history.takeViolations())
        violated(sentence);
}

void Trial::submit(std::size_t session, std::size_t filler)
{
    const std::string flavour = filler == 0 ? "ok" : "ok" + std::string(filler, '.');
    const QByteArray name = sessionName(session);
    std::string label;
    std::string key;
    {
        const std::lock_guard lock(m_submitting);
        const std::uint64_t number = m_submits++;
        label = m_name + "-" + std::to_string(number);
        key = number % 2 == 0 ? "key-" + label : std::string();
        m_history.submitted(name.toStdString(), label, key, flavour);
    }
    m_rig->submit(name, QByteArray::fromStdString(label), QByteArray::fromStdString(key),
                  QByteArray::fromStdString(flavour));
}

void Trial::lookAt(Moment moment)
{
    takeNotes();
    const Tables tables = readTables(copyStore(path(), m_folder));
    for (const std::string &sentence : check(tables, m_history, moment))
        violated(sentence);
}

void Trial::lookAtWaiters()
{
    takeNotes();
    for (const auto &[label, story] : m_history.stories()) {
        if (!story.toldId.empty() && !story.heard)
            violated("I5 " + label + " was acknowledged, and its waiter never heard how it ended");
    }
}

void Trial::finish()
{
    m_vfs.setRuler({});
    m_options.store.pagesMax = 0;
    if (!open())
        return;
    for (std::size_t session = 0; session < m_options.sessions; ++session)
        m_rig->start(sessionName(session));
    if (!m_rig->settles(patience))
        violated("I6 the host does not come to rest");
    for (const auto &[label, story] : m_history.stories()) {
        if (story.toldId.empty())
            continue;
        std::string id = story.toldId;
        for (const std::size_t at : {8U, 13U, 18U, 23U})
            id.insert(at, "-");
        m_rig->askOutcome(QByteArray::fromStdString(story.session), QByteArray::fromStdString(label),
                          InputId::fromText(QByteArray::fromStdString(id)).value_or(InputId()));
    }
    if (!m_rig->waitForAnswers(0, patience))
        violated("I5 no answer to what became of an input");
    close();
    lookAt(Moment::Settled);
}

std::vector<std::string> Trial::takeViolations()
{
    return std::exchange(m_violations, {});
}

} // namespace burrow::faults
