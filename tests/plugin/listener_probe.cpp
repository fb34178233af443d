// SPDX-License-Identifier: Apache-2.0
#include "listener_probe.h"

#include "wait.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QTimer>

namespace burrow::test {

namespace {

Error nothingCame()
{
    return {ErrorKind::Internal, QStringLiteral("nothing was said in time")};
}

} // namespace

/// The caller holds m_mutex.
void ListenerProbe::note(const char *what)
{
    m_order.append(QLatin1String(what));
    m_dispatcher->wakeUp();
}

/// Lets this thread's event loop sleep until something is posted to it or said here.
template <typename Ready>
bool ListenerProbe::waitUntil(std::unique_lock<std::mutex> &lock, Ready ready)
{
    QTimer timer; // Wakes the loop when the patience is over.
    timer.setSingleShot(true);
    timer.start(call_patience);
    while (!ready() && timer.isActive()) {
        lock.unlock();
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        lock.lock();
    }
    return ready();
}

ListenerProbe::ListenerProbe()
    : m_dispatcher(QAbstractEventDispatcher::instance())
{
}

void ListenerProbe::created(Result<void> result)
{
    const std::lock_guard lock(m_mutex);
    m_created.push_back(std::move(result));
    note("created");
}

void ListenerProbe::applyFinished(RunId run, RunEnd end)
{
    const std::lock_guard lock(m_mutex);
    m_ends.emplace(run, std::move(end));
    note("finished");
}

void ListenerProbe::progress(ProgressEvent event)
{
    const std::lock_guard lock(m_mutex);
    m_events.push_back(std::move(event));
    note("progress");
}

void ListenerProbe::boundaryChanged(RunId run, bool open, quint64 revision)
{
    const std::lock_guard lock(m_mutex);
    m_boundaries.push_back({run, open, revision});
    note("boundary");
}

void ListenerProbe::operationAsked(OperationRequest request, std::function<void(OperationReceipt)> reply)
{
    OperationReceipt receipt;
    {
        const std::lock_guard lock(m_mutex);
        m_steps.push_back(std::move(request));
        note("operation");
    }
    if (whenAsked)
        whenAsked();
    if (reply)
        reply(receipt);
}

std::vector<OperationRequest> ListenerProbe::steps() const
{
    const std::lock_guard lock(m_mutex);
    return m_steps;
}

bool ListenerProbe::waitSteps(std::size_t count)
{
    std::unique_lock lock(m_mutex);
    return waitUntil(lock, [&] { return m_steps.size() >= count; });
}

void ListenerProbe::boundaryFailed(QString message)
{
    const std::lock_guard lock(m_mutex);
    m_sentences.append(message);
    note("boundaryFailed");
}

void ListenerProbe::contextStaged(RunId, InputId, Result<StagedContext> result)
{
    const std::lock_guard lock(m_mutex);
    m_stagings.push_back(std::move(result));
    note("staged");
}

void ListenerProbe::stopFinished(Result<void> result)
{
    const std::lock_guard lock(m_mutex);
    m_stopped.push_back(std::move(result));
    note("stopped");
}

void ListenerProbe::checkpointFinished(RunId, Result<void> result)
{
    const std::lock_guard lock(m_mutex);
    m_checkpoints.push_back(std::move(result));
    note("checkpoint");
}

void ListenerProbe::misbehaved(QString sentence)
{
    const std::lock_guard lock(m_mutex);
    m_sentences.append(sentence);
    note("misbehaved");
}

void ListenerProbe::blocked(QString sentence)
{
    {
        const std::lock_guard lock(m_mutex);
        m_blocked.append(sentence);
    }
    blockedSaid.raise();
}

void ListenerProbe::died(QString reason, ExecutorEnding)
{
    const std::lock_guard lock(m_mutex);
    m_sentences.append(reason);
    note("died");
}

Result<void> ListenerProbe::waitCreated()
{
    std::unique_lock lock(m_mutex);
    if (!waitUntil(lock, [this] { return m_created.size() > m_createdTaken; }))
        return nothingCame();
    return m_created[m_createdTaken++];
}

RunEnd ListenerProbe::waitFinished(RunId run)
{
    std::unique_lock lock(m_mutex);
    if (!waitUntil(lock, [&] { return m_ends.contains(run); }))
        return RunAbandoned{nothingCame().message};
    return m_ends.find(run)->second;
}

Result<void> ListenerProbe::waitStopped()
{
    std::unique_lock lock(m_mutex);
    if (!waitUntil(lock, [this] { return m_stopped.size() > m_stoppedTaken; }))
        return nothingCame();
    return m_stopped[m_stoppedTaken++];
}

Result<void> ListenerProbe::waitCheckpoint()
{
    std::unique_lock lock(m_mutex);
    if (!waitUntil(lock, [this] { return m_checkpoints.size() > m_checkpointsTaken; }))
        return nothingCame();
    return m_checkpoints[m_checkpointsTaken++];
}

Result<StagedContext> ListenerProbe::waitStaged()
{
    std::unique_lock lock(m_mutex);
    if (!waitUntil(lock, [this] { return m_stagings.size() > m_stagingsTaken; }))
        return nothingCame();
    return m_stagings[m_stagingsTaken++];
}

QString ListenerProbe::waitMisbehaved()
{
    std::unique_lock lock(m_mutex);
    if (!waitUntil(lock, [this] { return m_sentences.size() > m_sentencesTaken; }))
        return {};
    return m_sentences[m_sentencesTaken++];
}

bool ListenerProbe::waitProgress(std::size_t count)
{
    std::unique_lock lock(m_mutex);
    return waitUntil(lock, [&] { return m_events.size() >= count; });
}

std::size_t ListenerProbe::endsOf(RunId run) const
{
    const std::lock_guard lock(m_mutex);
    return m_ends.count(run);
}

std::size_t ListenerProbe::createdCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_created.size();
}

std::size_t ListenerProbe::stoppedCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_stopped.size();
}

QStringList ListenerProbe::blockedCalls() const
{
    const std::lock_guard lock(m_mutex);
    return m_blocked;
}

QStringList ListenerProbe::sentences() const
{
    const std::lock_guard lock(m_mutex);
    return m_sentences;
}

std::vector<ProgressEvent> ListenerProbe::events() const
{
    const std::lock_guard lock(m_mutex);
    return m_events;
}

std::vector<ListenerProbe::BoundaryChange> ListenerProbe::boundaries() const
{
    const std::lock_guard lock(m_mutex);
    return m_boundaries;
}

QStringList ListenerProbe::order() const
{
    const std::lock_guard lock(m_mutex);
    return m_order;
}

} // namespace burrow::test
