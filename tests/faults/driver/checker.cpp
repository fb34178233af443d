// SPDX-License-Identifier: Apache-2.0
#include "driver/checker.h"

#include <algorithm>

namespace burrow::faults {

namespace {

// As they are stored.
constexpr int kind_consumed = 0;
constexpr int phase_stopped = 5;
constexpr int phase_destroyed = 6;

class Check
{
public:
    Check(const Tables &tables, const History &history, Moment moment)
        : m_tables(tables)
        , m_history(history)
        , m_moment(moment)
    {
    }

    std::vector<std::string> run()
    {
        if (m_tables.integrity != "ok")
            violated("I8 " + m_tables.integrity);
        nothingIsLost();
        nothingIsInvented();
        whoIsStoppedHoldsNothing();
        keysAreAcceptedOnce();
        effectsHappenOncePerAttempt();
        orderIsKept();
        endsAgreeWithWhatWasTold();
        receiptsAgreeWithEnds();
        if (m_moment == Moment::Settled)
            nothingIsLeft();
        return std::move(m_violations);
    }

private:
    void violated(std::string sentence) { m_violations.push_back(std::move(sentence)); }
    bool stored(const std::string &id) const
    {
        return m_tables.open.contains(id) || m_tables.ended.contains(id);
    }

    void nothingIsLost()
    {
        for (const auto &[label, story] : m_history.stories()) {
            if (!story.toldId.empty() && !stored(story.toldId))
                violated("I1 " + label + " was acknowledged and is lost");
            for (const std::string &id : story.ids) {
                // What the store said it has not written must not come to life after all.
                if (story.refused == "not_written" && id != story.toldId && stored(id))
                    violated("I1 " + label + " was called not written and is there");
            }
        }
    }

    void nothingIsInvented()
    {
        for (const std::string &id : m_tables.twice)
            violated("I4 " + id + " is stored twice in one table");
        for (const auto &[id, row] : m_tables.open) {
            known(id, row.session, row.key);
            if (m_tables.ended.contains(id))
                violated("I4 " + id + " is open and has ended");
        }
        for (const auto &[id, row] : m_tables.ended)
            known(id, row.session, row.key);
    }

    void whoIsStoppedHoldsNothing()
    {
        for (const auto &[id, row] : m_tables.open) {
            const auto phase = m_tables.phases.find(row.session);
            if (phase != m_tables.phases.end()
                && (phase->second == phase_stopped || phase->second == phase_destroyed))
                violated("I6 " + row.session + " is stopped and holds " + openInput(id));
        }
    }

    /// An input by the name under which submitters know it.
    std::string openInput(const std::string &id) const
    {
        const auto admission = m_history.admissions().find(id);
        if (admission == m_history.admissions().end())
            return "an open input that nobody submitted, " + id;
        const auto story = m_history.stories().find(admission->second.label);
        const bool told = story != m_history.stories().end() && story->second.toldId == id;
        return "the open input " + admission->second.label + (told ? ", which was acknowledged" : "");
    }

    void known(const std::string &id, const std::string &session, const std::string &key)
    {
        const auto admission = m_history.admissions().find(id);
        if (admission == m_history.admissions().end())
            violated("I1 " + id + " is stored and nobody submitted it");
        else if (admission->second.session != session || admission->second.key != key)
            violated("I1 " + admission->second.label + " is stored with another session or key");
    }

    void keysAreAcceptedOnce()
    {
        std::map<std::pair<std::string, std::string>, std::string> ids;
        const auto one = [&](const std::string &id, const std::string &session, const std::string &key) {
            if (key.empty())
                return;
            const auto [place, fresh] = ids.emplace(std::pair(session, key), id);
            if (!fresh)
                violated("I1 key " + key + " was accepted as " + place->second + " and as " + id);
        };
        for (const auto &[id, row] : m_tables.open)
            one(id, row.session, row.key);
        for (const auto &[id, row] : m_tables.ended)
            one(id, row.session, row.key);
    }

    void effectsHappenOncePerAttempt()
    {
        std::map<std::string, std::uint64_t> last;
        for (const Effect &effect : m_history.effects()) {
            std::uint64_t &attempt = last[effect.id];
            if (effect.attempt <= attempt) {
                violated("I2 " + effect.label + " ran as attempt " + std::to_string(effect.attempt) + " after "
                         + std::to_string(attempt));
            }
            attempt = std::max(attempt, effect.attempt);
        }
    }

    void orderIsKept()
    {
        // The last effect of an input is the one that counted.
        std::map<std::string, std::size_t> last;
        for (std::size_t at = 0; at < m_history.effects().size(); ++at)
            last[m_history.effects()[at].id] = at;
        std::map<std::string, std::pair<std::uint64_t, std::string>> front;
        for (std::size_t at = 0; at < m_history.effects().size(); ++at) {
            const Effect &effect = m_history.effects()[at];
            const auto ended = m_tables.ended.find(effect.id);
            const auto admission = m_history.admissions().find(effect.id);
            if (last[effect.id] != at || ended == m_tables.ended.end() || ended->second.kind != kind_consumed
                || admission == m_history.admissions().end() || m_history.requeued(effect.id))
                continue;
            auto &[highest, label] = front[effect.session];
            if (admission->second.admission < highest)
                violated("I3 " + effect.session + " ran " + label + " before " + effect.label);
            highest = std::max(highest, admission->second.admission);
            label = effect.label;
        }
    }

    void endsAgreeWithWhatWasTold()
    {
        for (const auto &[label, story] : m_history.stories()) {
            if (story.outcomes.empty() || story.toldId.empty())
                continue;
            const auto ended = m_tables.ended.find(story.toldId);
            if (ended == m_tables.ended.end()) {
                violated("I4 " + label + " was told to have ended, and has not");
                continue;
            }
            const bool success = story.outcomes.begin()->starts_with("completed");
            if (success != (ended->second.kind == kind_consumed))
                violated("I4 " + label + " ended otherwise than was told: " + *story.outcomes.begin());
        }
    }

    void receiptsAgreeWithEnds()
    {
        std::set<std::string> receipts;
        for (const std::string &run : m_tables.receipts) {
            if (!receipts.insert(run).second)
                violated("I4 run " + run + " has two receipts");
        }
        std::set<std::string> runs;
        for (const auto &[id, row] : m_tables.ended) {
            if (row.kind != kind_consumed)
                continue;
            runs.insert(row.run);
            if (!receipts.contains(row.run))
                violated("I4 " + id + " ended in a run without a receipt");
        }
        if (runs.size() != receipts.size())
            violated("I4 " + std::to_string(receipts.size()) + " receipts for " + std::to_string(runs.size())
                     + " runs that ended inputs");
    }

    void nothingIsLeft()
    {
        for (const auto &[id, row] : m_tables.open)
            violated("I6 " + id + " of " + row.session + " is still open");
        for (const auto &[label, story] : m_history.stories()) {
            if (!story.toldId.empty() && story.outcomes.empty())
                violated("I5 nobody can say what became of " + label);
        }
    }

    const Tables &m_tables;
    const History &m_history;
    const Moment m_moment;
    std::vector<std::string> m_violations;
};

} // namespace

std::vector<std::string> check(const Tables &tables, const History &history, Moment moment)
{
    return Check(tables, history, moment).run();
}

} // namespace burrow::faults
