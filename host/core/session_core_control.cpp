// SPDX-License-Identifier: Apache-2.0
// Cancel, stop, attach and the host's shutdown.
#include "core/session_core.h"

namespace burrow {

CommandReceipt SessionCore::refused(Refusal refusal, const QString &message) const
{
    CommandReceipt receipt;
    receipt.verdict = CommandReceipt::Verdict::Refused;
    receipt.refusal = refusal;
    receipt.phase = visiblePhase(m_registers);
    receipt.message = message;
    return receipt;
}

/// Why a session that is held, or whose host goes down, does nothing more.
CommandReceipt SessionCore::closed() const
{
    return m_shutdown ? refused(Refusal::ShuttingDown, QStringLiteral("the host is shutting down"))
                      : refused(Refusal::Held, QStringLiteral("the session is held: %1").arg(m_held));
}

QString SessionCore::phaseSentence(const char *what) const
{
    return QStringLiteral("the session is %1 and %2")
        .arg(QLatin1String(phaseName(visiblePhase(m_registers))), QLatin1String(what));
}

void SessionCore::on(CancelCommand &event)
{
    const bool hard = event.mode == CancelMode::Hard;
    const SessionInput request{.verb =
                                   hard ? SessionVerb::InterruptCurrentRun : SessionVerb::CancelAfterBoundary};
    if (!accepts(m_registers, request)) {
        const bool destroyed = m_registers.phase == Phase::Destroyed;
        reply(event.command, refused(destroyed ? Refusal::Destroyed : Refusal::NotReady,
                                     phaseSentence("has no run to cancel")));
        return;
    }
    const bool direct = m_run && m_run->direct;
    if (!direct && interruptPrepared(event))
        return;
    if (!m_attachment.open && !direct) {
        reply(event.command,
              refused(Refusal::NotReady, QStringLiteral("the session has no executor attached")));
        return;
    }
    if (event.run && event.run != m_registers.run) {
        CommandReceipt receipt =
            refused(Refusal::NotCurrent, QStringLiteral("run %1 is not the current run; nothing was cancelled")
                                             .arg(QString::fromLatin1(event.run.toText())));
        receipt.run = m_registers.run;
        reply(event.command, receipt);
        return;
    }
    CommandReceipt receipt;
    receipt.run = m_registers.run;
    const auto wanted = hard ? CurrentRun::Level::Hard : CurrentRun::Level::Boundary;
    if (!m_run || m_run->stage != CurrentRun::Stage::Open || m_run->level >= wanted) {
        receipt.verdict = CommandReceipt::Verdict::NoOp;
        receipt.message = !m_run || m_run->stage != CurrentRun::Stage::Open
                              ? QStringLiteral("no run is open; there is nothing to cancel")
                              : QStringLiteral("the run was asked to end already");
        reply(event.command, receipt);
        return;
    }
    advance(request);
    cancelCurrentRun(CancelFor::Caller, event.mode, event.reason);
    if (!hard) // Repeated from the queue, for an executor that was not listening yet.
        m_attachment.effects.push({EffectKind::CancelAfterBoundary, m_run->id, event.reason});
    reply(event.command, receipt);
}

void SessionCore::cancelCurrentRun(CancelFor why, CancelMode mode, const QString &reason)
{
    if (!m_run || m_run->stage != CurrentRun::Stage::Open)
        return;
    const auto wanted = mode == CancelMode::Hard ? CurrentRun::Level::Hard : CurrentRun::Level::Boundary;
    // The first reason names the outcome; a shutdown alone overrides it, because it must burn nothing.
    if (m_run->cancelFor == CancelFor::Nobody || why == CancelFor::Shutdown) {
        m_run->cancelFor = why;
        m_run->cancelReason = reason;
    }
    if (why != CancelFor::Caller && why != CancelFor::Shutdown && mode == CancelMode::Boundary)
        m_run->escalateAt = std::min(m_run->escalateAt, m_now + m_settings->stopGrace);
    if (m_run->level >= wanted)
        return;
    m_run->level = wanted;
    const TurnVerb verb = mode == CancelMode::Hard ? TurnVerb::CancelNow : TurnVerb::RequestCancelAfterBoundary;
    if (TurnStep stepped = step(m_run->turn, TurnInput{.verb = verb}); stepped.accepted)
        m_run->turn = stepped.next;
    if (mode == CancelMode::Hard)
        m_run->escalateAt = m_now + m_settings->abandonAfterHard;
    act(CancelRun{m_run->id, mode, reason});
}

void SessionCore::escalate()
{
    m_run->escalateAt = MonotonicTime::never();
    if (m_run->level < CurrentRun::Level::Hard) {
        cancelCurrentRun(m_run->cancelFor, CancelMode::Hard, m_run->cancelReason);
        return;
    }
    m_run->level = CurrentRun::Level::Abandoned;
    if (m_run->cancelReason.isEmpty())
        m_run->cancelReason = QStringLiteral("it was cancelled and did not end");
    act(AbandonRun{m_run->id, m_run->cancelReason});
}

void SessionCore::attach(const LifecycleCommand &command)
{
    if (m_shutdown || !m_held.isEmpty()) {
        reply(command.command, closed());
        return;
    }
    if (!advance(SessionVerb::EnsureSessionWithExecutor)) {
        const bool destroyed = m_registers.phase == Phase::Destroyed;
        reply(command.command,
              refused(destroyed ? Refusal::Destroyed : Refusal::NotReady, phaseSentence("takes no executor")));
        return;
    }
    if (m_registers.phase == Phase::Attached || m_registers.phase == Phase::Running
        || m_registers.phase == Phase::Retired) {
        m_attachment.open = true;
        m_attachment.wake = true;
        m_interruptInstalled = false;
        m_failed.clear();
        forgetRestart();
    }
    reply(command.command, {});
}

void SessionCore::on(ExecutorDied &event)
{
    if (m_attachment.instance == Instance::None)
        return;
    loseInjection();
    if (m_run && m_run->stage == CurrentRun::Stage::Open && !m_run->direct) {
        // Nobody will complete it any more; its instance goes when its end is published.
        ApplyFinished lost{m_run->id, RunAbandoned{event.reason}};
        on(lost);
        return;
    }
    m_restBy = MonotonicTime::never();
    if (m_attachment.instance == Instance::Creating)
        m_attachment.wake = true; // The one that asked for it was used up.
    dropInstance();
    if (m_run && m_run->stage == CurrentRun::Stage::Finalizing) {
        // Its hook is moot: the next instance is made from the snapshot that is committed.
        CheckpointFinished moot{m_run->id, {}};
        on(moot);
    }
    if (m_stop && m_stop->stage == StopInProgress::Stage::StoppingExecutor)
        executorStopped({});
    else if (!m_stop)
        loseExecutor(event.reason, event.ending);
}

void SessionCore::requestStop(const LifecycleCommand &command)
{
    if (m_stop) {
        // One teardown, one result: a later caller joins the stop that is under way.
        m_stop->callers.push_back({command.command, m_now + limits::stop_answer_max});
        return;
    }
    if (m_shutdown) {
        reply(command.command, closed());
        return;
    }
    if (!advance(SessionVerb::StopRuntimeExecutor)) {
        const bool destroyed = m_registers.phase == Phase::Destroyed;
        reply(command.command,
              refused(destroyed ? Refusal::Destroyed : Refusal::Invalid, phaseSentence("cannot be stopped")));
        return;
    }
    m_stop = std::make_unique<StopInProgress>();
    m_stop->reason = command.reason;
    m_stop->callers.push_back({command.command, m_now + limits::stop_answer_max});
    m_retryAt = MonotonicTime::never();
    forgetRestart();
    hurryCheckpoint();
    cancelCurrentRun(CancelFor::Stop, CancelMode::Boundary, QStringLiteral("the session is being stopped"));
    m_attachment.effects.push({EffectKind::Stop, {}, command.reason});
}

/// The stop effect is served: no run is open any more.
void SessionCore::applyStop()
{
    if (!m_stop || m_stop->stage != StopInProgress::Stage::Requested)
        return;
    m_stop->stage = StopInProgress::Stage::StoppingExecutor;
    if (m_attachment.instance != Instance::None)
        m_restBy = m_now + m_settings->stopGrace + m_settings->abandonAfterHard;
    if (m_attachment.instance == Instance::Ready) {
        stopInstance();
    } else if (m_attachment.instance == Instance::None) {
        executorStopped({});
    }
    // Creating: the answer to the creation takes the stop on.
}

void SessionCore::stopInstance()
{
    m_attachment.instance = Instance::Stopping;
    act(StopExecutor{StopKind::SessionStop, m_stop->reason});
}

/// A stop must end even when the executor does not: its instance is left alone and the stop goes on without it.
void SessionCore::giveUpStopping()
{
    m_restBy = MonotonicTime::never();
    if (m_run && m_run->stage == CurrentRun::Stage::Finalizing) {
        dropInstance();
        CheckpointFinished unanswered{
            m_run->id,
            Error{ErrorKind::Plugin, QStringLiteral("it did not answer in time and was left alone")}};
        on(unanswered);
        return;
    }
    emitEvent({.code = EventCode::ExecutorFailed,
               .detail = QStringLiteral("the executor did not come to rest and was left alone")});
    if (m_stop)
        executorStopped({});
    else
        dropInstance();
}

/// Nobody who stops the session waits longer for the hook than for a run.
void SessionCore::hurryCheckpoint()
{
    if (m_run && m_run->stage == CurrentRun::Stage::Finalizing)
        m_restBy = std::min(m_restBy, m_now + m_settings->stopGrace + m_settings->abandonAfterHard);
}

void SessionCore::on(StopFinished &event)
{
    if (m_attachment.instance != Instance::Stopping)
        return;
    m_restBy = MonotonicTime::never();
    // A stop that was under way when the host began to go down is brought to its end first; one that has given
    // the executor up has no use for a late answer.
    if (!m_stop)
        dropInstance();
    else if (m_stop->stage == StopInProgress::Stage::StoppingExecutor)
        executorStopped(event.result);
}

void SessionCore::executorStopped(const Result<void> &result)
{
    if (!result.ok()) {
        // It refuses to stop: nothing is terminalized, and nobody may wait on it for ever.
        const QString reason = QStringLiteral("the executor refused to stop: %1").arg(result.error().message);
        answerStop(refused(Refusal::NotReady, reason));
        m_stop.reset();
        resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime loop exited")));
        detach(reason);
        return;
    }
    m_stop->stage = StopInProgress::Stage::ReadyToTerminalize;
    if (m_tickets.isEmpty())
        terminalize();
}

void SessionCore::canonicalStop(const QString &reason, bool durable)
{
    emitEvent({.code = EventCode::ExecutorFailed, .detail = reason});
    m_failed = reason;
    if (!m_stop) {
        advance(SessionVerb::StopRuntimeExecutor);
        m_stop = std::make_unique<StopInProgress>();
        m_stop->reason = reason;
        // A shutdown calls nothing Stopped: what the executor did wrong is met again, or not, after the
        // restart.
        m_stop->durable = !m_shutdown;
    }
    m_stop->durable = m_stop->durable && durable;
    m_attachment.effects.clear();
    m_retryAt = MonotonicTime::never();
    forgetRestart();
    applyStop();
}

/// The only place where a session becomes Stopped. Waiters are classified first, Stopped is durable next, and
/// only then anybody is told.
void SessionCore::terminalize()
{
    m_stop->stage = StopInProgress::Stage::Terminalizing;
    m_stop->durable = m_stop->durable && m_held.isEmpty();
    if (!m_stop->durable) {
        publishStopped();
        return;
    }
    LifecycleOperation operation;
    operation.verb = "stop";
    operation.finished = finishedQueued(AbandonReason::Stopped);
    SessionInput exited{.verb = SessionVerb::RuntimeExecutorExited};
    const SessionRegisters after = step(m_registers, exited).next;
    operation.session = rowAfter(after, m_registers.lastCompletionRun, {});
    operation.binding = after.binding;
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Lifecycle;
    ticket.verb = LifecycleVerb::Stop;
    submit(std::move(ticket), std::move(operation),
           {{.code = EventCode::RuntimeStateChanged, .from = visiblePhase(m_registers), .to = after.phase}});
}

void SessionCore::publishStopped()
{
    const bool durable = m_stop->durable;
    CommandReceipt receipt;
    if (!durable)
        receipt.message =
            QStringLiteral("stopped for this process only; the store holds the session as it was");
    advance(SessionVerb::RuntimeExecutorExited);
    if (durable)
        receipt.inputs = receipt.counts.abandoned = abandonQueued(AbandonReason::Stopped);
    else // After a store failure the store still holds these inputs as queued; only those who wait are told.
        resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime stopped")));
    m_grant = {};
    m_attachment.open = false;
    m_attachment.wake = false;
    m_attachment.effects.clear();
    dropInstance();
    if (durable)
        act(CleanupExecutor{CleanupCause::Stopped});
    answerStop(receipt);
    m_stop.reset();
}

void SessionCore::dropInstance()
{
    if (std::exchange(m_attachment.instance, Instance::None) != Instance::None)
        act(DestroyExecutor{});
}

void SessionCore::answerStop(const CommandReceipt &receipt)
{
    for (StopInProgress::Caller &caller : m_stop->callers)
        reply(std::exchange(caller.command, 0), receipt);
}

void SessionCore::on(ShutdownCommand &event)
{
    if (!m_shutdown) {
        m_shutdown = true;
        m_retryAt = m_reloadAt = MonotonicTime::never();
        if (m_reload == Reload::Due) // What was not asked for yet is asked for by the next host.
            m_reload = Reload::Spent;
        forgetRestart();
        m_attachment.wake = false;
        while (!m_keyWaiting.isEmpty())
            m_waiting.pushFront(m_keyWaiting.popBack());
        refuseWaiting();
    }
    if (event.mode == CancelMode::Hard) {
        m_shutdownHard = true;
        if (m_restBy != MonotonicTime::never())
            m_restBy = std::min(m_restBy, m_now + m_settings->abandonAfterHard);
    }
    hurryCheckpoint();
    cancelCurrentRun(CancelFor::Shutdown, event.mode, QStringLiteral("the host is shutting down"));
}

/// Nothing that waits is begun any more; the end of a run still counts, and goes on waiting for its turn.
void SessionCore::refuseWaiting()
{
    Fifo<CoreEvent> kept;
    while (!m_waiting.isEmpty()) {
        CoreEvent waiting = m_waiting.pop();
        if (auto *accept = std::get_if<AcceptCommand>(&waiting)) {
            m_ticketBytes -= contentBytes(*accept->input);
            reject(*accept, *refusalFor(*accept));
        } else if (auto *lifecycle = std::get_if<LifecycleCommand>(&waiting)) {
            reply(lifecycle->command, closed());
        } else if (auto *binding = std::get_if<BindCommand>(&waiting)) {
            reply(binding->command, closed());
        } else {
            kept.push(std::move(waiting));
        }
    }
    m_waiting = std::move(kept);
}

/// Goes on with a shutdown as far as it can: runs end, writes are answered, the executor rests, waiters are
/// told.
void SessionCore::shutdownStep()
{
    if (m_shutdownReported || m_run || m_stop || !m_tickets.isEmpty())
        return;
    if (m_attachment.instance != Instance::None && m_restBy == MonotonicTime::never())
        m_restBy =
            m_now + (m_shutdownHard ? Duration::zero() : m_settings->stopGrace) + m_settings->abandonAfterHard;
    if (m_attachment.instance == Instance::Ready) {
        m_attachment.instance = Instance::Stopping;
        act(StopExecutor{StopKind::HostShutdown, QStringLiteral("the host is shutting down")});
        return;
    }
    if (m_attachment.instance != Instance::None)
        return;
    resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("host shutting down")));
    m_shutdownReported = true;
    act(ShutdownFinished{});
}

} // namespace burrow
