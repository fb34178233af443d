// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/executor.h"
#include "wait.h"

#include <QStringList>

#include <map>
#include <mutex>

class QAbstractEventDispatcher;

namespace burrow::test {

/// Hears one executor and lets the test wait for each thing that was said. While it waits it runs the calling
/// thread's event loop, as a shard would.
class ListenerProbe final : public ExecutorListener
{
public:
    /// On a thread with an event loop, the one that will wait.
    ListenerProbe();

    void created(Result<void> result) override;
    void applyFinished(RunId run, RunEnd end) override;
    void progress(ProgressEvent event) override;
    void boundaryChanged(RunId run, bool open, quint64 revision) override;
    void boundaryFailed(QString message) override;
    void contextStaged(RunId run, InputId input, Result<StagedContext> result) override;
    void stopFinished(Result<void> result) override;
    void checkpointFinished(RunId run, Result<void> result) override;
    /// Each step is taken, and answered as done.
    void operationAsked(OperationRequest request, std::function<void(OperationReceipt)> reply) override;
    void misbehaved(QString sentence) override;
    void blocked(QString sentence) override;
    void died(QString reason, ExecutorEnding ending) override;

    struct BoundaryChange
    {
        RunId run;
        bool open = false;
        quint64 revision = 0;
    };

    std::function<void()> whenAsked; ///< Called with each step of an operation, before it is answered.
    Signal blockedSaid;              ///< Raised with each of blockedCalls(), for threads without an event loop.

    // Each waits for the next one of its kind; a Result or an end that says so when none came.
    Result<void> waitCreated();
    RunEnd waitFinished(RunId run);
    Result<void> waitStopped();
    Result<void> waitCheckpoint();
    Result<StagedContext> waitStaged();
    QString waitMisbehaved();
    bool waitProgress(std::size_t count);

    // What was said so far.
    std::size_t endsOf(RunId run) const;
    std::size_t createdCount() const;
    std::size_t stoppedCount() const;
    QStringList sentences() const;
    /// Which calls did not come back; an empty one when it did.
    QStringList blockedCalls() const;
    std::vector<ProgressEvent> events() const;
    std::vector<OperationRequest> steps() const;
    bool waitSteps(std::size_t count);
    std::vector<BoundaryChange> boundaries() const;
    /// The order in which everything came: "created", "progress", "finished", …
    QStringList order() const;

private:
    template <typename Ready>
    bool waitUntil(std::unique_lock<std::mutex> &lock, Ready ready);
    void note(const char *what);

    QAbstractEventDispatcher *const m_dispatcher;

    mutable std::mutex m_mutex;
    // guarded by m_mutex
    std::vector<Result<void>> m_created;
    std::multimap<RunId, RunEnd> m_ends;
    std::vector<ProgressEvent> m_events;
    std::vector<BoundaryChange> m_boundaries;
    std::vector<OperationRequest> m_steps;
    std::vector<Result<void>> m_stopped;
    std::vector<Result<void>> m_checkpoints;
    std::vector<Result<StagedContext>> m_stagings;
    QStringList m_sentences;
    QStringList m_blocked;
    QStringList m_order;
    std::size_t m_createdTaken = 0;
    std::size_t m_stoppedTaken = 0;
    std::size_t m_checkpointsTaken = 0;
    std::size_t m_stagingsTaken = 0;
    qsizetype m_sentencesTaken = 0;
};

} // namespace burrow::test
