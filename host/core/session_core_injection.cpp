// SPDX-License-Identifier: Apache-2.0
// Live-boundary injection: steered input that reaches the run under way (decision 0018). The executor stages
// its context, one write consumes it, and the end of the run waits until that is settled.
#include "core/session_core.h"

#include "core/projection.h"

namespace burrow {

namespace {

Outcome injectedInto(RunId run)
{
    Outcome outcome;
    outcome.outcome = OutcomeClass::CompletedWithoutResult;
    outcome.run = run;
    return outcome;
}

QString aboutInput(InputId input, const QString &what)
{
    return QStringLiteral("input %1 %2").arg(QString::fromLatin1(input.toText()), what);
}

bool saysNothing(const Append &append)
{
    return append.text.trimmed().isEmpty() && append.json.isEmpty();
}

} // namespace

std::vector<Append> liveContext(const Input &input)
{
    Projection projection = project(input);
    std::vector<Append> context = std::move(projection.contextAppends);
    std::erase_if(context, saysNothing);
    if (!context.empty())
        return context;
    for (Append &append : projection.appends) {
        if (saysNothing(append))
            continue;
        // A key dedupes, so each append of one input needs its own.
        append.key = "runtime:steer:" + input.id.toText();
        if (!context.empty())
            append.key += ":" + QByteArray::number(context.size() + 1);
        context.push_back(std::move(append));
    }
    return context;
}

/// Decided once, when the input is published: what arrives during a run and asks to reach it, or is context
/// that asks for no turn.
LiveEntry SessionCore::liveEntryOf(const InputRecord &record, AdmissionSignal signal) const
{
    if (!m_run || m_run->stage != CurrentRun::Stage::Open)
        return LiveEntry::None;
    const bool steered =
        record.plan.apply == ApplyMode::StageRunBoundary && signal >= AdmissionSignal::InterruptYielding;
    return steered || record.plan.apply == ApplyMode::InjectNow ? LiveEntry::Wanted : LiveEntry::None;
}

bool SessionCore::mayInject() const
{
    return !m_boundaryRun.isNull() && m_run && m_run->id == m_boundaryRun
           && m_run->stage == CurrentRun::Stage::Open && !m_run->injection && runTakesContext()
           && m_attachment.instance == Instance::Ready && !lifecycleInFlight()
           && m_registers.registration != Registration::Draining;
}

/// A run that is being ended is no place for context: it might end without it. One that has ended well has what
/// was staged into it.
bool SessionCore::runTakesContext() const
{
    if (!m_held.isEmpty())
        return false;
    if (m_run->heldEnd)
        return std::holds_alternative<RunOutput>(*m_run->heldEnd);
    return m_run->level == CurrentRun::Level::None && !m_stop && !m_shutdown;
}

/// One at a time and in their order, so that what the executor hears is what was said.
void SessionCore::injectNext()
{
    for (InputRecord *record = m_steer.front(); record != nullptr; record = record->next) {
        if (record->live != LiveEntry::Wanted || record->replacedIn != 0)
            continue;
        std::vector<Append> context = liveContext(*record->input);
        if (context.empty()) {
            record->live = LiveEntry::Tried;
            continue;
        }
        record->live = LiveEntry::Staging;
        m_run->injection = std::make_unique<LiveInjection>();
        LiveInjection &injection = *m_run->injection;
        injection.input = record->input->id;
        for (const Append &append : context)
            injection.keys.push_back(append.key);
        act(StageContext{m_run->id, injection.input, std::move(context)});
        return;
    }
}

/// The input that is being injected; null when a lifecycle write has ended it meanwhile.
InputRecord *SessionCore::recordToInject()
{
    const auto found = m_inputs.find(sequenceOf(m_run->injection->input));
    const bool queued = found != m_inputs.end() && found->second.registers.phase == InputPhase::Queued;
    return queued ? &found->second : nullptr;
}

void SessionCore::on(ContextStaged &event)
{
    // An answer that nobody waits for any more belongs to an injection that was given up with its run.
    if (!m_run || m_run->id != event.run || !m_run->injection || m_run->injection->input != event.input
        || m_run->injection->stage != LiveInjection::Stage::Staging)
        return;
    if (lifecycleInFlight()) {
        m_stagedWaiting = std::make_unique<ContextStaged>(std::move(event));
        return;
    }
    if (!event.result.ok()) {
        refuseInjection(
            QStringLiteral("could not be staged at the boundary: %1").arg(event.result.error().message));
        return;
    }
    InputRecord *record = recordToInject();
    if (record == nullptr || !runTakesContext()) {
        act(DiscardContext{m_run->id, m_run->injection->keys});
        refuseInjection(QStringLiteral("was staged into a run that is ending, and was taken back"));
        return;
    }
    m_run->injection->snapshot = std::move(event.result.value().snapshot);
    submitInjection(*record);
}

/// The input stays where it is and is run in the ordinary way: for its submitter that is success.
void SessionCore::refuseInjection(const QString &reason)
{
    if (InputRecord *record = recordToInject()) {
        record->live = LiveEntry::Tried;
        emitEvent({.code = EventCode::BoundaryError,
                   .input = record->input->id,
                   .run = m_run->id,
                   .detail = aboutInput(record->input->id, reason + QStringLiteral("; it stays queued")),
                   .correlation = record->input->correlationId});
    }
    endInjection();
}

void SessionCore::submitInjection(InputRecord &record)
{
    m_run->injection->stage = LiveInjection::Stage::Writing;
    const std::optional<QByteArray> &snapshot = m_run->injection->snapshot;
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Inject;
    ticket.sequence = record.sequence;
    record.replacedIn = ticket.number;
    if (!record.stored() && !snapshot) {
        enqueueUnwritten(std::move(ticket));
        return;
    }
    FinishRunOperation operation;
    operation.endsRun = false;
    operation.run = m_run->id;
    operation.receipt.run = m_run->id;
    operation.receipt.boundary = Boundary::RunCheckpoint;
    operation.receipt.contributors = {record.input->id};
    operation.receiptSequence = m_run->injected + 1;
    operation.snapshot = snapshot;
    if (record.stored()) {
        FinishedInput &ended = operation.inputs.emplace_back(
            finished(record, TerminalKind::Consumed, AbandonReason::None, injectedInto(m_run->id)));
        ended.run = m_run->id;
        ended.boundarySequence = operation.receiptSequence;
    }
    // It rewrites the session's row, so it names the attempt that is running again.
    operation.session = rowAfter(m_registers, m_registers.lastCompletionRun, grantOfRun());
    std::vector<LifecycleEvent> events;
    for (const EventCode code : {EventCode::InputStaged, EventCode::InputApplied, EventCode::InputConsumed})
        events.push_back(inputEvent(code, record, m_run->id));
    submit(std::move(ticket), std::move(operation), std::move(events));
}

void SessionCore::publishInjection(const Ticket &ticket)
{
    InputRecord &record = m_inputs.at(ticket.sequence);
    LiveInjection &injection = *m_run->injection;
    const RunId run = m_run->id;
    const quint64 sequence = ++m_run->injected;
    laneOf(record.registers.lane).remove(record);
    advance(record, {.verb = InputVerb::StageForRun, .run = run});
    emitInput(EventCode::InputStaged, record, run);
    advance(record, {.verb = InputVerb::MarkApplied, .run = run});
    advance(record, {.verb = InputVerb::MarkAppliedPendingConsumption});
    advance(record, {.verb = InputVerb::RecordBoundarySequence, .run = run, .boundarySequence = sequence});
    advance(record, {.verb = InputVerb::Consume});
    emitInput(EventCode::InputApplied, record, run);
    emitInput(EventCode::InputConsumed, record, run);
    ++m_tally.consumed;
    injection.waiters = std::exchange(record.waiters, {});
    endRecord(record, injectedInto(run));
    const bool givenUp = m_run->level == CurrentRun::Level::Abandoned
                         || (m_run->heldEnd && std::holds_alternative<RunAbandoned>(*m_run->heldEnd));
    if (injection.snapshot && m_attachment.instance == Instance::Ready && !givenUp) {
        injection.stage = LiveInjection::Stage::Finalizing;
        act(CommitCheckpoint{run, sequence, *injection.snapshot});
        return;
    }
    injectionFinalized({});
}

/// The commit stands whatever the hook says; a hook that fails ends the session as it does after a run, once
/// the run is over.
void SessionCore::injectionFinalized(const Result<void> &result)
{
    const QString failure =
        result.ok()
            ? QString()
            : QStringLiteral("the executor could not take over its snapshot: %1").arg(result.error().message);
    Outcome outcome = injectedInto(m_run->id);
    if (!result.ok()) {
        outcome.outcome = outcomeClassFor(RunTerminal::None, Finalization::Failed);
        outcome.reason = failure;
    }
    resolveWaiters(m_run->injection->waiters, m_run->injection->input, outcome);
    endInjection();
    if (result.ok())
        return;
    m_failed = failure;
    emitEvent({.code = EventCode::ExecutorFailed, .detail = failure});
    const LifecycleCommand stop{.verb = LifecycleVerb::Stop, .reason = failure};
    if (mustWait(stop.verb))
        m_waiting.push(stop);
    else
        requestTeardown(stop);
}

/// What was staged and cannot be written is taken back. The input is queued, so only those who wait for this
/// attempt are told.
void SessionCore::injectionNotDurable(const Ticket &ticket, const StoreVerdict &verdict)
{
    InputRecord &record = m_inputs.at(ticket.sequence);
    record.replacedIn = 0;
    act(DiscardContext{m_run->id, m_run->injection->keys});
    Outcome outcome;
    outcome.outcome = OutcomeClass::AbandonedWithError;
    outcome.run = m_run->id;
    outcome.reason = QStringLiteral("the live injection could not be made durable: %1").arg(verdict.reason);
    resolveAttemptWaiters(record, outcome);
    refuseInjection(
        QStringLiteral("could not be injected durably, and was taken back: %1").arg(verdict.reason));
}

/// The end of a run waits for an injection into it, or the input might be lost with the run or be run again
/// behind it.
bool SessionCore::holdEnd(ApplyFinished &event)
{
    // An executor that was given up answers nothing more.
    if (std::holds_alternative<RunAbandoned>(event.end))
        loseInjection();
    if (!m_run->injection)
        return false;
    m_run->stage = CurrentRun::Stage::Ending;
    m_run->heldEnd = std::make_unique<RunEnd>(std::move(event.end));
    return true;
}

/// The executor is gone, and with it its answer to what was staged. What is being written goes on.
void SessionCore::loseInjection()
{
    if (!m_run || !m_run->injection)
        return;
    if (m_run->injection->stage == LiveInjection::Stage::Staging)
        refuseInjection(QStringLiteral("was being staged when its executor was lost"));
    else if (m_run->injection->stage == LiveInjection::Stage::Finalizing)
        injectionFinalized({});
}

void SessionCore::endInjection()
{
    m_run->injection.reset();
    if (m_run->stage != CurrentRun::Stage::Ending)
        return;
    RunEnd end = *std::exchange(m_run->heldEnd, {});
    if (lifecycleInFlight()) {
        // Decided while the hook was out: the end waits for it as any other.
        m_run->stage = CurrentRun::Stage::Answered;
        m_endWaiting = std::make_unique<ApplyFinished>(ApplyFinished{m_run->id, std::move(end)});
        return;
    }
    concludeRun(std::move(end));
}

} // namespace burrow
