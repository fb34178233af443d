// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clone_pointer.h"
#include "core/input_record.h"
#include "core/live_injection.h"
#include "core/outcome_rules.h"
#include "machine/turn_machine.h"
#include "model/control.h"

#include <algorithm>

namespace burrow {

/// On whose behalf a run is being cancelled; decides what its end means.
enum class CancelFor : quint8 { Nobody, Caller, Deadline, Stop, Unregister, Shutdown };

/// How a run that has ended is to be published once its write is durable.
struct RunConclusion
{
    std::optional<RunOutput> output;            ///< Set: the run succeeded.
    FailureCause cause = FailureCause::Unknown; ///< Of a failure.
    QString reason;
    bool cancelled = false;
    std::vector<quint64> deferred; ///< Admission sequences for contributors that go behind the backlog.
};

/// The run that is bound to the session, from staging until it is published.
struct CurrentRun
{
    RunId id;
    PrimitivePointer primitive;
    Batch contributors; ///< Owned by the core; none ends before its run.
    TurnRegisters turn;
    bool direct = false; ///< The submitter of its input carries it out, and no executor.
    MonotonicTime turnDeadline = MonotonicTime::never();
    MonotonicTime startedAt = MonotonicTime::never(); ///< When it was handed to the executor.
    MonotonicTime begunAt = MonotonicTime::never();   ///< When the executor said something first, and last.
    MonotonicTime heardAt = MonotonicTime::never();

    // Cancellation: a level that only rises, and when it rises next.
    enum class Level : quint8 { None, Boundary, Hard, Abandoned };
    Level level = Level::None;
    CancelFor cancelFor = CancelFor::Nobody;
    QString cancelReason;
    MonotonicTime escalateAt = MonotonicTime::never();

    enum class Stage : quint8 {
        Open,       ///< The executor has it.
        Answered,   ///< It has ended; its end waits behind a lifecycle write.
        Ending,     ///< It has ended; a live injection into it comes first.
        Committing, ///< It has ended; its write is in flight.
        Finalizing, ///< Committed; the checkpoint hook has not answered.
    };
    Stage stage = Stage::Open;
    bool instanceLost = false; ///< The executor was given up, or died, before the run was answered.
    QString lostReason;

    RunConclusion conclusion; ///< Committing, Finalizing.
    /// Finalizing: who will hear of it.
    std::vector<std::pair<InputId, Waiters>> waiters;

    // Context that reaches it while it is under way.
    ClonePointer<LiveInjection> injection; ///< The one on its way; it is over before the run is.
    ClonePointer<RunEnd> heldEnd;          ///< Ending: what the executor gave.
    quint64 injected = 0;                  ///< Receipts of live injections so far.

    /// The correlation that all its inputs have; empty when they differ, and once they have ended.
    QByteArray correlation() const
    {
        const auto of = [](const InputRecord *record) -> const QByteArray & {
            return record->input->correlationId;
        };
        const bool shared =
            !contributors.empty()
            && std::all_of(contributors.begin(), contributors.end(),
                           [&](const InputRecord *each) { return of(each) == of(contributors.front()); });
        return shared ? of(contributors.front()) : QByteArray();
    }
    /// The receipt of its end counts on from those of its injections; without any it is the first.
    quint64 terminalSequence() const { return injected == 0 ? 0 : injected + 1; }
};

} // namespace burrow
