// SPDX-License-Identifier: Apache-2.0
#include "config/input_line.h"

#include "base/limits.h"
#include "config/input_fields.h"
#include "config/nearest_name.h"
#include "config/source_text.h"

#include <QJsonDocument>

#include <algorithm>

namespace burrow {

namespace {

/// A longer line is no help to look at, and would be copied for each finding.
constexpr qsizetype excerpt_bytes_max = 64 << 10;

QString typeWords(JsonType type)
{
    switch (type) {
    case JsonType::Null:
        return QStringLiteral("null");
    case JsonType::Boolean:
        return QStringLiteral("true or false");
    case JsonType::Number:
        return QStringLiteral("a number");
    case JsonType::Text:
        return QStringLiteral("text");
    case JsonType::List:
        return QStringLiteral("a list");
    case JsonType::Object:
        break;
    }
    return QStringLiteral("an object");
}

bool wrongType(const FieldValue &value, const QString &wanted)
{
    value.line.report(value.span.begin, value.span.end, FindingCode::InputWrongType,
                      QStringLiteral("field %1 must be %2, but is %3")
                          .arg(quoted(value.path), wanted, typeWords(value.span.type)));
    return false;
}

bool readText(FieldValue &value)
{
    if (value.span.type != JsonType::Text)
        return wrongType(value, QStringLiteral("text"));
    const std::optional<QByteArray> text = jsonText(value.line.text, value.span);
    if (!text) {
        value.line.report(
            value.span.begin, value.span.end, FindingCode::InputEncoding,
            QStringLiteral("field %1 has an escape that names half a character").arg(quoted(value.path)),
            QStringLiteral("write both halves, such as \\ud83d\\ude00"));
        return false;
    }
    value.text = *text;
    return true;
}

bool readKey(FieldValue &value)
{
    if (!readText(value))
        return false;
    if (!value.text.isEmpty() && value.text.size() <= limits::key_bytes_max)
        return true;
    value.line.report(value.span.begin, value.span.end, FindingCode::InputTooLong,
                      QStringLiteral("field %1 has %2 bytes; it takes 1 to %3")
                          .arg(quoted(value.path))
                          .arg(value.text.size())
                          .arg(limits::key_bytes_max));
    return false;
}

bool readChoice(std::span<const char *const> choices, FieldValue &value)
{
    if (!readText(value))
        return false;
    QByteArrayList allowed;
    for (const char *each : choices) {
        if (value.text == each)
            return true;
        allowed.append(each);
    }
    const QByteArray nearest = nearestName(value.text, allowed);
    value.line.report(value.span.begin, value.span.end, FindingCode::InputValueNotAllowed,
                      QStringLiteral("field %1 is %2; it takes %3")
                          .arg(quoted(value.path), quoted(value.text), QString::fromUtf8(allowed.join(", "))),
                      nearest.isEmpty() ? QString() : QStringLiteral("did you mean %1?").arg(quoted(nearest)));
    return false;
}

bool readCount(FieldValue &value)
{
    const QByteArray digits =
        value.line.text.sliced(value.span.begin, value.span.end - value.span.begin).toByteArray();
    bool good = false;
    value.number = digits.toUInt(&good);
    return good || wrongType(value, QStringLiteral("a whole number, not negative"));
}

bool readTexts(FieldValue &value)
{
    if (value.span.type != JsonType::List)
        return wrongType(value, QStringLiteral("a list of texts"));
    for (const JsonSpan &each : jsonItems(value.line.text, value.span)) {
        FieldValue item{value.line, QStringLiteral("%1[%2]").arg(value.path).arg(value.texts.size()), each};
        if (!readText(item))
            return false;
        value.texts.append(item.text);
    }
    return true;
}

bool readObjects(FieldValue &value)
{
    if (value.span.type != JsonType::List)
        return wrongType(value, QStringLiteral("a list of objects"));
    const std::vector<JsonSpan> items = jsonItems(value.line.text, value.span);
    for (std::size_t at = 0; at < items.size(); ++at) {
        if (items[at].type != JsonType::Object)
            return wrongType({value.line, QStringLiteral("%1[%2]").arg(value.path).arg(at), items[at]},
                             QStringLiteral("an object"));
    }
    return true;
}

/// The kinds of a set, for messages.
QString kindWords(KindSet set)
{
    QStringList words;
    for (std::size_t at = 0; at < inputKindName.names.size(); ++at) {
        if (set & (1U << at))
            words.append(QLatin1String(inputKindName.names[at]));
    }
    return words.join(QStringLiteral(", "));
}

const FieldRow<InputDraft> *rowNamed(const QByteArray &name)
{
    const auto rows = inputFields();
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&name](const auto &each) { return name == each.name; });
    return found == rows.end() ? nullptr : &*found;
}

