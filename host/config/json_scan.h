// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <optional>
#include <vector>

/// Offsets into JSON text that Qt has already found valid. Qt's own values carry no places, and keep of a
/// doubled key only the last.
namespace burrow {

enum class JsonType : quint8 { Null, Boolean, Number, Text, List, Object };

/// One value: [begin, end) within the text.
struct JsonSpan
{
    qsizetype begin = 0;
    qsizetype end = 0;
    JsonType type = JsonType::Null;
};

struct JsonMember
{
    QByteArray name;
    qsizetype nameBegin = 0; ///< Of the quote that opens the name.
    qsizetype nameEnd = 0;
    JsonSpan value;
};

/// The value that starts at or after `at`, blanks skipped.
JsonSpan jsonValueAt(QByteArrayView text, qsizetype at);
/// The members of the object at `object.begin`, in order, doubled names included.
std::vector<JsonMember> jsonMembers(QByteArrayView text, const JsonSpan &object);
/// The items of the list at `list.begin`.
std::vector<JsonSpan> jsonItems(QByteArrayView text, const JsonSpan &list);
/// What a string in JSON's form means, as UTF-8; nothing when an escape in it names half a character.
std::optional<QByteArray> jsonText(QByteArrayView text, const JsonSpan &span);

} // namespace burrow
