// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/clock.h"
#include "port/store.h"

namespace burrow {

/// How long history is kept. What is open is never pruned.
struct StoreRetention
{
    Duration keys = std::chrono::hours(24);        ///< An ended input's key binds so long.
    Duration inputs = std::chrono::hours(24 * 30); ///< Ended inputs and receipts.
    Duration events = std::chrono::hours(24 * 30);
    QByteArray keptKeyPrefix; ///< Keys that begin so never expire; empty: none.
};

struct SqliteStoreOptions
{
    QString path;
    QByteArray hostName;          ///< For people who ask who owns the file; the process id is added.
    const Clock *clock = nullptr; ///< Outlives the store.
    QByteArray vfs;               ///< SQLite's name of its file layer; empty: the default.
    StoreRetention retention;
    Duration stallLimit = std::chrono::seconds(30); ///< So long a finish waits for a disk without space.
    qint64 reserveBytes = 16LL << 20;               ///< Given back when the disk is full; 0: none is kept.
    qint64 pagesMax = 0; ///< Largest size of the file, in pages of 4 KiB; 0: no limit.
};

/// What opening the store found.
struct RecoveryReport
{
    bool created = false;
    bool migrated = false; ///< The file was of an older version and is of this one now.
    bool orderly = true;   ///< The last host closed it in order.
    quint64 sessions = 0;
    quint64 openInputs = 0;
    quint64 crashedInputs = 0; ///< Inputs whose start was granted and that have no result.
    quint64 corruptSessions = 0;
    Duration took{};
};

/// Sessions in one SQLite file, durable when the verdict says Committed. One process at a time: a lock of the
/// operating system keeps a second host out, and an epoch in the file fences one that was cut off. FORMAT.md
/// describes the file. Thread-safe.
class SqliteStore : public Store
{
public:
    /// Opens or makes the file and recovers what it holds; may take seconds. Errors: Conflict (another host, a
    /// file of another program or a newer version, a copied file), Io, InvalidArgument (no path or clock).
    static Result<std::unique_ptr<SqliteStore>> open(const SqliteStoreOptions &options);
    /// Answers everything and closes the file in order.
    ~SqliteStore() override;

    RecoveryReport report() const;

    void openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                     OpenReply reply) override;
    void submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint) override;
    std::unique_ptr<WriteBatch> makeBatch(StoreClient &client) override;
    void findOutcome(SessionId session, InputId input, OutcomeReply reply) override;
    void findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply) override;
    void loadKeys(SessionId session, KeysReply reply) override;
    void readEvents(EventQuery query, EventsReply reply) override;
    quint64 nextSequence() override;

private:
    class Private;
    explicit SqliteStore(std::unique_ptr<Private> state);

    const std::unique_ptr<Private> d;
};

} // namespace burrow
