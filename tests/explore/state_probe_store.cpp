// SPDX-License-Identifier: Apache-2.0
// What the store holds, and what is on its way to it.
#include "state_probe.h"

namespace burrow {

void StateProbe::row(const SessionRow &row)
{
    m_out.put(row.phase);
    m_out.putPlace(row.nextAdmission);
    m_out.putPlace(row.nextPriority);
    grant(row.grant);
}

void StateProbe::finished(const std::vector<FinishedInput> &inputs)
{
    m_out.put(inputs.size());
    // A stop ends them in the order of a hash table, and the store in no order.
    quint64 sum = 0;
    for (const FinishedInput &input : inputs) {
        const quint64 script = m_scriptOf.at(input.sequence) + 1U;
        const quint64 end = static_cast<quint64>(input.kind) * 16 + static_cast<quint64>(input.reason);
        sum += (script * 1024 + end * 16 + static_cast<quint64>(input.outcome.outcome)) * 0x9e3779b97f4a7c15ULL;
    }
    m_out.put(sum);
}

void StateProbe::operation(const AcceptOperation &operation)
{
    input(operation.row.sequence);
    m_out.put(operation.row.starts);
    plan(operation.row.plan);
    m_out.put(operation.row.registers.phase);
    m_out.putPlace(operation.row.registers.admission);
    finished(operation.replaced);
}

void StateProbe::operation(const FinishRunOperation &operation)
{
    m_out.put(operation.snapshot ? 1U : 0U);
    finished(operation.inputs);
    row(operation.session);
}

void StateProbe::operation(const FailRunOperation &operation)
{
    m_out.put(operation.requeued.size());
    for (const RequeuedInput &requeued : operation.requeued) {
        input(requeued.sequence);
        m_out.put(requeued.tries);
        m_out.putPlace(requeued.admission);
    }
    finished(operation.finished);
    row(operation.session);
}

void StateProbe::operation(const LifecycleOperation &operation)
{
    m_out.put(static_cast<quint64>(qHash(operation.verb)));
    finished(operation.finished);
    row(operation.session);
    m_out.put(operation.binding ? 1U : 0U);
}

void StateProbe::operation(const GrantOperation &operation)
{
    row(operation.session);
}

void StateProbe::encode(const WriteSet &set, const SessionCore &core)
{
    m_out.put(core.m_lastTicket - set.ticket);
    m_out.put(set.operation.index());
    std::visit([this](const auto &one) { operation(one); }, set.operation);
    image(set.operations);
}

void StateProbe::encode(const test::StoreModel &store, const SessionCore &)
{
    m_out.put(store.open().size());
    for (const auto &[sequence, open] : store.open()) {
        input(sequence);
        m_out.put(open.starts);
        m_out.put(open.tries);
        m_out.putPlace(open.admission);
        m_out.put(open.row.starts);
        plan(open.row.plan);
        m_out.put(open.row.crashes);
        m_out.put(store.usedUp(sequence) * 2 + (store.acceptedHere(sequence) ? 1U : 0U));
    }
    m_out.put(store.ledger().size());
    // In any order, so their sum: of two that have ended nobody asks which was submitted first.
    quint64 sum = 0;
    for (const auto &[sequence, ended] : store.ledger()) {
        const quint64 script = m_scriptOf.at(sequence) + 1U;
        // How it ended is asked only by its key.
        const quint64 end =
            ended.idempotencyKey.isEmpty() ? 0U : 1U + static_cast<quint64>(ended.outcome.outcome);
        sum += (script * 64 + end) * 0x9e3779b97f4a7c15ULL;
    }
    m_out.put(sum);
    m_out.put((store.snapshot() ? 1U : 0U) | (store.written() ? 2U : 0U));
    row(store.row());
    m_out.put(store.cleanupOwed() ? 1U : 0U);
    image(store.operations());
}

} // namespace burrow
