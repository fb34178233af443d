// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/operations.h"
#include "model/receipt.h"
#include "model/runtime_binding.h"

#include <QFuture>

#include <functional>

namespace burrow {

/// What a session hands out when its bindings are prepared: its identity in this epoch, and what may be done
/// with it from outside its executor. A value; copies are the same bindings, any thread. Once the session is in
/// another epoch, or is not in this host any more, everything here is refused and changes nothing.
class SessionBindings
{
public:
    using Interrupt = std::function<QFuture<CommandReceipt>(RunId run, const QString &reason)>;

    SessionBindings(SessionId session, EpochId epoch, std::optional<RuntimeBinding> runtime,
                    Operations operations, Interrupt interrupt)
        : m_session(session)
        , m_epoch(epoch)
        , m_runtime(std::move(runtime))
        , m_operations(std::move(operations))
        , m_interrupt(std::move(interrupt))
    {
    }

    SessionId session() const { return m_session; }
    /// The same for everybody who prepares this session until it is let go of, or, while it has had no
    /// asynchronous operation, stopped and started.
    EpochId epoch() const { return m_epoch; }
    /// Under which facts inputs reach it (Host::ingest); nothing for a local preparation.
    const std::optional<RuntimeBinding> &runtime() const { return m_runtime; }
    /// What the session has begun beside its runs, and how far the agent was told of what has ended.
    const Operations &operations() const { return m_operations; }
    /// Cancels hard what the session runs now, or the run that is named if it is the current one; before an
    /// executor is attached it reaches who was installed for that (Host::installInterrupt).
    QFuture<CommandReceipt> interrupt(const QString &reason = {}, RunId run = {}) const
    {
        return m_interrupt(run, reason);
    }

private:
    SessionId m_session;
    EpochId m_epoch;
    std::optional<RuntimeBinding> m_runtime;
    Operations m_operations;
    Interrupt m_interrupt;
};

} // namespace burrow
