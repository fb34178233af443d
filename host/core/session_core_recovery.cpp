// SPDX-License-Identifier: Apache-2.0
// From a stored image to a session that goes on. One total function of the image: what can be true is
// recovered, and what cannot holds the session.
#include "core/session_core.h"

#include "machine/stored_image.h"

namespace burrow {

namespace {

QString heldBecause(const QString &defect)
{
    return QStringLiteral("its stored image cannot be trusted: %1; run \"burrow storage check\"").arg(defect);
}

/// How many times a host has ended while it worked on these inputs, as a clause; empty when none did.
QString interruptions(quint32 interrupted)
{
    return interrupted == 0 ? QString()
                            : QStringLiteral("; a host ended while it worked on %1 of them").arg(interrupted);
}

} // namespace

void SessionCore::open(const StoredSession &stored, MonotonicTime now, CoreActions &actions)
{
    m_now = now;
    m_actions = &actions;
    if (std::optional<QString> defect = loadImage(stored)) {
        hold(stored.corruption.isEmpty() ? heldBecause(*defect) : stored.corruption);
    } else {
        m_recovered = static_cast<quint32>(m_inputs.size());
        if (m_recovered > 0) {
            emitEvent({.code = EventCode::RuntimeRecovered,
                       .detail = QStringLiteral("%1 open inputs were recovered%2")
                                     .arg(m_recovered)
                                     .arg(interruptions(m_interrupted))});
        }
        if (stored.existed)
            askForKeys();
        if (m_operations)
            feedStep(); // What needs no wake is observed here, not with whatever happens first.
    }
    m_actions = nullptr;
}

/// Takes the image over, or says what is wrong with it; then no input of it is here.
std::optional<QString> SessionCore::loadImage(const StoredSession &stored)
{
    std::optional<QString> defect = storedSessionDefect(stored);
    if (!loadRegisters(stored) && !defect)
        defect = QStringLiteral("its phase and its binding contradict each other");
    m_revision = std::max(m_revision, stored.row.revision);
    m_stoppedHere = false;
    m_owed = stored.owed;
    m_cleanupDone = m_cleanupDone && m_owed != nullptr;
    if (!defect)
        defect = loadOperations(stored);
    if (!defect)
        loadInputs(stored);
    return defect;
}

/// False when the machine does not take what is stored for true; the session is then a fresh one.
bool SessionCore::loadRegisters(const StoredSession &stored)
{
    SessionRegisters observed;
    observed.phase = stored.row.phase;
    observed.session = m_id;
    observed.lastCompletionRun = stored.row.lastRun;
    observed.binding = stored.binding;
    observed.silentIntents = m_registers.silentIntents;
    SessionInput load{.verb = SessionVerb::RecoverRuntimeAuthority};
    load.session = m_id;
    load.observed = std::make_shared<const SessionRegisters>(std::move(observed));
    SessionStep loaded = step(SessionRegisters{}, load);
    const bool trusted = loaded.accepted;
    if (!trusted) {
        SessionInput registration{.verb = SessionVerb::RegisterSession};
        registration.session = m_id;
        loaded =
            step(step(SessionRegisters{}, SessionInput{.verb = SessionVerb::Initialize}).next, registration);
        BURROW_ASSERT(loaded.accepted);
    }
    const Phase before = visiblePhase(m_registers);
    m_registers = std::move(loaded.next);
    const Phase after = visiblePhase(m_registers);
    if (before != after)
        emitEvent({.code = EventCode::RuntimeStateChanged, .from = before, .to = after});
    return trusted;
}

void SessionCore::loadInputs(const StoredSession &stored)
{
    std::vector<const InputRow *> rows;
    rows.reserve(stored.openInputs.size());
    for (const InputRow &row : stored.openInputs) {
        if (isRecovered(row))
            rows.push_back(&row);
    }
    std::sort(rows.begin(), rows.end(),
              [](const InputRow *a, const InputRow *b) { return a->sequence < b->sequence; });
    // An accept does not write the session's row, so the next places are beyond whatever is found.
    m_nextAdmission = std::max(m_nextAdmission, stored.row.nextAdmission);
    m_nextPriority = std::min(m_nextPriority, stored.row.nextPriority);
    for (const InputRow *row : rows) {
        const quint64 place = row->registers.admission;
        if (place >= limits::admission_sequence_first)
            m_nextAdmission = std::max(m_nextAdmission, place + 1);
        else if (place > 0)
            m_nextPriority = std::min(m_nextPriority, place - 1);
    }
    // A grant that was not used is void: its number may have been used, and a number is used once.
    m_grant = {};
    for (const InputRow *row : rows)
        loadInput(*row, stored.row.grant);
}

void SessionCore::loadInput(const InputRow &row, const StartGrant &grant)
{
    InputRecord &record = m_inputs[row.sequence];
    record.input = row.input;
    record.plan = row.plan;
    record.sequence = row.sequence;
    record.payloadHash = row.payloadHash;
    record.starts = row.starts;
    if (std::find(grant.inputs.begin(), grant.inputs.end(), row.sequence) != grant.inputs.end())
        record.starts = std::max(record.starts, grant.attempt);
    record.crashes = row.crashes;
    m_interrupted += row.crashes > 0 ? 1 : 0;
    // Whatever its process was doing with it, the end would be in the ledger if it had been durable: it is
    // queued, at its old place if it had one.
    record.registers.phase = InputPhase::Queued;
    record.registers.lane = record.registers.recoveryLane = row.plan.lane;
    record.registers.admission = row.registers.admission != 0 ? row.registers.admission : m_nextAdmission++;
    record.registers.tries = row.registers.tries;
    if (!record.key().isEmpty())
        m_keys.insert(record.key(), {.input = record.input->id, .payloadHash = record.payloadHash});
    place(record);
}

/// A held session will be read again by itself.
bool SessionCore::reloadAhead() const
{
    return m_reloadAt != MonotonicTime::never() || m_reload == Reload::Due || m_reload == Reload::Asked;
}

/// Asks for the image as soon as nothing of this copy is going on any more: a write that was given up and comes
/// to the store after the question would be taken for one of the new copy.
void SessionCore::reloadStep()
{
    if (m_run || m_stop || !m_tickets.isEmpty() || m_givenUp != 0)
        return;
    m_reload = Reload::Asked;
    act(ReloadSession{});
}

/// Everything stored is taken from the image. What is not stored stays: no store has a say in it.
WorkCounts SessionCore::reload(const StoredSession &stored)
{
    std::unordered_map<quint64, InputRecord> before = std::exchange(m_inputs, {});
    m_queue = m_steer = {};
    for (auto key = m_keys.begin(); key != m_keys.end();)
        key = key->ended ? std::next(key) : m_keys.erase(key);
    m_interrupted = 0;
    m_held.clear();
    const std::optional<QString> defect = loadImage(stored);
    if (defect)
        hold(stored.corruption.isEmpty() ? heldBecause(*defect) : stored.corruption);
    const WorkCounts counts = resolveVanished(before);
    if (defect)
        return counts;
    m_keyState = KeyState::Unread;
    askForKeys();
    // The instance is there, or was given up with the run whose end was not written; then `start` makes
    // another.
    if (m_attachment.open)
        m_attachment.open = advance(SessionVerb::EnsureSessionWithExecutor);
    m_attachment.wake = m_attachment.open;
    writeOperations(); // What has lost its owner meanwhile.
    emitEvent(
        {.code = EventCode::RuntimeRecovered,
         .detail = QStringLiteral("the session was read again from the store and goes on with %1 open inputs%2")
                       .arg(m_inputs.size())
                       .arg(interruptions(m_interrupted))});
    return counts;
}

/// Those who wait for an input that is still open go on waiting. For one that is gone the runtime that was to
/// answer has terminated, and how it ended stands in the store. When the image itself is not believed, nobody
/// can say even that it is gone. Inputs that were never stored go back to their lanes.
WorkCounts SessionCore::resolveVanished(std::unordered_map<quint64, InputRecord> &before)
{
    const Outcome gone =
        m_held.isEmpty()
            ? outcomeFor(AbandonReason::Stopped,
                         QStringLiteral("recovered input no longer pending: ask for its outcome by id"))
            : waitFailed(WaitFailure::AuthorityUnavailable, m_held);
    // A stop that turns out to be durable has ended what was not stored as well.
    const bool ended = m_registers.phase == Phase::Stopped || m_registers.phase == Phase::Destroyed;
    WorkCounts counts;
    counts.recovered = static_cast<quint32>(m_inputs.size());
    for (auto &[sequence, old] : before) {
        const auto found = m_inputs.find(sequence);
        counts.abandoned += found == m_inputs.end() && old.stored() ? 1 : 0;
        if (found != m_inputs.end()) {
            counts.requeued += old.registers.phase != InputPhase::Queued ? 1 : 0;
            found->second.waiters = std::move(old.waiters);
        } else if (old.stored() || !m_held.isEmpty()) {
            resolveWaiters(old.waiters, old.input->id, gone);
        } else if (ended) {
            resolveWaiters(old.waiters, old.input->id,
                           outcomeFor(AbandonReason::Stopped, QStringLiteral("runtime stopped")));
        } else {
            InputRecord &kept = m_inputs[sequence];
            kept = std::move(old);
            kept.previous = kept.next = nullptr;
            place(kept);
            if (!kept.key().isEmpty())
                m_keys.insert(kept.key(), {.input = kept.input->id, .payloadHash = kept.payloadHash});
        }
    }
    return counts;
}

} // namespace burrow
