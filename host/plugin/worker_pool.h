// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <QByteArray>

#include <memory>

namespace burrow {

/// Something with a queue of its own that wants to be worked on, one step at a time.
class WorkItem
{
public:
    virtual ~WorkItem() = default;
    /// Does one step. True: there is more, put it back at the end of the queue.
    virtual bool runStep() = 0;
};

/// A bounded number of threads that serve work items first come, first served. Threads start when they are
/// needed.
///
/// A step may never return, because a plugin may not; so nothing here waits for threads: they are detached and
/// share ownership of the pool's state. Thread-safe.
class WorkerPool
{
public:
    /// `idle`: how long a thread without work stays; Duration::max() = for ever, as a library that is called on
    /// one and the same thread needs it.
    WorkerPool(quint32 threadsMax, Duration idle, const QByteArray &threadName);
    ~WorkerPool() { close(); }
    Q_DISABLE_COPY_MOVE(WorkerPool)

    /// The caller sees to it that an item is in the queue at most once.
    void post(std::shared_ptr<WorkItem> item);

    /// Ends the threads as they become free. Items that wait, and those that come, are dropped.
    void close();

    /// Gives the thread up that is inside a step of that item: another one takes its place, and it ends when
    /// the step returns after all. False when no thread is, or when the bound of such substitutes is reached.
    bool replaceThreadOf(const WorkItem *item);
    /// Whether a thread is inside a step of that item.
    bool isRunning(const WorkItem *item) const;

private:
    struct State;
    const std::shared_ptr<State> m_state;
};

/// The threads for calls that may last as long as their work, shared by all plugins of the process: a bound on
/// them must be one for the whole process. Never destroyed.
WorkerPool &blockingPool();

} // namespace burrow
