// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session_core.h"
#include "session/executor_link.h"
#include "session/progress_ring.h"

namespace burrow {

class SessionLoop;

/// One session of a shard. Parked it is only this: no loop, timer, thread or descriptor. Touched on the
/// shard's thread alone.
struct SessionRecord
{
    SessionRecord(SessionId id, std::shared_ptr<const CoreSettings> sessionSettings);
    ~SessionRecord();
    Q_DISABLE_COPY_MOVE(SessionRecord)

    /// The instance that the session has now; null when it has none.
    Executor *executor() const { return link ? link->executor() : nullptr; }

    std::shared_ptr<const CoreSettings> settings; ///< Before `core`, which refers to it.
    SessionCore core;
    QByteArray name;
    std::shared_ptr<ExecutorFactory> factory;
    std::unique_ptr<ExecutorLink> link;             ///< While an instance exists.
    QString blocked;                                ///< Which of its calls does not come back; empty: none.
    InterruptCallback interrupt;                    ///< Reaches who runs turns before an executor is attached.
    std::weak_ptr<DirectRunState> direct;           ///< The run that its submitter carries out.
    std::optional<QByteArray> snapshot;             ///< Last committed; the next instance starts from it.
    std::optional<QByteArray> snapshotInFlight;     ///< What `snapshot` becomes when its write is committed.
    TicketNumber snapshotTicket = 0;                ///< The ticket of that write.
    std::unique_ptr<ProgressRing> progress;         ///< Of the run under way, once its executor said something.
    std::unique_ptr<SessionLoop> loop;              ///< While there is work; lent by the shard.
    MonotonicTime timerAt = MonotonicTime::never(); ///< What the shard's timer holds for this session.
    quint32 generation = 0;                         ///< Of the newest instance.
    bool trimDue = false;                           ///< It parked lately and still has the memory of its work.
    bool ready = false;                             ///< Is on the shard's ready list.
    bool settled = true;
    bool shutDown = false;
};

} // namespace burrow
