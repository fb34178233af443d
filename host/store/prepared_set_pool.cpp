// SPDX-License-Identifier: Apache-2.0
#include "store/prepared_set_pool.h"

#include <algorithm>
#include <iterator>

namespace burrow {

namespace {

/// As many as a busy shard has under way; of small rows they hold about two kibibytes each, and what is large
/// is not kept.
constexpr std::size_t sets_max = 1'024;

} // namespace

std::vector<std::unique_ptr<PreparedSet>> PreparedSetPool::take(std::size_t count)
{
    std::vector<std::unique_ptr<PreparedSet>> taken;
    taken.reserve(count);
    {
        const std::lock_guard lock(m_mutex);
        const auto from = m_sets.end() - static_cast<std::ptrdiff_t>(std::min(count, m_sets.size()));
        taken.assign(std::make_move_iterator(from), std::make_move_iterator(m_sets.end()));
        m_sets.erase(from, m_sets.end());
    }
    for (const std::unique_ptr<PreparedSet> &set : taken)
        set->clear();
    while (taken.size() < count)
        taken.push_back(std::make_unique<PreparedSet>());
    return taken;
}

void PreparedSetPool::giveBack(std::vector<std::unique_ptr<PreparedSet>> sets)
{
    // Freed here, while nobody waits for the lock: what is kept holds its rows until it is taken again, and a
    // store that was written to once would keep every snapshot of that hour.
    std::erase_if(sets, [](const std::unique_ptr<PreparedSet> &set) { return set->isLarge(); });
    const std::lock_guard lock(m_mutex);
    const std::size_t kept = std::min(sets.size(), sets_max - std::min(sets_max, m_sets.size()));
    m_sets.insert(m_sets.end(), std::make_move_iterator(sets.begin()),
                  std::make_move_iterator(sets.begin() + static_cast<std::ptrdiff_t>(kept)));
}

} // namespace burrow
