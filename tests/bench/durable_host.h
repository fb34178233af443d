// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"
#include "session/system_clock.h"
#include "store/sqlite_store.h"

#include <atomic>
#include <memory>
#include <vector>

namespace burrow::bench {

/// Whether the sessions have the executor that does nothing, or nobody runs their inputs.
enum class Runs : unsigned char { Nobody, Noop };

/// A host with one shard over a store file in that folder: a new one unless `Keep::File`.
class DurableHost
{
public:
    enum class Keep : unsigned char { Nothing, File };

    DurableHost(const QString &folder, int sessions, Runs runs, const QByteArray &vfs = {},
                Keep keep = Keep::Nothing);

    Host &host() { return m_host; }
    SqliteStore &store() { return *m_store; }
    SessionId session(long at) const { return m_sessions[static_cast<std::size_t>(at) % m_sessions.size()]; }

private:
    std::unique_ptr<SqliteStore> open(const QString &folder, const QByteArray &vfs, Keep keep);

    SystemClock m_clock;
    std::unique_ptr<SqliteStore> m_store;
    std::vector<SessionId> m_sessions;
    Host m_host;
};

/// The sessions that every benchmark here opens, by number.
std::vector<SessionSpec> sessionSpecs(int count, std::shared_ptr<ExecutorFactory> executor);

/// The file of a DurableHost.
QString hostFile(const QString &folder);

/// So many callers on this thread, each of which submits again when it has heard: the same loop as the raw one.
class Callers
{
public:
    enum class Until : unsigned char { Accepted, Ended };

    Callers(DurableHost &host, Until until, int sessions)
        : m_host(host)
        , m_until(until)
        , m_sessions(sessions)
    {
    }

    double perSecond(int callers, double windowSeconds);
    /// So many inputs in all, with never more than `callers` without an answer.
    void submitAll(long inputs, long callers);

private:
    void submit(long count);
    void hear(bool good);
    long take();

    DurableHost &m_host;
    const Until m_until;
    const int m_sessions;
    long m_submitted = 0;
    /// Without a lock: each answer is heard by itself, and one around each would be the loop's own cost.
    std::atomic<int> m_heard = 0;
};

} // namespace burrow::bench
