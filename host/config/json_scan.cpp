// SPDX-License-Identifier: Apache-2.0
#include "config/json_scan.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace burrow {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

qsizetype behindBlanks(QByteArrayView text, qsizetype at)
{
    while (at < text.size() && isBlank(text[at]))
        ++at;
    return at;
}

/// `at` is the opening quote; the result lies behind the closing one.
qsizetype behindString(QByteArrayView text, qsizetype at)
{
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\')
            ++at;
    }
    return std::min(at + 1, text.size());
}

qsizetype behindNested(QByteArrayView text, qsizetype at)
{
    qsizetype depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = behindString(text, at);
            continue;
        }
        ++at;
        depth += c == '{' || c == '[' ? 1 : 0;
        depth -= c == '}' || c == ']' ? 1 : 0;
        if (depth == 0)
            break;
    }
    return at;
}

qsizetype behindWord(QByteArrayView text, qsizetype at)
{
    while (at < text.size() && !isBlank(text[at]) && text[at] != ',' && text[at] != '}' && text[at] != ']')
        ++at;
    return at;
}

/// Behind the separator that follows a value; the end of the text where the object or list closes.
qsizetype behindComma(QByteArrayView text, qsizetype at)
{
    at = behindBlanks(text, at);
    return at < text.size() && text[at] == ',' ? at + 1 : text.size();
}

} // namespace

JsonSpan jsonValueAt(QByteArrayView text, qsizetype at)
{
    const qsizetype begin = behindBlanks(text, at);
    if (begin >= text.size())
        return {text.size(), text.size(), JsonType::Null};
    switch (text[begin]) {
    case '"':
        return {begin, behindString(text, begin), JsonType::Text};
    case '{':
        return {begin, behindNested(text, begin), JsonType::Object};
    case '[':
        return {begin, behindNested(text, begin), JsonType::List};
    case 't':
    case 'f':
        return {begin, behindWord(text, begin), JsonType::Boolean};
    case 'n':
        return {begin, behindWord(text, begin), JsonType::Null};
    default:
        return {begin, behindWord(text, begin), JsonType::Number};
    }
}

std::vector<JsonMember> jsonMembers(QByteArrayView text, const JsonSpan &object)
{
    std::vector<JsonMember> members;
    qsizetype at = behindBlanks(text, object.begin + 1);
    while (at < object.end && text[at] == '"') {
        JsonMember member;
        const JsonSpan name{at, behindString(text, at), JsonType::Text};
        member.name =
            jsonText(text, name).value_or(text.sliced(name.begin, name.end - name.begin).toByteArray());
        member.nameBegin = name.begin;
        member.nameEnd = name.end;
        const qsizetype colon = behindBlanks(text, name.end);
        member.value = jsonValueAt(text, colon + 1);
        at = behindBlanks(text, behindComma(text, member.value.end));
        members.push_back(std::move(member));
    }
    return members;
}

std::vector<JsonSpan> jsonItems(QByteArrayView text, const JsonSpan &list)
{
    std::vector<JsonSpan> items;
    qsizetype at = behindBlanks(text, list.begin + 1);
    while (at < list.end && text[at] != ']') {
        items.push_back(jsonValueAt(text, at));
        at = behindComma(text, items.back().end);
    }
    return items;
}

std::optional<QByteArray> jsonText(QByteArrayView text, const JsonSpan &span)
{
    const QByteArrayView inner = text.sliced(span.begin + 1, span.end - span.begin - 2);
    if (!inner.contains('\\'))
        return inner.toByteArray();
    const QByteArray list = '[' + text.sliced(span.begin, span.end - span.begin).toByteArray() + ']';
    const QString meant = QJsonDocument::fromJson(list).array().at(0).toString();
    return meant.isValidUtf16() ? std::optional<QByteArray>(meant.toUtf8()) : std::nullopt;
}

} // namespace burrow
