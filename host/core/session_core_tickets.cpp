// SPDX-License-Identifier: Apache-2.0
// Writes in flight: submitting, publishing in order, undoing from the last to the first.
#include "core/session_core.h"

namespace burrow {

bool SessionCore::lifecycleInFlight() const
{
    // A lifecycle ticket is alone, so the first one tells.
    return !m_tickets.isEmpty()
           && (m_tickets.at(0).kind == TicketKind::Lifecycle || m_tickets.at(0).kind == TicketKind::Bind);
}

/// Neither an accept nor the end of an operation says anything about what runs next.
bool SessionCore::writeInFlightBesidesAccepts() const
{
    for (std::size_t at = 0; at < m_tickets.count(); ++at) {
        const TicketKind kind = m_tickets.at(at).kind;
        if (kind != TicketKind::Accept && kind != TicketKind::Operations)
            return true;
    }
    return false;
}

void SessionCore::submit(Ticket &&ticket, StoreOperation &&operation, std::vector<LifecycleEvent> events,
                         std::shared_ptr<const StoredOperations> operations)
{
    ticket.submitted = true;
    ticket.operations = operations != nullptr;
    m_ticketBytes += ticket.bytes;
    act(SubmitWrite{{m_id, ticket.number, std::move(operation), std::move(events), std::move(operations)}});
    m_tickets.push(std::move(ticket));
}

void SessionCore::enqueueUnwritten(Ticket ticket)
{
    if (!m_tickets.isEmpty()) {
        m_ticketBytes += ticket.bytes;
        m_tickets.push(std::move(ticket));
        return;
    }
    ticket.bytes = 0;
    publish(ticket);
    publishReady();
}

void SessionCore::on(StoreVerdict &event)
{
    // Verdicts come in ticket order; one that names no ticket belongs to a write that was given up with its
    // session.
    if (m_tickets.isEmpty() || m_tickets.front().number != event.ticket) {
        if (m_givenUp == event.ticket)
            m_givenUp = 0;
        return;
    }
    if (event.verdict == Verdict::Committed) {
        m_reload = Reload::Allowed;
        Ticket ticket = m_tickets.pop();
        publish(ticket);
        publishReady();
        return;
    }
    if (event.verdict == Verdict::Fenced)
        act(ReportFenced{event.reason});
    if (event.verdict == Verdict::NotWritten) {
        Ticket ticket = m_tickets.pop();
        fail(ticket, event);
        publishReady();
        return;
    }
    failAll(event);
}

void SessionCore::publishReady()
{
    while (!m_tickets.isEmpty() && !m_tickets.front().submitted) {
        Ticket ticket = m_tickets.pop();
        publish(ticket);
    }
    runWaiting();
}

void SessionCore::publish(Ticket &ticket)
{
    m_ticketBytes -= ticket.bytes;
    if (ticket.submitted)
        m_unwritten.clear();
    if (ticket.operations)
        publishOperations();
    switch (ticket.kind) {
    case TicketKind::Accept:
        publishAccept(ticket);
        break;
    case TicketKind::Grant:
        takeGrant(std::move(ticket.grant));
        m_attachment.wake = true;
        break;
    case TicketKind::FinishRun:
        takeGrant(std::move(ticket.grant));
        publishFinished();
        break;
    case TicketKind::FailRun:
        takeGrant(std::move(ticket.grant));
        publishFailed();
        break;
    case TicketKind::Stage:
        publishStagingAbandon(ticket);
        break;
    case TicketKind::Inject:
        publishInjection(ticket);
        break;
    case TicketKind::Bind:
        publishBound(ticket);
        break;
    case TicketKind::Lifecycle:
        m_owed = ticket.owed;
        if (isTeardown(ticket.verb))
            publishTeardown();
        else
            publishLifecycle(ticket);
        break;
    case TicketKind::Note:
        publishNote(ticket);
        break;
    case TicketKind::Operations:
        break;
    }
}

void SessionCore::fail(Ticket &ticket, const StoreVerdict &verdict)
{
    m_ticketBytes -= ticket.bytes;
    if (ticket.operations)
        operationsNotDurable(verdict);
    switch (ticket.kind) {
    case TicketKind::Accept:
        undoAccept(ticket, verdict);
        break;
    case TicketKind::Grant:
    case TicketKind::Stage:
        // Nothing began; the input stays where it is and is looked at again when the store may have recovered.
        if (ticket.kind == TicketKind::Stage)
            m_inputs.at(ticket.sequence).replacedIn = 0;
        m_retryAt = std::min(m_retryAt, m_now + std::min(m_settings->retryBackoff, limits::retry_backoff_max));
        m_unwritten = QStringLiteral("the start of a run could not be made durable: %1").arg(verdict.reason);
        break;
    case TicketKind::FinishRun:
    case TicketKind::FailRun:
        conclusionNotDurable(verdict);
        break;
    case TicketKind::Inject:
        injectionNotDurable(ticket, verdict);
        break;
    case TicketKind::Bind:
        reply(ticket.command,
              refused(refusalOf(verdict.verdict),
                      QStringLiteral("the binding could not be made durable: %1").arg(verdict.reason)));
        break;
    case TicketKind::Lifecycle:
        lifecycleNotDurable(ticket, verdict);
        break;
    case TicketKind::Note:
        noteNotDurable(ticket, verdict);
        break;
    case TicketKind::Operations:
        break;
    }
}

void SessionCore::failAll(const StoreVerdict &verdict)
{
    if (verdict.verdict == Verdict::Refused)
        hold(QStringLiteral("the store refused a write: %1; run \"burrow storage check\"").arg(verdict.reason));
    else if (verdict.verdict == Verdict::Unknown)
        hold(QStringLiteral("the store cannot tell whether a write is durable: %1; ask for outcomes by key")
                 .arg(verdict.reason));
    else
        hold(verdict.reason);
    if (verdict.verdict == Verdict::Fenced)
        m_reload = Reload::Never;
    if (m_reload == Reload::Allowed && !m_shutdown)
        m_reloadAt = m_now + std::min(m_settings->retryBackoff, limits::retry_backoff_max);
    // From the last to the first, because later writes were decided on top of earlier ones.
    while (!m_tickets.isEmpty()) {
        Ticket ticket = m_tickets.popBack();
        if (ticket.submitted && ticket.number != verdict.ticket)
            m_givenUp = std::max(m_givenUp, ticket.number);
        fail(ticket, verdict);
    }
    poisonOperations(m_held);
    admitKeyWaiting(); // To be refused at once: a held session has nothing to wait for.
}

void SessionCore::runWaiting()
{
    if (m_stagedWaiting && !lifecycleInFlight())
        on(*std::exchange(m_stagedWaiting, {}));
    if (m_endWaiting && !lifecycleInFlight())
        on(*std::exchange(m_endWaiting, {}));
    // What waits can itself publish, and so come back here: the loop below goes on with it, without nesting.
    if (m_servingWaiting)
        return;
    m_servingWaiting = true;
    while (!m_waiting.isEmpty() && !lifecycleInFlight()) {
        CoreEvent event = m_waiting.pop();
        if (auto *accept = std::get_if<AcceptCommand>(&event)) {
            const qint64 bytes = contentBytes(*accept->input);
            m_ticketBytes -= bytes;
            if (admit(*accept) == Admitted::Done)
                continue;
            m_ticketBytes += bytes;
        } else if (auto *lifecycle = std::get_if<LifecycleCommand>(&event)) {
            if (!mustWait(lifecycle->verb)) {
                obey(*lifecycle);
                continue;
            }
        } else if (auto *binding = std::get_if<BindCommand>(&event)) {
            if (!bindMustWait()) {
                bind(*binding);
                continue;
            }
        } else {
            std::visit([this](auto &one) { on(one); }, event);
            continue;
        }
        m_waiting.pushFront(std::move(event));
        break;
    }
    m_servingWaiting = false;
    if (m_operations && m_operations->retryAt == MonotonicTime::never())
        writeOperations();
}

SessionRow SessionCore::rowAfter(const SessionRegisters &registers, RunId lastRun, StartGrant grant)
{
    SessionRow row;
    row.phase = durablePhase(registers);
    row.revision = ++m_revision;
    row.nextAdmission = m_nextAdmission;
    row.nextPriority = m_nextPriority;
    row.lastRun = lastRun;
    row.grant = std::move(grant);
    return row;
}

FinishedInput SessionCore::finished(const InputRecord &record, TerminalKind kind, AbandonReason reason,
                                    Outcome outcome) const
{
    FinishedInput result;
    result.sequence = record.sequence;
    result.id = record.input->id;
    result.kind = kind;
    result.reason = reason;
    result.attempt = record.starts;
    result.run = record.registers.run;
    result.idempotencyKey = record.key();
    result.payloadHash = record.payloadHash;
    result.outcome = std::move(outcome);
    return result;
}

void SessionCore::resolveWaiters(Waiters &waiters, InputId input, const Outcome &outcome)
{
    for (const Waiter &waiter : waiters)
        act(ResolveWaiter{waiter.id, input, outcome});
    m_waiterCount -= static_cast<quint32>(waiters.size());
    waiters.clear();
}

void SessionCore::resolveAttemptWaiters(InputRecord &record, const Outcome &outcome)
{
    erase_if(record.waiters, [&](const Waiter &waiter) {
        if (waiter.mode != WaitMode::Attempt)
            return false;
        act(ResolveWaiter{waiter.id, record.input->id, outcome});
        --m_waiterCount;
        return true;
    });
}

void SessionCore::resolveAll(const Outcome &outcome)
{
    for (auto &[sequence, record] : m_inputs)
        resolveWaiters(record.waiters, record.input->id, outcome);
}

void SessionCore::endRecord(InputRecord &record, const Outcome &outcome)
{
    BURROW_ASSERT(isTerminal(record.registers.phase));
    if (!record.key().isEmpty()) {
        // Keys of stored inputs outlive them; an ephemeral input leaves no promise behind.
        if (record.stored())
            endKey(record.key(), outcome.outcome);
        else
            m_keys.remove(record.key());
    }
    resolveWaiters(record.waiters, record.input->id, outcome);
    m_inputs.erase(record.sequence);
}

} // namespace burrow
