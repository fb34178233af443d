// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/limits.h"
#include "port/executor.h"

#include <QObject>

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

namespace burrow {

/// What a plugin says, on its way from any thread to the session.
///
/// Two things are decided here. After silence() the listener is never called again, whatever plugin threads
/// still do. And progress waits in a bounded queue until the session's own thread takes it, so that a plugin
/// that emits faster than the session listens is told to wait. A run's progress always arrives before its end.
///
/// The lock is held while the listener is called, which only enqueues; never while a plugin is called.
class ListenerGate
{
public:
    /// For the thread that serves the session. If it has an event loop, progress is delivered from there, else
    /// at once on the emitting thread.
    explicit ListenerGate(ExecutorListener &listener);
    ~ListenerGate();
    Q_DISABLE_COPY_MOVE(ListenerGate)

    /// The session's thread; where `resume` of that token is to be called when there is room again.
    void whenRoom(std::function<void(quint64 token)> resume) { m_resume = std::move(resume); }
    /// The session's thread. Nothing is called any more when this returns.
    void silence();

    /// The session's thread, while no run is open.
    void beginRun(quint64 token, RunId run);
    void finishRun(RunId run, RunEnd &&end);

    enum class Taken : quint8 {
        Yes,
        Dropped,  ///< It was droppable and there was no room; counted, and a notice marks the gap.
        Full,     ///< `resume` follows.
        TooLarge, ///< The run's output has reached its bound.
        Over,     ///< The run is not the current one.
    };
    enum class Room : quint8 { Demand, Droppable, Coalescing };
    Taken take(quint64 token, ProgressEvent event, Room room, qint64 outputBytesMax);

    /// False when the run is not the current one.
    bool boundaryChanged(quint64 token, bool open, quint64 revision);

    void created(Result<void> result);
    void stopFinished(Result<void> result);
    void checkpointFinished(RunId run, Result<void> result);
    /// `reply` is dropped when nobody listens any more.
    void operationAsked(OperationRequest request, std::function<void(OperationReceipt)> reply);
    void boundaryFailed(const QString &message);
    void contextStaged(RunId run, InputId input, Result<StagedContext> result);
    void misbehaved(const QString &sentence);
    void blocked(const QString &sentence);
    void died(const QString &reason, ExecutorEnding ending);

private:
    class Receiver;

    void deliver();
    void deliverQueued();
    bool coalesce(const ProgressEvent &event);

    std::function<void(quint64)> m_resume; // constant once the first run begins

    /// Of the current run; 0 = none. Set by the session's thread while no run is open, cleared under m_mutex;
    /// so who holds m_mutex and reads its token here may read m_run.
    std::atomic<quint64> m_token{0};
    RunId m_run;

    std::mutex m_mutex;
    // guarded by m_mutex
    ExecutorListener *m_listener;
    std::unique_ptr<Receiver> m_receiver; // null without an event loop, and after silence()
    std::deque<ProgressEvent> m_queue;
    bool m_posted = false;
    qint64 m_outputBytes = 0;
    quint64 m_dropped = 0;
    quint64 m_blocked = 0; // the token whose emit was told to wait
    quint64 m_boundaryRevision = 0;
    bool m_boundarySeen = false;
};

} // namespace burrow
