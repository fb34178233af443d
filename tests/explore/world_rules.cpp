// SPDX-License-Identifier: Apache-2.0
// What must hold in every state, and what tells one state from another.
#include "world.h"

#include "core_rules.h"

namespace burrow::test {

bool World::outsideIsQuiet() const
{
    // What fell with another write is over; only the word of it is still on its way.
    return durableAtMost() == 0 && !m_apply && m_instance != Instance::Creating && !m_stopOpen
           && !m_checkpointOpen && !m_staging;
}

/// Said here once more: the tables are what is looked at.
bool World::takesInput() const
{
    const SessionRegisters &registers = m_core->registers();
    const bool retires = registers.phase == Phase::Running && registers.preRun == Phase::Retired;
    return !retires
           && (registers.phase == Phase::Idle || registers.phase == Phase::Attached
               || registers.phase == Phase::Running);
}

void World::check()
{
    if (m_broken != nullptr)
        return;
    const SessionRegisters &registers = m_core->registers();
    if (const char *rule = brokenInvariant(registers))
        require(false, rule);
    checkOperations();
    if (m_released)
        return checkReleased();
    checkRecords();
    const SessionView view = m_core->view();
    for (const Lane lane : {Lane::Queue, Lane::Steer}) {
        if (const char *rule = brokenLane(*m_core, lane, lane == Lane::Queue ? view.queued : view.steering))
            require(false, rule);
    }
    const auto owed = std::count_if(m_known.begin(), m_known.end(), [](const Known &one) { return one.owed; });
    require(view.waiters == static_cast<quint32>(owed),
            "the waiters that are counted are those that were promised");
    require(StateProbe::countWaiters(*m_core) == view.waiters, "every waiter has an owner");
    require((view.phase == Phase::Running) == (registers.phase == Phase::Running)
                || registers.preRun == Phase::Retired,
            "a run shows as running unless the session retires");
    checkRest();
}

/// Nothing of it is left but the answer that there is no such session.
void World::checkReleased()
{
    quint32 open = 0;
    m_core->visitInputs([&open](const InputRecord &) { ++open; });
    require(open == 0, "a session that was let go of keeps no input");
    require(m_writes.empty(), "a session that was let go of writes nothing");
    require(m_core->deadline() == MonotonicTime::never() && !m_core->turnDue(),
            "a session that was let go of wants nothing");
    require(m_commandsOpen == 0 && m_asksOpen == 0, "a session that was let go of answers at once");
}

void World::checkRecords()
{
    quint32 open = 0;
    std::size_t stored = 0;
    m_core->visitInputs([&](const InputRecord &record) {
        checkRecord(record);
        const bool published = record.registers.phase != InputPhase::Accepted;
        open += published ? 1 : 0;
        stored += published && record.stored() ? 1 : 0;
    });
    const bool held = !m_core->heldReason().isEmpty();
    quint32 lives = 0;
    for (const Known &input : m_known)
        lives += input.life == Life::Open ? 1 : 0;
    require(open == lives, "every acknowledged input is open or has ended");
    // What is committed is published in the same step, so the two never differ between steps.
    if (!m_untrusted && !held)
        require(m_store->open().size() == stored, "the store holds open exactly what is open");
}

void World::checkRecord(const InputRecord &record)
{
    if (const char *rule = brokenInvariant(record.registers))
        require(false, rule);
    require(!isTerminal(record.registers.phase), "an input that has ended is not open");
    const Known &input = *known(record.sequence);
    if (record.registers.phase == InputPhase::Accepted)
        return;
    require(input.life == Life::Open, "an open input has not ended");
    if (record.registers.phase == InputPhase::Staged)
        require(record.registers.run == m_core->registers().run,
                "an input is staged for the run that is bound");
    require(record.registers.tries == input.tries, "every failed run of its own counts, and nothing else");
    if (!record.stored() || m_untrusted)
        return;
    const auto row = m_store->open().find(record.sequence);
    require(row != m_store->open().end(), "an open input is open in the store");
    if (row == m_store->open().end())
        return;
    require(row->second.tries == record.registers.tries, "tries are stored as they are counted");
    require(row->second.admission == record.registers.admission, "the order is stored as it is kept");
}

/// The core never rests with work to do unless something outside, a timer or a stated reason holds it.
void World::checkRest()
{
    if (!outsideIsQuiet() || !m_writes.empty() || m_keysOpen || m_imageOpen || m_minting || m_core->turnDue()
        || m_core->deadline() != MonotonicTime::never())
        return;
    require(m_commandsOpen == 0, "nobody waits for an answer when nothing is going on");
    checkOperationsAtRest();
    for (const Known &input : m_known)
        require(!input.asked, "nobody waits for an answer when nothing is going on");
    require(m_core->registers().run.isNull(), "no run is bound when nothing is going on");
    require(!m_shutdown || m_shutdownFinished, "a shutdown comes to its end");
    require(m_core->parked() || m_shutdown, "a session at rest is parked");
    require(m_core->settled(), "a session at rest is settled");
    const SessionView view = m_core->view();
    if (view.queued + view.steering == 0) {
        require(view.waiters == 0, "nobody waits for what is not there");
        return;
    }
    switch (view.waitReason) {
    case WaitReason::NoExecutor:
        return require(!view.attached, "without an executor means that none is attached");
    case WaitReason::ExecutorFailed:
        return require(!view.attached && !view.note.isEmpty(), "a failed executor is named");
    case WaitReason::PhaseBlocks:
        return require(view.phase == Phase::Stopped || view.phase == Phase::Destroyed,
                       "the phase that blocks is one");
    case WaitReason::Held:
        return require(m_untrusted && !view.note.isEmpty(), "a held session says why");
    case WaitReason::ShuttingDown:
        return require(m_shutdown, "shutting down follows a shutdown");
    case WaitReason::NoWake:
        m_core->visitInputs([this](const InputRecord &record) {
            require(record.withoutWake, "only what came without a wake rests without one");
        });
        return;
    default:
        require(false, "the core does not rest with work to do and no reason");
    }
}

bool World::onlyRefused() const
{
    if (!m_wasCommand || m_actions.size() != 1)
        return false;
    if (const auto *accept = std::get_if<ReplyAccept>(&m_actions.front()))
        return accept->receipt.verdict == AcceptReceipt::Verdict::Rejected;
    const auto *command = std::get_if<ReplyCommand>(&m_actions.front());
    return command != nullptr && !command->receipt.ok();
}

quint64 World::coreFingerprint(Encoding &scratch) const
{
    scratch.clear(m_now);
    StateProbe(scratch, m_scriptOf, m_core->registers().run).encode(*m_core);
    return scratch.digest();
}

quint64 World::fingerprint(Encoding &scratch) const
{
    scratch.clear(m_now);
    StateProbe probe(scratch, m_scriptOf, m_core->registers().run);
    probe.encode(*m_core);
    probe.encode(*m_store, *m_core);
    scratch.put(m_writes.size());
    for (const PendingWrite &write : m_writes) {
        scratch.put(write.fallen ? 1U + static_cast<quint64>(write.verdict) : 0U);
        probe.encode(*write.set, *m_core);
    }
    for (const Known &input : m_known) {
        scratch.put((static_cast<quint64>(input.life) << 32U) | (input.asked ? 1U : 0U) | (input.owed ? 2U : 0U)
                    | (static_cast<quint64>(input.tries) << 8U) | (static_cast<quint64>(input.attempt) << 16U));
    }
    // Which of two open inputs is the older: sequences themselves are names.
    for (std::size_t sequence = 1; sequence <= m_lastSequence; ++sequence) {
        const std::size_t at = m_scriptOf[sequence];
        if (m_known[at].sequence != sequence)
            continue; // A continuation that came to nothing; its successor has another number.
        if (m_known[at].life == Life::Open || m_known[at].life == Life::Asked || m_store->hasOpen(sequence))
            scratch.put(at);
    }
    scratch.put(m_left.controls | (m_left.failures << 8U) | (m_left.faults << 16U) | (m_left.crashes << 24U)
                | (quint64(m_left.asks) << 32U));
    scratch.put(static_cast<quint64>(std::popcount(m_commandsOpen)));
    scratch.put(m_instance);
    const bool bound = m_apply && m_runId == m_core->registers().run;
    scratch.put((m_apply ? 1U : 0U) | (bound ? 2U : 0U) | (m_apply && m_apply->givenUp ? 4U : 0U)
                | (m_apply && m_apply->aimedAt ? 8U : 0U) | (m_checkpointOpen ? 16U : 0U)
                | (m_stopOpen ? 32U : 0U) | (m_boundaryOpen ? 64U : 0U) | (m_keysOpen ? 128U : 0U)
                | (m_imageOpen ? 256U : 0U) | (m_storeFailed ? 512U : 0U) | (m_untrusted ? 1024U : 0U)
                | (m_shutdown ? 2048U : 0U) | (m_shutdownFinished ? 4096U : 0U)
                | (m_runId.isNull() ? 8192U : 0U) | (m_released ? 16384U : 0U));
    encodeOperations(scratch);
    scratch.put(m_staging ? m_scriptOf.at(sequenceOf(m_staging)) + 1U : 0U);
    scratch.put(m_contributors == 1 && m_core->registers().run == m_runId
                    ? m_scriptOf.at(sequenceOf(m_lastContributor)) + 1U
                    : 0U);
    return scratch.digest();
}

} // namespace burrow::test
