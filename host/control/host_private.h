// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/event_relay.h"
#include "control/host.h"
#include "control/runtime_directory.h"
#include "control/shard_thread.h"
#include "session/id_mint.h"

#include <shared_mutex>

namespace burrow {

/// Called once, on any thread.
using OpenAnswer = std::function<void(Result<OpenedSession>)>;

/// What the files of Host share.
class Host::Private
{
public:
    /// The way in for a store's answer, which may come later than the host lives.
    struct Door
    {
        explicit Door(Private *behind)
            : host(behind)
        {
        }
        void close()
        {
            const std::lock_guard lock(mutex);
            host = nullptr;
        }
        std::mutex mutex;
        Private *host; // Guarded by mutex; null once the host is gone.
    };

    Private(HostOptions hostOptions, Store &hostStore, TimerClock &hostClock)
        : options(std::move(hostOptions))
        , store(hostStore)
        , clock(hostClock)
        , relay([this](SessionId session, const QByteArray &name) {
            const std::unique_lock lock(mutex);
            names.remove(name);
            runtimes.leave(session);
        })
    {
        const quint32 count =
            options.shards > 0 ? options.shards : std::max(1U, std::thread::hardware_concurrency());
        for (quint32 index = 0; index < count; ++index) {
            shards.push_back(std::make_unique<ShardThread>(store, clock, relay,
                                                           QStringLiteral("burrow-shard-%1").arg(index)));
        }
    }

    void post(SessionId session, ShardMessage message) { shards[shardOf(session)]->post(std::move(message)); }
    std::size_t shardOf(SessionId session) const { return qHash(session) % shards.size(); }
    std::optional<SubmitMessage> messageFor(NewInput &one, InputId id, WallTime now);
    ReceiptCallback receiptCallback(std::function<void(AcceptReceipt)> answer, qint64 bytes, bool bounded);
    Submission submit(NewInput one, DirectOperation operation,
                      std::shared_ptr<const RuntimeBinding> address = {});
    QFuture<CommandReceipt> command(SessionId session, SessionCommand command);
    QFuture<Result<SessionBindings>> prepare(SessionId session, const QByteArray &runtimeId);
    void postShutdown(CancelMode mode, MonotonicTime hardAt, const std::function<void()> &finished);
    void open(SessionSpec spec, OpenAnswer answer);
    std::optional<Error> adopt(const SessionSpec &spec, Result<StoredSession> opened, const OpenAnswer &answer);
    QFuture<Result<InputFate>> inquire(SessionId session, InputId input, const QByteArray &key);
    bool onShardThread() const;
    /// Room for a submit of that size among those that have no receipt yet; false when there is none.
    bool takeRoom(qint64 bytes);

    // Constant after construction.
    const HostOptions options;
    Store &store;
    TimerClock &clock;
    EventRelay relay;
    std::vector<std::unique_ptr<ShardThread>> shards; ///< After `relay`, which they call.
    const std::shared_ptr<Door> door = std::make_shared<Door>(this);

    std::atomic<qint64> unanswered = 0; ///< Bytes of the inputs that wait for their receipt.

    std::shared_mutex mutex;
    QHash<QByteArray, SessionId> names; // Guarded by mutex; null while the session is being opened.
    RuntimeDirectory runtimes;          // Guarded by mutex.
    QFuture<void> down;                 // Guarded by mutex; valid once a shutdown has begun.
    bool goingDown = false;             // Guarded by mutex.
    IdMint mint; // Guarded by mutex; one for all, for seeding asks the machine for chance.
};

} // namespace burrow
