// SPDX-License-Identifier: Apache-2.0
#include "machine/operation_table.h"

namespace burrow {
namespace {

bool holds(OperationGuard guard, const OperationRegisters &registers, const OperationInput &input)
{
    switch (guard) {
    case OperationGuard::SourceValid:
        return input.sourceValid;
    case OperationGuard::CapacityFree:
        return input.capacityFree;
    case OperationGuard::ExpectsPeer:
        return factOf(registers.kind).expectsPeer;
    case OperationGuard::PeerNotReady:
        return !registers.peerReady;
    case OperationGuard::OutcomeMatches:
        return input.outcome == endOf(input.verb);
    }
    return false;
}

void apply(OperationUpdate update, OperationRegisters &next, const OperationInput &input)
{
    switch (update) {
    case OperationUpdate::TakeKind:
        next.kind = input.kind;
        return;
    case OperationUpdate::NotePeerReady:
        next.peerReady = true;
        return;
    case OperationUpdate::CountProgress:
        ++next.progress;
        return;
    case OperationUpdate::Forget:
        next = {};
        return;
    }
}

} // namespace

const OperationKindFact &factOf(OperationKind kind)
{
    return operation_kind_facts[static_cast<std::size_t>(kind)];
}

OperationStatus endOf(OperationVerb verb)
{
    for (const OperationTransition &row : operation_table.transitions) {
        if (row.verb == verb && row.target != OperationTarget::Self
            && isTerminal(static_cast<OperationStatus>(row.target)))
            return static_cast<OperationStatus>(row.target);
    }
    return OperationStatus::Absent;
}

OperationStep step(const OperationRegisters &registers, const OperationInput &input)
{
    const auto decision =
        decide<OperationGuard>(operation_table, input.verb, registers.status,
                               [&](OperationGuard guard) { return holds(guard, registers, input); });
    if (!decision.transition) {
        const OperationRefusal refusal =
            decision.refusal ? decision.refusal->refusal
                             : operation_guard_facts[static_cast<std::size_t>(decision.guard)].refusal;
        return {false, refusal, decision.row, registers};
    }

    const OperationTransition &row = *decision.transition;
    OperationStep result{true, OperationRefusal::None, row.id, registers};
    if (row.target != OperationTarget::Self)
        result.next.status = static_cast<OperationStatus>(row.target);
    for (quint32 left = row.updates.bits; left != 0; left &= left - 1)
        apply(static_cast<OperationUpdate>(std::countr_zero(left)), result.next, input);
    BURROW_ASSERT(brokenInvariant(result.next) == nullptr);
    BURROW_ASSERT(!isTerminal(registers.status) || result.next == registers
                  || result.next.status == OperationStatus::Absent);
    return result;
}

const char *brokenInvariant(const OperationRegisters &registers)
{
    if (registers.peerReady && !factOf(registers.kind).expectsPeer)
        return "a peer is ready only where one is expected";
    if (registers.status == OperationStatus::Absent && registers != OperationRegisters{})
        return "an operation that is absent has no registers";
    return nullptr;
}

} // namespace burrow
