// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_codec.h"
#include "store/recovered_session.h"

#include <QHash>

#include <atomic>
#include <deque>
#include <memory>
#include <memory_resource>
#include <vector>

namespace burrow {

/// A session of the file while the store is open. Never moves and lives as long as the store, for sets in
/// flight point at it.
struct SessionEntry
{
    qint64 sid = 0;
    SessionId id;
    QByteArray name; ///< Stays as it is once the store is open: the index of names looks at these bytes.
    ExecutorIdentity executor; ///< Who runs it; set by its opening, before anybody writes of it.
    /// A set of it was refused: so is every later one, until the session was read again.
    std::atomic<bool> refused = false;
    RecoveredSessionPtr image; ///< Until handed out. Guarded by the store's mutex.

    // The writer's, on its thread.
    StartGrant grant;            ///< As the session's row holds it, with what the present transaction did.
    bool refusedInBatch = false; ///< Becomes `refused` with the commit.
};

/// A row of another table that is damaged and counts for the session. The damage may be in the number of the
/// session, so that reading the session's rows would not meet it.
struct DamagedRow
{
    enum class Table : quint8 { Input, Cold, Snapshot };
    Table table = Table::Input;
    qint64 place = 0; ///< The integer key of its table, as the row has it.
};
using DamagedRows = QHash<const SessionEntry *, std::vector<DamagedRow>>;

/// The row of a session with what recovery found of it; `crc` is left to the caller.
inline SessionColumnsView rowOf(const SessionEntry &entry, const RecoveredSession &image)
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
