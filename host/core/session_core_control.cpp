// SPDX-License-Identifier: Apache-2.0
// Cancel, attach and the host's shutdown.
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
    if (!event.epoch.isNull() && event.epoch != m_epoch) {
        reply(event.command,
              refused(Refusal::BindingMismatch,
                      QStringLiteral("the bindings are those of an earlier epoch of the session")));
        return;
    }
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
    if (!runOpen() || m_run->level >= wanted) {
        receipt.verdict = CommandReceipt::Verdict::NoOp;
        receipt.message = !runOpen() ? QStringLiteral("no run is open; there is nothing to cancel")
                                     : QStringLiteral("the run was asked to end already");
        reply(event.command, receipt);
        return;
    }
    advance(request);
    cancelCurrentRun(CancelFor::Caller, event.mode, event.reason);
    if (!hard) // Repeated from the queue, for an executor that was not listening yet.
        postEffect({EffectKind::CancelAfterBoundary, m_run->id, event.reason});
    reply(event.command, receipt);
}

/// The queue is never full: of each run at most one cancel is posted, for repeats post nothing, of each
/// teardown one stop, and both are served before the next run begins. So nobody has to be held back.
void SessionCore::postEffect(PostedEffect effect)
{
    BURROW_ASSERT(m_attachment.effects.count() < limits::effects_per_session_max);
    m_attachment.effects.push(std::move(effect));
}

void SessionCore::cancelCurrentRun(CancelFor why, CancelMode mode, const QString &reason)
{
    if (!runOpen())
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
    if (m_stop && m_stop->kind != Teardown::Kind::Stop) {
        reply(command.command,
              refused(Refusal::NotReady, phaseSentence("is going: it takes no executor any more")));
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
        if (m_operations)
            m_operations->registry.seedFeed();
    }
    retryCleanup();
    reply(command.command, {});
}

void SessionCore::on(ExecutorDied &event)
{
    if (m_attachment.instance == Instance::None)
        return;
    if (runOpen() && !m_run->direct) {
        // Nobody will complete it any more; its instance goes when its end is published.
        loseInjection();
        ApplyFinished lost{m_run->id, RunAbandoned{event.reason}};
        on(lost);
        return;
    }
    m_restBy = MonotonicTime::never();
    if (m_attachment.instance == Instance::Creating)
        m_attachment.wake = true; // The one that asked for it was used up.
    dropInstance();
    // An end that waited for the injection is concluded by this. It may stop the session, so it must find the
    // instance gone: nothing more is asked of one that is dead.
    loseInjection();
    if (m_run && m_run->stage == CurrentRun::Stage::Finalizing) {
        // Its hook is moot: the next instance is made from the snapshot that is committed.
        CheckpointFinished moot{m_run->id, {}};
        on(moot);
    }
    if (m_stop && m_stop->stage == Teardown::Stage::StoppingExecutor)
        executorStopped({});
    else if (!m_stop)
        loseExecutor(event.reason, event.ending);
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
    refuseRecoveries(closed());
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
    if (m_shutdownReported || m_run || m_stop || m_cleaning || !m_tickets.isEmpty())
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
    poisonOperations(QStringLiteral("the host is shutting down"));
    m_shutdownReported = true;
    act(ShutdownFinished{});
}

} // namespace burrow
