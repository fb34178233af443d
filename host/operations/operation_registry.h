// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/operation_machine.h"
#include "operations/completion_feed.h"
#include "operations/operation_waits.h"

namespace burrow {

struct OperationLimits
{
    std::optional<quint32> concurrent; ///< Unset: as many as there are.
    quint32 retained = 0;              ///< Ended operations that are kept; the oldest goes first.
};

/// An end that somebody asks for.
struct OperationEnd
{
    OperationId operation;
    OperationVerb verb = OperationVerb::Complete;
    OperationOutcome outcome;
    CommandId command = 0; ///< Who is to be answered; 0 = nobody.
};

/// Who asked for an end, and what became of it.
struct OperationReply
{
    CommandId command = 0;
    OperationReceipt receipt;
};

/// What has changed for others.
struct OperationNews
{
    std::vector<OperationReply> replies;
    OperationNotices notices;
};

/// The operations of one session, and the feed of their ends. A pure value: no thread, clock or I/O.
///
/// An end is decided in two steps, because it may be told only when it is durable: stage() decides, write()
/// gives the image that has it, and commit() or undo() follows the store's verdict. Until then everybody sees
/// the operation as it was, and no other step of it is taken.
///
/// Invariants:
///  - an operation ends exactly once, with one outcome whose payload belongs to its status;
///  - sequences of ends rise from 1 and never repeat; one that was not written leaves a gap;
///  - at most one image is being written;
///  - what lives without an owner has its end on its way, unless nothing here can be trusted;
///  - what is not live holds no capacity.
class OperationRegistry
{
public:
    OperationRegistry(EpochId epoch, OperationLimits limits);
    /// As another process left it: what had not ended is gone. An error says what cannot be true in the image.
    static Result<OperationRegistry> restored(const StoredOperations &stored, OperationLimits limits);

    EpochId epoch() const { return m_epoch; }
    /// Operations that have not ended.
    quint32 active() const { return m_active; }
    /// Operations that are kept, live or ended.
    std::size_t size() const { return m_entries.size(); }
    OperationsView view() const;
    OperationStatus status(OperationId operation) const;
    /// The operation with its outcome; nothing while it lives or when it is not here.
    std::optional<EndedOperation> ended(OperationId operation) const;
    /// Those that have not ended, by id.
    std::vector<LiveOperation> live() const;
    /// Whether `source` may be asked to cancel it: it lives, its end is not on its way, and that one has begun
    /// it. Changes nothing.
    OperationReceipt cancellable(OperationId operation, QByteArrayView source) const;

    // Steps that end nothing.
    OperationReceipt add(const OperationSpec &spec);
    OperationReceipt advance(OperationId operation, OperationVerb verb);

    // Ends.
    /// Decides an end. The news are the answer when there is nothing to write: a refusal, an operation that had
    /// ended, or one that is not stored. Otherwise the answer comes with commit() or undo().
    OperationNews stage(const OperationEnd &end);
    /// Stages the end of everything that this source has begun; of everything when it is empty. Each once. What
    /// cannot be ended now, because an end is on its way that may come to nothing or because nothing here can
    /// be trusted, is ended by undo() or reload().
    OperationNews terminateOwner(QByteArrayView source, const QString &reason);
    /// Stages the end of everything that lives and is stored; what is not goes with the registry.
    void terminateAll(const QString &reason);
    /// Something waits for a write: an end, or a cursor.
    bool hasStaged() const { return !m_staged.empty() || m_stagedCursors != FeedCursors{}; }
    bool isWriting() const { return m_writing; }
    /// Begins a write: the image with all that is staged. Legal while none is being written.
    StoredOperations write();
    /// The write is durable.
    OperationNews commit();
    /// It is not: every end in it has not happened. Of what has lost its owner the end is staged anew; when to
    /// write it is the caller's to decide.
    OperationNews undo(OperationRefusal refusal, const QString &reason);

