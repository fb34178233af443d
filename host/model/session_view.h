// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/operation.h"
#include "model/receipt.h"

#include <optional>

namespace burrow {

/// Why a session is not moving, or that it is.
enum class WaitReason : quint8 {
    Nothing,         ///< No open input.
    Moving,          ///< A turn is due.
    Running,         ///< A run is open.
    CancelPending,   ///< A run is open and was asked to end.
    Committing,      ///< A run has ended and its write is in flight.
    WaitingForWrite, ///< A start grant or a lifecycle write is in flight.
    CreatingExecutor,
    RetryBackoff,   ///< The only input failed; it is tried again at `until`.
    RestartBackoff, ///< The executor died; it is made again at `until`. `note` says why it died.
    NoWake,         ///< Queued without wake; the next wake takes it along.
    NoExecutor,     ///< No executor is attached.
    ExecutorFailed, ///< The executor was given up; `note` says why.
    Stopping,       ///< A teardown, or a clean-up that it left, is under way.
    PhaseBlocks,    ///< Stopped, destroyed or not initialised.
    Held,           ///< The stored image cannot be trusted; `note` has reason and remedy.
    ShuttingDown,
};
inline constexpr EnumNames<WaitReason, 16> waitReasonName{
    {"nothing", "moving", "running", "cancel_pending", "committing", "waiting_for_write", "creating_executor",
     "retry_backoff", "restart_backoff", "no_wake", "no_executor", "executor_failed", "stopping",
     "phase_blocks", "held", "shutting_down"}};

/// Counts since the session was opened in this process.
struct SessionTally
{
    quint64 accepted = 0;
    quint64 deduplicated = 0;
    quint64 rejected = 0;
    quint64 consumed = 0;
    quint64 replaced = 0; ///< Superseded and coalesced.
    quint64 abandoned = 0;
    quint64 runsFailed = 0;
};

/// A session as people and programs see it.
struct SessionView
{
    SessionId id;
    QByteArray name;
    QByteArray executor;
    Phase phase = Phase::Initializing; ///< Visible phase.
    RunId run;
    bool attached = false;
    quint32 queued = 0;   ///< Inputs in the queue lane.
    quint32 steering = 0; ///< Inputs in the steer lane.
    quint32 open = 0;     ///< All inputs without a terminal state that were acknowledged.
    quint32 waiters = 0;
    quint32 recovered = 0;   ///< Open inputs that the store gave when the session was opened.
    quint32 interrupted = 0; ///< Of them, those that a host was working on when it ended.
    quint32 headCrashes = 0; ///< How many hosts have ended while they worked on what is next, or runs now.
    WaitReason waitReason = WaitReason::Nothing;
    MonotonicTime since = MonotonicTime::never(); ///< Since when it waits for that; never: nobody has looked.
    // Of the run that is open, or never. It has begun when its executor said so, or said anything.
    MonotonicTime startedAt = MonotonicTime::never();
    MonotonicTime begunAt = MonotonicTime::never();
    MonotonicTime heardAt = MonotonicTime::never(); ///< When the executor said something last.
    MonotonicTime until = MonotonicTime::never();   ///< RetryBackoff, RestartBackoff.
    quint32 restarts = 0; ///< How often the executor was made again since the session was opened.
    MonotonicTime restartAt = MonotonicTime::never(); ///< When an executor that died may be made again.
    QString note; ///< Why it is held, why its executor was given up or is made again, or which of its
                  ///< calls does not come back.
    SessionTally tally;
    std::optional<OperationsView> operations; ///< Nothing: the session has had none.
    bool idle = true;   ///< No run, no ready effect, no write in flight, every input terminal.
    MonotonicTime asOf; ///< When this was looked at, on the clock of the moments above.
    WallTime seenAt;    ///< The same by the calendar.

    /// A moment of this view by the calendar; nothing for never.
    std::optional<WallTime> calendar(MonotonicTime moment) const
    {
        if (moment == MonotonicTime::never())
            return std::nullopt;
        return WallTime{seenAt.sinceEpoch
                        + std::chrono::duration_cast<std::chrono::milliseconds>(moment - asOf)};
    }
};

/// What is known of a session within a bounded time: its view, or the last one there was.
struct SessionSight
{
    SessionView view;    ///< Of a session that was never seen: its name and id alone.
    bool isNow = false;  ///< False: its shard did not answer in time, and `view` is as of `view.seenAt`.
    bool isSeen = false; ///< There is a view at all.
};

} // namespace burrow
