// SPDX-License-Identifier: Apache-2.0
// Stop, destroy and unregister: what first brings the executor to rest. One teardown at a time, one result for
// everybody who asks for it.
#include "core/session_core.h"

namespace burrow {

namespace {

struct KindOf
{
    LifecycleVerb verb;
    const char *cannotBe;
    const char *why; ///< Told to the run that has to end for it.
    CancelFor cancelFor;
    CancelMode mode;
    CleanupCause cause;
};

/// In the order of Teardown::Kind. Only a stop lets a run come to its boundary.
constexpr KindOf kinds[] = {
    {LifecycleVerb::Stop, "cannot be stopped", "the session is being stopped", CancelFor::Stop,
     CancelMode::Boundary, CleanupCause::Stopped},
    {LifecycleVerb::Destroy, "cannot be destroyed", "the session is being destroyed", CancelFor::Stop,
     CancelMode::Hard, CleanupCause::Destroyed},
    {LifecycleVerb::Unregister, "cannot be unregistered", "the session is being unregistered",
     CancelFor::Unregister, CancelMode::Hard, CleanupCause::Stopped},
};

const KindOf &factsOf(Teardown::Kind kind)
{
    return kinds[static_cast<std::size_t>(kind)];
}

Teardown::Kind kindFor(LifecycleVerb verb)
{
    return verb == LifecycleVerb::Destroy      ? Teardown::Kind::Destroy
           : verb == LifecycleVerb::Unregister ? Teardown::Kind::Unregister
                                               : Teardown::Kind::Stop;
}

} // namespace

/// What happens to the session, as a word of a sentence.
const char *SessionCore::teardownWord() const
{
    switch (m_stop->kind) {
    case Teardown::Kind::Stop:
        break;
    case Teardown::Kind::Destroy:
        return "being destroyed";
    case Teardown::Kind::Unregister:
        return "being unregistered";
    }
    return "stopping";
}

bool SessionCore::isTeardown(LifecycleVerb verb)
{
    return verb == LifecycleVerb::Stop || verb == LifecycleVerb::Destroy || verb == LifecycleVerb::Unregister;
}

/// Who asks for the teardown that is under way, or for a mere stop, joins it; what goes further follows it.
bool SessionCore::joinsTeardown(LifecycleVerb verb) const
{
    return verb == LifecycleVerb::Stop || kindFor(verb) == m_stop->kind;
}

Duration SessionCore::restBound() const
{
    return m_stop && m_stop->kind == Teardown::Kind::Unregister
               ? limits::unregister_wait_max
               : m_settings->stopGrace + m_settings->abandonAfterHard;
}

void SessionCore::joinTeardown(const LifecycleCommand &command)
{
    const bool stop = command.verb == LifecycleVerb::Stop;
    m_stop->callers.push_back(
        {command.command, stop ? m_now + limits::stop_answer_max : MonotonicTime::never()});
}

void SessionCore::requestTeardown(const LifecycleCommand &command)
{
    if (m_stop) {
        joinTeardown(command);
        return;
    }
    const Teardown::Kind kind = kindFor(command.verb);
    const KindOf &facts = factsOf(kind);
    // A session that is held can be let go of and brought to rest, for neither needs a write.
    if (m_shutdown || (kind == Teardown::Kind::Destroy && !m_held.isEmpty())) {
        reply(command.command, closed());
        return;
    }
    const Registration before = m_registers.registration;
    if (!stageTeardown(kind)) {
        const bool destroyed = m_registers.phase == Phase::Destroyed;
        reply(command.command,
              refused(destroyed ? Refusal::Destroyed : Refusal::Invalid, phaseSentence(facts.cannotBe)));
        return;
    }
    m_stop = std::make_unique<Teardown>();
    m_stop->kind = kind;
    m_stop->reason = command.reason;
    m_stop->before = before;
    m_stop->retryWaited = m_retryAt != MonotonicTime::never();
    joinTeardown(command);
    m_retryAt = MonotonicTime::never();
    forgetRestart();
    hurryCheckpoint();
    cancelCurrentRun(facts.cancelFor, facts.mode, QLatin1String(facts.why));
    if (m_run && kind == Teardown::Kind::Unregister)
        m_run->escalateAt = std::min(m_run->escalateAt, m_now + limits::unregister_wait_max);
    postEffect({EffectKind::Stop, {}, command.reason});
}

/// What the machine must take before anything else is done. A destroy changes nothing until it is durable.
bool SessionCore::stageTeardown(Teardown::Kind kind)
{
    switch (kind) {
    case Teardown::Kind::Stop:
        return advance(SessionVerb::StopRuntimeExecutor);
    case Teardown::Kind::Destroy:
        return accepts(m_registers, SessionInput{.verb = SessionVerb::Destroy});
    case Teardown::Kind::Unregister:
        break;
    }
    return advance(aboutThisSession(SessionVerb::BeginUnregisterSession));
}

/// The image came while the session was leaving, and knows nothing of that.
void SessionCore::reopenWindow()
{
    m_stop->before = m_registers.registration;
    const bool open = advance(aboutThisSession(SessionVerb::BeginUnregisterSession));
    BURROW_ASSERT(open); // What was just loaded is in no window.
}

SessionInput SessionCore::aboutThisSession(SessionVerb verb) const
{
    SessionInput input{.verb = verb};
    input.session = m_id;
    input.binding = m_registers.binding;
    return input;
}

/// Nobody waits for boundaries any more: something that goes further than the stop is waiting behind it.
void SessionCore::hurryTeardown()
{
    cancelCurrentRun(CancelFor::Stop, CancelMode::Hard, QLatin1String(factsOf(m_stop->kind).why));
}

/// The stop effect is served: no run is open any more.
void SessionCore::applyStop()
{
    if (!m_stop || m_stop->stage != Teardown::Stage::Requested)
        return;
    m_stop->stage = Teardown::Stage::StoppingExecutor;
    if (m_attachment.instance != Instance::None)
        m_restBy = m_now + restBound();
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
    if (m_cleaning) {
        cleanupAnswered(Error{ErrorKind::Plugin, QStringLiteral("it did not answer in time")});
        return;
    }
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
    if (m_attachment.instance == Instance::Creating)
        m_attachment.wake = true; // The one that asked for it was used up, and the session may go on.
    if (m_stop)
        executorStopped({});
    else
        dropInstance();
}

/// Nobody who stops the session waits longer for the hook than for a run.
void SessionCore::hurryCheckpoint()
{
    if (m_run && m_run->stage == CurrentRun::Stage::Finalizing)
        m_restBy = std::min(m_restBy, m_now + restBound());
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
    else if (m_stop->stage == Teardown::Stage::StoppingExecutor)
        executorStopped(event.result);
}

void SessionCore::executorStopped(const Result<void> &result)
{
    if (!result.ok()) {
        const QString reason = QStringLiteral("the executor refused to stop: %1").arg(result.error().message);
        if (m_stop->kind == Teardown::Kind::Stop) {
            // Nothing is terminalized, and nobody may wait on it for ever.
            answerTeardown(refused(Refusal::NotReady, reason));
            m_stop.reset();
            resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime loop exited")));
            detach(reason);
            return;
        }
        // Who destroys the session, or lets go of it, does not depend on its executor's consent.
        emitEvent({.code = EventCode::ExecutorFailed, .detail = reason});
    }
    m_stop->stage = Teardown::Stage::ReadyToTerminalize;
}

/// Nothing of this session is on its way any more. One that leaves also waits for the answers to its questions:
/// they would be given to whoever opens the session next.
bool SessionCore::readyToTerminalize() const
{
    if (!m_stop || m_stop->stage != Teardown::Stage::ReadyToTerminalize || m_cleaning || !m_tickets.isEmpty())
        return false;
    return m_stop->kind != Teardown::Kind::Unregister
           || (m_givenUp == 0 && m_interruptsOpen == 0 && m_keyState != KeyState::Loading
               && m_reload != Reload::Asked);
}

void SessionCore::canonicalStop(const QString &reason, bool durable)
{
    emitEvent({.code = EventCode::ExecutorFailed, .detail = reason});
    m_failed = reason;
    if (!m_stop) {
        advance(SessionVerb::StopRuntimeExecutor);
        m_stop = std::make_unique<Teardown>();
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

/// What is left of the session in the store when this host lets go of it: a session that had ended is kept as
/// it is, any other loses its binding. Its inputs stay.
SessionRegisters SessionCore::leftBehind() const
{
    SessionRegisters left = m_registers;
    left.registration = Registration::Queuing;
    left.loopStopOwed = left.drainExitOwed = left.waitersOwed = false;
    const bool ended = left.phase == Phase::Retired || left.phase == Phase::Stopped;
    if (!ended) {
        left.phase = Phase::Idle;
        left.binding.reset();
    }
    return left;
}

/// The only place where a session becomes Stopped, Destroyed or unregistered. Waiters are classified first, the
/// end is durable next, and only then anybody is told.
void SessionCore::terminalize()
{
    m_stop->stage = Teardown::Stage::Terminalizing;
    m_stop->durable = m_stop->durable && m_held.isEmpty();
    if (!m_stop->durable) {
        if (m_stop->kind == Teardown::Kind::Destroy) {
            // The executor has come to rest over a store that no longer agrees: destroyed must be durable.
            answerTeardown(refused(m_held.isEmpty() ? Refusal::NotWritten : Refusal::Held,
                                   QStringLiteral("the session could not be destroyed: %1")
                                       .arg(m_held.isEmpty() ? m_failed : m_held)));
            m_stop->kind = Teardown::Kind::Stop;
        }
        publishTeardown();
        return;
    }
    const KindOf &facts = factsOf(m_stop->kind);
    Ticket ticket;
    ticket.verb = facts.verb;
    SessionRegisters after;
    switch (m_stop->kind) {
    case Teardown::Kind::Stop:
        after = step(m_registers, SessionInput{.verb = SessionVerb::RuntimeExecutorExited}).next;
        ticket.ending = AbandonReason::Stopped;
        break;
    case Teardown::Kind::Destroy:
        after = step(m_registers, SessionInput{.verb = SessionVerb::Destroy}).next;
        ticket.ending = AbandonReason::Destroyed;
        break;
    case Teardown::Kind::Unregister:
        after = m_stop->left = leftBehind();
        break;
    }
    // Owed from the moment the end is durable, until it is known to be done.
    OwedCleanup owed;
    owed.cause = facts.cause;
    ticket.owed = std::make_shared<const OwedCleanup>(std::move(owed));
    submitLifecycle(std::move(ticket), after, operationsAtTeardown());
}

void SessionCore::publishTeardown()
{
    if (m_stop->stage == Teardown::Stage::Leaving) {
        leave();
        return;
    }
    const bool durable = m_stop->durable;
    CommandReceipt &receipt = m_stop->receipt;
    switch (m_stop->kind) {
    case Teardown::Kind::Stop:
        advance(SessionVerb::RuntimeExecutorExited);
        m_stoppedHere = !durable;
        if (durable) {
            receipt.counts.abandoned = abandonQueued(AbandonReason::Stopped);
        } else {
            // After a store failure the store still holds these inputs; only those who wait are told.
            receipt.message =
                QStringLiteral("stopped for this process only; the store holds the session as it was");
            resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime stopped")));
        }
        break;
    case Teardown::Kind::Destroy:
        advance(SessionVerb::Destroy);
        receipt.counts.abandoned = abandonQueued(AbandonReason::Destroyed);
        break;
    case Teardown::Kind::Unregister:
        publishUnregistered();
        break;
    }
    receipt.inputs = receipt.counts.abandoned;
    m_grant = {};
    m_attachment.open = false;
    m_attachment.wake = false;
    m_attachment.effects.clear();
    dropInstance();
    if (!durable) {
        finishTeardown();
        return;
    }
    m_stop->stage = Teardown::Stage::CleaningUp;
    beginCleanup();
}

void SessionCore::publishUnregistered()
{
    if (!m_stop->durable) // Nothing is written any more: what lives goes without an end.
        poisonOperations(QStringLiteral("runtime session unregistered"));
    advance(aboutThisSession(SessionVerb::RuntimeLoopStoppedForUnregister));
    advance(aboutThisSession(SessionVerb::CommsDrainExitedForUnregister)); // It has no drains.
    resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime session unregistered")));
    advance(aboutThisSession(SessionVerb::CompletionWaitersResolvedForUnregister));
    const bool gone = advance(aboutThisSession(SessionVerb::UnregisterSession));
    BURROW_ASSERT(gone); // Every obligation is closed, and the facts are the session's own.
}

/// The end was not written: the session is what it was, and only its executor has come to rest.
void SessionCore::teardownNotDurable(const CommandReceipt &receipt)
{
    if (m_stop->stage == Teardown::Stage::Leaving) {
        leave(); // Only the word that its clean-up is done was lost: it is done once more.
        return;
    }
    answerTeardown(receipt);
    const Teardown::Kind kind = m_stop->kind;
    m_attachment.wake = m_attachment.wake || m_stop->retryWaited;
    if (kind == Teardown::Kind::Unregister) {
        m_registers.registration = m_stop->before;
        m_registers.loopStopOwed = m_registers.drainExitOwed = m_registers.waitersOwed = false;
    }
    m_stop.reset();
    if (kind == Teardown::Kind::Stop) {
        resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime loop exited")));
        detach(receipt.message);
        return;
    }
    dropInstance(); // The next run makes another.
    // A wake was used up by what the teardown has ended; only who came without one goes on waiting for one.
    for (const auto &[sequence, record] : m_inputs)
        m_attachment.wake = m_attachment.wake || !record.withoutWake;
}

/// Everything is done, or is known to be owed.
void SessionCore::finishTeardown()
{
    if (m_stop->kind == Teardown::Kind::Unregister) {
        if (m_stop->durable && m_cleanupDone && m_held.isEmpty()) {
            // Before it leaves, the store is told that nothing is owed; a store that failed is told no more.
            m_stop->stage = Teardown::Stage::Leaving;
            Ticket ticket;
            ticket.verb = LifecycleVerb::Unregister;
            submitLifecycle(std::move(ticket), m_stop->left);
            return;
        }
        leave();
        return;
    }
    answerTeardown(m_stop->receipt);
    m_stop.reset();
}

/// The host lets go of the session. Who still waits for it is told that there is none.
void SessionCore::leave()
{
    // Those who began to wait while its clean-up was under way.
    resolveAll(outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime session unregistered")));
    poisonOperations(QStringLiteral("runtime session unregistered"));
    answerTeardown(m_stop->receipt);
    m_stop.reset();
    m_released = true;
    while (!m_keyWaiting.isEmpty())
        m_waiting.pushFront(m_keyWaiting.popBack());
    while (!m_waiting.isEmpty()) {
        CoreEvent waiting = m_waiting.pop();
        refuseReleased(waiting);
    }
    m_inputs.clear();
    m_queue = m_steer = {};
    m_ticketBytes = 0;
    m_reload = Reload::Never;
    m_reloadAt = m_retryAt = m_restBy = MonotonicTime::never();
    refuseRecoveries(noSuchSession());
    act(SessionReleased{});
}

CommandReceipt SessionCore::noSuchSession() const
{
    CommandReceipt receipt = refused(Refusal::NotReady, QStringLiteral("there is no such session"));
    receipt.phase = Phase::Destroyed;
    return receipt;
}

/// An event that comes when the session is gone from this host.
void SessionCore::refuseReleased(CoreEvent &event)
{
    CommandReceipt receipt = noSuchSession();
    if (auto *accept = std::get_if<AcceptCommand>(&event)) {
        AcceptReceipt rejection;
        rejection.refusal = receipt.refusal;
        rejection.phase = receipt.phase;
        rejection.message = receipt.message;
        reject(*accept, std::move(rejection));
    } else if (auto *wait = std::get_if<WaitCommand>(&event)) {
        reply(wait->command, receipt);
    } else if (auto *cancel = std::get_if<CancelCommand>(&event)) {
        reply(cancel->command, receipt);
    } else if (auto *publish = std::get_if<PublishCommand>(&event)) {
        reply(publish->command, receipt);
    } else if (auto *binding = std::get_if<BindCommand>(&event)) {
        reply(binding->command, receipt);
    } else if (auto *interrupt = std::get_if<InstallInterrupt>(&event)) {
        reply(interrupt->command, receipt);
    } else if (auto *operation = std::get_if<OperationCommand>(&event)) {
        refuseOperation(*operation, receipt.message);
    } else if (auto *lifecycle = std::get_if<LifecycleCommand>(&event)) {
        if (lifecycle->verb == LifecycleVerb::Unregister) {
            receipt.verdict = CommandReceipt::Verdict::NoOp;
            receipt.refusal = Refusal::None;
        }
        reply(lifecycle->command, receipt);
    }
}

void SessionCore::dropInstance()
{
    if (std::exchange(m_attachment.instance, Instance::None) == Instance::None)
        return;
    act(DestroyExecutor{});
    endOperationsOfExecutor();
}

void SessionCore::answerTeardown(const CommandReceipt &receipt)
{
    for (Teardown::Caller &caller : m_stop->callers)
        reply(std::exchange(caller.command, 0), receipt);
}

} // namespace burrow
