// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"
#include "rig/event_loop_thread.h"
#include "rig/follower.h"
#include "rig/observed_store.h"
#include "rig/open_store.h"
#include "rig/workshop.h"
#include "session/system_clock.h"

namespace burrow::faults {

struct RigOptions
{
    StoreSettings store;
    std::size_t sessions = 8;                   ///< Named s0, s1, …
    std::chrono::microseconds longestRun{1000}; ///< Runs take up to that long.
    quint32 shards = 2;
    /// Called with a session's name when its last write before it is stopped is about to be given to the store,
    /// on the thread that the session runs on: what is submitted here comes behind that write.
    std::function<void(const QByteArray &)> stopIsBeingWritten;
};

/// A host as it ships, over the SQLite store as it ships, with a witness beside it. The host lives on a thread
/// with an event loop of its own; every function may be called from any other thread.
class Rig
{
public:
    /// Opens the store and then every session. The error says what was refused.
    static Result<std::unique_ptr<Rig>> open(const RigOptions &options, Witness &witness, Moments &moments);
    /// Ends the host, then the store, in order.
    ~Rig();
    Q_DISABLE_COPY_MOVE(Rig)

    Host &host() { return *m_host; }
    Store &store() { return *m_store; }
    /// Submits a prompt whose text is `label flavour`; what is told goes to the witness. No key: empty.
    void submit(const QByteArray &session, const QByteArray &label, const QByteArray &key,
                const QByteArray &flavour);
    void stop(const QByteArray &session);
    void start(const QByteArray &session);
    /// Tells what became of the input: `outcome LABEL ended OUTCOME`, or `open`, `unknown` or `error` and `-`.
    void askOutcome(const QByteArray &session, const QByteArray &label, InputId input);
    /// Blocks until that many answers to submits (two each) and questions are still missing, or fewer. False:
    /// not within the time.
    bool waitForAnswers(std::size_t missing, std::chrono::milliseconds limit);
    /// Blocks until nothing moves any more by itself. False: not within the time.
    bool settles(std::chrono::milliseconds limit);
    /// The sessions in which somebody waits and that do not say why, with what they do; empty: there are none.
    QByteArray silent();
    /// Ends the host, so that nothing submits any more; the store stays.
    void endHost();

private:
    Rig(std::unique_ptr<Store> store, const RigOptions &options, Witness &witness, Moments &moments);
    Result<void> openSessions(std::size_t count);
    void tellReceipt(const QByteArray &label, const AcceptReceipt &receipt);
    void tellOutcome(const QByteArray &label, InputId id, const Outcome &outcome);
    void awaitAnswers(std::size_t more);
    void answerCame();

    Witness &m_witness;
    Moments &m_moments;
    SystemClock m_clock;
    std::mutex m_mutex;
    std::condition_variable m_answered;
    std::size_t m_missing = 0; // Guarded by m_mutex.
    std::unique_ptr<Store> m_store;
    ObservedStore m_observed;
    std::shared_ptr<Workshop> m_workshop;
    Follower m_follower;    ///< Outlives the host, which finishes every future.
    EventLoopThread m_home; ///< Where the host lives.
    std::unique_ptr<Host> m_host;
};

QByteArray sessionName(std::size_t number);

} // namespace burrow::faults
