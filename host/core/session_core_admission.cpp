// SPDX-License-Identifier: Apache-2.0
// The admission pipeline of SessionCore. Its order is fixed: phase, validation, key, bounds, replacement, plan,
// write.
#include "core/session_core.h"

namespace burrow {

namespace {

AcceptReceipt rejection(Refusal refusal, const QString &message)
{
    AcceptReceipt receipt;
    receipt.refusal = refusal;
    receipt.message = message;
    return receipt;
}

AcceptReceipt busyRejection()
{
    return rejection(Refusal::Busy, QStringLiteral("too many writes of this session are in flight; try again"));
}

/// Told to whoever waits and stored for whoever asks later, in the same words.
Outcome replacedBy(InputId newer)
{
    Outcome outcome;
    outcome.outcome = OutcomeClass::CompletedWithoutResult;
    outcome.reason = QStringLiteral("replaced by input %1").arg(QString::fromLatin1(newer.toText()));
    return outcome;
}

bool isAttention(const Input &input)
{
    const auto *body = std::get_if<ContinuationBody>(&input.body);
    return body != nullptr && body->kind == ContinuationBody::Kind::Attention;
}

} // namespace

void SessionCore::on(AcceptCommand &event)
{
    // Behind a lifecycle write, and behind anything that already waits, an accept waits too: acknowledged
    // behind a durable Stopped it would be an input that nobody abandons.
    if (lifecycleInFlight() || !m_waiting.isEmpty() || admit(event) == Admitted::Wait)
        keepWaiting(event);
}

/// What waits is bounded like what is in flight: a store that does not answer must not fill the memory.
void SessionCore::keepWaiting(AcceptCommand &command)
{
    if (m_waiting.count() >= limits::tickets_per_session_max
        || m_ticketBytes >= limits::ticket_bytes_per_session_max) {
        rejectAsBusy(command);
        return;
    }
    m_ticketBytes += contentBytes(*command.input);
    m_waiting.push(std::move(command));
}

void SessionCore::on(WaitCommand &event)
{
    if (m_shutdown) {
        reply(event.command, closed());
        return;
    }
    CommandReceipt receipt;
    const auto found = m_inputs.find(sequenceOf(event.input));
    if (found == m_inputs.end() || found->second.input->id != event.input
        || found->second.registers.phase == InputPhase::Accepted) {
        // Of a session that is held nobody knows what is open.
        receipt = m_held.isEmpty()
                      ? refused(Refusal::NotFound, QStringLiteral("no open input %1 in this session")
                                                       .arg(QString::fromLatin1(event.input.toText())))
                      : closed();
    } else {
        found->second.waiters.push_back(event.waiter);
        ++m_waiterCount;
    }
    reply(event.command, std::move(receipt));
}

bool SessionCore::isSilent(const Input &input) const
{
    if (input.kind != InputKind::PeerRequest || !m_registers.silentIntents)
        return false;
    return m_registers.silentIntents->contains(std::get<PeerBody>(input.body).intent);
}

void SessionCore::reject(const AcceptCommand &command, AcceptReceipt receipt)
{
    receipt.verdict = AcceptReceipt::Verdict::Rejected;
    receipt.input = command.input->id;
    ++m_tally.rejected;
    if (!command.directRun.isNull())
        act(ForgetDirectRun{command.directRun});
    replyAccept(command.command, std::move(receipt));
}

/// Nobody is told of an input of the core's own.
void SessionCore::replyAccept(CommandId command, AcceptReceipt receipt)
{
    if (command != 0)
        act(ReplyAccept{command, std::move(receipt)});
}

void SessionCore::rejectAsBusy(const AcceptCommand &command)
{
    reject(command, busyRejection());
}

/// By runtime id: the binding that the submitter knows must be the current one, fact by fact.
std::optional<AcceptReceipt> SessionCore::addressRefusal(const AcceptCommand &command) const
{
    if (!command.address)
        return std::nullopt;
    SessionInput ingest{.verb = SessionVerb::Ingest};
    ingest.session = m_id;
    ingest.binding = command.address;
    const SessionStep stepped = step(m_registers, ingest);
    if (stepped.accepted)
        return std::nullopt;
    AcceptReceipt receipt;
    receipt.phase = visiblePhase(m_registers);
    const auto &bound = m_registers.binding;
    if (!bound || bound->runtimeId != command.address->runtimeId) {
        receipt.refusal = Refusal::NotFound;
        receipt.message = QStringLiteral("no runtime \"%1\" is bound here")
                              .arg(QString::fromUtf8(command.address->runtimeId));
    } else if (stepped.refusal == SessionRefusal::BindingMismatch) {
        receipt.refusal = Refusal::BindingMismatch;
        receipt.message =
            QStringLiteral("the runtime was bound anew since; its fence, generation and epoch are "
                           "not those that were given");
    } else {
        receipt.refusal = Refusal::InvalidState;
        receipt.message = phaseSentence("takes no input");
    }
    return receipt;
}

std::optional<AcceptReceipt> SessionCore::refusalFor(const AcceptCommand &command) const
{
    if (std::optional<AcceptReceipt> refusal = addressRefusal(command))
        return refusal;
    const Phase phase = visiblePhase(m_registers);
    if (phase == Phase::Destroyed) {
        AcceptReceipt receipt = rejection(Refusal::Destroyed, QStringLiteral("the session is destroyed"));
        receipt.phase = phase;
        return receipt;
    }
    if (m_shutdown)
        return rejection(Refusal::ShuttingDown, QStringLiteral("the host is shutting down"));
    if (!m_held.isEmpty())
        return rejection(Refusal::Held, QStringLiteral("the session is held: %1").arg(m_held));
    if (!acceptsInput(phase) || m_stop) {
        AcceptReceipt receipt = rejection(Refusal::NotReady, {});
        receipt.phase = phase;
        receipt.message =
            m_stop ? QStringLiteral("the session is %1 and takes no input").arg(QLatin1String(teardownWord()))
                   : phaseSentence("takes no input");
        return receipt;
    }
    if (std::optional<AdmissionRejection> invalid = validate(*command.input))
        return rejection(invalid->refusal, invalid->message);
    if (m_inputs.contains(sequenceOf(command.input->id)))
        return rejection(Refusal::Invalid, QStringLiteral("the input id is in use already"));
    return directRefusal(command);
}

InputRecord *SessionCore::replacementTarget(const Input &input) const
{
    if (input.supersessionKey.isEmpty() || !replaceable(input.kind))
        return nullptr;
    const bool stored = input.durability != Durability::Ephemeral;
    for (const InputLane *lane : {&m_queue, &m_steer}) {
        for (InputRecord *at = lane->front(); at != nullptr; at = at->next) {
            // A stored input does not give way to one that a crash forgets: then both would be gone.
            if (at->stored() && !stored)
                continue;
            // Nor does one whose context the executor has already.
            if (at->live == LiveEntry::Staging && at->replacedIn == 0)
                continue;
            if (at->input->kind == input.kind && at->input->supersessionKey == input.supersessionKey)
                return at;
        }
    }
    return nullptr;
}

bool SessionCore::replacementInFlight(const Input &input) const
{
    if (input.supersessionKey.isEmpty() || !replaceable(input.kind) || m_accepting == 0)
        return false;
    for (std::size_t at = 0; at < m_tickets.count(); ++at) {
        const Ticket &ticket = m_tickets.at(at);
        if (ticket.kind == TicketKind::Accept && ticket.accept.input->kind == input.kind
            && ticket.accept.input->supersessionKey == input.supersessionKey)
            return true;
    }
    return false;
}

AdmissionQuery SessionCore::queryFor(const AcceptCommand &command) const
{
    const Input &input = *command.input;
    return {.kind = input.kind,
            .handling = input.handling,
            .attention = isAttention(input),
            .running = m_registers.phase == Phase::Running,
            .boundaryActive = !m_boundaryRun.isNull(),
            .silent = isSilent(input),
            .withoutWake = command.withoutWake};
}

AdmissionPlan SessionCore::planFor(const AcceptCommand &command) const
{
    return resolvePlan(queryFor(command));
}

/// What is full. An input that takes another's place needs no place of its own.
std::optional<AcceptReceipt> SessionCore::boundsRefusal(const AdmissionPlan &plan, bool replaces) const
{
    const auto open = static_cast<quint32>(m_inputs.size());
    if (plan.consume != ConsumePoint::OnAccept && !replaces && open >= m_settings->queueLimit) {
        AcceptReceipt receipt = rejection(
            Refusal::QueueFull, QStringLiteral("the session has %1 open inputs and its limit is %2 "
                                               "(limits.queue_per_session); try again when one has ended")
                                    .arg(open)
                                    .arg(m_settings->queueLimit));
        receipt.limit = m_settings->queueLimit;
        receipt.open = open;
        return receipt;
    }
    if (m_tickets.count() >= limits::tickets_per_session_max
        || m_ticketBytes >= limits::ticket_bytes_per_session_max)
        return busyRejection();
    return std::nullopt;
}

SessionCore::Admitted SessionCore::admit(AcceptCommand &command)
{
    if (std::optional<AcceptReceipt> refusal = refusalFor(command)) {
        reject(command, *std::move(refusal));
        return Admitted::Done;
    }
    const Input &input = *command.input;
    const quint64 hash = input.idempotencyKey.isEmpty() ? 0 : payloadHash(input);
    if (std::optional<Admitted> known = resolveKey(command, hash))
        return *known;
    // What replaces an input that is itself still being written has to wait until that one is known.
    if (replacementInFlight(input))
        return Admitted::Wait;

    InputRecord *target = replacementTarget(input);
    // Nor can it replace an input whose end is being written already.
    if (target != nullptr && target->replacedIn != 0)
        return Admitted::Wait;
    const AdmissionPlan plan = planFor(command);
    if (std::optional<AcceptReceipt> refusal = boundsRefusal(plan, target != nullptr)) {
        reject(command, *std::move(refusal));
        return Admitted::Done;
    }

    InputRecord &record = m_inputs[sequenceOf(input.id)];
    record.input = command.input;
    record.plan = plan;
    record.sequence = sequenceOf(input.id);
    record.payloadHash = hash;
    advance(record, {.verb = InputVerb::Accept});
    ++m_accepting;
    Ticket ticket = ticketFor(command, record, target);
    if (!record.stored()) {
        enqueueUnwritten(std::move(ticket));
        return Admitted::Done;
    }
    std::shared_ptr<const StoredOperations> operations;
    if (ticket.accept.fromFeed)
        operations = operationsImage();
    AcceptOperation operation = operationFor(ticket, record);
    std::vector<LifecycleEvent> events;
    events.reserve(2);
    if (target != nullptr && target->stored())
        events.push_back(replacementEvent(ticket, *target));
    events.push_back(inputEvent(EventCode::InputAccepted, record));
    if (plan.consume != ConsumePoint::OnAccept)
        events.push_back(inputEvent(EventCode::InputQueued, record));
    submit(std::move(ticket), std::move(operation), std::move(events), std::move(operations));
    return Admitted::Done;
}

Ticket SessionCore::ticketFor(AcceptCommand &command, InputRecord &record, InputRecord *target)
{
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Accept;
    ticket.sequence = record.sequence;
    ticket.admission = m_nextAdmission++;
    ticket.bytes = contentBytes(*record.input);
    ticket.silent = isSilent(*record.input);
    if (target != nullptr) {
        target->replacedIn = ticket.number;
        ticket.replaces = target->sequence;
        ticket.replacement = replacementMode(record.input->kind);
    }
    if (!record.key().isEmpty()) {
        forgetExpiredKeys();
        m_keys.insert(
            record.key(),
            {.input = record.input->id, .payloadHash = record.payloadHash, .inFlight = ticket.number});
    }
    // An idle session will run this input next: the permission to start it rides in its own row, so that
    // starting costs no further write.
    ticket.granted = record.stored() && record.plan.consume != ConsumePoint::OnAccept && !m_run
                     && m_tickets.isEmpty() && m_queue.isEmpty() && m_steer.isEmpty();
    ticket.accept = std::move(command);
    return ticket;
}

AcceptOperation SessionCore::operationFor(const Ticket &ticket, const InputRecord &record) const
{
    AcceptOperation operation;
    operation.row.input = record.input;
    operation.row.plan = record.plan;
    operation.row.sequence = record.sequence;
    operation.row.payloadHash = record.payloadHash;
    operation.row.starts = ticket.granted ? 1 : 0;
    operation.row.registers = record.registers;
    operation.row.registers.admission = ticket.admission;
    operation.row.registers.lane = operation.row.registers.recoveryLane = record.plan.lane;
    operation.row.registers.phase =
        record.plan.consume == ConsumePoint::OnAccept ? InputPhase::Consumed : InputPhase::Queued;
    if (ticket.replaces != 0) {
        const InputRecord &target = m_inputs.at(ticket.replaces);
        if (!target.stored())
            return operation; // The store does not know it.
        const TerminalKind kind =
            ticket.replacement == QueueMode::Coalesce ? TerminalKind::Coalesced : TerminalKind::Superseded;
        FinishedInput replaced = finished(target, kind, AbandonReason::None, replacedBy(record.input->id));
        replaced.replacedBy = record.input->id;
        operation.replaced.push_back(std::move(replaced));
    }
    return operation;
}

LifecycleEvent SessionCore::replacementEvent(const Ticket &ticket, const InputRecord &target)
{
    const bool coalesce = ticket.replacement == QueueMode::Coalesce;
    return {.code = coalesce ? EventCode::InputCoalesced : EventCode::InputSuperseded,
            .input = target.input->id,
            .other = ticket.accept.input->id,
            .correlation = target.input->correlationId};
}

void SessionCore::publishReplacement(const Ticket &ticket)
{
    if (ticket.replaces == 0)
        return;
    InputRecord &target = m_inputs.at(ticket.replaces);
    const bool coalesce = ticket.replacement == QueueMode::Coalesce;
    laneOf(target.registers.lane).remove(target);
    advance(target, {.verb = coalesce ? InputVerb::Coalesce : InputVerb::Supersede,
                     .authorised = true,
                     .by = ticket.accept.input->id});
    emitEvent(replacementEvent(ticket, target));
    ++m_tally.replaced;
    m_attachment.wake = true; // A batch may have been waiting for the replacement.
    endRecord(target, replacedBy(ticket.accept.input->id));
}

void SessionCore::publishAccept(Ticket &ticket)
{
    --m_accepting;
    publishReplacement(ticket);
    InputRecord &record = m_inputs.at(ticket.sequence);
    const Input &input = *record.input;
    emitInput(EventCode::InputAccepted, record);
    ++m_tally.accepted;
    AcceptReceipt receipt;
    receipt.verdict = AcceptReceipt::Verdict::Accepted;
    receipt.input = input.id;
    const CommandId command = ticket.accept.command;
    if (!record.key().isEmpty())
        m_keys[record.key()].inFlight = 0;

    if (record.plan.consume == ConsumePoint::OnAccept) {
        advance(record, {.verb = InputVerb::ConsumeOnAccept, .authorised = true});
        receipt.consumedOnAccept = true;
        ++m_tally.consumed;
        Outcome outcome;
        outcome.outcome = OutcomeClass::CompletedWithoutResult;
        endRecord(record, outcome);
        replyAccept(command, std::move(receipt));
    } else {
        const bool steer = record.plan.lane == Lane::Steer;
        advance(record, {.verb = steer ? InputVerb::SteerAccepted : InputVerb::QueueAccepted,
                         .authorised = true,
                         .admission = ticket.admission});
        place(record);
        emitInput(EventCode::InputQueued, record);
        if (ticket.granted)
            takeGrant({1, {record.sequence}});
        // The waiter is there before any batch can see the input: no completion can slip between.
        if (ticket.accept.waiter.id != 0) {
            record.waiters.push_back(ticket.accept.waiter);
            ++m_waiterCount;
            receipt.willResolve = true;
        }
        const RunId direct = ticket.accept.directRun;
        const bool quiet = ticket.accept.withoutWake || ticket.silent || !direct.isNull()
                           || input.kind == InputKind::SystemGenerated;
        const AdmissionSignal signal = resolveSignal({.phase = m_registers.phase,
                                                      .immediateProcessing = record.plan.immediateProcessing,
                                                      .interruptYielding = record.plan.interruptYielding,
                                                      .wakeIfIdle = record.plan.wakeIfIdle,
                                                      .withoutWake = quiet});
        m_signal = strongest(m_signal, signal);
        record.withoutWake = quiet;
        record.live = liveEntryOf(record, signal);
        if (signal >= AdmissionSignal::WakeLoop)
            m_attachment.wake = true;
        replyAccept(command, std::move(receipt));
        if (!direct.isNull())
            beginDirectRun(record, direct);
    }
    std::vector<AcceptCommand> joined = std::move(ticket.joined);
    for (AcceptCommand &again : joined) {
        m_ticketBytes -= contentBytes(*again.input);
        on(again);
    }
}

void SessionCore::undoAccept(Ticket &ticket, const StoreVerdict &verdict)
{
    --m_accepting;
    InputRecord &record = m_inputs.at(ticket.sequence);
    if (!record.key().isEmpty())
        m_keys.remove(record.key());
    if (ticket.replaces != 0) {
        m_inputs.at(ticket.replaces).replacedIn = 0;
        m_attachment.wake = true; // A batch may have been waiting for the replacement.
    }
    m_inputs.erase(ticket.sequence);
    reject(ticket.accept, rejection(refusalOf(verdict.verdict), verdict.reason));
    for (AcceptCommand &again : ticket.joined)
        m_waiting.push(std::move(again));
}

} // namespace burrow
