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
    return std::visit([this](const auto &operation) { return commitOne(operation); }, set.operation);
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
    } else if (row.registers.phase == InputPhase::Queued) {
        m_open[row.sequence] = {row.input->id, row.starts, row.registers.tries, row.registers.admission};
    } else {
        return about(row.sequence, "is written in a phase that is not stored");
    }
    return finish(operation.replaced);
}

std::optional<QString> StoreModel::commitOne(const FinishRunOperation &operation)
{
    if (!m_receipts.insert(operation.run).second)
        return QStringLiteral("a run gets a second receipt");
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
    if (operation.session.phase == Phase::Stopped && !m_open.empty())
        return about(m_open.begin()->first, "is open behind a stored stopped");
    return writeRow(operation.session);
}

std::optional<QString> StoreModel::commitOne(const GrantOperation &operation)
{
    return writeRow(operation.session);
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

const FinishedInput *StoreModel::ended(quint64 sequence) const
{
    const auto found = m_ledger.find(sequence);
    return found == m_ledger.end() ? nullptr : &found->second;
}

} // namespace burrow::test
