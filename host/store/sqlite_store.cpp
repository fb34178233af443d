// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_store.h"

#include "store/key_index.h"
#include "store/row_batch.h"
#include "store/session_reading.h"
#include "store/sqlite_writer.h"
#include "store/store_events.h"
#include "store/store_history.h"
#include "store/store_opening.h"
#include "store/store_prune.h"
#include "store/store_reading.h"
#include "store/store_sequence.h"
#include "store/stored_session_check.h"

#include <QHash>
#include <QStringDecoder>

#include <shared_mutex>

namespace burrow {

namespace {

bool canBeStored(const QByteArray &name)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString decoded = decoder(name);
    return !decoder.hasError() && !name.isEmpty() && !name.contains('\0')
           && name.size() <= limits::key_bytes_max;
}

/// The last word on an image: what no single row shows.
StoredSession judged(StoredSession session)
{
    raiseAdmissionCounters(session);
    if (session.corruption.isEmpty()) {
        const QString defect = storedImageDefect(session);
        if (!defect.isEmpty())
            session.corruption =
                QStringLiteral("the stored session \"%1\" contradicts itself: %2; restore a backup of "
                               "the store, or correct the rows")
                    .arg(QString::fromUtf8(session.name), defect);
    }
    return session;
}

Error cannotBeStored(const QByteArray &name, Verdict verdict, const QString &reason)
{
    const bool conflict = verdict == Verdict::Fenced || verdict == Verdict::Refused;
    return {conflict ? ErrorKind::Conflict : ErrorKind::Io,
            QStringLiteral("the session \"%1\" cannot be stored: %2").arg(QString::fromUtf8(name), reason)};
}

} // namespace

class SqliteStore::Private
{
public:
    Private(OpenedStore opened, SetWriter sets, const SqliteStoreOptions &options)
        : m_lock(std::move(opened.lock))
        , m_clock(*options.clock)
        , m_epoch(opened.epoch)
        , m_report(opened.report)
        , m_sequence(std::max(firstSequenceOf(opened.epoch), opened.scan.highestSequence + 1) - 1)
        , m_sessions(std::move(opened.scan.sessions))
        , m_byName(std::move(opened.scan.byName))
        , m_byId(std::move(opened.scan.byId))
        , m_damaged(std::move(opened.scan.damaged))
        , m_lastSid(opened.scan.lastSid)
        , m_reading(std::move(opened.reader))
        , m_prune(options.retention, *options.clock, m_keys)
        , m_writer(std::move(opened.database), std::move(sets),
                   {{options.path, options.vfs, options.pagesMax},
                    opened.epoch,
                    options.stallLimit,
                    options.reserveBytes},
                   *options.clock)
    {
        m_writer.setCommitted([this](const PreparedSet &set) { m_keys.add(set); });
        m_writer.setIdleWork([this](SqliteWriter &writer) { return m_prune.step(writer); });
        m_writer.start();
        scanKeys();
    }
    ~Private()
    {
        // First the writer, whose last answers may ask the reader; each answers what it was given.
        m_closing = true;
        m_writer.close();
        m_reading.close();
    }
    Q_DISABLE_COPY_MOVE(Private)

    SessionEntry *find(SessionId id) const
    {
        const std::shared_lock lock(m_mutex);
        return m_byId.value(id, nullptr);
    }

    /// The session of each set, or null.
    void findAll(std::span<const WriteSet> sets, std::span<SessionEntry *> entries) const
    {
        const std::shared_lock lock(m_mutex);
        for (std::size_t at = 0; at < sets.size(); ++at)
            entries[at] = m_byId.value(sets[at].session, nullptr);
    }
    RowBatch batchOf(StoreClient &client)
    {
        return {m_writer, client, m_clock, m_epoch,
                [this](auto sets, auto entries) { findAll(sets, entries); }};
    }

    void handOut(SessionEntry &entry, RecoveredSessionPtr image, const ExecutorIdentity &executor,
                 OpenReply reply);
    void create(SessionEntry &entry, const ExecutorIdentity &executor, OpenReply reply);
    void reload(SessionEntry &entry, const ExecutorIdentity &executor, OpenReply reply);
    void whenKeysAreKnown(StoreReading::Question question);

    // In the order in which they are taken down from below.
    StoreLock m_lock;
    const Clock &m_clock;
    const quint64 m_epoch;
    const RecoveryReport m_report;
    std::atomic<quint64> m_sequence;
    std::atomic<bool> m_closing = false;

