// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/control.h"
#include "model/primitive.h"
#include "model/run_result.h"

#include <functional>

namespace burrow {

class ShardInbox;
class DirectRunState;

/// One run that the submitter of its input carries out himself (Host::acceptAndRun). Copies are the same run;
/// thread-safe. When the last copy goes and none has ended the run, it has failed.
class DirectRun
{
public:
    explicit DirectRun(std::shared_ptr<DirectRunState> state);

    RunId run() const;
    /// What is to be done, never null.
    const PrimitivePointer &primitive() const;
    quint32 attempt() const; ///< From 1; rises with every start of this input.

    /// Ends the run; the first call counts, and the result is true for it alone. False also when the run was
    /// given up because it did not heed a cancel in time. A receipt that names no run is filled in.
    bool finish(RunEnd end) const;
    /// Called once for each level that the run is cancelled at, on the shard's thread, and at once for one that
    /// it has reached; it must only take note. The run still has to be finished, and lets go of `told` then, so
    /// that `told` may hold the run itself.
    void whenCancelled(const std::function<void(CancelMode)> &told) const;

private:
    std::shared_ptr<DirectRunState> m_state;
};

/// Begins the work of a direct run. Called on a shard's thread, so it must only begin it.
using DirectOperation = std::function<void(DirectRun)>;

/// What both sides of a direct run share.
class DirectRunState
{
public:
    DirectRunState(std::shared_ptr<ShardInbox> inbox, SessionId ofSession, RunId ofRun, PrimitivePointer work,
                   quint32 number);
    ~DirectRunState();
    Q_DISABLE_COPY_MOVE(DirectRunState)

    bool finish(RunEnd end);
    void whenCancelled(const std::function<void(CancelMode)> &told);
    /// The shard's thread.
    void cancel(CancelMode mode);

    const SessionId session;
    const RunId run;
    const PrimitivePointer primitive;
    const quint32 attempt;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace burrow
