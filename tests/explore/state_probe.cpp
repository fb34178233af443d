// SPDX-License-Identifier: Apache-2.0
#include "state_probe.h"

namespace burrow {

StateProbe::StateProbe(test::Encoding &out, const ScriptOf &scriptOf, RunId current)
    : m_out(out)
    , m_scriptOf(scriptOf)
    , m_current(current)
{
}

void StateProbe::input(quint64 sequence)
{
    m_out.put(sequence == 0 ? 0 : m_scriptOf.at(sequence) + 1U);
}

void StateProbe::run(RunId id)
{
    m_out.put(id.isNull() ? 0U : id == m_current ? 1U : 2U);
}

void StateProbe::waiters(const Waiters &waiters)
{
    m_out.put(waiters.size());
    for (const Waiter &waiter : waiters) {
        m_out.put(waiter.id);
        m_out.put(waiter.mode);
    }
}

void StateProbe::grant(const StartGrant &grant)
{
    m_out.put(grant.inputs.size());
    m_out.put(grant.attempt);
    for (const quint64 sequence : grant.inputs)
        input(sequence);
}

void StateProbe::registers(const SessionRegisters &registers)
{
    m_out.put(registers.phase);
    m_out.put(registers.preRun);
    m_out.put(registers.registration);
    m_out.put((registers.stopDeferred ? 1U : 0U) | (registers.loopStopOwed ? 2U : 0U)
              | (registers.drainExitOwed ? 4U : 0U) | (registers.waitersOwed ? 8U : 0U)
              | (registers.binding ? 16U : 0U) | (registers.session ? 32U : 0U));
    run(registers.run);
}

/// The same script admitted at another moment may have got another plan.
void StateProbe::plan(const AdmissionPlan &plan)
{
    m_out.put(plan.apply);
    m_out.put(plan.boundary);
    m_out.put(plan.lane);
    m_out.put((plan.immediateProcessing ? 1U : 0U) | (plan.interruptYielding ? 2U : 0U)
              | (plan.wakeIfIdle ? 4U : 0U) | (plan.liveInterruptRequired ? 8U : 0U));
}

void StateProbe::record(const InputRecord &record)
{
    input(record.sequence);
    m_out.put(record.registers.phase);
    m_out.put(record.registers.lane);
    m_out.put(record.registers.recoveryLane);
    m_out.put(record.registers.tries);
    m_out.putPlace(record.registers.admission);
    run(record.registers.run);
    plan(record.plan);
    m_out.put((record.alone ? 8U : 0U) | (record.withoutWake ? 16U : 0U) | (record.replacedIn != 0 ? 32U : 0U));
    m_out.put(record.live);
    m_out.put(record.starts);
    m_out.put(record.crashes);
    m_out.put(record.stagingRefusals);
    input(record.previous != nullptr ? record.previous->sequence : 0);
    input(record.next != nullptr ? record.next->sequence : 0);
    waiters(record.waiters);
}

void StateProbe::records(const SessionCore &core)
{
    m_out.put(core.m_inputs.size());
    for (quint64 sequence = 1; sequence < m_scriptOf.size(); ++sequence) {
        const auto found = core.m_inputs.find(sequence);
        if (found != core.m_inputs.end())
            record(found->second);
    }
    for (const InputLane *lane : {&core.m_queue, &core.m_steer}) {
        m_out.put(lane->count());
        input(lane->front() != nullptr ? lane->front()->sequence : 0);
        input(lane->back() != nullptr ? lane->back()->sequence : 0);
    }
}

void StateProbe::keys(const SessionCore &core)
{
    m_out.put(static_cast<quint64>(core.m_keys.size()));
    // In any order, so their sum; each by the input behind it, for a script's key never changes.
    quint64 sum = 0;
    for (const auto &key : core.m_keys) {
        const quint64 script = m_scriptOf.at(sequenceOf(key.input)) + 1U;
        const quint64 facts =
            (key.ended ? 1U + static_cast<quint64>(key.endedAs) : 0U) * 2 + (key.inFlight != 0 ? 1U : 0U);
        sum += (script * 64 + facts) * 0x9e3779b97f4a7c15ULL;
    }
    m_out.put(sum);
    m_out.put(core.m_keyState);
}

void StateProbe::currentRun(const SessionCore &core)
{
    m_out.put(core.m_run ? 1U : 0U);
    if (!core.m_run)
        return;
    const CurrentRun &current = *core.m_run;
    run(current.id);
    m_out.put(current.contributors.size());
    for (const InputRecord *contributor : current.contributors)
        input(contributor->sequence);
    m_out.put(current.turn.phase);
    m_out.put(current.turn.cause);
    m_out.put(current.turn.cancelAtBoundary ? 1U : 0U);
    m_out.putTime(current.turnDeadline);
    m_out.put(current.level);
    m_out.put(current.cancelFor);
    m_out.put(current.cancelReason.isEmpty() ? 0U : 1U);
    m_out.putTime(current.escalateAt);
    m_out.put(current.stage);
    m_out.put((current.instanceLost ? 1U : 0U) | (current.direct ? 4U : 0U));
    conclusion(current.conclusion);
    injection(current);
    m_out.put(current.waiters.size());
    for (const auto &[contributor, those] : current.waiters) {
        input(contributor);
        waiters(those);
    }
}

void StateProbe::injection(const CurrentRun &current)
{
    m_out.put(current.injected);
    m_out.put(current.heldEnd ? 1U + current.heldEnd->index() : 0U);
    if (current.heldEnd) {
        const auto *output = std::get_if<RunOutput>(&*current.heldEnd);
        m_out.put(output != nullptr && output->snapshot ? 1U : 0U);
    }
    m_out.put(current.injection ? 1U : 0U);
    if (!current.injection)
        return;
    m_out.put(current.injection->stage);
    input(current.injection->input);
    m_out.put(current.injection->snapshot ? 1U : 0U);
    waiters(current.injection->waiters);
}

void StateProbe::conclusion(const RunConclusion &conclusion)
{
    m_out.put((conclusion.output ? 1U : 0U) | (conclusion.cancelled ? 2U : 0U)
              | (conclusion.output && conclusion.output->snapshot ? 4U : 0U));
    m_out.put(conclusion.output ? static_cast<quint64>(conclusion.output->terminal) : 0U);
    m_out.put(conclusion.cause);
    m_out.put(conclusion.deferred.size());
    for (const quint64 place : conclusion.deferred)
        m_out.putPlace(place);
}

void StateProbe::ticket(const Ticket &ticket, const SessionCore &core)
{
    m_out.put(core.m_lastTicket - ticket.number);
    m_out.put(ticket.kind);
    m_out.put((ticket.submitted ? 1U : 0U) | (ticket.silent ? 2U : 0U) | (ticket.granted ? 4U : 0U)
              | (ticket.command != 0 ? 8U : 0U) | (ticket.reading ? 32U : 0U) | (ticket.owed ? 64U : 0U));
    input(ticket.sequence);
    m_out.putPlace(ticket.admission);
    input(ticket.replaces);
    m_out.put(ticket.replacement);
    m_out.put(ticket.joined.size());
    for (const AcceptCommand &again : ticket.joined)
        input(again.input->id);
    grant(ticket.grant);
    m_out.put(ticket.verb);
    m_out.put(ticket.ending);
}

void StateProbe::waiting(const CoreEvent &event)
{
    m_out.put(event.index());
    if (const auto *accept = std::get_if<AcceptCommand>(&event))
        input(accept->input->id);
    else if (const auto *lifecycle = std::get_if<LifecycleCommand>(&event))
        m_out.put(lifecycle->verb);
    else if (const auto *applied = std::get_if<ApplyFinished>(&event)) {
        run(applied->run);
        m_out.put(applied->end.index());
    } else if (const auto *staged = std::get_if<ContextStaged>(&event)) {
        input(staged->input);
        m_out.put(staged->result.ok() ? (staged->result.value().snapshot ? 2U : 1U) : 0U);
    }
}

void StateProbe::attachment(const SessionCore &core)
{
    const SessionCore::Attachment &attachment = core.m_attachment;
    m_out.put((attachment.open ? 1U : 0U) | (attachment.wake ? 2U : 0U));
    m_out.put(attachment.instance);
    m_out.put(attachment.effects.count());
    for (std::size_t at = 0; at < attachment.effects.count(); ++at) {
        m_out.put(attachment.effects.at(at).kind);
        run(attachment.effects.at(at).run);
    }
    const ExecutorDeaths *deaths = core.m_deaths.get();
    m_out.put(deaths == nullptr ? 0U : deaths->reason().isEmpty() ? 1U : 2U);
    m_out.putTime(deaths == nullptr ? MonotonicTime::never() : deaths->dueAt());
    // Which of them count is the window's affair, and that is longer than any path.
    m_out.put(deaths == nullptr ? 0U : deaths->remembered());
}

void StateProbe::stop(const SessionCore &core)
{
    m_out.put(core.m_stop ? 1U : 0U);
    if (!core.m_stop)
        return;
    m_out.put(core.m_stop->kind);
    m_out.put(core.m_stop->stage);
    m_out.put(core.m_stop->durable ? 1U : 0U);
    m_out.put(core.m_stop->callers.size());
    for (const Teardown::Caller &caller : core.m_stop->callers) {
        m_out.put(caller.command != 0 ? 1U : 0U);
        m_out.putTime(caller.command != 0 ? caller.answerBy : MonotonicTime::never());
    }
}

void StateProbe::marks(const SessionCore &core)
{
    m_out.put(core.m_accepting);
    m_out.put(core.m_waiterCount);
    m_out.putPlace(core.m_nextAdmission);
    m_out.putPlace(core.m_nextPriority);
    m_out.put(static_cast<quint64>(core.m_ticketBytes));
    m_out.putTime(core.m_retryAt);
    m_out.putTime(core.m_restBy);
    m_out.putTime(core.m_reloadAt);
    m_out.put(core.m_retryStep);
    run(core.m_boundaryRun);
    m_out.put(core.m_givenUp == 0 ? 0U : 1U + core.m_lastTicket - core.m_givenUp);
    m_out.put(core.m_reload);
    m_out.put((core.m_failed.isEmpty() ? 0U : 1U) | (core.m_held.isEmpty() ? 0U : 2U)
              | (core.m_shutdown ? 4U : 0U) | (core.m_shutdownHard ? 8U : 0U)
              | (core.m_shutdownReported ? 16U : 0U) | (core.m_cleaning ? 32U : 0U)
              | (core.m_cleanupDone ? 64U : 0U) | (core.m_owed ? 128U : 0U) | (core.m_released ? 256U : 0U)
              | (core.m_stoppedHere ? 512U : 0U) | (core.m_interruptInstalled ? 1024U : 0U)
              | (core.m_epoch ? 2048U : 0U) | (core.m_unwritten.isEmpty() ? 0U : 4096U));
    m_out.put(core.m_recoverers.size());
}

void StateProbe::encode(const SessionCore &core)
{
    registers(core.m_registers);
    records(core);
    keys(core);
    grant(core.m_grant);
    currentRun(core);
    attachment(core);
    m_out.put(core.m_tickets.count());
    for (std::size_t at = 0; at < core.m_tickets.count(); ++at)
        ticket(core.m_tickets.at(at), core);
    m_out.put(core.m_stagedWaiting ? 1U : 0U);
    if (core.m_stagedWaiting)
        waiting(*core.m_stagedWaiting);
    m_out.put(core.m_endWaiting ? 1U : 0U);
    if (core.m_endWaiting)
        waiting(*core.m_endWaiting);
    m_out.put(core.m_waiting.count());
    for (std::size_t at = 0; at < core.m_waiting.count(); ++at)
        waiting(core.m_waiting.at(at));
    m_out.put(core.m_keyWaiting.count());
    for (std::size_t at = 0; at < core.m_keyWaiting.count(); ++at)
        input(core.m_keyWaiting.at(at).input->id);
    stop(core);
    marks(core);
    operations(core);
}

quint32 StateProbe::countWaiters(const SessionCore &core)
{
    std::size_t count = 0;
    for (const auto &[sequence, record] : core.m_inputs)
        count += record.waiters.size();
    if (core.m_run) {
        for (const auto &[input, those] : core.m_run->waiters)
            count += those.size();
        if (core.m_run->injection)
            count += core.m_run->injection->waiters.size();
    }
    return static_cast<quint32>(count);
}

} // namespace burrow
