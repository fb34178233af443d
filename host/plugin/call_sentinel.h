// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "plugin/call_guard.h"
#include "plugin/foreign_stage.h"

#include <QByteArray>

#include <atomic>

namespace burrow {

/// The thread is inside a plugin for as long as this object lives. Costs two stores to memory that no other
/// thread writes. Calls nest.
class ForeignCall
{
public:
    ForeignCall(quint32 plugin, ForeignStage stage) noexcept
        : m_call(place())
    {
        if (!m_call)
            return;
        m_outer = m_call->load(std::memory_order_relaxed);
        m_call->store(plugin << 8 | static_cast<quint32>(stage), std::memory_order_relaxed);
    }
    ~ForeignCall()
    {
        if (m_call)
            m_call->store(m_outer, std::memory_order_relaxed);
    }
    Q_DISABLE_COPY_MOVE(ForeignCall)

private:
    /// Where this thread notes its call; null when there are more threads than places.
    static std::atomic<quint32> *place() noexcept;

    std::atomic<quint32> *const m_call;
    quint32 m_outer = 0;
};

/// A guardedCall() that is noted.
template <typename Function>
auto foreignCall(quint32 plugin, ForeignStage stage, Function &&function) noexcept
{
    const ForeignCall call(plugin, stage);
    return guardedCall(std::forward<Function>(function));
}

/// Notes in a file who is inside which plugin, so that the next host can name the culprit when this process
/// comes to an unclean end (plugin/unclean_end.h reads it). The file is mapped: what was noted survives every
/// end of the process, and noting needs no system call.
///
/// One per process; a second host in it shares the first one's. Thread-safe, but open() belongs before the
/// first plugin.
namespace call_sentinel {

/// Begins a file in that folder, and from now on notes on which thread a fatal signal or an exit() came.
/// Handlers that were there before are called after that. Errors: Io; then nothing is noted that survives.
Result<void> open(const QString &folder);
/// An orderly end is near: nobody is to blame for anything any more, and the file goes.
void close();

/// This thread has called exit(): for a handler that leaves before others are run.
void noteExit();

/// Who is behind a number of ForeignCall.
void name(quint32 plugin, const QByteArray &id, const QByteArray &version, bool blocking);

} // namespace call_sentinel

} // namespace burrow
