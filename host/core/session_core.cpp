// SPDX-License-Identifier: Apache-2.0
#include "core/session_core.h"

namespace burrow {

SessionCore::SessionCore(SessionId id, const CoreSettings &settings)
    : m_id(id)
    , m_settings(&settings)
    , m_nextAdmission(limits::admission_sequence_first)
    , m_nextPriority(limits::priority_sequence_first)
{
}

void SessionCore::handle(CoreEvent &&event, MonotonicTime now, CoreActions &actions)
{
    m_now = now;
    m_actions = &actions;
    if (m_released) {
        refuseReleased(event);
        m_shutdown = m_shutdown || std::holds_alternative<ShutdownCommand>(event);
    } else {
        std::visit([this](auto &one) { on(one); }, event);
    }
    if (readyToTerminalize())
        terminalize();
    if (m_tickets.isEmpty()) // Otherwise their verdicts serve what waits.
        runWaiting();
    if (mayInject())
        injectNext();
    if (m_shutdown)
        shutdownStep();
    else if (m_reload == Reload::Due)
        reloadStep();
    else if (m_operations)
        feedStep();
    m_actions = nullptr;
}

void SessionCore::on(Wake &)
{
    m_attachment.wake = true;
}

void SessionCore::on(BoundaryChanged &event)
{
    heard(event.run, m_now);
    // A late push about a run that has ended must not outlive it, nor open the boundary of its successor.
    if (event.open && m_run && m_run->id == event.run && m_run->stage == CurrentRun::Stage::Open)
        m_boundaryRun = event.run;
    else if (m_boundaryRun == event.run)
        m_boundaryRun = {};
}

void SessionCore::on(BoundaryFailed &event)
{
    m_boundaryRun = {};
    emitEvent({.code = EventCode::BoundaryError, .detail = event.message});
}

void SessionCore::on(Tick &)
{
    if (runOpen()) {
        if (m_now >= m_run->turnDeadline) {
            m_run->turnDeadline = MonotonicTime::never();
            cancelCurrentRun(CancelFor::Deadline, CancelMode::Boundary,
                             QStringLiteral("the turn has used up its time (limits.turn_timeout)"));
        }
        if (m_now >= m_run->escalateAt)
            escalate();
    }
    if (m_now >= m_retryAt) {
        m_retryAt = MonotonicTime::never();
        m_attachment.wake = true;
    }
    if (restartAhead() && m_now >= m_deaths->dueAt())
        m_deaths->becomeDue(); // A wake that could not be served meanwhile was kept.
    if (m_now >= m_reloadAt) {
        m_reloadAt = MonotonicTime::never();
        m_reload = Reload::Due;
    }
    if (m_now >= m_restBy)
        giveUpStopping();
    if (m_operations && m_now >= m_operations->retryAt) {
        m_operations->retryAt = MonotonicTime::never();
        writeOperations();
    }
    if (m_stop) {
        // Who has an answer is forgotten: a stuck executor may be stopped many times.
        std::erase_if(m_stop->callers, [this](const Teardown::Caller &caller) {
            if (m_now < caller.answerBy)
                return false;
            CommandReceipt receipt;
            receipt.verdict = CommandReceipt::Verdict::Deferred;
            receipt.message = QStringLiteral("the stop goes on; the executor has not come to rest yet");
            reply(caller.command, receipt);
            return true;
        });
    }
}

MonotonicTime SessionCore::deadline() const
{
    MonotonicTime next = std::min({m_retryAt, m_restBy, m_reloadAt});
    if (restartAhead())
        next = std::min(next, m_deaths->dueAt());
    if (m_operations)
        next = std::min(next, m_operations->retryAt);
    if (runOpen())
        next = std::min({next, m_run->turnDeadline, m_run->escalateAt});
    if (m_stop) {
        for (const Teardown::Caller &caller : m_stop->callers) {
            if (caller.command != 0)
                next = std::min(next, caller.answerBy);
        }
    }
    return next;
}

bool SessionCore::turnDue() const
{
    if (effectReady())
        return true;
    return m_attachment.wake && mayStartRun();
}

bool SessionCore::settled() const
{
    if (m_run || m_stop || m_cleaning || !m_tickets.isEmpty() || !m_waiting.isEmpty() || !m_keyWaiting.isEmpty()
        || effectReady() || reloadAhead() || wakeAhead())
        return false;
    switch (waitReason()) {
    case WaitReason::Nothing:
    case WaitReason::NoWake:
    case WaitReason::NoExecutor:
    case WaitReason::ExecutorFailed:
    case WaitReason::PhaseBlocks:
    case WaitReason::Held:
    case WaitReason::ShuttingDown:
        return true;
    default:
        return false;
    }
}

bool SessionCore::parked() const
{
    return !m_run && !m_stop && !m_cleaning && m_tickets.isEmpty() && m_waiting.isEmpty()
           && m_keyWaiting.isEmpty() && m_attachment.effects.isEmpty() && !reloadAhead() && !wakeAhead()
           && deadline() == MonotonicTime::never() && !turnDue() && m_interruptsOpen == 0
           && m_attachment.instance != Instance::Creating && (!m_shutdown || m_shutdownReported);
}

void SessionCore::trim()
{
    m_tickets.trim();
    m_waiting.trim();
    m_keyWaiting.trim();
    m_expiring.trim();
    m_attachment.effects.trim();
    if (m_inputs.empty())
        std::unordered_map<quint64, InputRecord>().swap(m_inputs);
}

std::unique_ptr<SessionCore> SessionCore::clone() const
{
    BURROW_ASSERT(m_actions == nullptr); // Between events only.
    std::unique_ptr<SessionCore> copy(new SessionCore(*this));
    copy->relink();
    return copy;
}

/// Leads every link between records to this core's own. Nothing is mended on the way: a copy has the lanes that
/// the original has, even if they were wrong.
void SessionCore::relink()
{
    const auto own = [this](const InputRecord *theirs) {
        return theirs == nullptr ? nullptr : &m_inputs.at(theirs->sequence);
    };
    for (auto &[sequence, record] : m_inputs) {
        record.previous = own(record.previous);
        record.next = own(record.next);
    }
    for (InputLane *lane : {&m_queue, &m_steer})
        lane->relink(own(lane->front()), own(lane->back()));
    if (m_run) {
        for (InputRecord *&contributor : m_run->contributors)
            contributor = own(contributor);
    }
}

AdmissionSignal SessionCore::takeSignal()
{
    return std::exchange(m_signal, AdmissionSignal::None);
}

void SessionCore::emitEvent(LifecycleEvent event)
{
    act(Emit{std::move(event)});
}

void SessionCore::emitInput(EventCode code, const InputRecord &record, RunId run, const QString &detail)
{
    emitEvent(inputEvent(code, record, run, detail));
}

LifecycleEvent SessionCore::inputEvent(EventCode code, const InputRecord &record, RunId run,
                                       const QString &detail)
{
    return {.code = code,
            .input = record.input->id,
            .run = run,
            .detail = detail,
            .correlation = record.input->correlationId};
}

LifecycleEvent SessionCore::runEvent(EventCode code, const QString &detail) const
{
    return {.code = code, .run = m_run->id, .detail = detail, .correlation = m_run->correlation()};
}

bool SessionCore::advance(SessionVerb verb)
{
    return advance(SessionInput{.verb = verb});
}

bool SessionCore::advance(const SessionInput &input)
{
    SessionStep stepped = step(m_registers, input);
    if (!stepped.accepted)
        return false;
    const Phase before = visiblePhase(m_registers);
    m_registers = std::move(stepped.next);
    const Phase after = visiblePhase(m_registers);
    if (before != after)
        emitEvent({.code = EventCode::RuntimeStateChanged, .from = before, .to = after});
    return true;
}

void SessionCore::advance(InputRecord &record, const InputEvent &event)
{
    InputStep stepped = step(record.registers, event);
    // The core asks only for what its own order of events makes legal; a refusal is a defect of the core.
    BURROW_ASSERT(stepped.accepted);
    record.registers = stepped.next;
}

void SessionCore::hold(const QString &reason)
{
    if (!m_held.isEmpty())
        return;
    m_held = reason;
    emitEvent({.code = EventCode::RuntimeHeld, .detail = reason});
}

void SessionCore::reply(CommandId command, CommandReceipt receipt)
{
    if (command == 0)
        return;
    if (receipt.refusal == Refusal::None)
        receipt.phase = visiblePhase(m_registers);
    act(ReplyCommand{command, std::move(receipt)});
}

WaitReason SessionCore::waitReason() const
{
    if (!m_held.isEmpty())
        return WaitReason::Held;
    if (m_shutdown)
        return WaitReason::ShuttingDown;
    if (m_run) {
        if (m_run->stage != CurrentRun::Stage::Open)
            return WaitReason::Committing;
        return m_run->level == CurrentRun::Level::None ? WaitReason::Running : WaitReason::CancelPending;
    }
    if (m_stop || m_cleaning)
        return WaitReason::Stopping;
    if (writeInFlightBesidesAccepts())
        return WaitReason::WaitingForWrite;
    if (m_queue.isEmpty() && m_steer.isEmpty())
        return m_failed.isEmpty() || m_attachment.open ? WaitReason::Nothing : WaitReason::ExecutorFailed;
    if (queueAdmission(m_registers) == QueueAdmission::Blocked)
        return WaitReason::PhaseBlocks;
    if (!m_attachment.open)
        return m_failed.isEmpty() ? WaitReason::NoExecutor : WaitReason::ExecutorFailed;
    if (restartAhead())
        return WaitReason::RestartBackoff;
    if (m_attachment.instance == Instance::Creating)
        return WaitReason::CreatingExecutor;
    if (turnDue())
        return WaitReason::Moving;
    if (m_retryAt != MonotonicTime::never())
        return m_unwritten.isEmpty() ? WaitReason::RetryBackoff : WaitReason::WaitingForWrite;
    return m_tickets.isEmpty() ? WaitReason::NoWake : WaitReason::WaitingForWrite;
}

const InputRecord *SessionCore::openInput(InputId id) const
{
    const auto found = m_inputs.find(sequenceOf(id));
    const bool open = found != m_inputs.end() && found->second.input->id == id
                      && found->second.registers.phase != InputPhase::Accepted;
    return open ? &found->second : nullptr;
}

const InputRecord *SessionCore::openInput(const QByteArray &key) const
{
    const auto found = m_keys.constFind(key);
    return found != m_keys.constEnd() && !found->ended ? openInput(found->input) : nullptr;
}

/// Of the inputs that run, or else of the one that is first in line.
quint32 SessionCore::headCrashes() const
{
    if (m_run) {
        quint32 most = 0;
        for (const InputRecord *record : m_run->contributors)
            most = std::max(most, record->crashes);
        return most;
    }
    const InputRecord *first = m_steer.front() != nullptr ? m_steer.front() : m_queue.front();
    return first != nullptr ? first->crashes : 0;
}

SessionView SessionCore::view() const
{
    SessionView view;
    view.id = m_id;
    view.phase = visiblePhase(m_registers);
    view.run = m_registers.run;
    view.attached = m_attachment.open;
    view.queued = m_queue.count();
    view.steering = m_steer.count();
    view.open = static_cast<quint32>(m_inputs.size()) - m_accepting;
    view.waiters = m_waiterCount;
    view.waitReason = waitReason();
    view.until = m_retryAt;
    // Why an executor was given up once explains no wait for the store.
    if (!m_held.isEmpty())
        view.note = m_held;
    else
        view.note = view.waitReason == WaitReason::WaitingForWrite ? m_unwritten : m_failed;
    if (m_deaths) {
        view.restarts = m_deaths->restarts();
        view.restartAt = m_deaths->dueAt();
        if (view.waitReason == WaitReason::RestartBackoff)
            view.until = view.restartAt;
        if (view.note.isEmpty())
            view.note = m_deaths->reason();
    }
    view.tally = m_tally;
    if (m_operations)
        view.operations = m_operations->registry.view();
    view.recovered = m_recovered;
    view.interrupted = m_interrupted;
    view.headCrashes = headCrashes();
    view.idle = !m_run && !m_stop && m_tickets.isEmpty() && m_waiting.isEmpty() && m_keyWaiting.isEmpty()
                && m_attachment.effects.isEmpty() && m_inputs.empty();
    describeRest(view);
    return view;
}

} // namespace burrow