    mutable std::shared_mutex m_mutex;
    SessionEntries m_sessions;                      ///< Guarded by m_mutex; entries never move.
    QHash<QByteArrayView, SessionEntry *> m_byName; ///< The bytes are the entries'. Guarded by m_mutex.
    QHash<SessionId, SessionEntry *> m_byId;        ///< Guarded by m_mutex.
    const DamagedRows m_damaged;                    ///< As they were when the store was opened.
    qint64 m_lastSid = 0;                           ///< Guarded by m_mutex.

    KeyIndex m_keys;
    std::vector<StoreReading::Question> m_keyQuestions; ///< The reader's thread only.
    StoreReading m_reading;
    StorePrune m_prune;
    SqliteWriter m_writer;

private:
    void finishOpening(SessionEntry &entry, const ExecutorIdentity &executor, StoredSession session,
                       OpenReply reply);
    void scanKeys();
    void forget(SessionEntry &entry);
};

void SqliteStore::Private::scanKeys()
{
    m_reading.ask([this](SqliteDatabase &reader) {
        // A row that cannot be read is met again by whoever asks for it, with an answer for that one.
        const Result<bool> more = m_keys.scanStep(reader);
        if (more && *more && !m_closing) {
            scanKeys();
            return;
        }
        for (const StoreReading::Question &question : std::exchange(m_keyQuestions, {}))
            question(reader);
    });
}

void SqliteStore::Private::whenKeysAreKnown(StoreReading::Question question)
{
    m_reading.ask([this, question = std::move(question)](SqliteDatabase &reader) {
        if (m_keys.isComplete())
            question(reader);
        else
            m_keyQuestions.push_back(question);
    });
}

void SqliteStore::Private::handOut(SessionEntry &entry, RecoveredSessionPtr image,
                                   const ExecutorIdentity &executor, OpenReply reply)
{
    const bool hasSnapshot = image->hasSnapshot;
    StoredSession session = storedSession(entry, *image);
    if (!hasSnapshot) {
        finishOpening(entry, executor, std::move(session), std::move(reply));
        return;
    }
    m_reading.ask([this, &entry, executor, session = std::move(session),
                   reply = std::move(reply)](SqliteDatabase &reader) mutable {
        if (const Result<void> read = readSnapshot(reader, entry, session); !read)
            reply(read.error());
        else
            finishOpening(entry, executor, std::move(session), reply);
    });
}

/// What every opening of a session that was there comes to: who runs it is remembered where that is news.
void SqliteStore::Private::finishOpening(SessionEntry &entry, const ExecutorIdentity &executor,
                                         StoredSession session, OpenReply reply)
{
    session = judged(std::move(session));
    entry.refused = !session.corruption.isEmpty();
    entry.executor = session.executor;
    if (entry.refused || executor.isEmpty() || executor == session.executor) {
        reply(std::move(session));
        return;
    }
    if (m_closing) {
        reply(Error{ErrorKind::NotReady, QStringLiteral("the store is closing")});
        return;
    }
    entry.executor = executor;
    WriterItem item;
    item.set = std::make_unique<PreparedSet>(prepareReopening(entry, session, m_clock.wallNow()));
    item.done = [&entry, session = std::move(session),
                 reply = std::move(reply)](Verdict verdict, const QString &reason) mutable {
        if (verdict == Verdict::Committed)
            reply(std::move(session));
        else
            reply(cannotBeStored(entry.name, verdict, reason));
    };
    m_writer.submitOne(std::move(item));
}

void SqliteStore::Private::create(SessionEntry &entry, const ExecutorIdentity &executor, OpenReply reply)
{
    entry.executor = executor;
    WriterItem item;
    item.set = std::make_unique<PreparedSet>(prepareCreation(entry, m_epoch));
    item.done = [this, &entry, reply = std::move(reply)](Verdict verdict, const QString &reason) {
        if (verdict == Verdict::Committed) {
            StoredSession session;
            session.id = entry.id;
            session.name = entry.name;
            reply(std::move(session));
            return;
        }
        forget(entry);
        reply(cannotBeStored(entry.name, verdict, reason));
    };
    m_writer.submitOne(std::move(item));
}

void SqliteStore::Private::forget(SessionEntry &entry)
{
    const std::unique_lock lock(m_mutex);
    m_byName.remove(entry.name);
    m_byId.remove(entry.id);
}

