// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clone_pointer.h"
#include "core/events.h"

namespace burrow {

enum class TicketKind : quint8 {
    Accept,
    Grant,
    FinishRun,
    FailRun,
    Stage,
    Lifecycle,
    Note,
    Inject,
    Bind,
    Operations,
};
inline constexpr EnumNames<TicketKind, 10> ticketKindName{{"accept", "grant", "finish_run", "fail_run", "stage",
                                                           "lifecycle", "note", "inject", "bind",
                                                           "operations"}};

/// One write set in flight and what must happen when its verdict comes. Tickets are answered in order;
/// lifecycle tickets are alone.
struct Ticket
{
    TicketNumber number = 0;
    TicketKind kind = TicketKind::Accept;
    bool submitted = false; ///< False: no row to write; it only keeps its place.
    qint64 bytes = 0;
    bool operations = false; ///< An image of the operations rides in it.

    // Accept.
    AcceptCommand accept;
    quint64 sequence = 0;
    quint64 admission = 0; ///< Taken when the write is submitted; a refused write leaves a gap.
    quint64 replaces = 0;  ///< Sequence of the input it replaces; 0 = none.
    QueueMode replacement = QueueMode::Fifo;
    bool silent = false;
    bool granted = false;
    std::vector<AcceptCommand> joined; ///< Same key, arrived while in flight.

    // Everything else.
    StartGrant grant;
    LifecycleVerb verb = LifecycleVerb::Attach;
    AbandonReason ending = AbandonReason::None; ///< Lifecycle: how what is queued ends; None: it does not.
    std::shared_ptr<const OwedCleanup> owed;    ///< Lifecycle: what is owed once it is durable.
    bool reading = false;                       ///< Recover: written; now the image is read, alone.
    CommandId command = 0;
    ClonePointer<LifecycleEvent> note; ///< Note: the event that is published.
    QString reason;
    std::shared_ptr<const RuntimeBinding> binding; ///< Bind.
};

} // namespace burrow
