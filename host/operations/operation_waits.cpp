// SPDX-License-Identifier: Apache-2.0
#include "operations/operation_waits.h"

#include "base/assert.h"

#include <algorithm>

namespace burrow {

void OperationWaits::waitForAll(WaiterId waiter, std::vector<OperationId> operations,
                                std::vector<std::optional<EndedOperation>> ended)
{
    BURROW_ASSERT(!m_all && operations.size() == ended.size());
    const auto open = std::count_if(ended.begin(), ended.end(), [](const auto &one) { return !one; });
    BURROW_ASSERT(open > 0);
    m_all = ForAll{waiter, std::move(operations), std::move(ended), static_cast<std::size_t>(open)};
}

bool OperationWaits::forget(WaiterId waiter)
{
    if (m_all && m_all->waiter == waiter) {
        m_all.reset();
        return true;
    }
    for (auto at = m_watchers.begin(); at != m_watchers.end(); ++at) {
        if (std::erase(at->second, waiter) == 0)
            continue;
        if (at->second.empty())
            m_watchers.erase(at);
        return true;
    }
    return false;
}

OperationNotices OperationWaits::resolve(const EndedOperation &ended)
{
    OperationNotices notices;
    if (const auto found = m_watchers.find(ended.spec.id); found != m_watchers.end()) {
        for (const WaiterId waiter : found->second)
            notices.push_back({waiter, std::vector<EndedOperation>{ended}});
        m_watchers.erase(found);
    }
    if (!m_all)
        return notices;
    const auto named = std::find(m_all->operations.begin(), m_all->operations.end(), ended.spec.id);
    if (named == m_all->operations.end())
        return notices;
    // Kept here: the registry may evict what ended first before the last one ends. An end that is known is told
    // again when the session is read again.
    std::optional<EndedOperation> &known =
        m_all->ended[static_cast<std::size_t>(named - m_all->operations.begin())];
    if (std::exchange(known, ended) || --m_all->open > 0)
        return notices;
    std::vector<EndedOperation> all;
    for (std::optional<EndedOperation> &one : m_all->ended)
        all.push_back(*std::move(one));
    notices.push_back({m_all->waiter, std::move(all)});
    m_all.reset();
    return notices;
}

OperationNotices OperationWaits::fail(const Error &error)
{
    OperationNotices notices;
    for (const auto &[operation, waiters] : std::exchange(m_watchers, {})) {
        for (const WaiterId waiter : waiters)
            notices.push_back({waiter, error});
    }
    if (m_all)
        notices.push_back({m_all->waiter, error});
    m_all.reset();
    return notices;
}

std::size_t OperationWaits::count() const
{
    std::size_t waiters = m_all ? 1 : 0;
    for (const auto &[operation, watching] : m_watchers)
        waiters += watching.size();
    return waiters;
}

} // namespace burrow