/// Behind every set that was submitted so far, the session is read again from the file.
void SqliteStore::Private::reload(SessionEntry &entry, const ExecutorIdentity &executor, OpenReply reply)
{
    WriterItem item;
    item.done = [this, &entry, executor, reply = std::move(reply)](Verdict verdict, const QString &reason) {
        if (verdict != Verdict::Committed) {
            reply(Error{verdict == Verdict::Fenced ? ErrorKind::Conflict : ErrorKind::Io, reason});
            return;
        }
        m_reading.ask([this, &entry, executor, reply](SqliteDatabase &reader) {
            if (Result<StoredSession> session = readSession(reader, entry, m_damaged.value(&entry)))
                finishOpening(entry, executor, *std::move(session), reply);
            else
                reply(session.error());
        });
    };
    m_writer.submitOne(std::move(item));
}

SqliteStore::SqliteStore(std::unique_ptr<Private> state)
    : d(std::move(state))
{
}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteStoreOptions &options)
{
    Result<OpenedStore> opened = openStoreFile(options);
    if (!opened)
        return opened.error();
    Result<SetWriter> sets = SetWriter::make(opened->database);
    if (!sets)
        return sets.error();
    sets->setCounters(opened->scan.lastReceipt, opened->scan.lastEvent);
    sets->setHighest(opened->scan.highestSequence);
    auto state = std::make_unique<Private>(std::move(*opened), std::move(*sets), options);
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(state)));
}

RecoveryReport SqliteStore::report() const
{
    return d->m_report;
}

void SqliteStore::openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                              OpenReply reply)
{
    if (!canBeStored(name)) {
        reply(Error{
            ErrorKind::InvalidArgument,
            QStringLiteral("the session name \"%1\" cannot be stored: it has to be UTF-8 text of 1 to %2 bytes")
                .arg(QString::fromUtf8(name))
                .arg(limits::key_bytes_max)});
        return;
    }
    RecoveredSessionPtr image;
    SessionEntry *entry = nullptr;
    bool isNew = false;
    {
        const std::unique_lock lock(d->m_mutex);
        entry = d->m_byName.value(name, nullptr);
        isNew = entry == nullptr;
        if (isNew && !d->m_byId.contains(idIfNew)) {
            entry = &d->m_sessions.add();
            entry->sid = ++d->m_lastSid;
            entry->id = idIfNew;
            entry->name = name;
            d->m_byName.insert(entry->name, entry);
            d->m_byId.insert(idIfNew, entry);
            // Inside the lock: who finds the entry now queues behind its creation.
            d->create(*entry, executor, std::move(reply));
            return;
        }
        if (!isNew)
            image = std::move(entry->image);
    }
    if (isNew)
        reply(Error{ErrorKind::InvalidArgument,
                    QStringLiteral("the session \"%1\" cannot be stored: its id belongs to another session")
                        .arg(QString::fromUtf8(name))});
    else if (image)
        d->handOut(*entry, std::move(image), executor, std::move(reply));
    else
        d->reload(*entry, executor, std::move(reply));
}

void SqliteStore::submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint)
{
    RowBatch batch = d->batchOf(client);
    for (WriteSet &set : sets)
        batch.add(std::move(set));
    batch.submit(hint);
}

std::unique_ptr<WriteBatch> SqliteStore::makeBatch(StoreClient &client)
{
    return std::make_unique<RowBatch>(d->batchOf(client));
}

void SqliteStore::findOutcome(SessionId session, InputId input, OutcomeReply reply)
{
    const SessionEntry *entry = d->find(session);
    if (entry == nullptr) {
        reply(std::optional<StoredOutcome>());
        return;
    }
    d->m_reading.ask([entry, input, reply = std::move(reply)](SqliteDatabase &reader) {
        reply(readOutcome(reader, *entry, input));
    });
}

void SqliteStore::findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply)
{
    const SessionEntry *entry = d->find(session);
    if (entry == nullptr) {
        reply(std::optional<StoredOutcome>());
        return;
    }
    d->whenKeysAreKnown([this, entry, key, reply = std::move(reply)](SqliteDatabase &reader) {
        reply(readOutcomeByKey(reader, *entry, key, d->m_keys));
    });
}

void SqliteStore::loadKeys(SessionId session, KeysReply reply)
{
    const SessionEntry *entry = d->find(session);
    if (entry == nullptr) {
        reply(std::vector<RetainedKey>());
        return;
    }
    d->whenKeysAreKnown([this, entry, reply = std::move(reply)](SqliteDatabase &reader) {
        reply(readKeys(reader, *entry, d->m_keys));
    });
}

void SqliteStore::readEvents(EventQuery query, EventsReply reply)
{
    d->m_reading.ask([query = std::move(query), reply = std::move(reply)](SqliteDatabase &reader) {
        reply(readEventPage(reader, query));
    });
}

quint64 SqliteStore::nextSequence()
{
    return ++d->m_sequence;
}

} // namespace burrow
