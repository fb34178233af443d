// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/input_line.h"

#include <span>

namespace burrow {

enum class FieldForm : quint8 {
    Text,
    Key, ///< Text that the host compares: not empty, at most limits::key_bytes_max.
    Choice,
    Count,
    TextList,
    Json,   ///< Any value, kept as it is written.
    Object, ///< Read by `store` with a table of its own.
    ObjectList,
};

/// A field's value, checked for its form.
struct FieldValue
{
    const InputLine &line;
    QString path; ///< "source.kind".
    JsonSpan span;
    bool isNull = false;
    QByteArray text; ///< Text, Key, Choice.
    QByteArrayList texts;
    quint32 number = 0;
    QByteArray json; ///< Json: the value's own text.
};

/// All that a line can say, before it is known which members its kind uses.
struct InputDraft
{
    Input input;
    TurnMetadata metadata;
    QByteArray text;
    QByteArray blocksJson;
    QByteArray payloadJson;
    QByteArray requestId;
    QByteArray intent;
    QByteArray phase;
    QByteArray contextKey;
    QByteArray stepId;
    QByteArray eventType;
    QByteArray reason;
    OperationId operation;
    PeerBody::Status status = PeerBody::Status::None;
    ContinuationBody::Kind continuationKind = ContinuationBody::Kind::Ordinary;
    std::vector<Append> appends;
    std::optional<Append> contextAppend;
    std::optional<Append> turnAppend;
};

/// One bit for each InputKind.
using KindSet = quint32;
constexpr KindSet kinds()
{
    return 0;
}
template <typename... More>
constexpr KindSet kinds(InputKind first, More... more)
{
    return (1U << static_cast<unsigned>(first)) | kinds(more...);
}
inline constexpr KindSet every_kind = (1U << inputKindName.names.size()) - 1;

/// One field of an object. `store` returns false after it has reported something.
template <typename Target>
struct FieldRow
{
    const char *name;
    FieldForm form;
    bool (*store)(Target &target, const FieldValue &value);
    std::span<const char *const> choices = {};
    bool nullable = false; ///< `null` is a value of its own; elsewhere it is a wrong type.
    KindSet allowed = every_kind;
    KindSet required = kinds();
};

std::span<const FieldRow<InputDraft>> inputFields();

/// Checks a value against the form of its row and fills in the member that fits; false after a finding.
bool readField(FieldForm form, std::span<const char *const> choices, bool nullable, FieldValue &value);
void reportUnknownField(const InputLine &line, const JsonMember &member, const QString &path,
                        const QByteArrayList &known);
/// False after a finding, when `member` repeats one of those before it.
bool isFirst(const InputLine &line, const std::vector<JsonMember> &members, const JsonMember &member);

/// Reads an object whose fields do not depend on the kind; false after findings.
template <typename Target>
bool readObject(const InputLine &line, const JsonSpan &object, const QString &path,
                std::span<const FieldRow<Target>> rows, Target &target)
{
    bool good = true;
    const std::vector<JsonMember> members = jsonMembers(line.text, object);
    for (const JsonMember &member : members) {
        const auto row = std::find_if(rows.begin(), rows.end(), [&member](const FieldRow<Target> &each) {
            return member.name == each.name;
        });
        const QString name = path + u'.' + QString::fromUtf8(member.name);
        if (row == rows.end()) {
            QByteArrayList known;
            for (const FieldRow<Target> &each : rows)
                known.append(each.name);
            reportUnknownField(line, member, path, known);
            good = false;
            continue;
        }
        FieldValue value{line, name, member.value};
        good = isFirst(line, members, member) && readField(row->form, row->choices, row->nullable, value)
               && row->store(target, value) && good;
    }
    return good;
}

} // namespace burrow
