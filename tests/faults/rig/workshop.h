// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/executor.h"
#include "rig/observed_store.h"

#include <chrono>
#include <condition_variable>
#include <list>
#include <thread>

namespace burrow::faults {

/// Executors whose effects are noted outside the database before anything else, and whose runs then take a
/// little while, so that kills find some open. They answer from one thread of their own. The second word of an
/// input's text says how its run ends: `fail` always fails, `once` fails the first time in this process, `snap`
/// succeeds with a snapshot, anything else succeeds.
class Workshop : public ExecutorFactory
{
public:
    Workshop(ObservedStore &store, Witness &witness, Moments &moments, std::chrono::microseconds longest);
    /// Answers what is open and joins.
    ~Workshop() override;
    Q_DISABLE_COPY_MOVE(Workshop)

    QByteArray name() const override { return "workshop"; }
    QByteArray plugin() const override { return "workshop"; }
    std::unique_ptr<Executor> create(const CreateCall &call, ExecutorListener &listener) override;
    void cleanup(const CleanupCall &call, std::function<void(Result<void>)> done) override;

private:
    class Worker;
    struct Instance;
    using Clock = std::chrono::steady_clock;
    struct Job
    {
        Clock::time_point due;
        RunId run; ///< Null when it ends no run.
        std::shared_ptr<Instance> instance;
        std::function<void(ExecutorListener &)> say;
    };

    void begin(const std::shared_ptr<Instance> &instance, const ApplyCall &call);
    void cancel(RunId run, const QString &reason);
    void abandon(RunId run, const QString &reason);
    void soon(const std::shared_ptr<Instance> &instance, std::function<void(ExecutorListener &)> say);
    RunEnd endOf(const ApplyCall &call);
    std::chrono::microseconds someTime();
    void work();

    ObservedStore &m_store;
    Witness &m_witness;
    Moments &m_moments;
    const std::chrono::microseconds m_longest;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::list<Job> m_jobs;         // Guarded by m_mutex.
    QHash<QByteArray, int> m_seen; // Guarded by m_mutex; how often each label was run.
    quint64 m_random = 1;          // Guarded by m_mutex.
    bool m_ending = false;         // Guarded by m_mutex.
    std::thread m_thread;          ///< Last: it uses everything above.
};

} // namespace burrow::faults
