// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/shard.h"
#include "support/held_store.h"
#include "support/manual_clock.h"
#include "support/scripted_executor.h"
#include "support/test_inputs.h"

/// One shard on the test's own thread, with a clock that stands still and a store that can be held.
namespace burrow::test {

class RecordingObserver : public ShardObserver
{
public:
    bool wantsEvents() const override { return wanted; }
    void sessionsSaid(std::vector<SessionEvent> events) override
    {
        ++batches;
        said.insert(said.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
    }
    void storeFenced(const QString &owner) override { fencedBy.push_back(owner); }
    void sessionLeft(SessionId, const QByteArray &name) override { left.push_back(name); }

    /// The codes of what that session said, in order, as text; progress is left out.
    QByteArrayList codes(SessionId session) const;
    /// The details of that code, from all sessions.
    QStringList details(EventCode code) const;
    std::vector<ProgressEvent> progress(SessionId session) const;

    bool wanted = true;
    int batches = 0;
    std::vector<SessionEvent> said;
    QStringList fencedBy;
    QByteArrayList left; ///< Names of sessions that were unregistered.
};

/// The answers to one submit, as they arrive.
struct Submitted
{
    std::optional<AcceptReceipt> receipt;
    std::optional<Outcome> outcome;
    int receipts = 0;
    int outcomes = 0;
    bool outcomeCameFirst = false;
};

/// The answers to one command.
struct Commanded
{
    std::optional<CommandReceipt> receipt;
    int receipts = 0;
};

class ShardRig
{
public:
    ShardRig();
    ~ShardRig();
    Q_DISABLE_COPY_MOVE(ShardRig)

    /// Opens the session in the store and places it on the shard; it is heard at the next drain.
    SessionId adopt(const QByteArray &name, std::shared_ptr<ExecutorFactory> factory,
                    CoreSettings settings = {});

    std::shared_ptr<Submitted> submit(SessionId session, Input input,
                                      std::optional<WaitMode> wait = WaitMode::Terminal);
    std::shared_ptr<Commanded> cancel(SessionId session, CancelMode mode, RunId run = {});
    std::shared_ptr<Commanded> lifecycle(SessionId session, LifecycleVerb verb);
    /// Counts how often the shutdown was called finished.
    std::shared_ptr<int> shutDown(CancelMode mode = CancelMode::Boundary,
                                  MonotonicTime hardAt = MonotonicTime::never());
    std::shared_ptr<int> whenSettled();
    SessionView view(SessionId session);

    /// Lets everything happen that can happen without time passing.
    void settle();
    /// Lets so much time pass, stopping at every deadline on the way.
    void pass(Duration time);

    ManualClock clock;
    HeldStore store;
    RecordingObserver observer;
    std::unique_ptr<Shard> shard;
};

/// Threads and open descriptors of this process.
std::size_t threadsOfProcess();
std::size_t descriptorsOfProcess();

} // namespace burrow::test
