// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/operation.h"

#include <optional>
#include <unordered_map>

namespace burrow {

/// Somebody who waited hears this.
struct OperationNotice
{
    WaiterId waiter = 0;
    OperationsAnswer answer;
};
using OperationNotices = std::vector<OperationNotice>;

/// Who waits for operations to end: any number of watchers of one operation each, and at most one who waits for
/// several. Nothing that happens to a session's inputs ends a wait; only the ends themselves do, who waits, or
/// the loss of what would know.
class OperationWaits
{
public:
    void watch(OperationId operation, WaiterId waiter) { m_watchers[operation].push_back(waiter); }

    bool waitsForAll() const { return m_all.has_value(); }
    /// One entry per operation that is waited for, in order; set where it has ended already.
    void waitForAll(WaiterId waiter, std::vector<OperationId> operations,
                    std::vector<std::optional<EndedOperation>> ended);

    /// Nobody listens any more. False when nothing was waiting under that id.
    bool forget(WaiterId waiter);
    /// What this end resolves.
    OperationNotices resolve(const EndedOperation &ended);
    /// Everybody hears that nothing will come.
    OperationNotices fail(const Error &error);
    /// How many wait.
    std::size_t count() const;

private:
    /// Says what distinguishes two states; only the explorer defines it.
    friend class StateProbe;
    struct ForAll
    {
        WaiterId waiter = 0;
        std::vector<OperationId> operations;
        std::vector<std::optional<EndedOperation>> ended;
        std::size_t open = 0;
    };

    std::unordered_map<OperationId, std::vector<WaiterId>> m_watchers;
    std::optional<ForAll> m_all;
};

} // namespace burrow
