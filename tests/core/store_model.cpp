// SPDX-License-Identifier: Apache-2.0
#include "store_model.h"

#include <algorithm>

namespace burrow::test {

namespace {

QString about(quint64 sequence, const char *what)
{
    return QStringLiteral("input %1 %2").arg(sequence).arg(QLatin1String(what));
}

bool isDurablePhase(Phase phase)
{
    return phase != Phase::Attached && phase != Phase::Running && phase != Phase::Initializing;
}

} // namespace

std::optional<QString> StoreModel::commit(const WriteSet &set)
{
    m_written = true;
    if (set.operations) {
        m_operationsForgotten = set.operations->epoch.isNull();
        m_operations = m_operationsForgotten ? nullptr : set.operations;
        if (m_operationsForgotten)
            m_endedOperations.clear();
        for (const EndedOperation &one : set.operations->ended)
            m_endedOperations.insert(one.spec.id);
    }
    return std::visit([this](const auto &operation) { return this->commitOne(operation); }, set.operation);
}

std::optional<QString> StoreModel::finish(const std::vector<FinishedInput> &inputs)
{
    for (const FinishedInput &input : inputs) {
        if (!m_open.contains(input.sequence))
            return about(input.sequence, "is finished but is not open in the store");
        if (m_open.at(input.sequence).id != input.id)
            return about(input.sequence, "is finished under another id");
        if (!m_ledger.emplace(input.sequence, input).second)
            return about(input.sequence, "ends a second time");
        m_open.erase(input.sequence);
        m_endedAt[input.sequence] = now;
    }
    return std::nullopt;
}

std::optional<QString> StoreModel::writeRow(const SessionRow &row)
{
    if (!isDurablePhase(row.phase))
        return QStringLiteral("the phase %1 is written").arg(QLatin1String(phaseName(row.phase)));
    if (row.revision <= m_row.revision) {
        return QStringLiteral("revision %1 is written after revision %2").arg(row.revision).arg(m_row.revision);
    }
    for (const auto &[sequence, input] : m_open) {
        if (input.admission >= row.nextAdmission)
            return about(sequence, "stands behind the next admission sequence that is written");
    }
    for (const quint64 sequence : row.grant.inputs) {
        if (!m_open.contains(sequence))
            return about(sequence, "is granted a start but is not open");
    }
    m_row = row;
    for (const quint64 sequence : row.grant.inputs)
        m_open.at(sequence).starts = std::max(m_open.at(sequence).starts, row.grant.attempt);
    return std::nullopt;
}

std::optional<QString> StoreModel::commitOne(const AcceptOperation &operation)
{
    const InputRow &row = operation.row;
    if (m_open.contains(row.sequence) || m_ledger.contains(row.sequence))
        return about(row.sequence, "is inserted a second time");
    if (row.input->durability == Durability::Ephemeral)
        return about(row.sequence, "is ephemeral and yet written");
    if (row.registers.phase == InputPhase::Consumed) {
        FinishedInput ended;
        ended.sequence = row.sequence;
        ended.id = row.input->id;
        ended.outcome.outcome = OutcomeClass::CompletedWithoutResult;
        m_ledger.emplace(row.sequence, ended);
        m_endedAt[row.sequence] = now;
    } else if (row.registers.phase == InputPhase::Queued) {
        m_open[row.sequence] = {row.input->id, row.starts, row.registers.tries, row.registers.admission, row};
    } else {
        return about(row.sequence, "is written in a phase that is not stored");
    }
    m_accepted[row.sequence] = row;
    m_acceptedHere.insert(row.sequence);
    return finish(operation.replaced);
}

std::optional<QString> StoreModel::commitOne(const FinishRunOperation &operation)
{
    if (!m_receipts.emplace(operation.run, operation.receiptSequence).second)
        return QStringLiteral("a run gets a second receipt of that number");
    if (operation.snapshot)
        m_snapshot = operation.snapshot;
    if (std::optional<QString> wrong = finish(operation.inputs))
        return wrong;
    return writeRow(operation.session);
}

std::optional<QString> StoreModel::commitOne(const FailRunOperation &operation)
{
    for (const RequeuedInput &input : operation.requeued) {
        const auto found = m_open.find(input.sequence);
        if (found == m_open.end())
            return about(input.sequence, "is queued again but is not open");
        if (input.tries < found->second.tries || input.tries > limits::tries_max)
            return about(input.sequence, "loses or invents tries");
        found->second.tries = input.tries;
        found->second.admission = input.admission;
    }
    if (std::optional<QString> wrong = finish(operation.finished))
        return wrong;
    return writeRow(operation.session);
}

std::optional<QString> StoreModel::commitOne(const LifecycleOperation &operation)
{
    if (std::optional<QString> wrong = finish(operation.finished))
        return wrong;
    // A stored Stopped with open inputs is corruption: the next start would hold the session.
    const Phase phase = operation.session.phase;
    if ((phase == Phase::Stopped || phase == Phase::Destroyed) && !m_open.empty())
        return about(m_open.begin()->first, "is open behind a stored end of its session");
    if (m_row.phase == Phase::Destroyed && phase != Phase::Destroyed)
        return QStringLiteral("a destroyed session comes back");
    m_binding = operation.binding;
    m_owed = operation.owed;
    return writeRow(operation.session);
}

std::optional<QString> StoreModel::commitOne(const OperationsOperation &)
{
    return std::nullopt;
}

std::optional<QString> StoreModel::commitOne(const GrantOperation &operation)
{
    return writeRow(operation.session);
}

StoredSession StoreModel::image(SessionId id) const
{
    StoredSession stored;
    stored.id = id;
    stored.name = "under-test";
    stored.existed = m_written;
    stored.row = m_row;
    stored.binding = m_binding;
    stored.owed = m_owed;
    stored.snapshot = m_snapshot;
    stored.operations = m_operations;
    // Any order: the port promises none.
    for (auto at = m_open.rbegin(); at != m_open.rend(); ++at) {
        InputRow row = at->second.row;
        row.starts = at->second.starts;
        row.registers.tries = at->second.tries;
        row.registers.admission = at->second.admission;
        stored.openInputs.push_back(std::move(row));
    }
    return stored;
}

std::vector<RetainedKey> StoreModel::keys() const
{
    std::vector<RetainedKey> keys;
    for (const auto &[sequence, ended] : m_ledger) {
        const InputRow &row = m_accepted.at(sequence);
        if (!row.input->idempotencyKey.isEmpty())
            keys.push_back({row.input->idempotencyKey, row.input->id, row.payloadHash, ended.outcome.outcome,
                            m_endedAt.at(sequence)});
    }
    return keys;
}

void StoreModel::crash()
{
    for (auto &[sequence, input] : m_open) {
        const GrantedInputs &granted = m_row.grant.inputs;
        const bool byRow = std::find(granted.begin(), granted.end(), sequence) != granted.end();
        // A grant that rode in the accept is open until the session's row is written over it.
        const bool byAccept =
            m_acceptedHere.contains(sequence) && input.row.starts > 0 && m_row.nextAdmission <= input.admission;
        input.row.crashes += byRow || byAccept ? 1 : 0;
    }
    m_acceptedHere.clear();
    m_row.grant = {};
    for (const auto &[sequence, input] : m_open)
        m_handedOut[sequence] = std::max(m_handedOut[sequence], input.starts);
}

void StoreModel::put(const InputRow &row)
{
    m_written = true;
    m_accepted[row.sequence] = row;
    if (row.input->durability == Durability::Ephemeral)
        return;
    m_open[row.sequence] = {row.input->id, row.starts, row.registers.tries, row.registers.admission, row};
}

bool StoreModel::covers(quint64 sequence, quint32 attempt) const
{
    const auto handed = m_handedOut.find(sequence);
    if (handed != m_handedOut.end() && handed->second >= attempt)
        return false;
    const auto found = m_open.find(sequence);
    if (found == m_open.end())
        return false;
    if (found->second.starts == attempt)
        return true;
    return m_row.grant.attempt == attempt
           && std::find(m_row.grant.inputs.begin(), m_row.grant.inputs.end(), sequence)
                  != m_row.grant.inputs.end();
}

void StoreModel::started(quint64 sequence, quint32 attempt)
{
    m_handedOut[sequence] = attempt;
}

quint32 StoreModel::usedUp(quint64 sequence) const
{
    const auto handed = m_handedOut.find(sequence);
    return handed == m_handedOut.end() ? 0 : handed->second;
}

const FinishedInput *StoreModel::ended(quint64 sequence) const
{
    const auto found = m_ledger.find(sequence);
    return found == m_ledger.end() ? nullptr : &found->second;
}

} // namespace burrow::test
