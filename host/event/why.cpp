// SPDX-License-Identifier: Apache-2.0
#include "event/why.h"

#include <algorithm>

namespace burrow {

namespace {

using enum Phase;
using Because = WaitReason;

constexpr EnumSet<Phase> Every = registered_phases | Initializing | Destroyed;
constexpr EnumSet<Phase> Working = Idle | Attached | Retired; ///< Without a run, and not at an end.
constexpr EnumSet<Phase> WithRun = Running | Retired;         ///< A retired session finishes its run.
constexpr EnumSet<Phase> Ended = Stopped | Destroyed | Initializing;

constexpr EnumSet<Phase> NotRunning = Working | Ended;

constexpr const char *by_itself = "";
constexpr const char *cancel_it = "burrow cancel {name} | burrow interrupt {name}";
constexpr const char *start_it = "burrow start {name}";
constexpr const char *look_at_disk = "the store: its disk may be full or slow; burrow storage check";
constexpr const char *defect = "it should not be possible; burrow recover {name}, and please report it";

// clang-format off
constexpr WhyRow rows[] = {
    // Nothing to do, and what that means in each state.
    {Because::Nothing, Idle,         Heard::Either, "nothing",              "{name} is parked: it has nothing to do, for {for}", "burrow send {name} TEXT"},
    {Because::Nothing, Attached,     Heard::Either, "nothing",              "{name} is parked: it has nothing to do, for {for}", "burrow send {name} TEXT"},
    {Because::Nothing, Retired,      Heard::Either, "nothing.retired",      "{name} is retired and has finished its work: it takes no new input", "burrow reset {name} | burrow destroy {name}"},
    {Because::Nothing, Stopped,      Heard::Either, "nothing.stopped",      "{name} is stopped, and no input waits", start_it},
    {Because::Nothing, Destroyed,    Heard::Either, "nothing.destroyed",    "{name} was destroyed: it never does anything again", "another session, under another name"},
    {Because::Nothing, Initializing, Heard::Either, "nothing.initializing", "{name} is being registered, for {for}", by_itself},
    {Because::Nothing, Running,      Heard::Either, "defect",               "{name} shows a run and says that it has nothing to do", defect, true},

    // It moves.
    {Because::Moving, Working,           Heard::Either,    "moving",          "{name} is about to start its next run", by_itself},
    {Because::Moving, Ended | Running,   Heard::Either,    "defect",          "{name} says that it moves in a state in which nothing may start", defect, true},
    {Because::Running, WithRun,          Heard::Nothing,   "running.unheard", "{name} has started a run, but nothing was heard from its executor {executor} for {for}", cancel_it},
    {Because::Running, WithRun,          Heard::Something, "running",         "{name} is running for {for}; its executor {executor} was last heard {heard} ago", cancel_it},
    {Because::Running, Ended | Idle | Attached, Heard::Either, "defect",      "{name} says that it runs in a state that has no run", defect, true},
    {Because::CancelPending, WithRun,    Heard::Either,    "cancel_pending",  "{name} was asked to end its run {for} ago, and its executor {executor} has not ended it yet", "burrow interrupt {name}; a run that does not obey is given up in the end"},
    {Because::CancelPending, Ended | Idle | Attached, Heard::Either, "defect", "{name} says that it cancels in a state that has no run", defect, true},

    // It waits for the store.
    {Because::Committing, WithRun,       Heard::Either, "committing",        "{name} has ended its run and waits for the store to make that durable, for {for}", look_at_disk},
    {Because::Committing, Ended | Idle | Attached, Heard::Either, "defect",  "{name} says that it commits a run in a state that has no run", defect, true},
    {Because::WaitingForWrite, NotRunning, Heard::Either, "waiting_for_write", "{name} is waiting for a write of the store, for {for}{complaint}", look_at_disk},
    {Because::WaitingForWrite, Running,  Heard::Either, "defect",            "{name} shows a run and says that it waits for a write before one", defect, true},

    // It waits for its executor, or for time.
    {Because::CreatingExecutor, Working,  Heard::Either, "creating_executor", "{name} is waiting for an instance of its executor {executor}, for {for}; {inputs}", "the plugin that is slow to start; burrow plugin why shows what is known of it"},
    {Because::RetryBackoff, Working,      Heard::Either, "retry_backoff",     "{name} failed at its only input and tries it again in {in}", "any further input: burrow send {name} TEXT"},
    {Because::RestartBackoff, Working,    Heard::Either, "restart_backoff",   "{name} lost its executor {executor} ({note}) and gets another one in {in}; {inputs}", "nothing has to be done; burrow stop {name} ends it"},
    {Because::NoWake, Working,            Heard::Either, "no_wake",           "{name} has only input that wakes nobody, for {for}; {inputs}", "the next input with a wake takes it along: burrow send {name} TEXT"},
    {Because::NoExecutor, Working,        Heard::Either, "no_executor",       "{name} has no executor that could take its work, for {for}; {inputs}", "sessions.{name}.executor in the configuration, or: burrow start {name}"},
    {Because::CreatingExecutor, Ended | Running, Heard::Either, "defect",     "{name} says that it makes an executor in a state that needs none", defect, true},
    {Because::RetryBackoff, Ended | Running,     Heard::Either, "defect",     "{name} says that it will try again in a state in which nothing may start", defect, true},
    {Because::RestartBackoff, Ended | Running,   Heard::Either, "defect",     "{name} says that it gets another executor in a state that needs none", defect, true},
    {Because::NoWake, Ended | Running,           Heard::Either, "defect",     "{name} says that it waits for a wake in a state in which nothing may start", defect, true},
    {Because::NoExecutor, Ended | Running,       Heard::Either, "defect",     "{name} says that it lacks an executor in a state that needs none", defect, true},

    // It waits for a person.
    {Because::ExecutorFailed, Working,   Heard::Either, "executor_failed",         "{name} has given its executor {executor} up: {note}; {inputs}", start_it},
    {Because::ExecutorFailed, Ended,     Heard::Either, "executor_failed.stopped", "{name} had given its executor up ({note}) and is at an end", start_it},
    {Because::ExecutorFailed, Running,   Heard::Either, "defect",                  "{name} shows a run of an executor that it has given up", defect, true},
    {Because::PhaseBlocks, Stopped,      Heard::Either, "phase_blocks.stopped",    "{name} is stopped; {inputs}", start_it},
    {Because::PhaseBlocks, Destroyed,    Heard::Either, "phase_blocks.destroyed",  "{name} was destroyed; {inputs}", "another session, under another name"},
    {Because::PhaseBlocks, Initializing, Heard::Either, "phase_blocks.initializing", "{name} is being registered, for {for}; {inputs}", by_itself},
    {Because::PhaseBlocks, Working | Running, Heard::Either, "phase_blocks",       "{name} is not allowed to start a run now, for {for}; {inputs}", start_it},
    {Because::Held, Every,               Heard::Either, "held",                    "{name} is held, for {for}: {note}", "burrow recover {name}"},

    // It is on its way to an end.
    {Because::Stopping, NotRunning, Heard::Either, "stopping",      "{name} is stopping, for {for}; its executor {executor} has not come to rest", "nothing has to be done: one that does not come to rest is given up"},
    {Because::Stopping, Running,         Heard::Either, "defect",        "{name} shows a run and says that its executor stops", defect, true},
    {Because::ShuttingDown, Every,       Heard::Either, "shutting_down", "{name} starts nothing because its host is shutting down", "the next start of the host"},
};
// clang-format on

bool fits(Heard row, bool begun)
{
    return row == Heard::Either || (row == Heard::Something) == begun;
}

QString inputsText(quint64 count)
{
    if (count == 0)
        return QStringLiteral("no input waits");
    return count == 1 ? QStringLiteral("1 input waits") : QStringLiteral("%1 inputs wait").arg(count);
}

/// How long ago that was; a moment nobody knows is "a while".
QString passed(MonotonicTime moment, MonotonicTime now)
{
    return moment == MonotonicTime::never() ? QStringLiteral("a while")
                                            : spanText(std::max(now - moment, Duration::zero()));
}

QString left(MonotonicTime moment, MonotonicTime now)
{
    return moment == MonotonicTime::never() ? QStringLiteral("a while")
                                            : spanText(std::max(moment - now, Duration::zero()));
}

QString valueOf(QStringView place, const SessionView &view)
{
    if (place == QLatin1String("name"))
        return QString::fromUtf8(view.name);
    if (place == QLatin1String("executor"))
        return view.executor.isEmpty() ? QStringLiteral("(without a name)") : QString::fromUtf8(view.executor);
    if (place == QLatin1String("for"))
        return passed(view.since, view.asOf);
    if (place == QLatin1String("heard"))
        return passed(view.heardAt, view.asOf);
    if (place == QLatin1String("in"))
        return left(view.until, view.asOf);
    if (place == QLatin1String("inputs"))
        return inputsText(view.open);
    if (place == QLatin1String("complaint"))
        return view.note.isEmpty() ? QString() : QStringLiteral(": ") + view.note;
    BURROW_ASSERT(place == QLatin1String("note"));
    return view.note.isEmpty() ? QStringLiteral("nothing is known of the cause") : view.note;
}

/// Fills the places of a pattern. What is put in is not looked through for places again.
QString filled(const char *pattern, const SessionView &view)
{
    const QString whole = QString::fromUtf8(pattern);
    QStringView rest = whole;
    QString text;
    for (qsizetype open = rest.indexOf(u'{'); open >= 0; open = rest.indexOf(u'{')) {
        const qsizetype close = rest.indexOf(u'}', open);
        text += rest.first(open);
        text += valueOf(rest.sliced(open + 1, close - open - 1), view);
        rest = rest.sliced(close + 1);
    }
    text += rest;
    return text;
}

} // namespace

std::span<const WhyRow> whyTable()
{
    return rows;
}

Why whyOf(const SessionView &view)
{
    const bool begun = view.begunAt != MonotonicTime::never();
    const auto *const row = std::find_if(std::begin(rows), std::end(rows), [&](const WhyRow &one) {
        return one.reason == view.waitReason && one.phases.contains(view.phase) && fits(one.heard, begun);
    });
    BURROW_ASSERT(row != std::end(rows)); // A test walks every state, reason and hearing.
    Why why;
    why.code = row->code;
    why.sentence = filled(row->sentence, view);
    why.unblock = filled(row->unblock, view);
    why.since = view.calendar(view.since);
    why.isDefect = row->isDefect;
    return why;
}

Why whyOf(const SessionSight &sight, WallTime now)
{
    if (sight.isNow)
        return whyOf(sight.view);
    Why why = sight.isSeen ? whyOf(sight.view) : Why{};
    const QString name = QString::fromUtf8(sight.view.name);
    why.code = "unknown";
    why.isDefect = false;
    why.unblock = QStringLiteral("whatever keeps its thread: a plugin that runs inline, or a disk that hangs");
    if (sight.isSeen) {
        why.sentence = QStringLiteral("it is unknown what %1 does, as of %2 ago, when this held: %3")
                           .arg(name, spanText(now.sinceEpoch - sight.view.seenAt.sinceEpoch), why.sentence);
    } else {
        why.sentence = QStringLiteral("it is unknown what %1 does: its thread has never answered").arg(name);
    }
    return why;
}

Why whyUnserved(const UnservedSession &session)
{
    const QString name = QString::fromUtf8(session.name);
    Why why;
    if (session.phase != Phase::Destroyed && !session.server.isEmpty()) {
        why.code = "unserved.unreached";
        why.sentence =
            QStringLiteral("%1 is served by %2, which is not reached at its control socket; as it is "
                           "stored, %3")
                .arg(name, session.server, inputsText(session.open));
        why.unblock = QStringLiteral("control.socket in the host's configuration, or --socket PATH");
    } else if (!session.corruption.isEmpty()) {
        why.code = "unserved.held";
        why.sentence =
            QStringLiteral("%1 is served by no host, and one would hold it: %2").arg(name, session.corruption);
        why.unblock = QStringLiteral("burrow storage check");
    } else if (session.phase == Phase::Destroyed) {
        why.code = "unserved.destroyed";
        why.sentence = QStringLiteral("%1 was destroyed: it never does anything again").arg(name);
        why.unblock = QStringLiteral("another session, under another name");
    } else if (session.phase == Phase::Stopped) {
        why.code = "unserved.stopped";
        why.sentence = QStringLiteral("%1 is stopped, and no host serves it").arg(name);
        why.unblock = QStringLiteral("burrow run, then burrow start %1").arg(name);
    } else {
        why.code = "unserved";
        why.sentence =
            QStringLiteral("%1 is served by no host at the moment; %2").arg(name, inputsText(session.open));
        why.unblock = QStringLiteral("burrow run");
    }
    return why;
}

QString spanText(Duration span)
{
    using namespace std::chrono;
    const qint64 seconds = duration_cast<std::chrono::seconds>(span).count();
    if (seconds < 1)
        return QStringLiteral("%1ms").arg(duration_cast<milliseconds>(span).count());
    if (seconds < 60)
        return QStringLiteral("%1s").arg(seconds);
    if (seconds < 3600)
        return QStringLiteral("%1m%2s").arg(seconds / 60).arg(seconds % 60);
    if (seconds < 86'400)
        return QStringLiteral("%1h%2m").arg(seconds / 3600).arg(seconds / 60 % 60);
    return QStringLiteral("%1d%2h").arg(seconds / 86'400).arg(seconds / 3600 % 24);
}

} // namespace burrow
