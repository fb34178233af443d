// SPDX-License-Identifier: Apache-2.0
#include "config/input_fields.h"

#include "base/assert.h"

namespace burrow {

namespace {

constexpr EnumNames<PeerBody::Status, 4> peerStatusName{{"none", "completed", "failed", "cancelled"}};
constexpr EnumNames<ContinuationBody::Kind, 2> continuationKindName{{"ordinary", "attention"}};

template <typename Enum, std::size_t Count>
bool chosen(const EnumNames<Enum, Count> &names, const FieldValue &value, Enum &target)
{
    const std::optional<Enum> parsed = names.parse(value.text);
    BURROW_ASSERT(parsed.has_value());
    target = *parsed;
    return true;
}

bool assign(QByteArray &target, const QByteArray &value)
{
    target = value;
    return true;
}

bool settable(SettableText &target, const FieldValue &value, const QByteArray &content)
{
    target.state = value.isNull ? SettableText::State::Clear : SettableText::State::Set;
    target.value = value.isNull ? QByteArray() : content;
    return true;
}

// clang-format off
constexpr FieldRow<Source> sourceFields[] = {
    {.name = "kind", .form = FieldForm::Choice,
     .store = [](Source &s, const FieldValue &v) { return chosen(sourceKindName, v, s.kind); },
     .choices = sourceKindName.names},
    {.name = "id", .form = FieldForm::Key,
     .store = [](Source &s, const FieldValue &v) { return assign(s.id, v.text); }},
    {.name = "display", .form = FieldForm::Text,
     .store = [](Source &s, const FieldValue &v) { return assign(s.display, v.text); }},
    {.name = "flow_step", .form = FieldForm::Count,
     .store = [](Source &s, const FieldValue &v) { s.flowStep = v.number; return true; }},
};

constexpr FieldRow<Append> appendFields[] = {
    {.name = "role", .form = FieldForm::Choice,
     .store = [](Append &a, const FieldValue &v) { return chosen(appendRoleName, v, a.role); },
     .choices = appendRoleName.names},
    {.name = "key", .form = FieldForm::Key,
     .store = [](Append &a, const FieldValue &v) { return assign(a.key, v.text); }},
    {.name = "text", .form = FieldForm::Text,
     .store = [](Append &a, const FieldValue &v) { return assign(a.text, v.text); }},
    {.name = "json", .form = FieldForm::Json,
     .store = [](Append &a, const FieldValue &v) { return assign(a.json, v.json); }},
};

constexpr FieldRow<TurnMetadata> metadataFields[] = {
    {.name = "model", .form = FieldForm::Text,
     .store = [](TurnMetadata &m, const FieldValue &v) { return assign(m.model, v.text); }},
    {.name = "provider", .form = FieldForm::Text,
     .store = [](TurnMetadata &m, const FieldValue &v) { return assign(m.provider, v.text); }},
    {.name = "skill_references", .form = FieldForm::TextList,
     .store = [](TurnMetadata &m, const FieldValue &v) { m.skillReferences = v.texts; return true; }},
    {.name = "additional_instructions", .form = FieldForm::TextList,
     .store = [](TurnMetadata &m, const FieldValue &v) { m.additionalInstructions = v.texts; return true; }},
    {.name = "tool_overlay", .form = FieldForm::Json,
     .store = [](TurnMetadata &m, const FieldValue &v) { return assign(m.toolOverlayJson, v.json); }},
    {.name = "provider_parameters", .form = FieldForm::Json,
     .store = [](TurnMetadata &m, const FieldValue &v) { return settable(m.providerParametersJson, v, v.json); },
     .nullable = true},
    {.name = "auth_binding", .form = FieldForm::Text,
     .store = [](TurnMetadata &m, const FieldValue &v) { return settable(m.authBinding, v, v.text); },
     .nullable = true},
    {.name = "keep_alive", .form = FieldForm::Text,
     .store = [](TurnMetadata &m, const FieldValue &v) { return settable(m.keepAlive, v, v.text); },
     .nullable = true},
    {.name = "render", .form = FieldForm::Json,
     .store = [](TurnMetadata &m, const FieldValue &v) { return assign(m.renderJson, v.json); }},
};
// clang-format on

bool readAppend(const FieldValue &value, std::optional<Append> &target)
{
    target.emplace();
    return readObject<Append>(value.line, value.span, value.path, appendFields, *target);
}

bool readAppends(const FieldValue &value, std::vector<Append> &target)
{
    bool good = true;
    for (const JsonSpan &each : jsonItems(value.line.text, value.span)) {
        Append append;
        const QString path = QStringLiteral("%1[%2]").arg(value.path).arg(target.size());
        good = readObject<Append>(value.line, each, path, appendFields, append) && good;
        target.push_back(append);
    }
    return good;
}

bool readOperation(const FieldValue &value, OperationId &target)
{
    const std::optional<OperationId> id = OperationId::fromText(value.text);
    if (id) {
        target = *id;
        return true;
    }
    value.line.report(
        value.span.begin, value.span.end, FindingCode::InputValueNotAllowed,
        QStringLiteral("field %1 is %2, not an operation's id").arg(quoted(value.path), quoted(value.text)),
        QStringLiteral("an id has 36 characters: 8-4-4-4-12 hexadecimal digits"));
    return false;
}

using K = InputKind;
constexpr KindSet peer_responses = kinds(K::PeerResponseProgress, K::PeerResponseTerminal);
constexpr KindSet peers = kinds(K::PeerMessage, K::PeerRequest) | peer_responses;

// clang-format off
constexpr FieldRow<InputDraft> fields[] = {
    {.name = "kind", .form = FieldForm::Choice,
     .store = [](InputDraft &d, const FieldValue &v) { return chosen(inputKindName, v, d.input.kind); },
     .choices = inputKindName.names},
    {.name = "text", .form = FieldForm::Text,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.text, v.text); },
     .allowed = every_kind & ~kinds(K::Continuation, K::Operation)},
    {.name = "blocks", .form = FieldForm::Json,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.blocksJson, v.json); },
     .allowed = kinds(K::Prompt, K::ExternalEvent) | peers},
    {.name = "appends", .form = FieldForm::ObjectList,
     .store = [](InputDraft &d, const FieldValue &v) { return readAppends(v, d.appends); },
     .allowed = kinds(K::Prompt)},
    {.name = "durability", .form = FieldForm::Choice,
     .store = [](InputDraft &d, const FieldValue &v) { return chosen(durabilityName, v, d.input.durability); },
     .choices = durabilityName.names},
    {.name = "handling_mode", .form = FieldForm::Choice,
     .store = [](InputDraft &d, const FieldValue &v) { return chosen(handlingModeName, v, d.input.handling); },
     .choices = handlingModeName.names},
    {.name = "source", .form = FieldForm::Object,
     .store = [](InputDraft &d, const FieldValue &v) {
         return readObject<Source>(v.line, v.span, v.path, sourceFields, d.input.source);
     }},
    {.name = "idempotency_key", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.input.idempotencyKey, v.text); }},
    {.name = "supersession_key", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.input.supersessionKey, v.text); }},
    {.name = "correlation_id", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.input.correlationId, v.text); }},
    {.name = "metadata", .form = FieldForm::Object,
     .store = [](InputDraft &d, const FieldValue &v) {
         return readObject<TurnMetadata>(v.line, v.span, v.path, metadataFields, d.metadata);
     }},
    {.name = "payload", .form = FieldForm::Json,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.payloadJson, v.json); },
     .allowed = peers | kinds(K::ExternalEvent, K::Operation, K::SystemGenerated, K::Projected)},
    {.name = "request_id", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.requestId, v.text); },
     .allowed = kinds(K::PeerRequest, K::Continuation) | peer_responses,
     .required = kinds(K::PeerRequest) | peer_responses},
    {.name = "intent", .form = FieldForm::Text,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.intent, v.text); },
     .allowed = kinds(K::PeerRequest), .required = kinds(K::PeerRequest)},
    {.name = "phase", .form = FieldForm::Text,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.phase, v.text); },
     .allowed = kinds(K::PeerResponseProgress), .required = kinds(K::PeerResponseProgress)},
    {.name = "status", .form = FieldForm::Choice,
     .store = [](InputDraft &d, const FieldValue &v) { return chosen(peerStatusName, v, d.status); },
     .choices = std::span(peerStatusName.names).subspan<1>(),
     .allowed = kinds(K::PeerResponseTerminal), .required = kinds(K::PeerResponseTerminal)},
    {.name = "context_key", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.contextKey, v.text); }, .allowed = peers},
    {.name = "step_id", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.stepId, v.text); },
     .allowed = kinds(K::FlowStep), .required = kinds(K::FlowStep)},
    {.name = "event_type", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.eventType, v.text); },
     .allowed = kinds(K::ExternalEvent), .required = kinds(K::ExternalEvent)},
    {.name = "reason", .form = FieldForm::Text,
     .store = [](InputDraft &d, const FieldValue &v) { return assign(d.reason, v.text); },
     .allowed = kinds(K::Continuation), .required = kinds(K::Continuation)},
    {.name = "continuation_kind", .form = FieldForm::Choice,
     .store = [](InputDraft &d, const FieldValue &v) { return chosen(continuationKindName, v, d.continuationKind); },
     .choices = continuationKindName.names, .allowed = kinds(K::Continuation)},
    {.name = "context_append", .form = FieldForm::Object,
     .store = [](InputDraft &d, const FieldValue &v) { return readAppend(v, d.contextAppend); },
     .allowed = kinds(K::Continuation)},
    {.name = "turn_append", .form = FieldForm::Object,
     .store = [](InputDraft &d, const FieldValue &v) { return readAppend(v, d.turnAppend); },
     .allowed = kinds(K::Continuation)},
    {.name = "operation_id", .form = FieldForm::Key,
     .store = [](InputDraft &d, const FieldValue &v) { return readOperation(v, d.operation); },
     .allowed = kinds(K::Operation), .required = kinds(K::Operation)},
};
// clang-format on

} // namespace

std::span<const FieldRow<InputDraft>> inputFields()
{
    return fields;
}

} // namespace burrow
