// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_codec.h"
#include "store/recovered_session.h"

#include <atomic>
#include <deque>
#include <memory>
#include <memory_resource>

namespace burrow {

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
    RecoveredSessionPtr image; ///< Until handed out. Guarded by the store's mutex.

    // The writer's, on its thread.
    StartGrant grant;            ///< As the session's row holds it, with what the present transaction did.
    bool refusedInBatch = false; ///< Becomes `refused` with the commit.
};

/// The row of a session with what recovery found of it; `crc` is left to the caller.
inline SessionView rowOf(const SessionEntry &entry, const RecoveredSession &image)
{
    return {.sid = entry.sid,
            .uuid = entry.id.uuid,
            .name = entry.name,
            .phase = image.phase,
            .revision = image.revision,
            .nextAdmission = image.nextAdmission,
            .nextPriority = image.nextPriority,
            .lastRun = image.lastRun,
            .grant = image.grant()};
}

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
