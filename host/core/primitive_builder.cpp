// SPDX-License-Identifier: Apache-2.0
#include "core/primitive_builder.h"

#include "core/projection.h"

namespace burrow {

namespace {

Error rejected(const QString &sentence)
{
    return {ErrorKind::InvalidArgument, sentence};
}

/// Takes b's value when a has none. False when both have one and they differ.
bool mergeScalar(QByteArray &a, const QByteArray &b)
{
    if (b.isEmpty() || a == b)
        return true;
    if (!a.isEmpty())
        return false;
    a = b;
    return true;
}

bool mergeScalar(SettableText &a, const SettableText &b)
{
    if (b.state == SettableText::State::Absent || a == b)
        return true;
    if (a.state != SettableText::State::Absent)
        return false;
    a = b;
    return true;
}

Result<void> checkMember(const InputRecord &head, const InputRecord &member)
{
    if (member.plan.lane == Lane::None) {
        return rejected(QStringLiteral("input %1 carries no admission semantics and cannot be run")
                            .arg(QString::fromLatin1(member.input->id.toText())));
    }
    if (member.plan.execution != head.plan.execution || member.plan.intent != head.plan.intent) {
        return rejected(QStringLiteral("input %1 is a %2 and cannot share a run with a %3")
                            .arg(QString::fromLatin1(member.input->id.toText()),
                                 QString::fromLatin1(executionKindName(member.plan.execution)),
                                 QString::fromLatin1(executionKindName(head.plan.execution))));
    }
    return {};
}

void moveBehind(std::vector<Append> &all, std::vector<Append> &more)
{
    if (all.empty())
        all.swap(more);
    else
        all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void addProjection(RunPrimitive &primitive, const InputRecord &record)
{
    Projection projection = project(*record.input);
    moveBehind(primitive.appends, projection.appends);
    moveBehind(primitive.contextAppends, projection.contextAppends);
    primitive.contributors.push_back({record.input->id, record.input->idempotencyKey,
                                      record.input->correlationId, record.starts, record.input->kind});
}

} // namespace

Result<TurnMetadata> mergeMetadata(const TurnMetadata &a, const TurnMetadata &b)
{
    TurnMetadata merged = a;
    merged.skillReferences += b.skillReferences;
    merged.additionalInstructions += b.additionalInstructions;
    const char *conflict = nullptr;
    if (!mergeScalar(merged.toolOverlayJson, b.toolOverlayJson))
        conflict = "tool_overlay";
    else if (!mergeScalar(merged.model, b.model))
        conflict = "model";
    else if (!mergeScalar(merged.provider, b.provider))
        conflict = "provider";
    else if (!mergeScalar(merged.providerParametersJson, b.providerParametersJson))
        conflict = "provider_params";
    else if (!mergeScalar(merged.authBinding, b.authBinding))
        conflict = "auth_binding";
    else if (!mergeScalar(merged.keepAlive, b.keepAlive))
        conflict = "keep_alive";
    else if (!mergeScalar(merged.renderJson, b.renderJson))
        conflict = "render";
    if (conflict != nullptr) {
        return rejected(QStringLiteral("two inputs of one run want different values of \"%1\"")
                            .arg(QLatin1String(conflict)));
    }
    return merged;
}

Result<PrimitivePointer> buildPrimitive(const Batch &batch)
{
    BURROW_ASSERT(!batch.empty());
    auto primitive = std::make_shared<RunPrimitive>();
    const InputRecord &head = *batch.front();
    primitive->boundary = head.plan.boundary;
    primitive->execution = head.plan.execution;
    primitive->intent = head.plan.intent;
    primitive->contributors.reserve(batch.size());
    std::optional<TurnMetadata> metadata;
    for (const InputRecord *record : batch) {
        if (Result<void> fits = checkMember(head, *record); !fits)
            return fits.error();
        addProjection(*primitive, *record);
        if (!record->input->metadata)
            continue;
        Result<TurnMetadata> merged =
            mergeMetadata(metadata.value_or(TurnMetadata{}), *record->input->metadata);
        if (!merged)
            return merged.error();
        metadata = std::move(merged).value();
    }
    if (metadata)
        primitive->metadata = std::make_shared<const TurnMetadata>(*std::move(metadata));
    if (head.plan.boundary == Boundary::Immediate && primitive->appends.empty())
        primitive->kind = PrimitiveKind::ImmediateContextAppend;
    return PrimitivePointer(std::move(primitive));
}

std::optional<QString> violatedIntent(const RunPrimitive &primitive)
{
    if (primitive.intent == ApplyIntent::None)
        return std::nullopt;
    if (primitive.kind == PrimitiveKind::StagedInput && primitive.boundary == Boundary::RunStart
        && primitive.execution == ExecutionKind::ContentTurn && !primitive.contextAppends.empty())
        return std::nullopt;
    return QStringLiteral("a terminal response must be staged at the start of a content turn with its context");
}

} // namespace burrow
