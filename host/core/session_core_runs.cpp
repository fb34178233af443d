// SPDX-License-Identifier: Apache-2.0
// How a run ends: what its end means, the one write that makes it durable, and what is published after it.
#include "core/session_core.h"

namespace burrow {

void SessionCore::on(ApplyFinished &event)
{
    // An end that waited comes a second time, by the hand of the core itself.
    const bool waited = m_run && m_run->stage == CurrentRun::Stage::Answered && !m_endWaiting;
    if (!m_run || m_run->id != event.run || (!runOpen() && !waited)) {
        emitEvent({.code = EventCode::RuntimeMisbehaviour,
                   .run = event.run,
                   .detail = QStringLiteral("a run that is not open was completed; nothing was changed")});
        return;
    }
    // The end of a run must not overtake a lifecycle write, which was decided while the run was open.
    if (lifecycleInFlight()) {
        m_run->stage = CurrentRun::Stage::Answered;
        m_endWaiting = std::make_unique<ApplyFinished>(std::move(event));
        return;
    }
    m_boundaryRun = {};
    if (!holdEnd(event))
        concludeRun(std::move(event.end));
}

void SessionCore::concludeRun(RunEnd &&end)
{
    if (m_run->level == CurrentRun::Level::Abandoned && !m_run->direct) {
        // The run was given up while its end was on the way: the end counts, but the instance takes no further
        // run.
        m_run->instanceLost = true;
        m_run->lostReason = QStringLiteral("the executor was given up while its run was ending");
    }
    if (auto *output = std::get_if<RunOutput>(&end)) {
        finishRun(std::move(*output));
        return;
    }
    if (auto *error = std::get_if<RunError>(&end)) {
        const bool leaves = m_shutdown || m_run->cancelFor == CancelFor::Unregister;
        if (leaves && m_run->level != CurrentRun::Level::None)
            rollBackRun();
        else
            failRun(error->cause, error->message, error->machineTerminal);
        return;
    }
    QString reason;
    if (auto *abandoned = std::get_if<RunAbandoned>(&end)) {
        m_run->instanceLost = !m_run->direct; // The executor had no part in a direct run.
        reason = abandoned->reason;
        m_run->lostReason =
            m_run->level == CurrentRun::Level::Abandoned
                ? QStringLiteral("it was given up with a run that it did not end: %1").arg(reason)
                : reason;
    } else {
        reason = std::get<RunCancelled>(end).reason;
    }
    switch (m_run->cancelFor) {
    case CancelFor::Unregister: // The store keeps the session, and its inputs run again where it is opened.
    case CancelFor::Shutdown:
        rollBackRun();
        return;
    case CancelFor::Deadline:
        failRun(FailureCause::RuntimeTurn, m_run->cancelReason, false);
        return;
    case CancelFor::Nobody:
        if (m_run->instanceLost || std::holds_alternative<RunAbandoned>(end)) {
            failRun(FailureCause::ExecutorStopped, reason, false);
            return;
        }
        break;
    case CancelFor::Caller:
    case CancelFor::Stop:
        break;
    }
    cancelRunEnded(m_run->cancelReason.isEmpty() ? reason : m_run->cancelReason);
}

bool SessionCore::anyStored() const
{
    return std::any_of(m_run->contributors.begin(), m_run->contributors.end(),
                       [](const InputRecord *record) { return record->stored(); });
}

std::optional<QString> SessionCore::receiptMismatch(const RunOutput &output) const
{
    if (output.receipt.run != m_run->id) {
        return QStringLiteral("the executor's receipt names run %1, but run %2 is open")
            .arg(QString::fromLatin1(output.receipt.run.toText()), QString::fromLatin1(m_run->id.toText()));
    }
    const bool sameInputs =
        std::equal(output.receipt.contributors.begin(), output.receipt.contributors.end(),
                   m_run->contributors.begin(), m_run->contributors.end(),
                   [](InputId named, const InputRecord *record) { return named == record->input->id; });
    if (!sameInputs)
        return QStringLiteral("the executor's receipt does not name exactly the run's inputs in their order");
    return std::nullopt;
}

/// What a run came to, for the log: told as publishing tells it, with what was only said when it began. The
/// store keeps no inputs that are not stored, so the log does not speak of them.
std::vector<LifecycleEvent> SessionCore::runEvents() const
{
    const RunConclusion &conclusion = m_run->conclusion;
    std::vector<LifecycleEvent> events;
    events.reserve(m_run->contributors.size() * 3 + 2);
    const auto tell = [&](EventCode code, const InputRecord &record, const QString &detail = {}) {
        events.push_back(inputEvent(code, record, m_run->id, detail));
    };
    for (const InputRecord *record : m_run->contributors) {
        if (record->stored())
            tell(EventCode::InputStaged, *record);
    }
    if (m_run->startedAt != MonotonicTime::never())
        events.push_back(runEvent(EventCode::RunStarted));
    for (const InputRecord *record : m_run->contributors) {
        if (!record->stored())
            continue;
        if (conclusion.output) {
            tell(EventCode::InputApplied, *record);
            tell(EventCode::InputConsumed, *record);
        } else if (endingOf(*record) == AbandonReason::None) {
            tell(EventCode::InputQueued, *record);
        } else {
            tell(EventCode::InputAbandoned, *record, conclusion.reason);
        }
    }
    const EventCode end = conclusion.output      ? EventCode::RunCompleted
                          : conclusion.cancelled ? EventCode::RunCancelled
                                                 : EventCode::RunFailed;
    events.push_back(runEvent(end, conclusion.reason));
    return events;
}

void SessionCore::finishRun(RunOutput &&ended)
{
    RunOutput &output = m_run->conclusion.output.emplace(std::move(ended));
    if (std::optional<QString> mismatch = receiptMismatch(output)) {
        // Nothing was changed and nothing may be: the executor lies about what it did.
        emitEvent(runEvent(EventCode::RuntimeMisbehaviour, *mismatch));
        completeWaiters(Finalization::Failed, *mismatch);
        rollBackRun();
        canonicalStop(*mismatch, true);
        return;
    }
    m_run->turn = step(m_run->turn, TurnInput{.verb = TurnVerb::Complete}).next;
    StartGrant grant = grantForNext();
    std::optional<StoreOperation> operation;
    if (anyStored() || output.snapshot) {
        auto &finish = std::get<FinishRunOperation>(operation.emplace(std::in_place_type<FinishRunOperation>));
        finish.run = m_run->id;
        // Given away but for its run, which outcomes name.
        finish.receipt = std::exchange(output.receipt, {.run = output.receipt.run});
        finish.receiptSequence = m_run->terminalSequence();
        finish.snapshot = output.snapshot;
        for (const InputRecord *record : m_run->contributors) {
            if (record->stored()) {
                finish.inputs.push_back(finished(*record, TerminalKind::Consumed, AbandonReason::None,
                                                 outcomeFor(output, Finalization::Succeeded, {})));
                finish.inputs.back().boundarySequence = finish.receiptSequence;
            }
        }
        SessionInput commit{.verb = SessionVerb::Commit};
        commit.run = m_run->id;
        finish.session = rowAfter(step(m_registers, commit).next, m_run->id, grant);
    }
    submitConclusion(TicketKind::FinishRun, std::move(grant), std::move(operation));
}

void SessionCore::submitConclusion(TicketKind kind, StartGrant grant, std::optional<StoreOperation> &&operation)
{
    m_run->stage = CurrentRun::Stage::Committing;
    if (operation && !m_held.isEmpty()) {
        // While it ran the store and this copy have parted: its end cannot be written on top of what is there.
        conclusionNotDurable({.verdict = Verdict::Refused, .reason = m_held});
        return;
    }
    std::vector<LifecycleEvent> events;
    if (operation)
        events = runEvents();
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = kind;
    if (operation) {
        ticket.grant = std::move(grant);
        submit(std::move(ticket), *std::move(operation), std::move(events));
    } else {
        enqueueUnwritten(std::move(ticket)); // Nothing durable: no grant can ride along.
    }
}

void SessionCore::failRun(FailureCause cause, const QString &reason, bool machineTerminal)
{
    if (machineTerminal || cause == FailureCause::Unknown) {
        // An executor may not mint a terminal of the machine: the turn has not reached one.
        const QString sentence =
            QStringLiteral("the executor claims a terminal that was not observed: %1").arg(reason);
        const Outcome outcome = waitFailed(WaitFailure::AuthorityUnavailable, sentence);
        for (InputRecord *record : m_run->contributors)
            resolveWaiters(record->waiters, record->input->id, outcome);
        rollBackRun();
        canonicalStop(sentence, true);
        return;
    }
    m_run->turn = step(m_run->turn, TurnInput{.verb = TurnVerb::FailWith, .cause = cause}).next;
    m_run->conclusion.cause = cause;
    m_run->conclusion.reason = reason;
    submitFailure();
}

void SessionCore::cancelRunEnded(const QString &reason)
{
    if (m_run->turn.phase == TurnPhase::Running)
        m_run->turn = step(m_run->turn, TurnInput{.verb = TurnVerb::CancelNow}).next;
    m_run->turn = step(m_run->turn, TurnInput{.verb = TurnVerb::CancellationObserved}).next;
    m_run->conclusion.cancelled = true;
    // Neither who asked nor who obeyed need say why; whoever waits is told something all the same.
    m_run->conclusion.reason = reason.isEmpty() ? QStringLiteral("the run was cancelled") : reason;
    submitFailure();
}

/// How an input of a failed or cancelled run ends; None when it is queued again.
AbandonReason SessionCore::endingOf(const InputRecord &record) const
{
    if (m_run->conclusion.cancelled)
        return AbandonReason::Cancelled;
    // In a batch nobody pays: its members are tried one by one, and then each counts for itself.
    if (m_run->contributors.size() > 1)
        return AbandonReason::None;
    return record.registers.tries + 1 >= limits::tries_max ? AbandonReason::MaxAttemptsExhausted
                                                           : AbandonReason::None;
}

/// What an attempt without output came to: told to whoever waits and stored for whoever asks later.
Outcome SessionCore::attemptOutcome() const
{
    const RunConclusion &conclusion = m_run->conclusion;
    Outcome attempt;
    attempt.outcome = conclusion.cancelled ? OutcomeClass::Cancelled : OutcomeClass::AbandonedWithError;
    attempt.cause = conclusion.cause;
    attempt.run = m_run->id;
    attempt.reason =
        conclusion.cancelled ? conclusion.reason : QStringLiteral("apply failed: %1").arg(conclusion.reason);
    return attempt;
}

FailRunOperation SessionCore::failOperation(StartGrant grant)
{
    const RunConclusion &conclusion = m_run->conclusion;
    FailRunOperation operation;
    operation.run = m_run->id;
    const bool alone = m_run->contributors.size() == 1;
    for (qsizetype at = 0; at < m_run->contributors.size(); ++at) {
        const InputRecord &record = *m_run->contributors[at];
        if (!record.stored())
            continue;
        const AbandonReason ending = endingOf(record);
        if (ending != AbandonReason::None) {
            operation.finished.push_back(finished(record, TerminalKind::Abandoned, ending, attemptOutcome()));
        } else {
            operation.requeued.push_back({record.sequence, record.registers.tries + (alone ? 1 : 0),
                                          conclusion.deferred.empty()
                                              ? record.registers.admission
                                              : conclusion.deferred[static_cast<std::size_t>(at)]});
        }
    }
    SessionInput end{.verb = conclusion.cancelled ? SessionVerb::CancelRun : SessionVerb::Fail};
    end.run = m_run->id;
    end.turn = m_run->turn;
    operation.session = rowAfter(step(m_registers, end).next, m_registers.lastCompletionRun, std::move(grant));
    return operation;
}

void SessionCore::submitFailure()
{
    const bool backlog = !(m_queue.isEmpty() && m_steer.isEmpty());
    if (backlog && !m_run->conclusion.cancelled) {
        for (qsizetype at = 0; at < m_run->contributors.size(); ++at)
            m_run->conclusion.deferred.push_back(m_nextAdmission++);
    }
    StartGrant grant = backlog ? grantForNext() : StartGrant{};
    std::optional<StoreOperation> operation;
    if (anyStored())
        operation = failOperation(grant);
    submitConclusion(TicketKind::FailRun, std::move(grant), std::move(operation));
}

void SessionCore::publishFinished()
{
    const RunOutput &output = *m_run->conclusion.output;
    const Outcome outcome = outcomeFor(output, Finalization::Succeeded, {});
    LifecycleEvent completed = runEvent(EventCode::RunCompleted); // While its inputs are here.
    for (InputRecord *record : m_run->contributors) {
        advance(*record, {.verb = InputVerb::MarkApplied, .run = m_run->id});
        advance(*record, {.verb = InputVerb::MarkAppliedPendingConsumption});
        advance(*record, {.verb = InputVerb::RecordBoundarySequence,
                          .run = m_run->id,
                          .boundarySequence = m_run->terminalSequence()});
        advance(*record, {.verb = InputVerb::Consume});
        emitInput(EventCode::InputApplied, *record, m_run->id);
        emitInput(EventCode::InputConsumed, *record, m_run->id);
        ++m_tally.consumed;
        m_run->waiters.emplace_back(record->input->id, std::exchange(record->waiters, {}));
        endRecord(*record, outcome);
    }
    m_run->contributors.clear();
    SessionInput commit{.verb = SessionVerb::Commit};
    commit.run = m_run->id;
    const bool committed = advance(commit);
    BURROW_ASSERT(committed);
    emitEvent(std::move(completed));
    // An instance that is gone needs no hook: its successor is made from the snapshot that was just committed.
    if (output.snapshot && m_attachment.instance == Instance::Ready && !m_run->instanceLost) {
        // The hook hears of the snapshot only now that it is durable; its failure is told to those who wait.
        m_run->stage = CurrentRun::Stage::Finalizing;
        if (m_settings->turnTimeout > Duration::zero())
            m_restBy = m_now + m_settings->turnTimeout;
        act(CommitCheckpoint{m_run->id, m_run->terminalSequence(), *output.snapshot});
        return;
    }
    completeWaiters(Finalization::Succeeded, {});
    afterRun(true);
}

void SessionCore::on(CheckpointFinished &event)
{
    if (m_run && m_run->id == event.run && m_run->injection
        && m_run->injection->stage == LiveInjection::Stage::Finalizing) {
        injectionFinalized(event.result);
        return;
    }
    if (!m_run || m_run->id != event.run || m_run->stage != CurrentRun::Stage::Finalizing)
        return;
    m_restBy = MonotonicTime::never();
    if (event.result.ok()) {
        completeWaiters(Finalization::Succeeded, {});
        afterRun(true);
        return;
    }
    // The commit stands and the inputs are consumed; only the executor's own copy is behind.
    const QString reason =
        QStringLiteral("the executor could not take over its snapshot: %1").arg(event.result.error().message);
    completeWaiters(Finalization::Failed, reason);
    afterRun(true);
    canonicalStop(reason, true);
}

void SessionCore::completeWaiters(Finalization finalization, const QString &failure)
{
    Outcome outcome = outcomeFor(*m_run->conclusion.output, finalization, failure);
    outcome.run = m_run->id; // The receipt may name another one, and is then the reason of the failure.
    for (auto &[input, waiters] : m_run->waiters)
        resolveWaiters(waiters, input, outcome);
    for (InputRecord *record : m_run->contributors)
        resolveWaiters(record->waiters, record->input->id, outcome);
}

void SessionCore::requeue(InputRecord &record, quint64 deferredTo)
{
    advance(record, {.verb = InputVerb::ResolveStagedRollback, .lane = record.registers.recoveryLane});
    if (deferredTo != 0)
        advance(record, {.verb = InputVerb::DeferBehindBacklog, .admission = deferredTo});
    place(record);
    emitInput(EventCode::InputQueued, record, m_run->id);
}

void SessionCore::publishFailed()
{
    const RunConclusion &conclusion = m_run->conclusion;
    ++m_tally.runsFailed;
    const bool alone = m_run->contributors.size() == 1;
    bool requeued = false;
    const Outcome attempt = attemptOutcome();
    LifecycleEvent told = runEvent(conclusion.cancelled ? EventCode::RunCancelled : EventCode::RunFailed,
                                   conclusion.reason); // While its inputs are here.
    for (qsizetype at = 0; at < m_run->contributors.size(); ++at) {
        InputRecord &record = *m_run->contributors[at];
        const AbandonReason ending = endingOf(record);
        if (!conclusion.cancelled && alone)
            advance(record, {.verb = InputVerb::RunFailed});
        if (ending == AbandonReason::None) {
            record.alone = record.alone || !alone;
            requeue(record,
                    conclusion.deferred.empty() ? 0 : conclusion.deferred[static_cast<std::size_t>(at)]);
            resolveAttemptWaiters(record, attempt);
            requeued = true;
            continue;
        }
        if (ending == AbandonReason::MaxAttemptsExhausted) {
            advance(record, {.verb = InputVerb::ResolveStagedRollback, .lane = record.registers.recoveryLane});
        } else {
            advance(record, {.verb = InputVerb::Abandon, .reason = ending});
        }
        emitInput(EventCode::InputAbandoned, record, m_run->id, conclusion.reason);
        ++m_tally.abandoned;
        endRecord(record, attempt);
    }
    m_run->contributors.clear();
    SessionInput end{.verb = conclusion.cancelled ? SessionVerb::CancelRun : SessionVerb::Fail};
    end.run = m_run->id;
    end.turn = m_run->turn;
    const bool ended = advance(end);
    BURROW_ASSERT(ended);
    emitEvent(std::move(told));
    // A lone failing input waits for its backoff or for somebody else's wake; a split batch, and a backlog, go
    // on.
    const bool lone = requeued && alone && conclusion.deferred.empty();
    if (lone) {
        const Duration first = std::min(m_settings->retryBackoff, limits::retry_backoff_max);
        const Duration wait = first * (1U << std::min<quint32>(m_retryStep++, 6));
        m_retryAt = m_now + std::min(wait, limits::retry_backoff_max);
    }
    afterRun(!lone);
}

void SessionCore::afterRun(bool progressed)
{
    BURROW_ASSERT(!m_run->injection); // The end of a run waits for it.
    const bool lost = m_run->instanceLost;
    const QString reason = m_run->lostReason;
    m_run.reset();
    m_boundaryRun = {};
    if (progressed) {
        m_retryStep = 0;
        m_attachment.wake = true;
    }
    if (lost && m_attachment.instance != Instance::None) {
        if (m_stop || m_shutdown)
            dropInstance();
        else
            loseExecutor(reason, ExecutorEnding::Failed);
    } else if (!m_attachment.open) {
        // The executor died while the end of its run was being written.
        advance(SessionVerb::DetachExecutor);
    }
}

/// Takes the run back without any write: nothing of it was durable.
void SessionCore::rollBackRun()
{
    SessionInput rollback{.verb = SessionVerb::RollbackRun};
    rollback.run = m_run->id;
    const bool rolledBack = advance(rollback);
    BURROW_ASSERT(rolledBack);
    for (InputRecord *record : m_run->contributors) {
        advance(*record, {.verb = InputVerb::ResolveStagedRollback, .lane = record->registers.recoveryLane});
        place(*record);
    }
    m_run->contributors.clear();
    if (m_run->instanceLost)
        dropInstance(); // A stop follows, or the host goes down: no other is made.
    afterRun(false);
}

void SessionCore::conclusionNotDurable(const StoreVerdict &verdict)
{
    const RunConclusion &conclusion = m_run->conclusion;
    const QString reason = (m_run->direct ? QStringLiteral("runtime commit failed: %1")
                                          : QStringLiteral("the end of the run could not be made durable: %1"))
                               .arg(verdict.reason);
    if (conclusion.output) {
        completeWaiters(Finalization::Failed, reason);
    } else {
        Outcome outcome;
        outcome.outcome = OutcomeClass::AbandonedWithError;
        outcome.cause = conclusion.cause;
        outcome.run = m_run->id;
        outcome.reason = QStringLiteral("runtime failure snapshot failed: %1").arg(verdict.reason);
        // The attempt is over; the input is not, and who waits for its end hears that from the stop below.
        for (InputRecord *record : m_run->contributors)
            resolveAttemptWaiters(*record, outcome);
    }
    rollBackRun();
    canonicalStop(reason, false);
}

} // namespace burrow
