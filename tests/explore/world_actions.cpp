// SPDX-License-Identifier: Apache-2.0
// What the core wants done, and the rules that no action may break.
#include "world.h"

#include "core_rules.h"

namespace burrow::test {

World::Known *World::known(InputId input)
{
    return &m_known[m_scriptOf.at(sequenceOf(input))];
}

const World::Known *World::known(quint64 sequence) const
{
    return &m_known[m_scriptOf.at(sequence)];
}

void World::carry(const SubmitWrite &action)
{
    require(action.set.ticket > m_lastTicket, "tickets are numbered in the order of their writes");
    require(!m_untrusted, "nothing is written from a memory copy that is not trusted");
    const bool lifecycle = std::holds_alternative<LifecycleOperation>(action.set.operation);
    require(!lifecycle || m_writes.empty(), "a lifecycle write is alone");
    for (const PendingWrite &before : m_writes) {
        require(!std::holds_alternative<LifecycleOperation>(before.set->operation),
                "nothing overtakes a lifecycle write");
    }
    if (std::holds_alternative<AcceptOperation>(action.set.operation))
        require(takesInput(), "a session that takes no input writes none");
    checkContinuation(action.set);
    m_lastTicket = action.set.ticket;
    m_writes.push_back({std::make_shared<const WriteSet>(action.set)});
}

void World::carry(const CreateExecutor &)
{
    require(m_instance == Instance::None, "an executor is made only when the one before is gone");
    m_instance = Instance::Creating;
}

void World::carry(const StartApply &action)
{
    require(m_instance == Instance::Ready, "a run is started only on an instance that is ready");
    require(!m_apply && !m_stopOpen && !m_checkpointOpen && !m_staging,
            "a run is started when every call before it is answered");
    require(m_core->registers().run == action.run, "the run that is started is the run that is bound");
    require(action.primitive && !action.primitive->contributors.empty(), "a run has contributors");
    if (!action.primitive)
        return;
    auto store = std::make_shared<StoreModel>(*m_store);
    m_contributors = 0;
    for (const Contributor &contributor : action.primitive->contributors) {
        const quint64 sequence = sequenceOf(contributor.input);
        const std::size_t at = m_scriptOf.at(sequence);
        Known &input = m_known[at];
        ++m_contributors;
        m_lastContributor = contributor.input;
        require(input.life == Life::Open, "only what was accepted and has not ended is run");
        require(input.tries < limits::tries_max, "an input whose tries are spent is not run again");
        require(contributor.attempt > input.attempt, "an attempt number never repeats");
        input.attempt = static_cast<quint8>(contributor.attempt);
        if (!isStored(at))
            continue;
        require(store->covers(sequence, contributor.attempt),
                "a stored input is started only under a grant that is durable");
        require(action.attempt == contributor.attempt, "the attempt number of a run is the one granted");
        store->started(sequence, contributor.attempt);
    }
    checkOrder(*action.primitive);
    m_store = std::move(store);
    m_runId = action.run;
    m_apply = OpenApply{action.primitive};
    m_boundaryOpen = false;
}

/// What steers goes first, and in each lane what stands first.
void World::checkOrder(const RunPrimitive &primitive)
{
    for (const Contributor &contributor : primitive.contributors) {
        const InputRecord *chosen = m_core->openInput(contributor.input);
        require(chosen != nullptr && chosen->registers.phase == InputPhase::Staged,
                "a contributor is staged for the run that is started");
        if (chosen == nullptr)
            return;
        m_core->visitInputs([&](const InputRecord &left) {
            if (left.registers.phase != InputPhase::Queued)
                return;
            const bool steers = chosen->registers.recoveryLane == Lane::Steer;
            require(steers || left.registers.lane != Lane::Steer, "what steers runs before what queues");
            require(left.registers.lane != chosen->registers.recoveryLane
                        || left.registers.admission > chosen->registers.admission,
                    "what stands first in a lane runs first");
        });
    }
}

void World::carry(const CancelRun &action)
{
    require(m_apply && action.run == m_runId && !m_apply->givenUp, "a cancel names the run that is open");
    require(!m_apply || m_apply->aimedAt, "a cancel hits no run that nobody aimed at");
}

void World::carry(const AbandonRun &action)
{
    require(m_apply && action.run == m_runId, "only the run that is open is given up");
    m_instance = Instance::Lost;
    if (m_apply)
        m_apply->givenUp = true;
}

void World::carry(const StageContext &action)
{
    require(m_apply && action.run == m_runId && !m_apply->givenUp,
            "context is staged into the run that is open");
    require(m_boundaryOpen, "context is staged only while the boundary is open");
    require(!m_staging, "context is staged one input at a time");
    require(!action.context.empty(), "what is staged has content");
    m_staging = action.input;
}

void World::carry(const DiscardContext &action)
{
    require(action.run == m_runId && !action.keys.empty(), "only what was staged is taken back");
}

void World::carry(const CommitCheckpoint &action)
{
    require(m_instance == Instance::Ready, "the checkpoint hook is called on an instance that is there");
    require(m_store->snapshot() == action.snapshot, "the checkpoint hook hears of a snapshot that is durable");
    m_checkpointOpen = true;
}

void World::carry(const StopExecutor &)
{
    require(m_instance == Instance::Ready, "an executor is stopped once, and while it is there");
    require(!m_apply && !m_checkpointOpen, "an executor is stopped after its run has ended");
    m_stopOpen = true;
}

void World::carry(const DestroyExecutor &)
{
    require(m_instance != Instance::None, "an instance is destroyed once");
    require(!m_apply, "an instance is destroyed after its run has been answered");
    m_instance = Instance::None;
    m_stopOpen = m_checkpointOpen = false;
    m_staging = {};
}

void World::carry(const CleanupExecutor &action)
{
    require(m_instance == Instance::None, "clean-up comes after the instance is gone");
    require(m_store->cleanupOwed() == action.cause, "clean-up comes only when it is durable that it is owed");
    m_cleanup = action.round; // It is answered at once, and well.
}

void World::carry(const ReplyAccept &action)
{
    Known &input = *known(action.receipt.input);
    const AcceptReceipt &receipt = action.receipt;
    require(std::exchange(input.asked, false), "an accept is answered once");
    require(receipt.verdict != AcceptReceipt::Verdict::Rejected
                || (receipt.refusal != Refusal::None && !receipt.message.isEmpty()),
            "a rejection says why");
    if (receipt.accepted())
        require(input.life == Life::Open || input.life == Life::Ended,
                "an input is published before it is acknowledged");
    else if (input.life == Life::Asked)
        input.life = Life::Gone;
    input.owed = input.owed || receipt.willResolve;
}

void World::carry(const ReplyCommand &action)
{
    const quint32 bit = 1U << (action.command - 16);
    require((m_commandsOpen & bit) != 0, "a command is answered once");
    require(action.receipt.ok() == (action.receipt.refusal == Refusal::None), "a refusal says why");
    m_commandsOpen &= ~bit;
}

void World::carry(const ResolveWaiter &action)
{
    Known &waiting = m_known[(action.waiter - 1) % scripts_max];
    require(action.waiter >= 1 && action.waiter <= scripts_max && std::exchange(waiting.owed, false),
            "a waiter is resolved once, and only one that was promised it");
    const Outcome &outcome = action.outcome;
    const std::size_t at = m_scriptOf.at(sequenceOf(action.input));
    const FinishedInput *over = m_store->ended(sequenceOf(action.input));
    require(!outcome.succeeded() || !isStored(at) || over != nullptr,
            "success is told only when it is durable");
    require(outcome.succeeded() || !outcome.reason.isEmpty(), "what did not succeed says why");
    require(outcome.succeeded() || outcome.text.isEmpty(), "a result that is not durable is not handed out");
    require(!isStored(at) || over == nullptr || m_untrusted || !contradicts(outcome, *over),
            "what a waiter hears is what outcome(id) says later");
}

void World::accepted(std::size_t at)
{
    Known &input = m_known[at];
    require(input.life == Life::Asked, "an input is accepted once");
    input.life = Life::Open;
    require(!m_takesNone, "a session that takes no input accepts none");
    require(!isStored(at) || m_store->hasOpen(input.sequence) || m_store->ended(input.sequence) != nullptr,
            "a stored input is acknowledged only when it is durable");
    const QByteArray &key = script(at).input.idempotencyKey;
    for (std::size_t other = 0; !key.isEmpty() && other < m_scenario->scripts.size(); ++other) {
        const bool binds =
            m_known[other].life == Life::Open || (m_known[other].life == Life::Ended && isStored(other));
        require(other == at || script(other).input.idempotencyKey != key || !binds,
                "a key that binds is not accepted again");
    }
}

void World::ended(InputId id)
{
    const std::size_t at = m_scriptOf.at(sequenceOf(id));
    require(std::exchange(m_known[at].life, Life::Ended) == Life::Open, "an input ends once");
    require(!isStored(at) || m_store->ended(sequenceOf(id)) != nullptr,
            "the end of a stored input is durable before anybody hears of it");
}

void World::carry(const Emit &action)
{
    const LifecycleEvent &event = action.event;
    switch (event.code) {
    case EventCode::InputAccepted:
        accepted(m_scriptOf.at(sequenceOf(event.input)));
        break;
    case EventCode::InputSuperseded:
    case EventCode::InputCoalesced:
        require(!m_apply
                    || std::none_of(m_apply->primitive->contributors.begin(),
                                    m_apply->primitive->contributors.end(),
                                    [&](const Contributor &one) { return one.input == event.input; }),
                "an input that runs is not replaced");
        ended(event.input);
        break;
    case EventCode::InputConsumed:
    case EventCode::InputAbandoned:
        ended(event.input);
        break;
    case EventCode::RuntimeStateChanged:
        require(event.to != Phase::Stopped || m_store->row().phase == Phase::Stopped || m_storeFailed
                    || m_shutdown,
                "stopped is visible only when it is durable, or after the store has failed");
        break;
    case EventCode::InputQueued:
        break;
    case EventCode::RunFailed:
        // In a batch nobody pays: its members are tried one by one, and then each counts for itself.
        if (m_contributors == 1 && event.run == m_runId)
            ++known(m_lastContributor)->tries;
        break;
    default:
        break;
    }
}

void World::carry(const ReportFenced &) {}

void World::carry(const LoadKeys &action)
{
    require(action.round > m_keyRound, "every question for keys has a number of its own");
    m_keyRound = action.round;
    m_keysOpen = true;
}

void World::carry(const ReloadSession &)
{
    require(m_untrusted || m_recovery, "a session is read again only when it is held or recovered");
    require(!m_imageOpen && m_writes.empty() && !m_apply,
            "a session is read again when nothing of it is going on");
    m_imageOpen = true;
}

void World::carry(const SessionReleased &)
{
    require(!std::exchange(m_released, true), "a session is let go of once");
    require(m_writes.empty() && outsideIsQuiet() && m_instance == Instance::None && !m_keysOpen && !m_imageOpen,
            "a session is let go of when nothing of it is on its way");
    require(m_commandsOpen == 0 && m_asksOpen == 0, "who is let go of has answered everybody");
    const SessionRegisters &registers = m_core->registers();
    require(!registers.loopStopOwed && !registers.drainExitOwed && !registers.waitersOwed,
            "a session is let go of when its three obligations are met");
    for (Known &input : m_known) {
        require(!input.owed && !input.asked, "a session that is let go of leaves nobody waiting");
        const auto at = static_cast<std::size_t>(&input - m_known.data());
        if (input.life == Life::Open && at < m_scenario->scripts.size() && !isStored(at))
            input.life = Life::Gone; // With the process's memory of the session.
    }
}

void World::carry(const ShutdownFinished &)
{
    require(m_shutdown && !m_shutdownFinished, "a shutdown finishes once");
    require(outsideIsQuiet() && m_instance == Instance::None, "a shutdown finishes when nothing is open");
    for (const Known &input : m_known)
        require(!input.owed, "a shutdown leaves nobody waiting");
    m_shutdownFinished = true;
}

} // namespace burrow::test
