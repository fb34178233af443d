// SPDX-License-Identifier: Apache-2.0
// Events that somebody outside puts into the session's log.
#include "core/outcome_rules.h"
#include "core/session_core.h"

namespace burrow {

namespace {

constexpr qsizetype note_characters_max = 4096;

/// Why the event may not be published: what the machine itself tells is never told by anybody else.
const char *defectOf(const LifecycleEvent &event)
{
    if (event.code != EventCode::RuntimeNotice && event.code != EventCode::ProjectionEmitted)
        return "only runtime.notice and runtime.projection_emitted may be published; every other event is told "
               "by the host itself";
    if (event.detail.isEmpty())
        return "an event that says nothing is not published: its detail is empty";
    if (event.detail.size() > note_characters_max)
        return "the detail of the event is longer than 4096 characters";
    if (event.correlation.size() > limits::key_bytes_max)
        return "the correlation of the event is longer than 512 bytes";
    return nullptr;
}

} // namespace

void SessionCore::on(PublishCommand &event)
{
    if (m_shutdown || !m_held.isEmpty()) {
        reply(event.command, closed());
        return;
    }
    if (const char *defect = defectOf(event.event)) {
        reply(event.command, refused(Refusal::Invalid, QLatin1String(defect)));
        return;
    }
    if (lifecycleInFlight()) { // A barrier for this write, too.
        const CommandId command = event.command;
        keepWaiting(command, std::move(event));
        return;
    }
    if (!accepts(m_registers, SessionInput{.verb = SessionVerb::PublishEvent})) {
        reply(event.command, refused(Refusal::NotReady, phaseSentence("takes no events")));
        return;
    }
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Note;
    ticket.command = event.command;
    ticket.note = std::make_unique<LifecycleEvent>(event.event);
    submit(std::move(ticket), NoteOperation{}, {std::move(event.event)});
}

/// The transition keeps the phase, and is taken only now: until the event is durable nothing is staged that
/// would have to be put back.
void SessionCore::publishNote(Ticket &ticket)
{
    advance(SessionVerb::PublishEvent);
    emitEvent(std::move(*ticket.note));
    reply(ticket.command, {});
}

void SessionCore::noteNotDurable(const Ticket &ticket, const StoreVerdict &verdict)
{
    reply(ticket.command,
          refused(refusalOf(verdict.verdict),
                  QStringLiteral("the event could not be made durable: %1").arg(verdict.reason)));
}

} // namespace burrow
