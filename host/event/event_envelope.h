// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/event_log.h"
#include "model/session_event.h"

#include <QJsonObject>

/// Events as they leave the host: in an envelope that says when, whose and because of what, and that survives
/// its way through JSON.
namespace burrow {

/// What an event is about; the part of its code before the dot decides.
enum class EventCategory : quint8 { InputLifecycle, RunLifecycle, RuntimeState, Executor, Boundary, Progress };
inline constexpr EnumNames<EventCategory, 6> eventCategoryName{
    {"input_lifecycle", "run_lifecycle", "runtime_state", "executor", "boundary", "progress"}};

EventCategory categoryOf(EventCode code);

struct EventEnvelope
{
    Uuid id; ///< The same whenever the event is read again.
    WallTime at;
    QByteArray runtime; ///< The logical runtime: "rt:session:<session id>".
    QByteArray session; ///< Its name.
    std::variant<LifecycleEvent, ProgressEvent> event;
    std::optional<Uuid> causation; ///< The run or the input that brought it about.
    /// Set for an event of the log: a reader that goes on from here misses nothing and sees nothing again.
    std::optional<EventCursor> cursor;

    QByteArray code() const;
    EventCategory category() const;
    /// What belongs together for whoever submitted it, as they gave it; empty: they gave nothing.
    QByteArray correlation() const;
};

/// The envelopes of one row of the log. Only the last one has the cursor: a row is read whole.
std::vector<EventEnvelope> envelopesOf(const LoggedEvents &row, const Uuid &log);
/// The envelope of something that is said and not kept; `number` tells apart what one host says.
EventEnvelope envelopeOf(const SessionEvent &event, WallTime at, quint64 number);

/// Members: id, time, runtime, session, category, event (the code) and, where there are any, causation,
/// correlation, cursor, and those of the event: from, to, input, inputs, other, run, detail, name, text, data.
QJsonObject toJson(const EventEnvelope &envelope);
/// What toJson() has written. Errors: InvalidArgument, with the member that is wrong.
Result<EventEnvelope> envelopeFromJson(const QJsonObject &object);
/// Members: event ("events.gap"), cause, count where it is known, and a sentence as detail.
QJsonObject toJson(const EventGap &gap);

} // namespace burrow