/// Reads the fields of one line. The kind comes first, wherever it stands, because it says which others belong.
class LineReader
{
public:
    LineReader(const InputLine &line, const JsonSpan &object)
        : m_line(line)
        , m_object(object)
        , m_members(jsonMembers(line.text, object))
    {
    }

    std::optional<Input> read()
    {
        for (const JsonMember &each : m_members) {
            if (each.name == "kind" && !readMember(each))
                return std::nullopt;
        }
        for (const JsonMember &each : m_members) {
            if (each.name != "kind" && !readMember(each))
                m_good = false;
        }
        checkRequired();
        if (!m_good)
            return std::nullopt;
        fillBody();
        if (contentBytes(m_draft.input) > limits::input_bytes_max) {
            m_line.report(m_object.begin, m_object.begin + 1, FindingCode::InputTooLong,
                          QStringLiteral("the input is larger than %1 MiB").arg(limits::input_bytes_max >> 20));
            return std::nullopt;
        }
        return std::move(m_draft.input);
    }

private:
    KindSet kind() const { return kinds(m_draft.input.kind); }
    QString kindName() const { return QLatin1String(inputKindName(m_draft.input.kind)); }

    bool readMember(const JsonMember &member)
    {
        const FieldRow<InputDraft> *row = rowNamed(member.name);
        if (!row) {
            QByteArrayList known;
            for (const FieldRow<InputDraft> &each : inputFields()) {
                if (each.allowed & kind())
                    known.append(each.name);
            }
            m_meant.append(nearestName(member.name, known));
            reportUnknownField(m_line, member, QString(), known);
            return false;
        }
        if (!(row->allowed & kind())) {
            m_line.report(member.nameBegin, member.nameEnd, FindingCode::InputMisplacedField,
                          QStringLiteral("field %1 does not belong to an input of kind %2")
                              .arg(quoted(member.name), kindName()),
                          QStringLiteral("it belongs to %1").arg(kindWords(row->allowed)));
            return false;
        }
        FieldValue value{m_line, QString::fromUtf8(member.name), member.value};
        return isFirst(m_line, m_members, member) && readField(row->form, row->choices, row->nullable, value)
               && row->store(m_draft, value);
    }

    /// A misspelt field counts as given: it has its own finding.
    bool has(const char *name) const
    {
        return m_meant.contains(name)
               || std::any_of(m_members.begin(), m_members.end(),
                              [name](const JsonMember &each) { return each.name == name; });
    }

    void checkRequired()
    {
        for (const FieldRow<InputDraft> &each : inputFields()) {
            if ((each.required & kind()) && !has(each.name))
                missing(QStringLiteral("field %1").arg(quoted(QByteArrayView(each.name))));
        }
        constexpr KindSet spoken = kinds(InputKind::Prompt, InputKind::PeerMessage, InputKind::FlowStep,
                                         InputKind::SystemGenerated, InputKind::Projected);
        if ((spoken & kind()) && !has("text") && !has("blocks") && !has("payload"))
            missing(QStringLiteral("field \"text\""));
    }

    void missing(const QString &what)
    {
        m_good = false;
        m_line.report(m_object.begin, m_object.begin + 1, FindingCode::InputMissingField,
                      QStringLiteral("an input of kind %1 needs %2").arg(kindName(), what));
    }

    void fillBody()
    {
        InputDraft &d = m_draft;
        switch (d.input.kind) {
        case InputKind::Prompt:
            d.input.body = PromptBody{d.text, d.blocksJson, d.appends};
            break;
        case InputKind::PeerMessage:
        case InputKind::PeerRequest:
        case InputKind::PeerResponseProgress:
        case InputKind::PeerResponseTerminal:
            d.input.body = PeerBody{d.text,   d.blocksJson, d.payloadJson, d.requestId,
                                    d.intent, d.phase,      d.contextKey,  d.status};
            break;
        case InputKind::FlowStep:
            d.input.body = FlowStepBody{d.stepId, d.text};
            break;
        case InputKind::ExternalEvent:
            d.input.body = ExternalEventBody{d.eventType, d.text, d.payloadJson, d.blocksJson};
            break;
        case InputKind::Continuation:
            d.input.body =
                ContinuationBody{d.continuationKind, d.reason, d.requestId, d.contextAppend, d.turnAppend};
            break;
        case InputKind::Operation:
            d.input.body = OperationBody{d.operation, d.payloadJson};
            break;
        case InputKind::SystemGenerated:
        case InputKind::Projected:
            d.input.body = SystemGeneratedBody{d.text, d.payloadJson};
            break;
        }
        if (!d.metadata.isEmpty())
            d.input.metadata = std::make_shared<const TurnMetadata>(d.metadata);
    }

