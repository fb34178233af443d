// SPDX-License-Identifier: Apache-2.0
#include "driver/history.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace burrow::faults {

namespace {

std::vector<std::string> wordsOf(std::string_view line)
{
    std::istringstream stream{std::string(line)};
    return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

} // namespace

std::string plainId(std::string_view text)
{
    std::string plain(text);
    std::erase(plain, '-');
    return plain;
}

Story &History::submitted(const std::string &session, const std::string &label, const std::string &key,
                          const std::string &flavour)
{
    Story &story = m_stories[label];
    story.label = label;
    story.session = session;
    story.key = key;
    story.flavour = flavour;
    ++story.submits;
    return story;
}

void History::acknowledged(Story &story, const std::string &id)
{
    if (!story.toldId.empty() && story.toldId != id)
        violated("I1 " + story.label + " was acknowledged as " + story.toldId + " and then as " + id);
    story.toldId = id;
}

void History::told(std::string_view line)
{
    const std::vector<std::string> words = wordsOf(line);
    if (words.size() < 3)
        return;
    const auto found = m_stories.find(words[1]);
    if (found == m_stories.end())
        return;
    Story &story = found->second;
    const std::string &verb = words[0];
    if (verb == "accepted") {
        ++m_accepted;
        if (!story.toldId.empty() && story.toldId != plainId(words[2]))
            violated("I1 the key of " + story.label + " was accepted a second time");
        acknowledged(story, plainId(words[2]));
        story.refused.clear();
    } else if (verb == "duplicate") {
        if (story.submits < 2)
            violated("I1 " + story.label + " was sent once and called a duplicate");
        acknowledged(story, plainId(words[2]));
    } else if (verb == "refused") {
        story.refused = words[2];
    } else if (verb == "ended" && words.size() > 3) {
        ++m_ended;
        story.heard = true;
        // Who sent it again is named by the id that would have been its second one.
        if (story.submits == 1 && story.toldId != plainId(words[2]) && !story.toldId.empty())
            violated("I5 " + story.label + " ended under another id");
        // These two say that the waiting is over, not that the input is.
        if (words[3] != "runtime_terminated" && words[3] != "completed_with_finalization_failure")
            story.outcomes.insert(words[3]);
    } else if (verb == "outcome" && words.size() > 3 && words[2] == "ended") {
        story.outcomes.insert(words[3]);
    }
    if (story.outcomes.size() > 1)
        violated("I4 " + story.label + " ended as " + *story.outcomes.begin() + " and as "
                 + *story.outcomes.rbegin());
}

void History::noted(std::string_view line)
{
    const std::vector<std::string> words = wordsOf(line);
    if (words.size() >= 6 && words[0] == "admitted") {
        const std::string id = plainId(words[2]);
        m_admissions[id] = {words[1], words[3], words[5] == "-" ? std::string() : words[5],
                            std::stoull(words[4])};
        m_stories[words[1]].ids.insert(id);
    } else if (words.size() >= 6 && words[0] == "effect") {
        m_effects.push_back({words[1], plainId(words[2]), words[3], plainId(words[4]), std::stoull(words[5])});
    } else if (words.size() >= 2 && words[0] == "requeued") {
        m_requeued.insert(std::stoull(words[1]));
    }
}

void History::readNotes(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(m_notesRead));
    const std::string more{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = more.find('\n', begin)) != std::string::npos; begin = end + 1)
        noted(std::string_view(more).substr(begin, end - begin));
    m_notesRead += begin;
}

bool History::requeued(const std::string &id) const
{
    // The sequence is the low 62 bits of the id.
    const std::uint64_t low = std::stoull(id.substr(16), nullptr, 16) & 0x3fffffffffffffffULL;
    return m_requeued.contains(low);
}

std::vector<std::string> History::takeViolations()
{
    return std::exchange(m_violations, {});
}

} // namespace burrow::faults
