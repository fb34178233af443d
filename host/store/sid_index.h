// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/session_entry.h"

#include <algorithm>
#include <vector>

namespace burrow {

/// Finds sessions by their number. They are read in the order of their numbers, which are dense but for
/// sessions that are gone, so that a number is nearly the place.
class SidIndex
{
public:
    const std::vector<SessionEntry *> &entries() const { return m_entries; }
    void add(SessionEntry &entry) { m_entries.push_back(&entry); }
    SessionEntry *find(qint64 sid) const
    {
        if (m_entries.empty() || sid < m_entries.front()->sid)
            return nullptr;
        const auto distance = static_cast<std::size_t>(sid - m_entries.front()->sid);
        const auto end = m_entries.begin() + static_cast<qsizetype>(std::min(distance + 1, m_entries.size()));
        if ((*(end - 1))->sid == sid)
            return *(end - 1);
        const auto place =
            std::lower_bound(m_entries.begin(), end, sid,
                             [](const SessionEntry *entry, qint64 wanted) { return entry->sid < wanted; });
        return place != end && (*place)->sid == sid ? *place : nullptr;
    }

private:
    std::vector<SessionEntry *> m_entries;
};

} // namespace burrow
