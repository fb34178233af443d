// SPDX-License-Identifier: Apache-2.0
// An open input: its columns, what admission stamped on it (`sem`) and what it says (`payload`).
#include "store/record_codec.h"

#include "store/field_codec.h"

namespace burrow {

template <typename Coder, Describes<Append> Record>
void describe(Coder &coder, Record &append)
{
    coder.choice(1, append.role, AppendRole::Tool);
    coder.bytes(2, append.key);
    coder.bytes(3, append.text);
    coder.bytes(4, append.json);
}

template <typename Coder, Describes<SettableText> Record>
void describe(Coder &coder, Record &text)
{
    coder.choice(1, text.state, SettableText::State::Clear);
    coder.bytes(2, text.value);
}

template <typename Coder, Describes<TurnMetadata> Record>
void describe(Coder &coder, Record &metadata)
{
    coder.byteList(1, metadata.skillReferences);
    coder.byteList(2, metadata.additionalInstructions);
    coder.bytes(3, metadata.toolOverlayJson);
    coder.bytes(4, metadata.model);
    coder.bytes(5, metadata.provider);
    coder.record(6, metadata.providerParametersJson);
    coder.record(7, metadata.authBinding);
    coder.record(8, metadata.keepAlive);
    coder.bytes(9, metadata.renderJson);
}

template <typename Coder, Describes<PromptBody> Record>
void describe(Coder &coder, Record &body)
{
    coder.bytes(1, body.text);
    coder.bytes(2, body.blocksJson);
    coder.records(3, body.appends);
}

template <typename Coder, Describes<PeerBody> Record>
void describe(Coder &coder, Record &body)
{
    coder.bytes(1, body.text);
    coder.bytes(2, body.blocksJson);
    coder.bytes(3, body.payloadJson);
    coder.bytes(4, body.requestId);
    coder.bytes(5, body.intent);
    coder.bytes(6, body.phase);
    coder.bytes(7, body.contextKey);
    coder.choice(8, body.status, PeerBody::Status::Cancelled);
}

template <typename Coder, Describes<FlowStepBody> Record>
void describe(Coder &coder, Record &body)
{
    coder.bytes(1, body.stepId);
    coder.bytes(2, body.text);
}

template <typename Coder, Describes<ExternalEventBody> Record>
void describe(Coder &coder, Record &body)
{
    coder.bytes(1, body.eventType);
    coder.bytes(2, body.text);
    coder.bytes(3, body.payloadJson);
    coder.bytes(4, body.blocksJson);
}

template <typename Coder, Describes<ContinuationBody> Record>
void describe(Coder &coder, Record &body)
{
    coder.choice(1, body.kind, ContinuationBody::Kind::Attention);
    coder.bytes(2, body.reason);
    coder.bytes(3, body.requestId);
    coder.optionalRecord(4, body.contextAppend);
    coder.optionalRecord(5, body.turnAppend);
}

template <typename Coder, Describes<OperationBody> Record>
void describe(Coder &coder, Record &body)
{
    coder.id(1, body.operation);
    coder.bytes(2, body.eventJson);
}

template <typename Coder, Describes<SystemGeneratedBody> Record>
void describe(Coder &coder, Record &body)
{
    coder.bytes(1, body.text);
    coder.bytes(2, body.json);
}

namespace {

/// The tags of a payload: the body stands under the number of its kind, so that the kind needs no field.
constexpr char first_body_tag = 1;
constexpr char metadata_tag = 32;

QByteArray encodePayload(const Input &input, SpareBlobs *spare)
{
    const qsizetype size = contentBytes(input) + 64;
    FieldWriter writer(size, takeBlock(spare, size));
    std::visit(
        [&](const auto &body) { writer.record(static_cast<char>(first_body_tag + input.body.index()), body); },
        input.body);
    if (input.metadata)
        writer.record(metadata_tag, *input.metadata);
    return std::move(writer).take();
}

template <std::size_t Index>
void decodeBody(FieldReader &reader, InputBody &body, std::size_t index)
{
    if constexpr (Index < std::variant_size_v<InputBody>) {
        if (index == Index)
            reader.record(static_cast<char>(first_body_tag + Index), body.emplace<Index>());
        else
            decodeBody<Index + 1>(reader, body, index);
    }
}

bool decodePayload(QByteArrayView bytes, Input &input)
{
    FieldReader reader(bytes);
    const std::optional<char> tag = reader.nextTag();
    if (!tag || *tag < first_body_tag || *tag >= first_body_tag + char(std::variant_size_v<InputBody>))
        return false;
    decodeBody<0>(reader, input.body, static_cast<std::size_t>(*tag - first_body_tag));
    std::optional<TurnMetadata> metadata;
    reader.optionalRecord(metadata_tag, metadata);
    if (metadata)
        input.metadata = std::make_shared<const TurnMetadata>(*std::move(metadata));
    return reader.ok();
}

/// Everything of `sem`. `version` is policy_version: what admission decided under another one means something
/// else.
template <typename Coder, Describes<AdmissionPlan> Plan, Describes<InputRegisters> Registers,
          Describes<Input> Header>
void describeSemantics(Coder &coder, quint32 &version, Plan &plan, Registers &registers, Header &input)
{
    coder.number(1, version);
    coder.choice(2, plan.apply, ApplyMode::Ignore);
    coder.choice(3, plan.wake, WakeMode::InterruptYielding);
    coder.choice(4, plan.queue, QueueMode::Priority);
    coder.choice(5, plan.consume, ConsumePoint::OnAccept);
    coder.choice(6, plan.drain, DrainPolicy::Drop);
    coder.choice(7, plan.lane, Lane::Steer);
    coder.choice(8, plan.boundary, Boundary::RunCheckpoint);
    coder.choice(9, plan.execution, ExecutionKind::ResumePending);
    coder.choice(10, plan.intent, ApplyIntent::AppendContextAndRun);
    coder.choice(11, plan.executionHandling, HandlingMode::Steer);
    coder.flag(12, plan.transcript);
    coder.flag(13, plan.immediateProcessing);
    coder.flag(14, plan.interruptYielding);
    coder.flag(15, plan.wakeIfIdle);
    coder.flag(16, plan.liveInterruptRequired);
    coder.choice(20, registers.lane, Lane::Steer);
    coder.choice(21, registers.recoveryLane, Lane::Steer);
    coder.choice(22, registers.abandonReason, AbandonReason::NeverExecuted);
    coder.id(23, registers.run);
    coder.number(24, registers.boundarySequence);
    coder.id(25, registers.replacedBy);
    coder.choice(30, input.durability, Durability::Derived);
    coder.choice(31, input.handling, HandlingMode::Steer);
    coder.flag(32, input.visibility.transcript);
    coder.flag(33, input.visibility.operatorView);
    coder.choice(34, input.source.kind, SourceKind::External);
    coder.bytes(35, input.source.id);
    coder.bytes(36, input.source.display);
    coder.number(37, input.source.flowStep);
    coder.bytes(38, input.supersessionKey);
    coder.bytes(39, input.correlationId);
}

} // namespace

InputColumns encodeInput(const InputRow &row, qint64 sid, SpareBlobs *spare)
{
    const Input &input = *row.input;
    InputColumns columns;
    columns.sequence = row.sequence;
    columns.sid = sid;
    columns.admission = row.registers.admission;
    columns.phase = static_cast<quint8>(row.registers.phase);
    columns.tries = row.registers.tries;
    columns.starts = row.starts;
    columns.crashes = row.crashes;
    columns.kind = static_cast<quint8>(input.kind);
    columns.submittedAt = input.submittedAt.sinceEpoch.count();
    columns.id = input.id.uuid;
    columns.key = input.idempotencyKey;
    columns.payloadHash = row.payloadHash;
    constexpr qsizetype semantics_bytes = 96;
    FieldWriter semantics(semantics_bytes, takeBlock(spare, semantics_bytes));
    quint32 version = policy_version;
    describeSemantics(semantics, version, row.plan, row.registers, input);
    columns.semantics = std::move(semantics).take();
    columns.payload = encodePayload(input, spare);
    return columns;
}

std::optional<InputRow> decodeInput(const InputColumnsView &columns)
{
    if (columns.phase > static_cast<quint8>(InputPhase::Abandoned)
        || columns.kind > static_cast<quint8>(InputKind::Projected))
        return std::nullopt;
    auto input = std::make_shared<Input>();
    InputRow row;
    FieldReader semantics(columns.semantics);
    quint32 version = 0;
    describeSemantics(semantics, version, row.plan, row.registers, *input);
    if (!semantics.ok() || version != policy_version || !decodePayload(columns.payload, *input))
        return std::nullopt;
    input->id = {columns.id.uuid()};
    input->kind = static_cast<InputKind>(columns.kind);
    input->submittedAt.sinceEpoch = std::chrono::milliseconds(columns.submittedAt);
    input->idempotencyKey = columns.key.toByteArray();
    row.registers.phase = static_cast<InputPhase>(columns.phase);
    row.registers.tries = columns.tries;
    row.registers.admission = columns.admission;
    row.sequence = columns.sequence;
    row.starts = columns.starts;
    row.crashes = columns.crashes;
    row.payloadHash = columns.payloadHash.value();
    row.input = std::move(input);
    return row;
}

} // namespace burrow
