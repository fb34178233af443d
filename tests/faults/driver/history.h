// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What the world outside a store saw of it: what submitters sent and were told, and what was noted beside it.
namespace burrow::faults {

/// One input of the tests, known by its label.
struct Story
{
    std::string label;
    std::string session;
    std::string key; ///< Empty for none.
    std::string flavour;
    std::set<std::string> ids;      ///< Under which it was admitted, told or not; as 32 hex digits.
    std::string toldId;             ///< Its acknowledgement; empty when none came.
    std::string refused;            ///< Why it was refused; empty when it was not.
    std::set<std::string> outcomes; ///< How it ended, as waiters and those who asked were told.
    bool heard = false;             ///< Who waited was told that the waiting is over, and how.
    int submits = 0;                ///< How often it was sent.
};

struct Admission
{
    std::string label;
    std::string session;
    std::string key;
    std::uint64_t admission = 0;
};

struct Effect
{
    std::string label;
    std::string id;
    std::string session;
    std::string run;
    std::uint64_t attempt = 0;
};

class History
{
public:
    Story &submitted(const std::string &session, const std::string &label, const std::string &key,
                     const std::string &flavour);
    /// A line of Witness::told or Witness::noted. What contradicts an earlier one is a violation.
    void told(std::string_view line);
    void noted(std::string_view line);
    /// Reads the lines that a file has got since the last call; only complete ones count.
    void readNotes(const std::string &path);

    const std::map<std::string, Story> &stories() const { return m_stories; }
    const std::map<std::string, Admission> &admissions() const { return m_admissions; }
    const std::vector<Effect> &effects() const { return m_effects; }
    /// Whether a run of it failed or was given back, so that it may have lost its place.
    bool requeued(const std::string &id) const;
    std::vector<std::string> takeViolations();

    std::size_t accepted() const { return m_accepted; }
    std::size_t ended() const { return m_ended; }

private:
    void violated(std::string sentence) { m_violations.push_back(std::move(sentence)); }
    void acknowledged(Story &story, const std::string &id);

    std::map<std::string, Story> m_stories;        // By label.
    std::map<std::string, Admission> m_admissions; // By id.
    std::vector<Effect> m_effects;
    std::set<std::uint64_t> m_requeued; // By sequence.
    std::vector<std::string> m_violations;
    std::size_t m_notesRead = 0;
    std::size_t m_accepted = 0;
    std::size_t m_ended = 0;
};

/// An id as 32 hex digits, from its text with hyphens.
std::string plainId(std::string_view text);

} // namespace burrow::faults
