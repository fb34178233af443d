// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/event_log.h"
#include "model/stored_session.h"

#include <QByteArrayList>

#include <array>

namespace burrow {

/// Something that is wrong with a stored row, or between rows.
struct StoreFinding
{
    QString where;  ///< "input 42", "session \"greeter\"".
    QString what;   ///< One sentence without its full stop.
    QString remedy; ///< What to do about it.
};

/// Who has a store open, and when it was looked at.
struct StoreSight
{
    QString path;
    bool live = false; ///< A host serves the file at this moment.
    QByteArray owner;  ///< The host that opened it last, as it called itself.
    WallTime asOf;     ///< When it was read; what a host did since then is not in it.
};

/// How many inputs are in each phase, by InputPhase.
using InputCounts = std::array<quint64, inputPhaseName.names.size()>;

/// A session as its records show it.
struct SessionSummary
{
    SessionId id;
    QByteArray name;
    Phase phase = Phase::Idle; ///< The durable form.
    ExecutorIdentity executor; ///< Who ran it last; empty when that is not known.
    InputCounts inputs{};
    QString corruption; ///< Non-empty: a host will hold it, for this reason.
};

/// An input as its record shows it, open or ended.
struct InputSummary
{
    InputId id;
    QByteArray key;
    InputPhase phase = InputPhase::Queued;
    quint32 attempt = 0; ///< The last number that was handed to an executor; 0 = none.
    quint32 crashes = 0; ///< Open: how often a host died while it ran.
    RunId run;
    std::optional<Outcome> outcome; ///< Ended inputs.
    WallTime at;                    ///< Accepted, or for an ended input ended.
};

struct SessionsPage
{
    StoreSight sight;
    std::vector<SessionSummary> sessions; ///< By name.
    std::vector<StoreFinding> damage;     ///< Rows that could not be read; the rest was.
};

struct SessionPage
{
    StoreSight sight;
    SessionSummary session;
    std::vector<InputSummary> inputs; ///< In the order of their arrival.
    quint64 leftOut = 0;              ///< Older ended inputs that were not asked for.
    std::vector<StoreFinding> damage;
};

struct EventsOfStore
{
    StoreSight sight;
    EventPage page;
    std::vector<StoreFinding> damage;
};

struct StoreCheck
{
    StoreSight sight;
    quint64 rows = 0;
    std::vector<StoreFinding> findings;
    quint64 moreFindings = 0; ///< Those that were counted and not kept.
};

/// Looks into a store file that a host may be serving, in this process or another, and changes no byte of the
/// database. Every function reads in one short transaction, so that it sees one moment, and keeps no writer
/// from going on. Not thread-safe.
class StoreReader
{
public:
    /// Errors: NotFound (no such file), Conflict (written by a newer version), InvalidArgument (not a store of
    /// ours), Io.
    static Result<std::unique_ptr<StoreReader>> open(const QString &path);
    ~StoreReader();

    /// Every session with its counts. Sessions and open inputs are verified; ended inputs are only counted.
    Result<SessionsPage> sessions();
    /// One session with its open inputs and the newest `endedMax` that have ended. Error: NotFound.
    Result<SessionPage> session(const QByteArray &name, quint32 endedMax);
    /// The names alone, sorted.
    Result<QByteArrayList> names();
    /// The name of the session that something happened to last: an input that came or ended, a run that ended.
    /// Empty where nothing ever has.
    Result<QByteArray> lastActive();
    /// A page of the event log.
    Result<EventsOfStore> events(const EventQuery &query);
    /// Verifies every page, every row and what rows say of each other.
    Result<StoreCheck> check();
    /// Fills an empty file with the store as it is at one moment; the copy belongs to no place and may be
    /// opened as a store anywhere. It is neither verified nor synced: that is backupStore(). Errors: Io.
    Result<StoreSight> copyInto(const QString &file);

private:
    class Private;
    explicit StoreReader(std::unique_ptr<Private> made);
    /// Counts what has ended in a session, and adds the newest of it to the page.
    Result<void> readEnded(qint64 sid, quint32 most, SessionPage &page);

    std::unique_ptr<Private> d;
};

/// A consistent copy of the store at `from`, live or closed, as a new file that opens as a store. Nothing is
/// overwritten; on an error nothing is left behind. The copy is on the disk, and has been verified, when this
/// returns. Errors: Conflict (`to` is there already) and those of StoreReader::open().
Result<StoreCheck> backupStore(const QString &from, const QString &to);

} // namespace burrow
