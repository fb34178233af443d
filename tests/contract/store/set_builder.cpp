// SPDX-License-Identifier: Apache-2.0
#include "set_builder.h"

namespace burrow::test {

WriteSet SetBuilder::set(StoreOperation operation)
{
    return {m_session, ++m_ticket, std::move(operation), {{.code = EventCode::RuntimeStateChanged}}};
}

SessionRow SetBuilder::row(Phase phase)
{
    SessionRow row;
    row.phase = phase;
    row.revision = ++m_revision;
    row.nextAdmission = limits::admission_sequence_first + m_revision;
    return row;
}

WriteSet SetBuilder::accept(const InputPointer &input, const std::vector<FinishedInput> &replaced)
{
    return set(AcceptOperation{rowOf(input), replaced});
}

WriteSet SetBuilder::acceptConsumed(const InputPointer &input)
{
    AcceptOperation operation{rowOf(input), {}};
    operation.row.registers.phase = InputPhase::Consumed;
    operation.row.plan.consume = ConsumePoint::OnAccept;
    return set(std::move(operation));
}

WriteSet SetBuilder::finishRun(RunId run, const std::vector<InputPointer> &inputs,
                               const std::optional<QByteArray> &snapshot, const StartGrant &grant)
{
    FinishRunOperation operation;
    operation.run = run;
    operation.receipt.run = run;
    operation.snapshot = snapshot;
    for (const InputPointer &input : inputs) {
        operation.receipt.contributors.push_back(input->id);
        operation.inputs.push_back(consumed(input, run));
    }
    operation.session = row();
    operation.session.lastRun = run;
    operation.session.grant = grant;
    return set(std::move(operation));
}

WriteSet SetBuilder::failRun(RunId run, const std::vector<RequeuedInput> &requeued,
                             const std::vector<FinishedInput> &finished, const StartGrant &grant)
{
    FailRunOperation operation{run, requeued, finished, row()};
    operation.session.grant = grant;
    return set(std::move(operation));
}

WriteSet SetBuilder::lifecycle(const QByteArray &verb, Phase phase, const std::vector<FinishedInput> &finished)
{
    auto binding = std::make_shared<RuntimeBinding>();
    binding->runtimeId = "rt:" + verb;
    return set(LifecycleOperation{verb, finished, row(phase), std::move(binding)});
}

std::shared_ptr<const StoredOperations> SetBuilder::someOperations(quint64 count)
{
    auto stored = std::make_shared<StoredOperations>();
    stored->epoch = EpochId{Uuid{9, 9}};
    stored->sequence = count;
    stored->cursors = {0, 1, count};
    stored->newestWake = count;
    for (quint64 at = 1; at <= count; ++at) {
        const OperationId id{Uuid{7, at}};
        stored->ended.push_back(
            {{id, OperationKind::BackgroundTool, "work", "host"}, OperationCompleted{"done", {}}, at, 0});
        stored->feed.push_back({at, id, OperationKind::BackgroundTool, OperationStatus::Completed});
    }
    return stored;
}

WriteSet SetBuilder::operations(quint64 count)
{
    WriteSet only = set(OperationsOperation{});
    only.operations = someOperations(count);
    return only;
}

WriteSet SetBuilder::grant(quint32 attempt, const std::vector<InputPointer> &inputs)
{
    GrantOperation operation{row()};
    operation.session.grant.attempt = attempt;
    for (const InputPointer &input : inputs)
        operation.session.grant.inputs.push_back(sequenceOf(input->id));
    return set(std::move(operation));
}

InputRow rowOf(const InputPointer &input)
{
    InputRow row;
    row.input = input;
    row.plan.lane = Lane::Queue;
    row.sequence = sequenceOf(input->id);
    row.payloadHash = payloadHash(*input);
    row.registers.phase = InputPhase::Queued;
    row.registers.lane = Lane::Queue;
    row.registers.admission = limits::admission_sequence_first + row.sequence;
    return row;
}

FinishedInput consumed(const InputPointer &input, RunId run)
{
    FinishedInput finished;
    finished.sequence = sequenceOf(input->id);
    finished.id = input->id;
    finished.idempotencyKey = input->idempotencyKey;
    finished.payloadHash = payloadHash(*input);
    finished.run = run;
    finished.attempt = 1;
    finished.outcome.outcome = OutcomeClass::Completed;
    finished.outcome.text = "done";
    finished.outcome.run = run;
    return finished;
}

FinishedInput abandoned(const InputPointer &input, AbandonReason reason)
{
    FinishedInput finished;
    finished.sequence = sequenceOf(input->id);
    finished.id = input->id;
    finished.idempotencyKey = input->idempotencyKey;
    finished.payloadHash = payloadHash(*input);
    finished.kind = TerminalKind::Abandoned;
    finished.reason = reason;
    finished.outcome.outcome = OutcomeClass::Abandoned;
    finished.outcome.reason = QStringLiteral("it was given up");
    return finished;
}

FinishedInput superseded(const InputPointer &input, const InputPointer &by)
{
    FinishedInput finished;
    finished.sequence = sequenceOf(input->id);
    finished.id = input->id;
    finished.idempotencyKey = input->idempotencyKey;
    finished.payloadHash = payloadHash(*input);
    finished.kind = TerminalKind::Superseded;
    finished.replacedBy = by->id;
    finished.outcome.outcome = OutcomeClass::CompletedWithoutResult;
    return finished;
}

RequeuedInput requeued(const InputPointer &input, quint32 tries, quint64 admission)
{
    return {sequenceOf(input->id), tries, admission};
}

} // namespace burrow::test
