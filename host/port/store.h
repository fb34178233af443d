// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/event_log.h"
#include "model/stored_session.h"

#include <functional>

/// What makes sessions durable, as an asynchronous port: operations go in, one verdict per write set comes out.
/// Every implementation passes tests/contract/store.
namespace burrow {

/// Receives verdicts for one shard.
class StoreClient
{
public:
    virtual ~StoreClient() = default;
    /// Any thread; must only enqueue. Verdicts of one session come in ticket order; one call per batch.
    virtual void storeAnswered(std::vector<StoreAnswer> answers) = 0;
};

/// An ended input as outcome(id) finds it.
struct StoredOutcome
{
    SessionId session;
    FinishedInput input;
    WallTime endedAt; ///< When the store took the write.
};

/// What the caller of a submit does next. A store without a use for it ignores it.
enum class SubmitHint : quint8 {
    NeverBlock,
    MayBlock,  ///< Nothing else is left to do: the store may write on the calling thread, which spares it two
               ///< wake-ups of another one.
    MoreComes, ///< It submits again at once, be it nothing: the store may begin with these or wait.
};

/// What one client submits together, handed over set by set: a store can lay each one out while it is fresh in
/// the cache. One thread at a time; the store and the client must outlive it.
class WriteBatch
{
public:
    virtual ~WriteBatch() = default;
    virtual void add(WriteSet &&set) = 0;
    /// Of the sets that were added since the last submit().
    virtual std::size_t count() const = 0;
    /// Does with them, in their order, what Store::submit() does. The batch is empty then and can be used
    /// again.
    virtual void submit(SubmitHint hint) = 0;
};

class Store
{
public:
    virtual ~Store() = default;

    /// Creates the session or opens it under its name. Answers on any thread, also before it returns. Errors:
    /// Conflict (another host owns the store), Io, InvalidArgument (a name that cannot be stored).
    ///
    /// `executor` is who runs it from now on: it is remembered, and stamped on the snapshots that come. The
    /// answer names who ran it before; where that is another one, their executorChange() is durable as well by
    /// then. An empty identity leaves everything as it is, and a session that cannot be trusted remembers
    /// nobody.
    using OpenReply = std::function<void(Result<StoredSession>)>;
    virtual void openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                             OpenReply reply) = 0;

    /// Takes write sets in their order; the verdict of each reaches `client` exactly once, also when the store
    /// is closing. It may come on any thread, also on the calling one before this returns. `client` must
    /// outlive its last verdict. What is submitted in one call is written in one transaction where that is
    /// possible: a caller hands over everything that it has.
    virtual void submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint) = 0;
    void submitOne(WriteSet set, StoreClient &client, SubmitHint hint);
    /// For a client that submits again and again. By default it gathers what it is given for submit().
    virtual std::unique_ptr<WriteBatch> makeBatch(StoreClient &client);

    /// The ended input with that id, or nothing. Answers on any thread, also before it returns.
    using OutcomeReply = std::function<void(Result<std::optional<StoredOutcome>>)>;
    virtual void findOutcome(SessionId session, InputId input, OutcomeReply reply) = 0;

    /// The ended input that was accepted last under that key, or nothing. Answers on any thread, also before it
    /// returns.
    virtual void findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply) = 0;

    /// The keys of the session's ended inputs that are within the retention, in any order; keys of open inputs
    /// are in StoredSession. Asked once after openSession(), and again after each reopening. May take long: an
    /// accept with a key waits for it, a run does not. Answers on any thread, also before it returns.
    using KeysReply = std::function<void(Result<std::vector<RetainedKey>>)>;
    virtual void loadKeys(SessionId session, KeysReply reply) = 0;

    /// A page of the event log, in the order in which the sets became durable; with everything that had been
    /// answered as committed before the call. Errors: Io. Answers on any thread, also before it returns.
    using EventsReply = std::function<void(Result<EventPage>)>;
    virtual void readEvents(EventQuery query, EventsReply reply) = 0;

    /// The next input sequence of this store; never reused, also not after a crash. Any thread.
    virtual quint64 nextSequence() = 0;
};

} // namespace burrow
