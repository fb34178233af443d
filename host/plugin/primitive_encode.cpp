// SPDX-License-Identifier: Apache-2.0
#include "plugin/primitive_encode.h"

#include "plugin/abi_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtEndian>

#include <cstring>
#include <span>

namespace burrow {

namespace {

/// Above this a buffer's memory is given back after a batch of unusual size.
constexpr std::size_t keptElements = 256;

/// Eight digits at once: one nibble a byte, then to ASCII, then the first digit first.
Q_ALWAYS_INLINE quint64 hexDigits(quint32 value)
{
    quint64 digits = value;
    digits = (digits | (digits << 16)) & 0x0000ffff0000ffffULL;
    digits = (digits | (digits << 8)) & 0x00ff00ff00ff00ffULL;
    digits = (digits | (digits << 4)) & 0x0f0f0f0f0f0f0f0fULL;
    const quint64 letters = ((digits + 0x0606060606060606ULL) >> 4) & 0x0101010101010101ULL;
    digits += 0x3030303030303030ULL + letters * ('a' - '9' - 1);
    return qToBigEndian(digits);
}

template <typename Element>
void resizeKept(std::vector<Element> &buffer, std::size_t size)
{
    if (buffer.capacity() > keptElements && size <= keptElements)
        buffer = {};
    buffer.resize(size);
}

template <typename Element>
burrow_array arrayOf(const std::vector<Element> &elements)
{
    return {elements.empty() ? nullptr : elements.data(), elements.size(), sizeof(Element), 0};
}

int32_t primitiveOf(PrimitiveKind kind)
{
    return BURROW_PRIMITIVE_STAGED_INPUT + static_cast<int32_t>(kind);
}
static_assert(BURROW_PRIMITIVE_STAGED_INPUT + static_cast<int>(PrimitiveKind::ImmediateContextAppend)
              == BURROW_PRIMITIVE_IMMEDIATE_CONTEXT_APPEND);

int32_t boundaryOf(Boundary boundary)
{
    return BURROW_BOUNDARY_IMMEDIATE + static_cast<int32_t>(boundary);
}
static_assert(BURROW_BOUNDARY_IMMEDIATE + static_cast<int>(Boundary::RunStart) == BURROW_BOUNDARY_RUN_START
              && BURROW_BOUNDARY_IMMEDIATE + static_cast<int>(Boundary::RunCheckpoint)
                     == BURROW_BOUNDARY_RUN_CHECKPOINT);

int32_t kindOf(InputKind kind)
{
    return BURROW_INPUT_PROMPT + static_cast<int32_t>(kind);
}
static_assert(BURROW_INPUT_PROMPT + static_cast<int>(InputKind::Projected) == BURROW_INPUT_PROJECTED);
static_assert(BURROW_INPUT_PROMPT + static_cast<int>(InputKind::ExternalEvent) == BURROW_INPUT_EXTERNAL_EVENT);

int32_t roleOf(AppendRole role)
{
    return BURROW_ROLE_USER + static_cast<int32_t>(role);
}
static_assert(BURROW_ROLE_USER + static_cast<int>(AppendRole::Tool) == BURROW_ROLE_TOOL);

int32_t contentOf(const Append &append)
{
    if (append.json.isEmpty())
        return BURROW_CONTENT_TEXT;
    if (append.role == AppendRole::SystemNotice)
        return BURROW_CONTENT_NOTICE;
    return append.json.startsWith('[') ? BURROW_CONTENT_BLOCKS : BURROW_CONTENT_JSON;
}

/// A value that is kept as text: itself if it is JSON, else a JSON string.
QJsonValue valueOf(const QByteArray &json)
{
    const QJsonDocument document = QJsonDocument::fromJson('[' + json + ']');
    return document.isArray() && document.array().size() == 1 ? document.array().at(0)
                                                              : QJsonValue(QString::fromUtf8(json));
}

void addList(QJsonObject &object, const char *key, const QByteArrayList &texts)
{
    if (texts.isEmpty())
        return;
    QJsonArray list;
    for (const QByteArray &text : texts)
        list.append(QString::fromUtf8(text));
    object.insert(QLatin1String(key), list);
}

void addText(QJsonObject &object, const char *key, const QByteArray &text)
{
    if (!text.isEmpty())
        object.insert(QLatin1String(key), QString::fromUtf8(text));
}

void addJson(QJsonObject &object, const char *key, const QByteArray &json)
{
    if (!json.isEmpty())
        object.insert(QLatin1String(key), valueOf(json));
}

void addSettable(QJsonObject &object, const char *key, const SettableText &value, bool isJson)
{
    if (value.state == SettableText::State::Clear)
        object.insert(QLatin1String(key), QJsonValue::Null);
    else if (value.state == SettableText::State::Set)
        object.insert(QLatin1String(key), isJson ? valueOf(value.value) : QString::fromUtf8(value.value));
}

/// Eight of hexDigits() in memory, or the first or last four of them. From registers: reading back what was
/// just stored in other pieces would stall.
void put8(char *to, quint64 digits)
{
    std::memcpy(to, &digits, 8);
}

void put4(char *to, quint64 digits)
{
    const auto four = static_cast<quint32>(digits);
    std::memcpy(to, &four, 4);
}

} // namespace

void writeUuid(const Uuid &uuid, UuidText &text)
{
    static_assert(Q_BYTE_ORDER == Q_LITTLE_ENDIAN, "put4 takes the first digits from the low half");
    const quint64 middle = hexDigits(static_cast<quint32>(uuid.high));
    const quint64 node = hexDigits(static_cast<quint32>(uuid.low >> 32));
    char *to = text.data();
    put8(to, hexDigits(static_cast<quint32>(uuid.high >> 32)));
    to[8] = '-';
    put4(to + 9, middle);
    to[13] = '-';
    put4(to + 14, middle >> 32);
    to[18] = '-';
    put4(to + 19, node);
    to[23] = '-';
    put4(to + 24, node >> 32);
    put8(to + 28, hexDigits(static_cast<quint32>(uuid.low)));
}

const burrow_apply_request &PrimitiveEncoder::encode(const ApplyCall &call, QByteArrayView session)
{
    const RunPrimitive &primitive = *call.primitive;
    writeUuid(call.run.uuid, m_run);
    const std::span<const Contributor> contributors(primitive.contributors);
    resizeKept(m_inputs, contributors.size());
    resizeKept(m_contributors, contributors.size());
    for (std::size_t at = 0; at < contributors.size(); ++at) {
        const Contributor &contributor = contributors[at];
        writeUuid(contributor.input.uuid, m_inputs[at]);
        m_contributors[at] = {{m_inputs[at].data(), m_inputs[at].size()},
                              toAbiText(contributor.idempotencyKey),
                              toAbiText(contributor.correlationId),
                              contributor.attempt,
                              kindOf(contributor.kind)};
    }
    encodeAppends(primitive.appends, m_appends);
    encodeAppends(primitive.contextAppends, m_contextAppends);
    if (primitive.metadata)
        m_metadata = metadataJson(*primitive.metadata);
    else
        m_metadata.clear();

    m_request.struct_size = sizeof m_request;
    m_request.primitive = primitiveOf(primitive.kind);
    m_request.boundary = boundaryOf(primitive.boundary);
    m_request.execution = primitive.execution == ExecutionKind::ContentTurn ? BURROW_EXECUTION_CONTENT_TURN
                                                                            : BURROW_EXECUTION_RESUME_PENDING;
    m_request.intent = primitive.intent == ApplyIntent::AppendContextAndRun
                           ? BURROW_INTENT_APPEND_CONTEXT_AND_RUN
                           : BURROW_INTENT_NONE;
    m_request.attempt = call.attempt;
    m_request.deadline_ns = call.deadline == MonotonicTime::never() ? 0 : call.deadline.sinceStart.count();
    m_request.run_id = {m_run.data(), m_run.size()};
    m_request.session_id = toAbiText(session);
    m_request.contributors = arrayOf(m_contributors);
    m_request.appends = arrayOf(m_appends);
    m_request.context_appends = arrayOf(m_contextAppends);
    m_request.metadata_json = toAbiText(m_metadata);
    return m_request;
}

void encodeAppends(const std::vector<Append> &appends, std::vector<burrow_append> &encoded)
{
    resizeKept(encoded, appends.size());
    for (std::size_t at = 0; at < appends.size(); ++at) {
        const Append &append = appends[at];
        encoded[at] = {roleOf(append.role), contentOf(append), toAbiText(append.key), toAbiText(append.text),
                       toAbiText(append.json)};
    }
}

QByteArray metadataJson(const TurnMetadata &metadata)
{
    QJsonObject object;
    addList(object, "skill_references", metadata.skillReferences);
    addList(object, "additional_instructions", metadata.additionalInstructions);
    addJson(object, "tool_overlay", metadata.toolOverlayJson);
    addText(object, "model", metadata.model);
    addText(object, "provider", metadata.provider);
    addSettable(object, "provider_params", metadata.providerParametersJson, true);
    addSettable(object, "auth_binding", metadata.authBinding, false);
    addSettable(object, "keep_alive", metadata.keepAlive, false);
    addJson(object, "render", metadata.renderJson);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace burrow
