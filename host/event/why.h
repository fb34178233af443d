// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/phase_set.h"
#include "model/why.h"

#include <span>

/// Why a session is not moving, as one sentence. Pure: the same view gives the same words wherever they appear.
namespace burrow {

Why whyOf(const SessionView &view);
/// Of a session whose shard has not answered: what is known, and that it may have changed since.
Why whyOf(const SessionSight &sight, WallTime now);

/// A session as its store shows it while no host is reached that serves it.
struct UnservedSession
{
    QByteArray name;
    Phase phase = Phase::Idle;
    quint64 open = 0;    ///< Inputs that have not ended.
    QString corruption;  ///< Why a host will hold it; empty when it can be trusted.
    QString server = {}; ///< The host that does serve its store, and was not reached; empty without one.
};
Why whyUnserved(const UnservedSession &session);

/// What is known of a run's executor, where a row of the table asks.
enum class Heard : quint8 {
    Either,
    Nothing,   ///< The run has started, and not begun: its executor has not said anything.
    Something, ///< It has begun.
};

/// One row of the table of reasons. Every state, reason and hearing is in exactly one.
struct WhyRow
{
    WaitReason reason;
    EnumSet<Phase> phases;
    Heard heard;
    const char *code;
    /// With {name}, {for} (how long it waits), {in} (until when), {heard} (how long ago), {inputs}, {executor},
    /// {note} and {complaint} (the note behind a colon, where there is one) in them.
    const char *sentence;
    const char *unblock;
    bool isDefect = false;
};
std::span<const WhyRow> whyTable();

/// "3m12s": a span of time as people say it, in its two largest units.
QString spanText(Duration span);

} // namespace burrow