    /// Takes out everything that has ended, oldest first.
    std::vector<EndedOperation> collect();

    // Waits.
    /// Resolves at once when the operation has ended. Errors: NotFound, NotReady (see poison()).
    Result<OperationNotices> watch(OperationId operation, WaiterId waiter);
    /// Resolves when the last of them has ended, or at once. Errors: InvalidArgument (an operation is named
    /// twice), Conflict (somebody waits already), NotFound, NotReady.
    Result<OperationNotices> waitForAll(std::vector<OperationId> operations, WaiterId waiter);
    bool endWait(WaiterId waiter) { return m_waits.forget(waiter); }
    std::size_t waiters() const { return m_waits.count(); }

    // The feed.
    const CompletionFeed &feed() const { return m_feed; }
    /// Errors: NotReady after poison(): then nobody knows how far it is, which is not the same as nowhere.
    Result<quint64> cursor(FeedCursor which) const;
    /// At once; for what may be observed a second time.
    void advanceCursor(FeedCursor which, quint64 to) { m_feed.advance(which, to); }
    /// With the next write: it has moved when that is durable.
    void stageCursor(FeedCursor which, quint64 to);
    void unstageCursors() { m_stagedCursors = {}; }
    /// Ends that the agent was not told of and that are kept, in order.
    std::vector<EndedOperation> unsurfaced() const;
    void seedFeed() { m_feed.seed(); }

    // When memory and store differ.
    /// Nothing here can be trusted any more: what is on its way has not happened, every step is refused, and
    /// who waits is told.
    OperationNews poison(const QString &reason);
    const QString &poisoned() const { return m_poisoned; }
    /// The same session was read again: what has ended by the image has ended, what lives here goes on living.
    /// An error leaves this as it is.
    Result<OperationNotices> reload(const StoredOperations &stored);

private:
    /// Says what distinguishes two states; only the explorer defines it.
    friend class StateProbe;
    enum class Ending : quint8 { No, Staged, Writing };
    struct Entry
    {
        OperationSpec spec;
        OperationRegisters registers;
        std::optional<OperationOutcome> outcome; ///< Terminal, or on its way.
        std::optional<QString> ownerGone;        ///< Why; it must not outlive its owner.
        quint64 sequence = 0;
        CommandId command = 0;
        OperationVerb endVerb = OperationVerb::Complete;
        Ending ending = Ending::No;
    };
    using Entries = std::unordered_map<OperationId, Entry>;

    static EndedOperation endedOf(const Entry &entry);
    OperationReceipt receiptOf(OperationId operation) const;
    OperationReceipt refused(OperationReceipt receipt, OperationRefusal refusal, const QString &message) const;
    OperationReceipt refusedStep(OperationId operation, OperationVerb verb, OperationRefusal refusal) const;
    std::optional<OperationReceipt> unusable(OperationId operation) const;
    void publish(Entry &entry, OperationNews &news);
    OperationNotices terminateOrphans();
    OperationNews undoAll(const std::vector<OperationId> &ends, OperationRefusal refusal,
                          const QString &reason);
    /// Those that have ended, oldest first; with what is being written, if asked for.
    std::vector<OperationId> endedInOrder(bool withWriting = false) const;
    void evictOldest();
    StoredOperations image() const;
    void moveCursors(CompletionFeed &feed) const;
    std::optional<QString> defectOf(const StoredOperations &stored) const;
    void takeEnded(const StoredOperations &stored);

    EpochId m_epoch;
    OperationLimits m_limits;
    Entries m_entries;
    std::vector<OperationId> m_staged; ///< In the order in which they were asked for.
    std::vector<OperationId> m_inWrite;
    FeedCursors m_stagedCursors{};
    FeedCursors m_cursorsInWrite{};
    CompletionFeed m_feed;
    OperationWaits m_waits;
    QString m_poisoned;
    quint64 m_sequence = 0;
    quint32 m_active = 0;
    bool m_writing = false;
};

} // namespace burrow
