// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_codec.h"

#include <atomic>
#include <deque>
#include <list>
#include <memory>
#include <memory_resource>

namespace burrow {

/// What recovery found of one session; handed out once, by the first openSession().
struct RecoveredSession
{
    SessionColumns row;
    std::unique_ptr<ColdColumns> cold; ///< Null when nobody has written one.
    bool hasSnapshot = false;
    std::list<InputColumns> inputs; ///< A list, so that rows read elsewhere are handed over where they are.
    QString problem;                ///< Why it cannot be trusted; the first that was met.

    void complain(const QString &what)
    {
        if (problem.isEmpty())
            problem = what;
    }
};

/// A session of the file while the store is open. Never moves and lives as long as the store, for sets in
/// flight point at it.
struct SessionEntry
{
    qint64 sid = 0;
    SessionId id;
    QByteArray name;
    ExecutorIdentity executor; ///< Who runs it; set by its opening, before anybody writes of it.
    /// A set of it was refused: so is every later one, until the session was read again.
    std::atomic<bool> refused = false;
    std::unique_ptr<RecoveredSession> image; ///< Until handed out. Guarded by the store's mutex.

    // The writer's, on its thread.
    StartGrant grant;            ///< As the session's row holds it, with what the present transaction did.
    bool refusedInBatch = false; ///< Becomes `refused` with the commit.
};

/// The sessions of a store. In large blocks: by little ones, a thread that is not the main one would ask the
/// kernel for every page.
class SessionEntries
{
public:
    SessionEntry &add() { return m_parts->entries.emplace_back(); }
    std::size_t size() const { return m_parts->entries.size(); }
    auto begin() const { return m_parts->entries.begin(); }
    auto end() const { return m_parts->entries.end(); }

private:
    struct Parts
    {
        std::pmr::monotonic_buffer_resource memory;
        std::pmr::deque<SessionEntry> entries{&memory};
    };
    std::unique_ptr<Parts> m_parts = std::make_unique<Parts>();
};

} // namespace burrow
