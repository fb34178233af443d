// SPDX-License-Identifier: Apache-2.0
// Lifecycle commands that are one durable write: staged on the machine, written as a barrier, then published or
// undone. What first brings the executor to rest is a teardown and elsewhere.
#include "core/session_core.h"

namespace burrow {

namespace {

SessionVerb machineVerb(LifecycleVerb verb)
{
    switch (verb) {
    case LifecycleVerb::Attach:
        return SessionVerb::EnsureSessionWithExecutor;
    case LifecycleVerb::Stop:
        return SessionVerb::StopRuntimeExecutor;
    case LifecycleVerb::Start:
        return SessionVerb::Start;
    case LifecycleVerb::Retire:
    case LifecycleVerb::AbandonPending: // Retiring again: nothing but its inputs changes.
        return SessionVerb::Retire;
    case LifecycleVerb::Reset:
        return SessionVerb::Reset;
    case LifecycleVerb::Recycle:
        return SessionVerb::Recycle;
    case LifecycleVerb::Recover:
        return SessionVerb::Recover;
    case LifecycleVerb::Destroy:
        return SessionVerb::Destroy;
    case LifecycleVerb::Unregister:
        return SessionVerb::UnregisterSession;
    case LifecycleVerb::RecordCleanup:
        break;
    }
    return SessionVerb::Observe;
}

const char *cannotBe(LifecycleVerb verb)
{
    switch (verb) {
    case LifecycleVerb::Start:
        return "cannot be started";
    case LifecycleVerb::Retire:
        return "cannot be retired";
    case LifecycleVerb::AbandonPending:
        return "is not retired: its inputs are not abandoned";
    case LifecycleVerb::Reset:
        return "cannot be reset";
    case LifecycleVerb::Recycle:
        return "cannot be recycled";
    case LifecycleVerb::Recover:
        return "cannot be recovered";
    case LifecycleVerb::Destroy:
    case LifecycleVerb::Attach:
    case LifecycleVerb::Stop:
    case LifecycleVerb::Unregister:
    case LifecycleVerb::RecordCleanup:
        break;
    }
    return "refuses that";
}

} // namespace

/// Lifecycle writes are barriers: what is before one is written first, and what comes after waits for it. A
/// teardown begins at once, for it writes only at its end; until then it is the barrier.
bool SessionCore::mustWait(LifecycleVerb verb) const
{
    if (isTeardown(verb))
        return m_stop ? !joinsTeardown(verb) : lifecycleInFlight();
    if (verb == LifecycleVerb::Attach)
        return lifecycleInFlight();
    return m_stop || !m_tickets.isEmpty();
}

void SessionCore::on(LifecycleCommand &event)
{
    const bool atOnce = isTeardown(event.verb) || event.verb == LifecycleVerb::Attach;
    if (!mustWait(event.verb) && (atOnce || m_waiting.isEmpty())) {
        obey(event);
        return;
    }
    const bool hurry = m_stop && isTeardown(event.verb);
    const CommandId command = event.command;
    if (keepWaiting(command, std::move(event)) && hurry)
        hurryTeardown();
}

/// What waits is bounded: a store that does not answer must not fill the memory. False: it was refused.
bool SessionCore::keepWaiting(CommandId command, CoreEvent &&event)
{
    if (m_waiting.count() >= limits::tickets_per_session_max) {
        reply(command, refused(Refusal::Busy, QStringLiteral("too many commands of this session wait for a "
                                                             "write; try again")));
        return false;
    }
    m_waiting.push(std::move(event));
    return true;
}

void SessionCore::obey(const LifecycleCommand &command)
{
    if (isTeardown(command.verb))
        requestTeardown(command);
    else if (command.verb == LifecycleVerb::Attach)
        attach(command);
    else
        perform(command);
}

/// Nothing is in flight: the command is decided on what is published and durable.
void SessionCore::perform(const LifecycleCommand &command)
{
    const bool remedy = command.verb == LifecycleVerb::Recover && m_reload != Reload::Never;
    if (m_shutdown || (!m_held.isEmpty() && !remedy)) {
        reply(command.command, closed());
        return;
    }
    if (command.verb == LifecycleVerb::RecordCleanup) {
        if (m_owed && m_cleanupDone) {
            Ticket ticket;
            ticket.verb = command.verb;
            submitLifecycle(std::move(ticket), m_registers);
        }
        return;
    }
    const bool legal =
        accepts(m_registers, SessionInput{.verb = machineVerb(command.verb)})
        && (command.verb != LifecycleVerb::AbandonPending || visiblePhase(m_registers) == Phase::Retired);
    if (!legal && m_held.isEmpty()) {
        const bool destroyed = m_registers.phase == Phase::Destroyed;
        reply(command.command, refused(destroyed ? Refusal::Destroyed : Refusal::NotReady,
                                       phaseSentence(cannotBe(command.verb))));
        return;
    }
    switch (command.verb) {
    case LifecycleVerb::Start:
        start(command);
        return;
    case LifecycleVerb::Retire:
        retire(command);
        return;
    case LifecycleVerb::AbandonPending:
        submitVerb(command, AbandonReason::Retired);
        return;
    case LifecycleVerb::Reset:
        submitVerb(command, AbandonReason::Reset);
        return;
    case LifecycleVerb::Recover:
        recover(command);
        return;
    default:
        submitVerb(command, AbandonReason::None);
        return;
    }
}

const char *SessionCore::endingWords(AbandonReason reason)
{
    switch (reason) {
    case AbandonReason::Retired:
        return "retired without runtime loop";
    case AbandonReason::Reset:
        return "runtime reset";
    case AbandonReason::Destroyed:
        return "runtime destroyed";
    default:
        return "runtime stopped";
    }
}

void SessionCore::submitVerb(const LifecycleCommand &command, AbandonReason ending)
{
    Ticket ticket;
    ticket.verb = command.verb;
    ticket.command = command.command;
    ticket.ending = ending;
    ticket.owed = m_owed;
    submitLifecycle(std::move(ticket), step(m_registers, SessionInput{.verb = machineVerb(command.verb)}).next);
}

/// Writes what the session becomes, and with it the end of everything that waits in a lane when the ticket
/// names a reason to end it.
void SessionCore::submitLifecycle(Ticket ticket, const SessionRegisters &after,
                                  std::shared_ptr<const StoredOperations> operations)
{
    LifecycleOperation operation;
    operation.verb = lifecycleVerbName(ticket.verb);
    if (ticket.ending != AbandonReason::None)
        operation.finished = finishedQueued(ticket.ending);
    // The grant that a run was started under stays open as long as the run is: a crash blames its inputs.
    operation.session = rowAfter(after, m_registers.lastCompletionRun, grantOfRun());
    // Stopped over a store failure is not known there, where the session still has its inputs.
    if (m_stoppedHere && operation.session.phase == Phase::Stopped)
        operation.session.phase = Phase::Idle;
    operation.binding = after.binding;
    operation.owed = ticket.owed;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Lifecycle;
    std::vector<LifecycleEvent> events;
    if (const Phase from = visiblePhase(m_registers), to = visiblePhase(after); from != to)
        events.push_back({.code = EventCode::RuntimeStateChanged, .from = from, .to = to});
    for (const FinishedInput &input : operation.finished)
        events.push_back(inputEvent(EventCode::InputAbandoned, m_inputs.at(input.sequence), {},
                                    QLatin1String(endingWords(ticket.ending))));
    if (!operations)
        operations = stagedOperations();
    submit(std::move(ticket), std::move(operation), std::move(events), std::move(operations));
}

StartGrant SessionCore::grantOfRun() const
{
    StartGrant grant;
    if (!m_run)
        return grant;
    for (const InputRecord *record : m_run->contributors) {
        if (!record->stored())
            continue;
        grant.inputs.push_back(record->sequence);
        grant.attempt = std::max(grant.attempt, record->starts);
    }
    return grant;
}

std::vector<quint64> SessionCore::queuedSequences() const
{
    std::vector<quint64> sequences;
    for (const auto &[sequence, record] : m_inputs) {
        if (record.registers.phase == InputPhase::Queued)
            sequences.push_back(sequence);
    }
    std::sort(sequences.begin(), sequences.end());
    return sequences;
}

std::vector<FinishedInput> SessionCore::finishedQueued(AbandonReason reason) const
{
    const Outcome outcome = outcomeFor(reason, QLatin1String(endingWords(reason)));
    std::vector<FinishedInput> result;
    for (const quint64 sequence : queuedSequences()) {
        const InputRecord &record = m_inputs.at(sequence);
        if (record.stored())
            result.push_back(finished(record, TerminalKind::Abandoned, reason, outcome));
    }
    return result;
}

/// Ends everything that waits in a lane, and tells those who wait. It is durable already.
quint32 SessionCore::abandonQueued(AbandonReason reason)
{
    const QString words = QLatin1String(endingWords(reason));
    const Outcome outcome = outcomeFor(reason, words);
    const std::vector<quint64> sequences = queuedSequences();
    for (const quint64 sequence : sequences) {
        InputRecord &record = m_inputs.at(sequence);
        laneOf(record.registers.lane).remove(record);
        advance(record, {.verb = InputVerb::Abandon, .reason = reason});
        emitInput(EventCode::InputAbandoned, record, {}, words);
        ++m_tally.abandoned;
        endRecord(record, outcome);
    }
    return static_cast<quint32>(sequences.size());
}

void SessionCore::publishLifecycle(const Ticket &ticket)
{
    m_grant = {}; // Written over.
    if (ticket.verb == LifecycleVerb::RecordCleanup) {
        m_cleanupDone = false;
        return;
    }
    const bool taken = advance(machineVerb(ticket.verb));
    BURROW_ASSERT(taken);
    CommandReceipt receipt;
    if (ticket.ending != AbandonReason::None)
        receipt.counts.abandoned = abandonQueued(ticket.ending);
    switch (ticket.verb) {
    case LifecycleVerb::Start:
        m_failed.clear();
        m_stoppedHere = false; // A stop from here on is one for the store.
        if (!m_operations)
            m_epoch = {}; // Its binding facts are gone; whoever prepares bindings begins another.
        attach({.command = ticket.command, .verb = LifecycleVerb::Attach});
        return;
    case LifecycleVerb::Retire:
        publishRetired(ticket, std::move(receipt));
        return;
    case LifecycleVerb::Recover:
        readAgain(ticket.command);
        return;
    case LifecycleVerb::Reset:
        m_signal = AdmissionSignal::None;
        m_retryAt = MonotonicTime::never();
        break;
    case LifecycleVerb::Recycle:
        receipt.counts.transferred = static_cast<quint32>(m_inputs.size());
        m_retryAt = MonotonicTime::never();
        break;
    default:
        break;
    }
    receipt.inputs = receipt.counts.abandoned + receipt.counts.transferred;
    reply(ticket.command, std::move(receipt));
    // The loop has stayed: what it is attached to says so again.
    if (m_attachment.open && m_registers.phase == Phase::Idle)
        advance(SessionVerb::EnsureSessionWithExecutor);
    m_attachment.wake = m_attachment.open;
}

void SessionCore::start(const LifecycleCommand &command)
{
    if (m_registers.phase == Phase::Idle) // Nothing to write: an idle session gets an executor again.
        attach(command);
    else
        submitVerb(command, AbandonReason::None);
}

/// With a loop, what is open drains; without one nobody would ever run it.
void SessionCore::retire(const LifecycleCommand &command)
{
    const bool drains = m_attachment.open || m_inputs.empty();
    if (visiblePhase(m_registers) == Phase::Retired && drains) {
        CommandReceipt receipt;
        receipt.inputs = receipt.counts.draining = static_cast<quint32>(m_inputs.size());
        reply(command.command, std::move(receipt));
        return;
    }
    submitVerb(command, drains ? AbandonReason::None : AbandonReason::Retired);
}

void SessionCore::publishRetired(const Ticket &ticket, CommandReceipt receipt)
{
    receipt.counts.draining = static_cast<quint32>(m_inputs.size());
    receipt.inputs = receipt.counts.abandoned + receipt.counts.draining;
    if (receipt.counts.draining > 0 && !m_attachment.open) {
        // The executor was given up while the retirement was written: nobody is left to drain.
        submitVerb({.command = ticket.command, .verb = LifecycleVerb::Retire}, AbandonReason::Retired);
        return;
    }
    m_attachment.wake = m_attachment.open;
    reply(ticket.command, std::move(receipt));
}

/// Undone: nothing was published, so nothing but the answer is left to do.
void SessionCore::lifecycleNotDurable(Ticket &ticket, const StoreVerdict &verdict)
{
    const CommandReceipt receipt = refused(
        refusalOf(verdict.verdict), QStringLiteral("the %1 could not be made durable: %2")
                                        .arg(QLatin1String(lifecycleVerbName(ticket.verb)), verdict.reason));
    if (isTeardown(ticket.verb))
        teardownNotDurable(receipt);
    else
        reply(ticket.command, receipt);
}

} // namespace burrow