    const InputLine &m_line;
    JsonSpan m_object;
    std::vector<JsonMember> m_members;
    InputDraft m_draft;
    QByteArrayList m_meant; // What unknown fields are near to.
    bool m_good = true;
};

bool isUtf8(const InputLine &line)
{
    const qsizetype at = firstInvalidUtf8(line.text);
    if (at < 0)
        return true;
    line.report(at, at + 1, FindingCode::InputEncoding, QStringLiteral("the line is not UTF-8 from here on"));
    return false;
}

} // namespace

void InputLine::report(qsizetype begin, qsizetype end, FindingCode code, const QString &message,
                       const QString &help) const
{
    if (isFull(findings))
        return;
    const qsizetype first = std::min(begin, text.size());
    const qsizetype last = std::clamp(end, first, text.size());
    Finding finding;
    finding.file = file;
    finding.line = number;
    finding.column = charactersIn(text.first(first)) + 1;
    finding.length = std::max(1, charactersIn(text.sliced(first, last - first)));
    finding.code = code;
    finding.message = message;
    finding.help = help;
    if (text.size() <= excerpt_bytes_max)
        finding.excerpt = QString::fromUtf8(text);
    addFinding(findings, std::move(finding));
}

bool readField(FieldForm form, std::span<const char *const> choices, bool nullable, FieldValue &value)
{
    value.isNull = value.span.type == JsonType::Null;
    if (value.isNull && nullable)
        return true;
    switch (form) {
    case FieldForm::Text:
        return readText(value);
    case FieldForm::Key:
        return readKey(value);
    case FieldForm::Choice:
        return readChoice(choices, value);
    case FieldForm::Count:
        return readCount(value);
    case FieldForm::TextList:
        return readTexts(value);
    case FieldForm::ObjectList:
        return readObjects(value);
    case FieldForm::Object:
        return value.span.type == JsonType::Object || wrongType(value, QStringLiteral("an object"));
    case FieldForm::Json:
        break;
    }
    value.json = value.line.text.sliced(value.span.begin, value.span.end - value.span.begin).toByteArray();
    return true;
}

void reportUnknownField(const InputLine &line, const JsonMember &member, const QString &path,
                        const QByteArrayList &known)
{
    const QString where = path.isEmpty() ? QString() : QStringLiteral(" in %1").arg(path);
    line.report(member.nameBegin, member.nameEnd, FindingCode::InputUnknownField,
                QStringLiteral("unknown field %1%2").arg(quoted(member.name), where),
                suggestionFor(member.name, known, QStringLiteral("fields here")));
}

bool isFirst(const InputLine &line, const std::vector<JsonMember> &members, const JsonMember &member)
{
    for (const JsonMember &each : members) {
        if (&each == &member)
            return true;
        if (each.name != member.name)
            continue;
        line.report(member.nameBegin, member.nameEnd, FindingCode::InputDuplicateField,
                    QStringLiteral("field %1 appears twice").arg(quoted(member.name)),
                    QStringLiteral("remove one of the two"));
        return false;
    }
    return true;
}

std::optional<Input> inputFromJson(const InputLine &line)
{
    if (!isUtf8(line))
        return std::nullopt;
    const JsonSpan object = jsonValueAt(line.text, 0);
    if (object.type != JsonType::Object) {
        line.report(
            object.begin, object.end, FindingCode::InputSyntax, QStringLiteral("the line is not a JSON object"),
            QStringLiteral("write {\"text\": \"…\"}; a file of plain lines has another ending than .jsonl"));
        return std::nullopt;
    }
    QJsonParseError error;
    QJsonDocument::fromJson(line.text.toByteArray(), &error);
    if (error.error != QJsonParseError::NoError) {
        line.report(error.offset, error.offset + 1, FindingCode::InputSyntax,
                    QStringLiteral("the line is not JSON: %1").arg(error.errorString()));
        return std::nullopt;
    }
    return LineReader(line, object).read();
}

std::optional<Input> inputFromText(const InputLine &line)
{
    if (!isUtf8(line))
        return std::nullopt;
    Input input;
    input.body = PromptBody{line.text.toByteArray(), {}, {}};
    return input;
}

} // namespace burrow
