// SPDX-License-Identifier: Apache-2.0
// One turn of the loop: effects first, then at most one unit of work.
#include "core/session_core.h"

#include "core/batch.h"
#include "core/primitive_builder.h"

namespace burrow {

namespace {

/// Told to whoever waits and stored for whoever asks later, in the same words.
Outcome neverExecuted(const QString &refusal)
{
    return outcomeFor(AbandonReason::NeverExecuted, QStringLiteral("it was never executed: %1").arg(refusal));
}

/// The number of a start is the one that was granted; inputs that are not stored count only for themselves.
quint32 attemptOf(const Batch &batch)
{
    quint32 granted = 0;
    quint32 own = 0;
    for (const InputRecord *record : batch) {
        quint32 &attempt = record->stored() ? granted : own;
        attempt = std::max(attempt, record->starts);
    }
    return granted != 0 ? granted : own;
}

} // namespace

void SessionCore::on(Turn &event)
{
    drainEffects();
    // A wake that cannot be served now is kept for the turn that can. One that finds no input is served: it
    // must not start what arrives later and asks for no wake.
    if (!m_attachment.wake || !mayStartRun())
        return;
    m_attachment.wake = false;
    processQueue(event.nextRun);
}

bool SessionCore::effectReady() const
{
    if (m_attachment.effects.isEmpty())
        return false;
    // A stop waits until the run that it cancels has ended and is published.
    return m_attachment.effects.at(0).kind == EffectKind::CancelAfterBoundary || !m_run;
}

void SessionCore::drainEffects()
{
    while (effectReady()) {
        const PostedEffect effect = m_attachment.effects.pop();
        if (effect.kind == EffectKind::Stop) {
            applyStop();
            continue;
        }
        // The queued effect repeats the live call only while that very run is open and not given up.
        if (runOpen() && m_run->id == effect.run && m_run->level < CurrentRun::Level::Abandoned)
            act(CancelRun{effect.run, CancelMode::Boundary, effect.reason});
    }
}

bool SessionCore::mayStartRun() const
{
    return !m_run && !m_stop && !m_cleaning && !m_shutdown && m_held.isEmpty() && m_attachment.open
           && queueAdmission(m_registers) == QueueAdmission::NewRun
           && m_registers.registration != Registration::Draining && !writeInFlightBesidesAccepts()
           && !restartAhead();
}

bool SessionCore::ensureInstance()
{
    if (m_attachment.instance == Instance::Ready)
        return true;
    if (m_attachment.instance == Instance::None) {
        m_attachment.instance = Instance::Creating;
        makingInstance();
        act(CreateExecutor{});
    }
    return false;
}

void SessionCore::on(ExecutorCreated &event)
{
    if (m_attachment.instance != Instance::Creating)
        return;
    // A stop goes on only from here when it waits for this answer: it may have given the instance up meanwhile,
    // or its effect has not been served yet.
    const bool stopWaits = m_stop && m_stop->stage == Teardown::Stage::StoppingExecutor;
    if (event.result.ok()) {
        m_attachment.instance = Instance::Ready;
        m_attachment.wake = true;
        instanceMade();
        if (stopWaits)
            stopInstance();
    } else {
        m_attachment.instance = Instance::None;
        m_restBy = MonotonicTime::never();
        if (stopWaits)
            executorStopped({});
        else if (!m_stop)
            instanceNotMade(event.result.error());
    }
}

void SessionCore::processQueue(RunId nextRun)
{
    while (mayStartRun()) {
        Batch batch = selectBatch(m_steer, m_queue);
        if (batch.empty() || !ensureInstance())
            return;
        if (!stagingAdmits(batch))
            continue;
        if (!grantCovers(batch)) {
            Ticket ticket;
            ticket.number = ++m_lastTicket;
            ticket.kind = TicketKind::Grant;
            ticket.grant = grantFor(batch);
            GrantOperation operation{rowAfter(m_registers, m_registers.lastCompletionRun, ticket.grant)};
            submit(std::move(ticket), std::move(operation), {});
            return;
        }
        beginRun(nextRun, std::move(batch));
        return;
    }
}

bool SessionCore::stagingAdmits(const Batch &batch)
{
    if (!m_settings->stagingGate)
        return true;
    for (InputRecord *record : batch) {
        if (std::optional<QString> refusal = m_settings->stagingGate(*record->input)) {
            refuseStaging(*record, *refusal);
            return false;
        }
    }
    return true;
}

void SessionCore::refuseStaging(InputRecord &record, const QString &reason)
{
    ++record.stagingRefusals;
    emitInput(EventCode::InputDeferred, record, {}, reason);
    if (record.stagingRefusals == 1)
        return;
    if (record.stagingRefusals < limits::staging_refusals_max) {
        laneOf(record.registers.lane).remove(record);
        advance(record, {.verb = InputVerb::DeferBehindBacklog, .admission = m_nextAdmission++});
        place(record);
        return;
    }
    // Three refusals: it ends unexecuted, so that it blocks nobody for ever.
    Ticket ticket;
    ticket.number = ++m_lastTicket;
    ticket.kind = TicketKind::Stage;
    ticket.sequence = record.sequence;
    ticket.reason = reason;
    record.replacedIn = ticket.number;
    if (!record.stored()) {
        enqueueUnwritten(std::move(ticket));
        return;
    }
    FailRunOperation operation;
    operation.finished.push_back(
        finished(record, TerminalKind::Abandoned, AbandonReason::NeverExecuted, neverExecuted(reason)));
    operation.session = rowAfter(m_registers, m_registers.lastCompletionRun, {});
    submit(std::move(ticket), std::move(operation),
           {inputEvent(EventCode::InputAbandoned, record, {}, reason)});
}

void SessionCore::publishStagingAbandon(const Ticket &ticket)
{
    InputRecord &record = m_inputs.at(ticket.sequence);
    laneOf(record.registers.lane).remove(record);
    advance(record, {.verb = InputVerb::Abandon, .reason = AbandonReason::NeverExecuted});
    emitInput(EventCode::InputAbandoned, record, {}, ticket.reason);
    ++m_tally.abandoned;
    m_grant = {};
    m_attachment.wake = true;
    endRecord(record, neverExecuted(ticket.reason));
}

bool SessionCore::grantCovers(const Batch &batch) const
{
    return std::all_of(batch.begin(), batch.end(), [this](const InputRecord *record) {
        return !record->stored()
               || std::find(m_grant.inputs.begin(), m_grant.inputs.end(), record->sequence)
                      != m_grant.inputs.end();
    });
}

StartGrant SessionCore::grantFor(const Batch &batch) const
{
    StartGrant grant;
    for (const InputRecord *record : batch) {
        if (!record->stored())
            continue;
        grant.inputs.push_back(record->sequence);
        grant.attempt = std::max(grant.attempt, record->starts);
    }
    ++grant.attempt;
    return grant;
}

StartGrant SessionCore::grantForNext() const
{
    if (m_stop || m_shutdown || m_registers.registration == Registration::Draining)
        return {};
    StartGrant grant = grantFor(selectBatch(m_steer, m_queue));
    return grant.inputs.empty() ? StartGrant{} : grant;
}

void SessionCore::takeGrant(StartGrant grant)
{
    m_grant = std::move(grant);
    for (const quint64 sequence : m_grant.inputs) {
        const auto found = m_inputs.find(sequence);
        if (found != m_inputs.end())
            found->second.starts = m_grant.attempt;
    }
}

void SessionCore::place(InputRecord &record)
{
    laneOf(record.registers.lane).insert(record);
}

void SessionCore::beginRun(RunId run, Batch batch, RunBy by)
{
    SessionInput prepare{.verb = m_registers.phase == Phase::Retired ? SessionVerb::DrainQueuedRun
                                                                     : SessionVerb::Prepare};
    prepare.run = run;
    const bool prepared = advance(prepare);
    BURROW_ASSERT(prepared); // mayStartRun() looked at exactly the guards of these rows.
    m_grant = {};            // Used: it covers one start.
    m_retryAt = MonotonicTime::never();
    m_run = std::make_unique<CurrentRun>();
    m_run->id = run;
    m_run->direct = by == RunBy::Submitter;
    for (InputRecord *record : batch) {
        if (!record->stored())
            ++record->starts;
        laneOf(record->registers.lane).remove(*record);
        advance(*record, {.verb = InputVerb::StageForRun, .run = run});
        emitInput(EventCode::InputStaged, *record, run);
    }
    m_run->turn = step(m_run->turn, TurnInput{.verb = TurnVerb::Start}).next;
    const quint32 attempt = attemptOf(batch);
    Result<PrimitivePointer> primitive = buildPrimitive(batch);
    m_run->contributors = std::move(batch);
    if (!primitive) {
        failRun(FailureCause::PrimitiveRejected, primitive.error().message, false);
        return;
    }
    m_run->primitive = *primitive;
    if (std::optional<QString> violated = violatedIntent(**primitive)) {
        failRun(FailureCause::ExecutorInternal, *violated, false);
        return;
    }
    if (m_settings->turnTimeout > Duration::zero())
        m_run->turnDeadline = m_now + m_settings->turnTimeout;
    m_run->startedAt = m_now;
    emitEvent(runEvent(EventCode::RunStarted));
    if (by == RunBy::Submitter)
        act(StartDirectRun{run, *std::move(primitive), attempt});
    else
        act(StartApply{run, *std::move(primitive), attempt, m_run->turnDeadline});
}

} // namespace burrow
